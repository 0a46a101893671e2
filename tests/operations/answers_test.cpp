// What an end entity takes of an answer, what it does not, and how it says so.
#include "../forge/elements.hpp"
#include "scripted_ca.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;
using namespace cmpkit::test;

namespace {

using Message = der::Parsed<PKIMessage>;

Message heard(const Play& play, std::size_t index) { return value_of(der::parse<PKIMessage>(copy_of(play.ca.heard.at(index)))); }

bool is_pkiconf(const Octets& message) { return elements_of(message)[1][0] == 0xb3; }

/// The message with other extraCerts; none: without them.
Octets with_extra_certs(const Octets& message, std::initializer_list<crypto::Cert> certificates) {
    auto elements = elements_of(message);
    elements.resize(3);
    std::vector<Octets> list;
    for (const crypto::Cert& each : certificates) list.push_back(copy_of(each.der()));
    if (!list.empty()) elements.push_back(tlv(0xa1, joined(der::tag::sequence, list)));
    return joined(der::tag::sequence, elements);
}

}  // namespace

TEST_CASE("where the algorithm of a certificate fixes no hash, certConf has hashAlg and is of pvno 3", "[operations]") {
    Play play;
    play.ca.certify = [&](const CertTemplate& wanted) {
        const auto certificate = play.ca.issuing.certify({.subject = "CN=dev-0001"}, value_of(crypto::PublicKey::from(*wanted.publicKey)));
        auto       elements    = elements_of(certificate.der());
        elements[1]            = tlv(der::tag::sequence, tlv(der::tag::oid, Octets{0x2a, 3}));
        return value_of(crypto::Cert::parse(joined(der::tag::sequence, elements)));
    };
    PeerTrust trust       = play.trust();
    trust.new_certificate = nullptr;  // nobody here could verify it
    EndEntity operation({Play::enrollment(), {}}, play.by_secret(), trust);
    REQUIRE(std::holds_alternative<Done>(play.run(operation)));
    CHECK(heard(play, 0)->header.pvno == Pvno::cmp2000);
    const Message     confirmation = heard(play, 1);
    const CertStatus& status       = confirmation->body.get<"certConf">()->front();
    CHECK(confirmation->header.pvno == Pvno::cmp2021);
    REQUIRE(status.hashAlg);
    CHECK(status.hashAlg->algorithm == oids::id_sha256);
    CHECK(equal(status.certHash.content, crypto::sha256(play.ca.issued.der())));
}

TEST_CASE("a certConf that refuses says rejection with a failInfo", "[operations]") {
    Play play;
    play.decision = {.accept = false, .fail_info = FailInfo::badCertTemplate, .text = "not ours"};
    CHECK(play.failure(Play::enrollment(), play.by_secret()).code == Code::wrong_certificate);
    const Message confirmation = heard(play, 1);
    const auto&   status       = confirmation->body.get<"certConf">()->front().statusInfo;
    REQUIRE(status);
    CHECK(status->status == PKIStatus::rejection);
    CHECK(first_fail_info(*status) == FailInfo::badCertTemplate);
    CHECK(joined(status->statusString) == text_of(Code::wrong_certificate));
}

TEST_CASE("an error of an end entity says rejection, and which", "[operations]") {
    Play play;
    play.ca.bend_header = [](PKIHeader& header) { header.recipNonce = header.senderNonce; };
    CHECK(play.failure(Play::enrollment(), play.by_secret()).code == Code::nonce_mismatch);
    const Message error = heard(play, 1);
    const auto&   told  = error->body.get<"error">()->pKIStatusInfo;
    CHECK(told.status == PKIStatus::rejection);
    CHECK(first_fail_info(told) == FailInfo::badRecipientNonce);
    CHECK(joined(told.statusString) == text_of(Code::nonce_mismatch));
}

TEST_CASE("an end entity takes fields of an answer that mean nothing to it", "[operations]") {
    Play                   play;
    const der::Utf8String  text = der::utf8_string("good morning");
    const InfoTypeAndValue item{oids::id_data, {}};
    play.ca.bend_header = [&](PKIHeader& header) {
        header.freeText    = PKIFreeText(&text, 1);
        header.recipKID    = der::octet_string(text.content);
        header.generalInfo = GeneralInfo(&item, 1);
    };
    CHECK(std::holds_alternative<Done>(play.run(Play::enrollment(), play.by_secret())));
}

TEST_CASE("a pkiconf may leave out the extraCerts that came with the ip", "[operations]") {
    Play        play;
    const Forge device  = play.ca.issuing.issue({.subject = "CN=dev-0001"});
    play.ca.bend_octets = [](const Octets& message) { return is_pkiconf(message) ? with_extra_certs(message, {}) : message; };
    CHECK(std::holds_alternative<Done>(play.run(Play::enrollment(), Play::by_certificate(device))));
}

TEST_CASE("a pkiconf under a root that came with it is refused", "[operations]") {
    Play        play;
    const Forge device = play.ca.issuing.issue({.subject = "CN=dev-0001"}), other = Forge::root();
    const Forge signer = other.issue({.subject = "CN=CMP", .eku = {oids::id_kp_cmcCA}});
    play.ca.bend = [&](HeaderFields&, PKIBody& body) {
        if (body.is<"pkiconf">()) play.ca.protector = protection::Protector::by_signature(signer.signer(), {signer, other});
    };
    const Error error = play.failure(Play::enrollment(), Play::by_certificate(device));
    CHECK((error.code == Code::signer_not_trusted && error.path.text() == "extraCerts[0]"));
}

TEST_CASE("a root in extraCerts is not trusted, though the MAC is right", "[operations]") {
    Play        play;
    const Forge other   = Forge::root("CN=Other");
    play.ca.certify     = [&](const CertTemplate& wanted) { return other.certify({.subject = "CN=dev-0001"}, value_of(crypto::PublicKey::from(*wanted.publicKey))); };
    play.ca.bend_octets = [&](const Octets& message) { return with_extra_certs(message, {other}); };
    const Error error   = play.failure(Play::enrollment(), play.by_secret());
    CHECK((error.code == Code::wrong_certificate && error.path.text() == "body.response[0].certifiedKeyPair"));
    CHECK(play.kept.empty());
}

TEST_CASE("roots in caPubs come from an answer that is authenticated, else nothing comes", "[operations]") {
    Play                 play;
    const CMPCertificate root = *play.ca.root.certificate();
    play.ca.bend = [&](HeaderFields&, PKIBody& body) {
        if (body.is<"ip">()) body.emplace<"ip">() = CertRepMessage{CMPCertificates(&root, 1), List<CertResponse>(&play.ca.response(), 1)};
    };
    SECTION("under the MAC") {
        const Action end = play.run(Play::enrollment(), play.by_secret());
        REQUIRE(std::holds_alternative<Done>(end));
        CHECK(std::get<Done>(end).ca_pubs == std::vector<crypto::Cert>{play.ca.root});
    }
    SECTION("under a signature, which does not say that they are ours to install") {
        const Forge  device = play.ca.issuing.issue({.subject = "CN=dev-0001"});
        const Action end    = play.run(Play::enrollment(), Play::by_certificate(device));
        REQUIRE(std::holds_alternative<Done>(end));
        CHECK(std::get<Done>(end).ca_pubs.empty());
    }
    SECTION("under none") {
        play.ca.is_unprotected = true;
        CHECK(play.failure(Play::enrollment(), play.by_secret()).code == Code::protection_missing);
    }
    SECTION("under another") {
        play.ca.bend_octets = [](Octets message) { return message[message.size() / 2] ^= 1, message; };
        CHECK(std::holds_alternative<Failed>(play.run(Play::enrollment(), play.by_secret())));
    }
    CHECK(play.ca.seen.size() <= 2);
}

TEST_CASE("a signer of answers that is revoked is not believed", "[operations]") {
    Play          play;
    const Forge   device = play.ca.issuing.issue({.subject = "CN=dev-0001"});
    crypto::Trust revoking;
    revoking.anchors = {play.ca.root};
    revoking.crls    = {play.ca.issuing.crl({.revoked = {play.ca.signer}})};
    PeerTrust trust  = play.trust();
    trust.anchors    = value_of(crypto::Verifier::make(revoking));
    EndEntity    operation({Play::enrollment(), {}}, Play::by_certificate(device), trust);
    const Action end = play.run(operation);
    REQUIRE(std::holds_alternative<Failed>(end));
    const Error& error = std::get<Failed>(end).error;
    CHECK((error.code == Code::signer_not_trusted && error.path.text() == "extraCerts[0]"));
    REQUIRE(error.cause);
    CHECK(error.cause->code == Code::certificate_revoked);
}
