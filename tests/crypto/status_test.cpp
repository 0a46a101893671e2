#include "crypto/plant.hpp"
#include "data.hpp"
#include "forge/ocsp.hpp"

using namespace cmpkit;
using namespace cmpkit::test;
using crypto::Revocation, crypto::StatusQuery, crypto::StatusSources, crypto::Verifier;
using Kind = StatusQuery::Kind;

namespace {

constexpr const char *root_url = "http://crl.plant/root.crl", *ca_url = "http://crl.plant/ca.crl", *ocsp_url = "http://ocsp.plant/";

std::shared_ptr<Verifier> asking(const Plant& plant, StatusSources sources, Revocation revocation = Revocation::hard) {
    return verifier({.anchors = {plant.root}, .revocation = revocation, .sources = std::move(sources)});
}
std::optional<StatusQuery> missing(const Verifier& verifier, const Plant& plant, std::int64_t at = now) { return verifier.missing(plant.dev, Certs{plant.ca}, at); }

/// Answers all that is asked. @return the URLs, in order
template <class Answer> std::vector<std::string> ask(Verifier& verifier, const crypto::Cert& leaf, const Certs& untrusted, Answer answer, std::int64_t at = now) {
    std::vector<std::string> urls;
    while (const auto query = verifier.missing(leaf, untrusted, at)) {
        urls.push_back(query->url);
        REQUIRE(urls.size() < 20);
        (void)verifier.learn(*query, answer(*query), at);
    }
    return urls;
}
Result<Octets> nothing(const StatusQuery&) { return Error{.code = Code::connect_failed}; }

Extension distribution_point(const char* url, der::Arena& arena) {
    auto* place = arena.make<GeneralName>();
    *place      = value_of(general_name_from_text(std::string("uri:") + url, arena));
    auto* point = arena.make<DistributionPoint>();
    point->distributionPoint.emplace().emplace<"fullName">() = GeneralNames(place, 1);
    return extension(oids::id_ce_cRLDistributionPoints, false, CRLDistributionPoints(point, 1), arena);
}
Extension responder_at(const char* url, der::Arena& arena) {
    auto* access           = arena.make<AccessDescription>();
    access->accessMethod   = oids::id_ad_ocsp;
    access->accessLocation = value_of(general_name_from_text(std::string("uri:") + url, arena));
    return extension(oids::id_pe_authorityInfoAccess, false, AuthorityInfoAccess(access, 1), arena);
}

}  // namespace

TEST_CASE("CRLs from the operator's URLs make a path whole", "[crypto]") {
    const Plant plant;
    const auto  hard = asking(plant, {.crls = {root_url, ca_url}});
    CHECK(refusal(*hard, plant.dev, {plant.ca}) == Code::status_unknown);
    const auto served = [&](const StatusQuery& query) -> Result<Octets> { return query.url == root_url ? plant.root.crl() : plant.ca.crl(); };
    CHECK(ask(*hard, plant.dev, {plant.ca}, served) == std::vector<std::string>{root_url, ca_url});
    CHECK(hard->path(plant.dev, Certs{plant.ca}, now));
    SECTION("and what they list is refused") {
        const auto strict = asking(plant, {.crls = {root_url, ca_url}});
        (void)ask(*strict, plant.dev, {plant.ca}, [&](const StatusQuery& query) -> Result<Octets> { return query.url == root_url ? plant.root.crl() : plant.ca.crl({.revoked = {plant.dev}}); });
        CHECK(refusal(*strict, plant.dev, {plant.ca}) == Code::certificate_revoked);
    }
    SECTION("and once they have ended they are fetched anew") {
        const auto brief = asking(plant, {.crls = {root_url, ca_url}});
        const auto ends_soon = [&](const StatusQuery& query) -> Result<Octets> { return query.url == root_url ? plant.root.crl() : plant.ca.crl({.next_update = now + day}); };
        CHECK(ask(*brief, plant.dev, {plant.ca}, ends_soon).size() == 2);
        CHECK(ask(*brief, plant.dev, {plant.ca}, ends_soon, now + 2 * day).size() == 2);
        CHECK(refusal(*brief, plant.dev, {plant.ca}, now + 2 * day) == Code::status_unknown);
    }
}

TEST_CASE("where nobody answers, soft goes on and hard does not; the same is not asked again for a minute", "[crypto]") {
    const Plant plant;
    const auto  revocation = GENERATE(Revocation::soft, Revocation::hard);
    const auto  deaf       = asking(plant, {.crls = {root_url}, .ocsp = {ocsp_url}}, revocation);
    CHECK(ask(*deaf, plant.dev, {plant.ca}, nothing).size() == 3);  // OCSP about each of the two, one CRL
    CHECK(bool(deaf->path(plant.dev, Certs{plant.ca}, now)) == (revocation == Revocation::soft));
    CHECK_FALSE(missing(*deaf, plant, now + 59));
    CHECK(missing(*deaf, plant, now + 60));
    CHECK_FALSE(missing(*asking(plant, {.crls = {root_url}}, Revocation::none), plant));
}

TEST_CASE("an OCSP responder of the operator's is asked about each certificate that no CRL speaks of", "[crypto]") {
    const Plant plant;
    const auto  hard = verifier({.anchors = {plant.root}, .crls = {plant.root.crl()}, .revocation = Revocation::hard, .sources = {.ocsp = {ocsp_url}}});
    const auto  query = missing(*hard, plant);
    REQUIRE(query);
    CHECK(query->kind == Kind::ocsp);
    CHECK(query->certificate == plant.dev.certificate());
    CHECK_FALSE(query->is_named_by_certificate);
    CHECK(value_of(der::parse<ocsp::OCSPRequest>(query->request))->tbsRequest.requestList.size() == 1);
    REQUIRE(hard->learn(*query, forge_ocsp(plant.ca, {.about = plant.dev, .issuer = plant.ca, .next_update = now + day}), now));
    CHECK_FALSE(missing(*hard, plant));
    CHECK(hard->path(plant.dev, Certs{plant.ca}, now));
    CHECK(refusal(*hard, plant.dev, {plant.ca}, now + day) == Code::status_unknown);
    SECTION("what it said once of a revoked one stays said") {
        REQUIRE(hard->learn(*query, forge_ocsp(plant.ca, {.about = plant.dev, .issuer = plant.ca, .says = OcspSays::revoked, .next_update = now + day}), now));
        CHECK(refusal(*hard, plant.dev, {plant.ca}, now + 2 * day) == Code::certificate_revoked);
    }
}

TEST_CASE("what is fetched counts only if who may sign it has", "[crypto]") {
    const Plant plant;
    const auto  hard     = asking(plant, {.crls = {ca_url}});
    const auto  query    = missing(*hard, plant);
    const Forge stranger = Forge::root("CN=Stranger"), namesake = plant.root.issue({.subject = "CN=Issuing CA", .is_ca = true});
    REQUIRE(query);
    for (const Octets& crl : {stranger.crl(), namesake.crl(), plant.ca.crl({.has_broken_signature = true}), plant.ca.crl({.next_update = now}), plant.ca.crl({.this_update = now + 1}), Octets(), Octets(100)})
        CHECK_FALSE(hard->learn(*query, crl, now));
    REQUIRE(hard->learn(*query, plant.ca.crl({.this_update = now - 10}), now));
    SECTION("nor does an older one replace a newer") { CHECK_FALSE(hard->learn(*query, plant.ca.crl({.this_update = now - 11}), now)); }
    SECTION("and a forged one does no harm") {
        const auto soft = asking(plant, {.crls = {ca_url}}, Revocation::soft);
        CHECK_FALSE(soft->learn(*query, plant.ca.crl({.revoked = {plant.dev}, .has_broken_signature = true}), now));
        CHECK(soft->path(plant.dev, Certs{plant.ca}, now));
    }
}

TEST_CASE("a URL in a certificate is asked only where the operator allows it", "[crypto]") {
    der::Arena  arena;
    const Plant plant;
    const Forge dev = plant.ca.issue({.subject = "CN=dev2", .extensions = {distribution_point("http://crl.plant/ca.crl", arena), responder_at("http://ocsp.plant:8080/ocsp", arena)}});
    const auto  asked = [&](std::vector<std::string> allowed) { return ask(*asking(plant, {.allowed = std::move(allowed)}), dev, {plant.ca}, nothing); };
    CHECK(asked({"http://elsewhere/"}).empty());
    CHECK(asked({"http://crl.plant"}) == std::vector<std::string>{"http://crl.plant/ca.crl"});
    CHECK(asked({"HTTP://CRL.plant/ca"}) == std::vector<std::string>{"http://crl.plant/ca.crl"});
    CHECK(asked({"http://ocsp.plant:8080/", "http://crl.plant/"}).size() == 2);
    CHECK(asked({"http://ocsp.plant/"}).empty());
    SECTION("and nobody's certificate makes us ask before its path is trusted") {
        const Forge stranger = Forge::root("CN=Stranger");
        const Forge theirs   = stranger.issue({.subject = "CN=dev3", .extensions = {distribution_point("http://crl.plant/ca.crl", arena)}});
        CHECK(ask(*asking(plant, {.allowed = {"http://crl.plant"}}), theirs, {stranger}, nothing).empty());
    }
}

TEST_CASE("no trick of writing leads a URL below an allowed one", "[crypto]") {
    const StatusSources sources{.crls = {}, .ocsp = {}, .allowed = {"http://crl.plant/pki/"}};
    CHECK(sources.allows("http://crl.plant/pki/ca.crl"));
    CHECK(sources.allows("http://crl.plant/pki/ca.crl?delta"));
    for (const char* url : {"http://crl.plant/", "http://crl.plant.evil/pki/ca.crl", "http://crl.plant:80/pki/ca.crl", "http://user@crl.plant/pki/ca.crl", "http://evil/http://crl.plant/pki/",
                            "http://crl.plant@evil/pki/ca.crl", "http://crl.plant/pki/../admin", "http://crl.plant/pki/./x", "http://crl.plant/pki/%2e%2e/admin", "http://crl.plant\\@evil/pki/",
                            "https://crl.plant/pki/ca.crl", "ldap://crl.plant/pki/", "file:///etc/passwd", "http://crl.plant/pki/\r\nHost: evil", "http:///pki/", "crl.plant/pki/", ""})
        CHECK_FALSE(sources.allows(url));
    for (const char* url : {"https://crl.plant/ca.crl", "http://", "ca.crl", "http://a b/"}) CHECK_FALSE(StatusSources{.crls = {url}, .ocsp = {}, .allowed = {}}.check());
    const Plant plant;
    const auto  made = Verifier::make({.anchors = {plant.root}, .sources = {.ocsp = {"ftp://ocsp/"}}});
    REQUIRE_FALSE(made);
    CHECK(made.error().code == Code::bad_url);
}

TEST_CASE("CRLs of the operator's URLs can be asked for ahead, before they end", "[crypto]") {
    const Plant plant;
    const auto  ahead = asking(plant, {.crls = {root_url}});
    const auto  first = ahead->due(now);
    REQUIRE(first.size() == 1);
    CHECK_FALSE(ahead->learn(first.front(), Error{.code = Code::connect_failed}, now));
    CHECK(ahead->due(now + 59).empty());
    REQUIRE(ahead->due(now + 60).size() == 1);
    REQUIRE(ahead->learn(first.front(), plant.root.crl({.this_update = now, .next_update = now + day}), now + 60));
    CHECK(ahead->due(now + day - 3601).empty());
    CHECK(ahead->due(now + day - 3600).size() == 1);
}

TEST_CASE("a CRL whose issuer is not known ahead is asked for again when a path tells it, and from then on ahead too", "[crypto]") {
    const Plant plant;
    const auto  hard = verifier({.anchors = {plant.root}, .crls = {plant.root.crl()}, .revocation = Revocation::hard, .sources = {.crls = {ca_url}}});
    const Octets brief = plant.ca.crl({.this_update = now, .next_update = now + day});
    REQUIRE(hard->due(now).size() == 1);
    CHECK_FALSE(hard->learn(hard->due(now).front(), brief, now));
    CHECK(hard->due(now).empty());
    const auto query = missing(*hard, plant);
    REQUIRE(query);
    REQUIRE(hard->learn(*query, brief, now));
    CHECK(hard->path(plant.dev, Certs{plant.ca}, now));
    const auto again = hard->due(now + day - 1);
    REQUIRE(again.size() == 1);
    CHECK(hard->learn(again.front(), plant.ca.crl({.this_update = now + day - 1}), now + day - 1));
    CHECK(hard->path(plant.dev, Certs{plant.ca}, now + 2 * day));
}
