#include "der_file.hpp"

#include "spool/names.hpp"

namespace cmpkit_file {

using namespace cmpkit_spool;

namespace {

struct Extension {
    std::string_view text;
    std::int32_t     kind;
};

constexpr Extension of_requests[] = {{".PKI", CMPKIT_TRANSPORT_CMP}, {".p10", CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST}, {".crq", CMPKIT_TRANSPORT_CMC_FULL_REQUEST}};
constexpr Extension of_replies[]  = {{".PKI", CMPKIT_TRANSPORT_CMP}, {".p7c", CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE}, {".crp", CMPKIT_TRANSPORT_CMC_FULL_RESPONSE}};

/// 0: none of ours.
template <std::size_t n> std::int32_t kind_of(const Extension (&all)[n], std::string_view name) {
    for (const auto& [text, kind] : all)
        if (has_extension(name, text)) return kind;
    return 0;
}

Letter letter(std::int32_t kind, std::string_view name, std::string_view octets, bool one_value) {
    std::string why = one_value ? why_not_one_value(octets) : std::string();
    if (!why.empty()) return refused(std::move(why));
    Letter read;
    read.kind = kind;
    read.data = octets;
    read.name = stem_of(name);
    return read;
}

}  // namespace

bool DerFile::is_request_name(std::string_view name) const { return kind_of(of_requests, name) != 0; }
bool DerFile::is_reply_name(std::string_view name) const { return kind_of(of_replies, name) != 0; }

std::string DerFile::extension(std::int32_t kind) const {
    for (const auto& [text, known] : of_requests)
        if (known == kind) return std::string(text);
    for (const auto& [text, known] : of_replies)
        if (known == kind) return std::string(text);
    return ".PKI";  // announcements are messages of CMP as well
}

Letter DerFile::read_request(std::string_view name, std::string_view octets) const { return letter(kind_of(of_requests, name), name, octets, one_value_); }
Letter DerFile::read_reply(std::string_view name, std::string_view octets) const { return letter(kind_of(of_replies, name), name, octets, one_value_); }

}  // namespace cmpkit_file
