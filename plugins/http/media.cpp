#include "media.hpp"

#include <algorithm>
#include <iterator>
#include <span>

namespace cmpkit_http {

namespace {

struct Media {
    std::int32_t kind;
    const char*  type;
};

// RFC 9811 3.4; RFC 2585 4.1; RFC 6960 A; RFC 6690 7.3; RFC 5273 5 with the smime-type of RFC 5272.
constexpr Media requests[] = {
    {CMPKIT_TRANSPORT_CMP, "application/pkixcmp"},
    {CMPKIT_TRANSPORT_ANNOUNCEMENT, "application/pkixcmp"},
    {CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST, "application/pkcs10"},
    {CMPKIT_TRANSPORT_CMC_FULL_REQUEST, "application/pkcs7-mime; smime-type=CMC-request"},
    {CMPKIT_TRANSPORT_OCSP, "application/ocsp-request"},
    {CMPKIT_TRANSPORT_CRL, nullptr},
    {CMPKIT_TRANSPORT_LINKS, nullptr},
};
constexpr std::span asked_of_servers(requests, 4);
constexpr Media answers[] = {
    {CMPKIT_TRANSPORT_CMP, "application/pkixcmp"},
    {CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE, "application/pkcs7-mime; smime-type=certs-only"},
    {CMPKIT_TRANSPORT_CMC_FULL_RESPONSE, "application/pkcs7-mime; smime-type=CMC-response"},
    {CMPKIT_TRANSPORT_CRL, "application/pkix-crl"},
    {CMPKIT_TRANSPORT_OCSP, "application/ocsp-response"},
    {CMPKIT_TRANSPORT_LINKS, "application/link-format"},
};
constexpr std::string_view cmp_types[] = {"application/pkixcmp", "application/pkixcmp-poll", "application/x-pkixcmp", "application/x-pkixcmp-poll"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
    static constexpr auto around = " \t\"";
    const auto            begin  = text.find_first_not_of(around);
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(around) - begin + 1);
}

std::string_view name_of(std::string_view content_type) { return trimmed(content_type.substr(0, content_type.find(';'))); }

/// The value of smime-type; empty: it has none.
std::string_view smime_type(std::string_view content_type) {
    for (auto semicolon = content_type.find(';'); semicolon != std::string_view::npos; semicolon = content_type.find(';')) {
        content_type.remove_prefix(semicolon + 1);
        const auto parameter = content_type.substr(0, content_type.find(';'));
        const auto equals    = parameter.find('=');
        if (equals != std::string_view::npos && equal_ignoring_case(trimmed(parameter.substr(0, equals)), "smime-type")) return trimmed(parameter.substr(equals + 1));
    }
    return {};
}

bool is_same(std::string_view a, std::string_view b) {
    return equal_ignoring_case(name_of(a), name_of(b)) && equal_ignoring_case(smime_type(a), smime_type(b));
}

bool is_cmp(std::string_view content_type) {
    return std::ranges::any_of(cmp_types, [&](std::string_view known) { return equal_ignoring_case(name_of(content_type), known); });
}

std::optional<std::int32_t> kind_of(std::span<const Media> among, std::string_view content_type) {
    if (is_cmp(content_type)) return CMPKIT_TRANSPORT_CMP;
    const auto found = std::ranges::find_if(among, [&](const Media& media) { return media.type && is_same(media.type, content_type); });
    return found == among.end() ? std::nullopt : std::optional(found->kind);
}

const char* type_in(std::span<const Media> media, std::int32_t kind) {
    const auto found = std::ranges::find(media, kind, &Media::kind);
    return found == media.end() ? nullptr : found->type;
}

bool is_cmc_request(std::int32_t kind) { return kind == CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST || kind == CMPKIT_TRANSPORT_CMC_FULL_REQUEST; }
bool is_cmc_response(std::int32_t kind) { return kind == CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE || kind == CMPKIT_TRANSPORT_CMC_FULL_RESPONSE; }

}  // namespace

bool is_request(std::int32_t kind) { return std::ranges::find(requests, kind, &Media::kind) != std::end(requests); }
const char* request_type(std::int32_t kind) { return type_in(requests, kind); }
std::optional<std::int32_t> request_kind(std::string_view content_type) { return kind_of(asked_of_servers, content_type); }
const char* answer_type(std::int32_t kind) { return type_in(answers, kind); }

std::optional<std::int32_t> answer_kind(std::int32_t asked, std::string_view content_type) {
    if (asked == CMPKIT_TRANSPORT_CRL || asked == CMPKIT_TRANSPORT_OCSP) return asked;
    const auto kind = kind_of(answers, content_type);
    return kind && (*kind == asked || (is_cmc_request(asked) && is_cmc_response(*kind))) ? kind : std::nullopt;
}

std::string expected_types(std::int32_t asked) {
    if (!is_cmc_request(asked)) return answer_type(asked);
    return std::string(answer_type(CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE)) + " or " + answer_type(CMPKIT_TRANSPORT_CMC_FULL_RESPONSE);
}

bool is_pkixcmp(std::string_view content_type) { return equal_ignoring_case(name_of(content_type), cmp_types[0]); }

}  // namespace cmpkit_http
