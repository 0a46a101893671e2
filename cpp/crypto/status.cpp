#include "crypto/status.hpp"

#include "crypto/ocsp.hpp"

namespace cmpkit::crypto {
namespace {

constexpr std::size_t most_named    = 8;    // URLs of one certificate that are looked at
constexpr std::size_t longest_url   = 512;  // octets
constexpr std::string_view scheme   = "http://";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool same_text(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

struct Place {
    std::string_view authority, path;  // "crl.plant:8080", "/root.crl"
};

// Nothing that two readers could take for two places: no user, no fragment, no step upwards, no character that has no place in a URL.
std::optional<Place> place_of(std::string_view url) {
    if (url.size() > longest_url || url.size() <= scheme.size() || !same_text(url.substr(0, scheme.size()), scheme)) return std::nullopt;
    if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c >= 0x7f || c == '\\' || c == '#' || c == '@'; })) return std::nullopt;
    const std::string_view rest = url.substr(scheme.size());
    const Place place{rest.substr(0, rest.find_first_of("/?")), rest.substr(std::min(rest.size(), rest.find_first_of("/?")))};
    if (place.authority.empty() || place.path.find("/.") != std::string_view::npos || place.path.find('%') != std::string_view::npos) return std::nullopt;
    return place;
}

void add(std::vector<StatusQuery>& queries, StatusQuery query, const StatusSources& sources) {
    if (query.is_named_by_certificate && !sources.allows(query.url)) return;
    queries.push_back(std::move(query));
}

std::vector<std::string_view> uris_in(const GeneralNames& names) {
    std::vector<std::string_view> uris;
    for (const GeneralName& name : names)
        if (const auto* uri = name.get<"uniformResourceIdentifier">()) uris.push_back(text_of(uri->content));
    return uris;
}

std::vector<std::string_view> responders_named(const Cert& certificate) {
    std::vector<std::string_view> uris;
    const auto* access = extension_value<AuthorityInfoAccess>(certificate->extensions, oids::id_pe_authorityInfoAccess);
    for (std::size_t i = 0; access && i < std::min(access->size(), most_named); ++i) {
        const auto* uri = (*access)[i].accessLocation.get<"uniformResourceIdentifier">();
        if (uri && (*access)[i].accessMethod == oids::id_ad_ocsp) uris.push_back(text_of(uri->content));
    }
    return uris;
}

std::vector<std::string_view> crls_named(const Cert& certificate) {
    std::vector<std::string_view> uris;
    const auto* points = extension_value<CRLDistributionPoints>(certificate->extensions, oids::id_ce_cRLDistributionPoints);
    for (std::size_t i = 0; points && i < std::min(points->size(), most_named); ++i) {
        const auto* names = (*points)[i].distributionPoint ? (*points)[i].distributionPoint->get<"fullName">() : nullptr;
        if (names) std::ranges::copy(uris_in(*names), std::back_inserter(uris));
    }
    uris.resize(std::min(uris.size(), most_named));
    return uris;
}

}  // namespace

Result<void> StatusSources::check() const {
    for (const auto* list : {&crls, &ocsp, &allowed})
        for (const std::string& url : *list)
            if (!place_of(url)) return Error{.code = Code::bad_url, .detail = "http://host/… is expected, without user, fragment, escapes and steps upwards: " + url};
    return {};
}

bool StatusSources::allows(std::string_view url) const {
    const auto wanted = place_of(url);
    return wanted && std::ranges::any_of(allowed, [&](const std::string& each) {
        const auto open = place_of(each);
        return open && same_text(open->authority, wanted->authority) && wanted->path.starts_with(open->path.empty() ? "/" : open->path);
    });
}

std::vector<StatusQuery> queries_about(const Cert& certificate, const std::vector<Cert>& issuers, const Cert& issuer, const StatusSources& sources) {
    using enum StatusQuery::Kind;
    std::vector<StatusQuery> queries;
    const auto by_ocsp = [&](std::string_view url, bool is_named) { add(queries, {ocsp, std::string(url), ocsp_request(certificate, issuer), is_named, certificate, {issuer}}, sources); };
    const auto by_crl  = [&](std::string_view url, bool is_named) { add(queries, {crl, std::string(url), {}, is_named, certificate, issuers}, sources); };
    for (const std::string& url : sources.ocsp) by_ocsp(url, false);
    for (const std::string& url : sources.crls) by_crl(url, false);
    for (const std::string_view url : responders_named(certificate)) by_ocsp(url, true);
    for (const std::string_view url : crls_named(certificate)) by_crl(url, true);
    return queries;
}

}  // namespace cmpkit::crypto
