#include "crypto/ocsp.hpp"
#include "crypto/plant.hpp"
#include "data.hpp"
#include "forge/ocsp.hpp"

using namespace cmpkit;
using namespace cmpkit::test;
using crypto::Revocation;

namespace {

struct Responding : Plant {
    static constexpr OidConstant nocheck = oids::id_pkix_ocsp_nocheck;
    Octets     null = {5, 0};
    ForgedOcsp about() const { return {.about = dev, .issuer = ca}; }
    Forge      delegate(ForgedFields fields = {}) const {
        fields.subject = "CN=Responder";
        if (fields.eku.empty()) fields.eku = {oids::id_kp_OCSPSigning};
        fields.extensions.push_back(raw_extension(nocheck, false, null));
        return ca.issue(fields);
    }
    Result<crypto::Standing> read(const Octets& answer, std::int64_t at = now) const { return crypto::read_ocsp(answer, dev, ca, at); }
    Code refused(const Octets& answer, std::int64_t at = now) const {
        const auto standing = read(answer, at);
        REQUIRE_FALSE(standing);
        UNSCOPED_INFO(standing.error().text());
        return standing.error().code;
    }
};

}  // namespace

TEST_CASE("an issuer's OCSP answer says whether a certificate is revoked, and until when that counts", "[crypto]") {
    const Responding plant;
    ForgedOcsp       fields = plant.about();
    fields.by_key           = GENERATE(false, true);
    fields.has_sha256       = GENERATE(false, true);
    const auto good = value_of(plant.read(forge_ocsp(plant.ca, fields)));
    CHECK_FALSE(good.is_revoked);
    CHECK(good.until == until);
    fields.says = OcspSays::revoked;
    CHECK(value_of(plant.read(forge_ocsp(plant.ca, fields))).is_revoked);
}

TEST_CASE("an OCSP responder that the issuer has certified for it answers in its place", "[crypto]") {
    const Responding plant;
    const Forge      responder = plant.delegate();
    CHECK_FALSE(value_of(plant.read(forge_ocsp(responder, plant.about()))).is_revoked);
    SECTION("and no other") {
        const Forge without_eku = plant.delegate({.eku = {oids::id_kp_cmcRA}}), expired = plant.delegate({.not_after = now - 1});
        const Forge not_signing = plant.delegate({.usage = KeyUsage::of({KeyUsageBit::keyAgreement})});
        const Forge checkless   = plant.ca.issue({.subject = "CN=Responder", .eku = {oids::id_kp_OCSPSigning}});
        const Forge of_root     = plant.root.issue({.subject = "CN=Responder", .eku = {oids::id_kp_OCSPSigning}, .extensions = {raw_extension(Responding::nocheck, false, plant.null)}});
        CHECK(plant.refused(forge_ocsp(without_eku, plant.about())) == Code::signer_not_trusted);
        CHECK(plant.refused(forge_ocsp(not_signing, plant.about())) == Code::signer_not_trusted);
        CHECK(plant.refused(forge_ocsp(checkless, plant.about())) == Code::signer_not_trusted);
        CHECK(plant.refused(forge_ocsp(of_root, plant.about())) == Code::signer_not_trusted);
        CHECK(plant.refused(forge_ocsp(plant.dev, plant.about())) == Code::signer_not_trusted);
        CHECK(plant.refused(forge_ocsp(expired, plant.about())) == Code::certificate_expired);
    }
    SECTION("whose certificate comes along") {
        ForgedOcsp fields   = plant.about();
        fields.shows_signer = false;
        CHECK(plant.refused(forge_ocsp(responder, fields)) == Code::signer_not_trusted);
    }
}

TEST_CASE("an OCSP answer that was tampered with, or made by somebody with the issuer's name, proves nothing", "[crypto]") {
    const Responding plant;
    ForgedOcsp       fields     = plant.about();
    fields.has_broken_signature = true;
    CHECK(plant.refused(forge_ocsp(plant.ca, fields)) == Code::signature_mismatch);
    const Forge namesake = plant.root.issue({.subject = "CN=Issuing CA", .is_ca = true});
    CHECK(plant.refused(forge_ocsp(namesake, plant.about())) == Code::signature_mismatch);
    Octets answer = forge_ocsp(plant.ca, plant.about());
    for (std::size_t i = 0; i < answer.size(); ++i) {
        answer[i] ^= 1;
        const auto standing = plant.read(answer);
        // The signer's certificate that comes along is not needed where the issuer itself signed.
        const bool says_the_same = !standing || (standing->until == until && !standing->is_revoked);
        CHECK(says_the_same);
        answer[i] ^= 1;
    }
    for (std::size_t size = 0; size < answer.size(); ++size) CHECK_FALSE(plant.read({answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(size)}));
}

TEST_CASE("an OCSP answer about another certificate, for another time, or with something critical is none", "[crypto]") {
    const Responding plant;
    const auto       with = [&](auto change) {
        ForgedOcsp fields = plant.about();
        change(fields);
        return forge_ocsp(plant.ca, fields);
    };
    const Forge other = plant.ca.issue({.subject = "CN=dev2"});
    CHECK(plant.refused(with([&](auto& f) { f.about = other; })) == Code::status_unknown);
    CHECK(plant.refused(with([&](auto& f) { f.issuer = plant.root; })) == Code::status_unknown);
    CHECK(plant.refused(with([](auto& f) { f.next_update = now; })) == Code::status_unknown);
    CHECK(plant.refused(with([](auto& f) { f.this_update = now + 301; })) == Code::status_unknown);
    CHECK(plant.refused(with([](auto& f) { f.says = OcspSays::unknown; })) == Code::status_unknown);
    CHECK(plant.refused(with([](auto& f) { f.is_critical = true; })) == Code::status_unknown);
    CHECK(plant.refused(with([](auto& f) { f.status = ocsp::ResponseStatus::tryLater; })) == Code::status_unknown);
    const Octets undated = with([](auto& f) { f.this_update = now, f.next_update = std::nullopt; });
    CHECK(plant.read(undated, now + 299));
    CHECK(plant.refused(undated, now + 300) == Code::status_unknown);
}

TEST_CASE("an OCSP answer at hand stands in for a CRL", "[crypto]") {
    const Responding plant;
    const auto       revocation = GENERATE(Revocation::soft, Revocation::hard);
    const auto       with       = [&](std::vector<Octets> answers) { return verifier({.anchors = {plant.root}, .crls = {plant.root.crl()}, .ocsp = std::move(answers), .revocation = revocation}); };
    ForgedOcsp bad = plant.about();
    bad.says       = OcspSays::revoked;
    CHECK(with({forge_ocsp(plant.ca, plant.about())})->path(plant.dev, Certs{plant.ca}, now));
    CHECK(refusal(*with({forge_ocsp(plant.ca, bad)}), plant.dev, {plant.ca}) == Code::certificate_revoked);
    const Forge other = plant.ca.issue({.subject = "CN=dev2"});
    CHECK(bool(with({forge_ocsp(plant.ca, plant.about())})->path(other, Certs{plant.ca}, now)) == (revocation == Revocation::soft));
}
