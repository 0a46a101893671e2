#include "paths.hpp"

namespace cmpkit_coap {

namespace {

using cmpkit_plugin::coap_label;
using cmpkit_plugin::end_of_path;
using cmpkit_plugin::hints;
using cmpkit_plugin::percent_decode;
using cmpkit_plugin::percent_encode;
using cmpkit_plugin::profile_of;
using cmpkit_plugin::take_segment;
using cmpkit_plugin::well_known;

std::string_view without_slash(std::string_view path) {
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

bool is_below(std::string_view path, std::string_view base) { return path.starts_with(base) && (path.size() == base.size() || path[base.size()] == '/'); }

}  // namespace

std::optional<Route> route_of(std::string_view target, std::string_view own_path) {
    const auto path = without_slash(target), own = without_slash(own_path);
    if (path.empty() || path == own) return Route{};
    if (is_below(path, well_known)) return hints(path.substr(well_known.size()));
    if (!own.empty() && is_below(path, own)) return hints(path.substr(own.size()));
    return end_of_path(path, {});
}

std::optional<std::string> observed_at(std::string_view target) {
    auto path = without_slash(target);
    if (!path.starts_with(well_known)) return std::nullopt;
    path.remove_prefix(well_known.size());
    if (path == "/ann") return std::string();
    if (!path.starts_with("/p/") || !path.ends_with("/ann")) return std::nullopt;
    path.remove_prefix(2);
    path.remove_suffix(4);
    auto profile = profile_of(take_segment(path));
    return profile && path.empty() ? profile : std::nullopt;
}

std::string path_for(std::string_view url_path, std::string_view profile, std::string_view operation) {
    std::string path(without_slash(url_path));
    if (path.empty()) path = well_known;
    if (!path.ends_with(well_known)) return std::string(url_path);
    if (!profile.empty()) path += "/p/" + percent_encode(profile);
    if (!operation.empty()) path += "/" + percent_encode(coap_label(operation));
    return path;
}

std::string path_of_announcements(std::string_view url_path, std::string_view profile) {
    std::string path(without_slash(url_path));
    if (path.empty()) path = well_known;
    if (path.ends_with(well_known) && !profile.empty()) path += "/p/" + percent_encode(profile);
    return path + "/ann";
}

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty() && path != "/") segments.push_back(percent_decode(take_segment(path)).value_or(""));
    return segments;
}

}  // namespace cmpkit_coap
