#include "paths.hpp"

#include "url.hpp"

#include <array>

namespace cmpkit_http {

namespace {

constexpr std::string_view well_known = "/.well-known/cmp";
constexpr std::size_t      max_profile = 255;

struct Label {
    std::string_view rfc;                    // RFC 9483 6.1
    std::array<std::string_view, 2> others;  // of the drafts where they have another, and of RFC 9482 for CoAP, which a proxy may pass on
};
constexpr Label labels[] = {
    {"initialization", {"ir", ""}},
    {"certification", {"cr", ""}},
    {"keyupdate", {"kur", ""}},
    {"pkcs10", {"p10", ""}},
    {"revocation", {"rr", ""}},
    {"getcacerts", {"getcacert", "crts"}},
    {"getrootupdate", {"rcu", ""}},
    {"getcertreqtemplate", {"att", ""}},
    {"getcrls", {"crls", ""}},
    {"nested", {"nest", ""}},
    {"", {"serverkeygen", ""}},  // the RFC has it use the path of the enrolment, which the body knows
};

std::optional<std::string> operation_of(std::string_view segment) {
    for (const Label& label : labels)
        for (const std::string_view name : {label.rfc, label.others[0], label.others[1]})
            if (!name.empty() && name == segment) return std::string(label.rfc);
    return std::nullopt;
}

std::optional<std::string> profile_of(std::string_view segment) {
    auto name = percent_decode(segment);
    if (!name || name->empty() || name->size() > max_profile) return std::nullopt;
    return name;
}

std::string_view without_slash(std::string_view path) {
    while (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

/// Takes the first segment off `path`, which is empty or begins with a slash.
std::string_view take_segment(std::string_view& path) {
    if (path.empty()) return {};
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

/// `[/<operation>]`
std::optional<Route> end_of_path(std::string_view path, std::string profile) {
    if (path.empty()) return Route{.operation = {}, .profile = std::move(profile)};
    const auto operation = operation_of(take_segment(path));
    if (!operation || !path.empty()) return std::nullopt;
    return Route{.operation = *operation, .profile = std::move(profile)};
}

/// `[/p/<name>][/<operation>]`: what may follow the well-known path.
std::optional<Route> hints(std::string_view path) {
    if (!path.starts_with("/p/")) return end_of_path(path, {});
    path.remove_prefix(2);
    auto profile = profile_of(take_segment(path));
    if (!profile) return std::nullopt;
    return end_of_path(path, std::move(*profile));
}

/// `/cmp/<name>/<operation>`, as the examples of the drafts have it.
std::optional<Route> draft_hints(std::string_view path) {
    auto profile = profile_of(take_segment(path));
    if (!profile || path.empty()) return std::nullopt;
    return end_of_path(path, std::move(*profile));
}

/// Those of the drafts' names that we send.
std::string_view draft_label(std::string_view operation) {
    if (operation == "pkcs10") return "p10";
    if (operation == "getcacerts") return "getcacert";
    return operation;
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
