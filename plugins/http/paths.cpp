#include "paths.hpp"

namespace cmpkit_http {

namespace {

std::string_view without_slash(std::string_view path) {
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

/// `/cmp/<name>/<operation>`, as the examples of the drafts have it.
std::optional<Route> draft_hints(std::string_view path) {
    auto profile = profile_of(take_segment(path));
    if (!profile || path.empty()) return std::nullopt;
    return end_of_path(path, std::move(*profile));
}

/// A whole URL in the request line is as good as its path.
std::string_view path_of(std::string_view target) {
    if (const auto scheme = target.find("://"); !target.starts_with('/') && scheme != std::string_view::npos) {
        const auto slash = target.find('/', scheme + 3);
        target = slash == std::string_view::npos ? "/" : target.substr(slash);
    }
    return target.substr(0, target.find('?'));
}

/// Table 9 of the draft, and its examples with a profile; the root of the server is where they begin.
std::string draft_path_for(std::string_view base, std::string_view profile, std::string_view operation) {
    std::string path(base);
    if (!profile.empty()) path += "/cmp/" + percent_encode(profile);
    if (!operation.empty()) path += "/" + percent_encode(draft_label(operation));
    return path.empty() ? std::string(well_known) : path;
}

}  // namespace

std::optional<Route> route_of(std::string_view target, std::string_view own_path) {
    if (target.empty() || (target[0] != '/' && target.find("://") == std::string_view::npos)) return std::nullopt;
    const auto path = without_slash(path_of(target));
    const auto own  = without_slash(own_path);
    if (path.empty() || path == own || path == "/pkix") return Route{};
    const auto below = [&](std::string_view base) { return path.starts_with(base) && (path.size() == base.size() || path[base.size()] == '/'); };
    if (below(well_known)) return hints(path.substr(well_known.size()));
    if (!own.empty() && below(own)) return hints(path.substr(own.size()));
    if (below("/cmp")) return draft_hints(path.substr(4));
    return end_of_path(path, {});
}

std::string path_for(std::string_view url_path, std::string_view profile, std::string_view operation, Paths paths) {
    std::string path(without_slash(url_path));
    if (path.empty()) path = well_known;
    if (!path.ends_with(well_known)) return std::string(url_path);
    if (paths == Paths::draft) return draft_path_for(std::string_view(path).substr(0, path.size() - well_known.size()), profile, operation);
    if (!profile.empty()) path += "/p/" + percent_encode(profile);
    if (!operation.empty()) path += "/" + percent_encode(operation);
    return path;
}

}  // namespace cmpkit_http
