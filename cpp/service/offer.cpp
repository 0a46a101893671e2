#include "service/offer.hpp"

#include "service/links.hpp"

#include <set>

namespace cmpkit::service {
namespace {

// RFC 9483 6.1 (HTTP). What can be asked of a profile, and of a CA.
constexpr std::string_view of_profiles[]    = {"initialization", "certification", "keyupdate", "pkcs10", "getcertreqtemplate"};
constexpr std::string_view of_authorities[] = {"revocation", "getcacerts", "getrootupdate", "getcrls", "nested"};

bool is_unreserved(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("-._~").find(c) != std::string_view::npos; }

std::string percent_encoded(std::string_view segment) {
    std::string encoded;
    for (const char c : segment) encoded += is_unreserved(c) ? std::string(1, c) : "%" + to_hex(bytes_of(std::string_view(&c, 1)));
    return encoded;
}

std::string link_to(std::string_view name, std::string_view operation) {
    std::string path(well_known);
    if (!name.empty()) path += "/p/" + percent_encoded(name);
    return "<" + path + "/" + std::string(operation) + ">;ct=259";
}

}  // namespace

std::string links_to(const Configuration& configuration) {
    std::vector<std::string> links;
    std::set<std::string>    told;
    const auto               add = [&](const std::string& name, std::span<const std::string_view> operations) {
        for (const auto operation : operations)
            if (auto link = link_to(name, operation); told.insert(link).second) links.push_back(std::move(link));
    };
    add({}, of_profiles);
    add({}, of_authorities);
    for (const AuthorityConfiguration& each : configuration.authorities) {
        for (const ca::Profile& profile : each.ca.profiles) add(profile.name, of_profiles);
        if (!each.ca.name.empty()) add(each.ca.name, of_profiles), add(each.ca.name, of_authorities);
    }
    std::string text;
    for (const std::string& link : links) text += (text.empty() ? "" : ",") + link;
    return text;
}

}  // namespace cmpkit::service
