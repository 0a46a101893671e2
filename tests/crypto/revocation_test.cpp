#include "crypto/plant.hpp"
#include "data.hpp"

using namespace cmpkit;
using namespace cmpkit::test;
using crypto::Revocation;

namespace {

std::shared_ptr<crypto::Verifier> with_crls(const Plant& plant, Revocation revocation, std::vector<Octets> crls) {
    return verifier({.anchors = {plant.root}, .crls = std::move(crls), .revocation = revocation});
}
/// Whether there is a path, asked twice: the second time the issuer may be remembered.
std::optional<Code> verdict(const crypto::Verifier& verifier, const crypto::Cert& leaf, const Certs& untrusted, std::int64_t at = now) {
    const auto first = verifier.path(leaf, untrusted, at), second = verifier.path(leaf, untrusted, at);
    REQUIRE(bool(first) == bool(second));
    return first ? std::nullopt : std::optional(second.error().code);
}
constexpr std::optional<Code> accepted = std::nullopt;

}  // namespace

TEST_CASE("a revoked certificate is refused, whoever on its path it is", "[crypto]") {
    const Plant plant;
    const auto  revocation = GENERATE(Revocation::soft, Revocation::hard);
    const Forge other      = plant.ca.issue({.subject = "CN=dev2"});
    const auto  dev_revoked = with_crls(plant, revocation, {plant.root.crl(), plant.ca.crl({.revoked = {plant.dev}})});
    CHECK(verdict(*dev_revoked, plant.dev, {plant.ca}) == Code::certificate_revoked);
    CHECK(verdict(*dev_revoked, other, {plant.ca}) == accepted);
    CHECK(verdict(*dev_revoked, plant.dev, {plant.ca}) == Code::certificate_revoked);
    const auto ca_revoked = with_crls(plant, revocation, {plant.root.crl({.revoked = {plant.ca}}), plant.ca.crl()});
    CHECK(verdict(*ca_revoked, plant.dev, {plant.ca}) == Code::certificate_revoked);
    CHECK(verdict(*ca_revoked, plant.ca, {}) == Code::certificate_revoked);
    CHECK(verdict(*with_crls(plant, Revocation::none, {plant.ca.crl({.revoked = {plant.dev}})}), plant.dev, {plant.ca}) == accepted);
}

TEST_CASE("a missing CRL is missed by hard revocation alone", "[crypto]") {
    const Plant plant;
    CHECK(verdict(*with_crls(plant, Revocation::soft, {}), plant.dev, {plant.ca}) == accepted);
    CHECK(verdict(*with_crls(plant, Revocation::hard, {plant.root.crl(), plant.ca.crl()}), plant.dev, {plant.ca}) == accepted);
    CHECK(verdict(*with_crls(plant, Revocation::hard, {plant.root.crl()}), plant.dev, {plant.ca}) == Code::status_unknown);
    CHECK(verdict(*with_crls(plant, Revocation::hard, {plant.ca.crl()}), plant.dev, {plant.ca}) == Code::status_unknown);
    SECTION("but an anchor needs none") {
        CHECK(verdict(*verifier({.anchors = {plant.ca}, .crls = {plant.ca.crl()}, .revocation = Revocation::hard}), plant.dev, {}) == accepted);
        CHECK(verdict(*verifier({.anchors = {plant.dev}, .revocation = Revocation::hard}), plant.dev, {}) == accepted);
    }
}

TEST_CASE("a stale CRL passes softly and not hard, but what it lists stays revoked", "[crypto]") {
    const Plant  plant;
    const Octets stale = plant.ca.crl({.next_update = now - day}), early = plant.ca.crl({.this_update = now + day});
    for (const Octets& crl : {stale, early}) {
        CHECK(verdict(*with_crls(plant, Revocation::soft, {plant.root.crl(), crl}), plant.dev, {plant.ca}) == accepted);
        CHECK(verdict(*with_crls(plant, Revocation::hard, {plant.root.crl(), crl}), plant.dev, {plant.ca}) == Code::status_unknown);
    }
    const Octets listing = plant.ca.crl({.revoked = {plant.dev}, .next_update = now - day});
    CHECK(verdict(*with_crls(plant, Revocation::soft, {listing}), plant.dev, {plant.ca}) == Code::certificate_revoked);
    const Octets endless = plant.ca.crl({.next_update = std::nullopt});
    CHECK(verdict(*with_crls(plant, Revocation::hard, {plant.root.crl(), endless}), plant.dev, {plant.ca}) == accepted);
}

TEST_CASE("an issuer is judged anew when a CRL begins or ends", "[crypto]") {
    const Plant plant;
    const auto  hard = with_crls(plant, Revocation::hard, {plant.root.crl({.next_update = now + day}), plant.ca.crl()});
    CHECK(verdict(*hard, plant.dev, {plant.ca}, now) == accepted);
    CHECK(verdict(*hard, plant.dev, {plant.ca}, now + 2 * day) == Code::status_unknown);
    CHECK(verdict(*hard, plant.dev, {plant.ca}, now) == accepted);
    const auto own = with_crls(plant, Revocation::hard, {plant.root.crl(), plant.ca.crl({.next_update = now + day})});
    CHECK(verdict(*own, plant.dev, {plant.ca}, now) == accepted);
    CHECK(verdict(*own, plant.dev, {plant.ca}, now + 2 * day) == Code::status_unknown);
    SECTION("of two CRLs the current one counts") {
        const auto both = with_crls(plant, Revocation::hard, {plant.root.crl(), plant.ca.crl({.next_update = now + day}), plant.ca.crl({.this_update = now + day / 2})});
        CHECK(verdict(*both, plant.dev, {plant.ca}, now) == accepted);
        CHECK(verdict(*both, plant.dev, {plant.ca}, now + 2 * day) == accepted);
    }
}

TEST_CASE("a CRL that somebody else signed is not believed", "[crypto]") {
    const Plant plant;
    const auto  revocation = GENERATE(Revocation::soft, Revocation::hard);
    CHECK(verdict(*with_crls(plant, revocation, {plant.root.crl(), plant.ca.crl({.has_broken_signature = true})}), plant.dev, {plant.ca}) == Code::signer_not_trusted);
    SECTION("of a namesake with another key it is no CRL of this issuer") {
        const Forge namesake = plant.root.issue({.subject = "CN=Issuing CA", .is_ca = true});
        const auto  verdict_now = verdict(*with_crls(plant, revocation, {plant.root.crl(), namesake.crl({.revoked = {plant.dev}})}), plant.dev, {plant.ca});
        CHECK(verdict_now == (revocation == Revocation::soft ? accepted : std::optional(Code::status_unknown)));
    }
    SECTION("nor of an issuer that may not sign CRLs") {
        const Forge ca  = plant.root.issue({.subject = "CN=CA 2", .is_ca = true, .usage = KeyUsage::of({KeyUsageBit::keyCertSign})});
        const Forge dev = ca.issue({.subject = "CN=dev2"});
        CHECK(verdict(*with_crls(plant, revocation, {plant.root.crl(), ca.crl()}), dev, {ca}) == Code::signer_not_trusted);
    }
}

TEST_CASE("a CRL for some certificates is not taken for one of all", "[crypto]") {
    der::Arena               arena;
    const Plant              plant;
    IssuingDistributionPoint for_cas, for_users;
    for_cas.onlyContainsCACerts     = true;
    for_users.onlyContainsUserCerts = true;
    const auto crl_for = [&](const IssuingDistributionPoint& scope, std::vector<crypto::Cert> revoked) {
        return plant.ca.crl({.revoked = std::move(revoked), .extensions = {extension(oids::id_ce_issuingDistributionPoint, true, scope, arena)}});
    };
    const Octets root_crl = plant.root.crl();
    CHECK(verdict(*with_crls(plant, Revocation::hard, {root_crl, crl_for(for_cas, {})}), plant.dev, {plant.ca}) == Code::status_unknown);
    CHECK(verdict(*with_crls(plant, Revocation::soft, {root_crl, crl_for(for_cas, {})}), plant.dev, {plant.ca}) == accepted);
    CHECK(verdict(*with_crls(plant, Revocation::hard, {root_crl, crl_for(for_users, {})}), plant.dev, {plant.ca}) == accepted);
    CHECK(verdict(*with_crls(plant, Revocation::hard, {root_crl, crl_for(for_users, {plant.dev})}), plant.dev, {plant.ca}) == Code::certificate_revoked);
}

TEST_CASE("a CRL with something critical that nobody knows is not used", "[crypto]") {
    static constexpr OidConstant strange{"1.3.6.1.4.1.99999.2"};
    const Plant  plant;
    const Octets value = from_hex("0500"), root_crl = plant.root.crl();
    const auto   revocation = GENERATE(Revocation::soft, Revocation::hard);
    const Octets crl        = plant.ca.crl({.extensions = {raw_extension(strange, true, value)}});
    CHECK(verdict(*with_crls(plant, revocation, {root_crl, crl}), plant.dev, {plant.ca}) == Code::signer_not_trusted);
    const Octets harmless = plant.ca.crl({.extensions = {raw_extension(strange, false, value)}});
    CHECK(verdict(*with_crls(plant, revocation, {root_crl, harmless}), plant.dev, {plant.ca}) == accepted);
}

TEST_CASE("a leaf whose CRL covers some reasons alone needs one for the others, also under a remembered issuer", "[crypto]") {
    der::Arena        arena;
    const Plant       plant;
    DistributionPoint point;
    const GeneralName place = value_of(general_name_from_text("uri:http://crl.example/1", arena));
    point.distributionPoint.emplace().emplace<"fullName">() = GeneralNames(&place, 1);
    point.reasons   = ReasonFlags::of({ReasonFlag::keyCompromise});
    const Forge dev = plant.ca.issue({.extensions = {extension(oids::id_ce_cRLDistributionPoints, false, CRLDistributionPoints(&point, 1), arena)}});
    const auto  hard = with_crls(plant, Revocation::hard, {plant.root.crl(), plant.ca.crl()});
    CHECK(verdict(*hard, plant.dev, {plant.ca}) == accepted);
    CHECK(verdict(*hard, dev, {plant.ca}) == Code::status_unknown);
    CHECK(verdict(*with_crls(plant, Revocation::soft, {plant.ca.crl()}), dev, {plant.ca}) == accepted);
}

TEST_CASE("trust that cannot be read is an error that names it", "[crypto]") {
    const Plant  plant;
    Octets       longer = plant.root.crl();
    longer.push_back(0);
    const auto refused = crypto::Verifier::make({.anchors = {plant.root}, .crls = {plant.root.crl(), longer}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::bad_value);
    CHECK(refused.error().path.text() == "crls[1]");
    REQUIRE(refused.error().cause);
    CHECK(refused.error().cause->code == Code::unexpected);
}
