#include "der/encode.hpp"
#include "messages/ip_address.hpp"
#include "messages/names.hpp"

namespace cmpkit {
namespace {

Error wrong(const char* what, std::string_view text) {
    return {.code = Code::bad_value, .detail = std::string(what) + ": \"" + escaped(text.substr(0, 80)) + "\""};
}

std::string lower(std::string_view word) {
    std::string text(word);
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
}

bool is_visible(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

template <der::Name Kind> Result<GeneralName> text_name(std::string_view value, der::Arena& arena) {
    if (!is_visible(value)) return wrong("one or more visible ASCII characters are needed", value);
    GeneralName name;
    name.emplace<Kind>() = der::IA5String{arena.keep(value)};
    return name;
}
Result<GeneralName> ip_name(std::string_view value, der::Arena& arena) {
    const auto address = ip_from_text(value);
    if (!address) return wrong("neither an IPv4 nor an IPv6 address", value);
    GeneralName name;
    name.emplace<"iPAddress">() = der::OctetString{arena.keep(*address)};
    return name;
}
Result<GeneralName> dir_name(std::string_view value, der::Arena& arena) {
    auto name = name_from_text(value, arena);
    if (!name) return name.error();
    return directory_name(*name);
}
Result<GeneralName> rid_name(std::string_view value, der::Arena& arena) {
    const auto oid = oid_from_text(value);
    if (!oid) return oid.error();
    GeneralName name;
    name.emplace<"registeredID">() = der::Oid{arena.keep(*oid)};
    return name;
}

struct Kind {
    std::string_view word;
    Result<GeneralName> (*read)(std::string_view, der::Arena&);
};
constexpr Kind kinds[] = {{"dns", text_name<"dNSName">}, {"ip", ip_name},   {"uri", text_name<"uniformResourceIdentifier">}, {"email", text_name<"rfc822Name">},
                          {"dir", dir_name},             {"rid", rid_name}};

std::string ip_or_hex(Bytes address) { return ip_to_text(address).empty() && !address.empty() ? "#" + to_hex(address) : ip_to_text(address); }

}  // namespace

Result<GeneralName> general_name_from_text(std::string_view text, der::Arena& arena) {
    const std::size_t colon = text.find(':');
    if (colon != text.npos)
        for (const Kind& kind : kinds)
            if (kind.word == lower(text.substr(0, colon))) return kind.read(text.substr(colon + 1), arena);
    return wrong("a name of the form dns:, ip:, uri:, email:, dir: or rid: is needed", text);
}

std::string to_text(const GeneralName& name) {
    if (const auto* dns = name.get<"dNSName">()) return "dns:" + escaped(text_of(dns->content));
    if (const auto* ip = name.get<"iPAddress">()) return "ip:" + ip_or_hex(ip->content);
    if (const auto* uri = name.get<"uniformResourceIdentifier">()) return "uri:" + escaped(text_of(uri->content));
    if (const auto* email = name.get<"rfc822Name">()) return "email:" + escaped(text_of(email->content));
    if (const auto* dir = name.get<"directoryName">()) return "dir:" + to_text(*dir);
    if (const auto* rid = name.get<"registeredID">()) return "rid:" + der::dotted(rid->content);
    return std::string(name.name()) + ":#" + to_hex(der::encode(name));
}

std::string summary(const GeneralName& name) {
    const auto* directory = name.get<"directoryName">();
    return directory ? summary(*directory) : to_text(name);
}

}  // namespace cmpkit
