#include "links.hpp"

#include "kit/route.hpp"

namespace cmpkit_coap {

namespace {

/// Takes the first link off; commas in quotes and in angle brackets separate nothing.
std::string_view take_link(std::string_view& links) {
    bool        quoted = false, bracketed = false;
    std::size_t end = 0;
    for (; end < links.size(); ++end) {
        const char c = links[end];
        if (quoted && c == '\\') ++end;
        else if (c == '"') quoted = !quoted;
        else if (!quoted && (c == '<' || c == '>')) bracketed = c == '<';
        else if (!quoted && !bracketed && (c == ',' || c == '\n' || c == '\r')) break;
    }
    end = std::min(end, links.size());
    const auto link = links.substr(0, end);
    links.remove_prefix(std::min(end + 1, links.size()));
    return link;
}

std::string long_label(std::string_view segment) {
    const auto operation = cmpkit_plugin::operation_of(segment);
    return operation && !operation->empty() ? *operation : std::string(segment);
}
std::string short_label(std::string_view segment) { return cmpkit_plugin::coap_label(segment); }

std::string relabelled(std::string_view link, std::string (*relabel)(std::string_view)) {
    const auto begin = link.find('<'), end = link.find('>');
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return std::string(link);
    const auto target = link.substr(begin + 1, end - begin - 1);
    const auto slash  = target.rfind('/');
    // The name of a profile is no label, whatever it is called.
    const bool is_name = slash != std::string_view::npos && target.substr(0, slash).ends_with("/p");
    if (slash == std::string_view::npos || is_name || target.find(cmpkit_plugin::well_known) == std::string_view::npos) return std::string(link);
    return std::string(link.substr(0, begin + 1)) + std::string(target.substr(0, slash + 1)) + relabel(target.substr(slash + 1)) + std::string(link.substr(end));
}

template <class Body> std::string joined(std::string_view links, Body body) {
    std::string all;
    while (!links.empty()) {
        const std::string link = body(take_link(links));
        if (link.find('<') == std::string::npos) continue;
        if (!all.empty()) all += ",";
        all += link;
    }
    return all;
}

/// The value of an attribute, without its quotes; empty: it has none.
std::string_view attribute_of(std::string_view link, std::string_view name) {
    for (auto at = link.find('>'); at != std::string_view::npos; at = link.find(';', at + 1)) {
        auto rest = link.substr(std::min(at + 1, link.size()));
        if (link[at] == '>' && rest.starts_with(';')) rest.remove_prefix(1);
        if (!rest.starts_with(name) || rest.substr(name.size(), 1) != "=") continue;
        rest.remove_prefix(name.size() + 1);
        if (!rest.starts_with('"')) return rest.substr(0, rest.find(';'));
        rest.remove_prefix(1);
        return rest.substr(0, rest.find('"'));
    }
    return {};
}

/// One of the words of `values`, which are separated by spaces (RFC 6690 4.1); a star at the end stands for anything.
bool has_value(std::string_view values, std::string_view wanted) {
    const bool prefix = wanted.ends_with('*');
    if (prefix) wanted.remove_suffix(1);
    while (!values.empty()) {
        const auto value = values.substr(0, values.find(' '));
        if (prefix ? value.starts_with(wanted) : value == wanted) return true;
        values.remove_prefix(std::min(value.size() + 1, values.size()));
    }
    return false;
}

bool matches(std::string_view link, std::string_view query) {
    const auto equals = query.find('=');
    if (equals == std::string_view::npos) return true;
    const auto name = query.substr(0, equals), wanted = query.substr(equals + 1);
    if (name == "href") return has_value(link.substr(0, link.find('>')).substr(std::min(link.find('<') + 1, link.size())), wanted);
    return has_value(attribute_of(link, name), wanted);
}

}  // namespace

std::string with_short_labels(std::string_view links) {
    return joined(links, [](std::string_view link) { return relabelled(link, short_label); });
}

std::string with_long_labels(std::string_view links) {
    return joined(links, [](std::string_view link) { return relabelled(link, long_label); });
}

std::string filtered(std::string_view links, std::string_view query) {
    return joined(links, [query](std::string_view link) { return matches(link, query) ? std::string(link) : std::string(); });
}

}  // namespace cmpkit_coap
