// Protection by a signature: signers who may not sign, certificates that are not what they seem, and signatures over something else.
#include "hostile.hpp"

namespace cmpkit::responder {
namespace {

using test::ForgedFields;

std::string untrusted(std::string_view code = "signer_not_trusted") { return "error signerNotTrusted: " + std::string(code); }
std::string mismatch(const std::string& path, std::string_view code = "sender_mismatch") { return "error badMessageCheck: " + std::string(code) + " at " + path; }
const std::string no_fit = mismatch("protection", "protection_mismatch"), bad_alg = "error badAlg: algorithm_refused at header.protectionAlg";

// A key of 1024 bits, which nobody here makes any more. It protects nothing.
constexpr std::string_view weak_key =
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIICXQIBAAKBgQDzgBIEV8BcXRdgsnx9TuY+OMetYxl+nGJET6Rw7FPAl+P8QUZ5\n"
    "eMsuJC3Kjqr+c7gWtx2lCvFJqyHAYXrlzfA/LnbsgIGgz9UalBbjhcSj39OhtSyw\n"
    "0uimKm7IWxI/1hTudk1kmjnCQ1htdzR7ttKwDvdt4m9uEgWiDaHlA8LLLwIDAQAB\n"
    "AoGAQWv/aztIa4h3Z3uNBv3TzpPi0ir2BpZtsHzVaaGVPwGQN44yKSDTNipyQyHh\n"
    "v0vIAhJg3J78BRb9knqeUm/qRAk8Q3tbLRA5Idq4/721WL7670PegK3omm4+M0nE\n"
    "ZvL6hLVvdFScy46UqjGonAWjPIOuu41/fFm3a/xexI7pg0ECQQD/zKWuJ2KEItjP\n"
    "ElD8RmIa6u2DmZhcS47PR4IAV5BuxiTxuQxesIfWIy+1HDodLjs/+9rzc2Q1tZ97\n"
    "zVe7a1BTAkEA87D0Px9iTXebKBK5/DfLiNbRSep+wK9Y2xYJ34+GAYO2j1X59jLO\n"
    "jrPGriozqxmMyMViXtTQnkOZIw/5IuruNQJBANJb8nhIrUyq9486qdz86JroTdDm\n"
    "lBR6koPFc5RibkWarzEWE6UfGWYxY39WKjhrF5CjxshkQamlpfUCxj47nz8CQQDQ\n"
    "0vJ6pQo4GCZ9UI7P84AW4v61uJylwZ0DIP+U9AiBg70NVz+8Gg2ne6bl2IQuOtbJ\n"
    "tVt2qCedd4/i2+1CXs+BAkB/QStnUzlj4hsM1UWzKefhzj1OgaQ4ZRNiL6s57s2Q\n"
    "NbHq4ZkV+jKb6zTg3aP6HKKqD92G/dIjAHwKQ6wAWNI3\n"
    "-----END RSA PRIVATE KEY-----\n";

using Bend = std::function<void(Draft&)>;
std::function<Octets(Stage&)> bent(Bend bend) {
    return [bend](Stage& stage) {
        Draft draft(stage);
        bend(draft);
        return draft.octets();
    };
}
/// Signed by a certificate with these fields, of the maker whom the plant trusts.
std::function<Octets(Stage&)> signer(ForgedFields fields) {
    return [fields](Stage& stage) {
        const Forge who = stage.maker.issue(fields);
        return Draft(stage).sign_with(*who.signer(), {who}).octets();
    };
}
/// Signed by a certificate of the plant whose state was changed meanwhile.
std::function<Octets(Stage&)> own(BodyType body, std::function<void(Stage&, const crypto::Cert&)> change) {
    return [=](Stage& stage) {
        const crypto::Cert certificate = stage.own();
        const Octets       message     = Draft(stage, certificate, body).octets();
        change(stage, certificate);
        return message;
    };
}
std::function<Octets(Stage&)> algorithm(AlgorithmIdentifier identifier) {
    return bent([identifier](Draft& draft) { draft.header.protectionAlg = identifier; });
}
/// The protection of an honest message, replaced.
std::function<Octets(Stage&)> protection(std::function<Octets(Octets)> bend) {
    return [bend](Stage& stage) {
        return with_elements(stage, [&](auto& elements) { elements[2] = tlv(0xa0, bend(elements_of(elements[2])[0])); });
    };
}
std::function<Octets(Stage&)> from_another(std::size_t index) {  // an element of another message of the same device
    return [index](Stage& stage) {
        const auto others = elements_of(Draft(stage).octets());
        return with_elements(stage, [&](auto& elements) { elements[index] = others[index]; });
    };
}
/// The device's certificate with another SubjectPublicKeyInfo, as the first of extraCerts.
std::function<Octets(Stage&)> public_key(Octets spki) {
    return [spki](Stage& stage) {
        auto certificate = elements_of(stage.device.certificate().der());
        auto tbs         = elements_of(certificate[0]);
        tbs[6]           = spki;
        certificate[0]   = joined(der::tag::sequence, tbs);
        return with_elements(stage, [&](auto& elements) { elements[3] = tlv(0xa1, tlv(der::tag::sequence, joined(der::tag::sequence, certificate))); });
    };
}
Octets spki(const OidConstant& algorithm, Octets parameters, Octets key) {
    key.insert(key.begin(), 0);
    return joined(der::tag::sequence, {joined(der::tag::sequence, {tlv(der::tag::oid, algorithm.content()), parameters}), tlv(der::tag::bit_string, key)});
}
Octets rsa(std::size_t modulus_octets) {
    Octets modulus(modulus_octets + 1, 0xff);
    modulus[0] = 0;
    return spki(oids::rsaEncryption, {5, 0}, joined(der::tag::sequence, {tlv(der::tag::integer, modulus), tlv(der::tag::integer, Octets{1, 0, 1})}));
}

Octets by_a_weak_key(Stage& stage) {
    const std::shared_ptr<crypto::Signer> key = value_of(crypto::PrivateKey::parse(copy_of(bytes_of(weak_key)), nullptr));
    return signer({.subject = "CN=dev1", .signer = key})(stage);
}
Octets by_a_root_of_its_own(Stage& stage) {
    const Forge root = Forge::root("CN=Maker"), leaf = root.issue({.subject = "CN=dev1"});  // the name of the maker whom the plant trusts
    return Draft(stage).sign_with(*leaf.signer(), {leaf, root}).octets();
}
Octets by_a_certificate_of_a_device(Stage& stage) {
    const Forge leaf = stage.device.issue({.subject = "CN=dev9"});
    return Draft(stage).sign_with(*leaf.signer(), {leaf, stage.device}).octets();
}
Octets under_a_name_issued_here(Stage& stage) {
    const Forge forged = Forge::self_signed({.subject = "CN=dev1", .issuer = to_text(founded().issuing.certificate->subject)});
    return Draft(stage).sign_with(*forged.signer(), {forged, founded().issuing.certificate}).octets();
}
Octets by_a_certificate_not_confirmed(Stage& stage) {
    (void)stage.answer(Draft(stage).octets());
    const auto listed = value_of(stage.authority->list({}, 1000));
    const auto fresh  = std::ranges::find(listed, ca::CertificateState::unconfirmed, &ca::CertificationAuthority::Listed::state);
    REQUIRE(fresh != listed.end());
    return Draft(stage, fresh->certificate, BodyType::cr).octets();
}
void revoke(Stage& stage, const crypto::Cert& certificate) { REQUIRE(stage.authority->revoke_by_operator(certificate.serial(), Reason::keyCompromise, stage.time)); }
void update(Stage& stage, const crypto::Cert& certificate) { (void)stage.enrolled(World::wanted(BodyType::kur, "CN=dev1", stage.key), stage.by_certificate(stage.key, certificate)); }

const Octets p256 = tlv(der::tag::oid, oids::secp256r1.content());
constexpr std::uint8_t md5_with_rsa[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x04}, same_twice[] = {0x2a, 0x03};
constexpr std::uint8_t null_octets[]  = {5, 0};
const Extension        unknown{der::Oid{same_twice}, false, der::Open::raw(null_octets)}, critical{der::Oid{same_twice}, true, der::Open::raw(null_octets)};

Octets with_an_extension_twice(Stage& stage) {
    const Octets certificate = stage.maker.encode({.subject = "CN=dev1", .extensions = {unknown, unknown}}, stage.device.signer()->public_key());
    return with_elements(stage, [&](auto& elements) { elements[3] = tlv(0xa1, tlv(der::tag::sequence, certificate)); });
}

const Hostiles rows = {
    {"a signer whose keyUsage is without digitalSignature", signer({.subject = "CN=dev1", .usage = KeyUsage::of({KeyUsageBit::keyAgreement})}), mismatch("extraCerts[0]")},
    {"a signer whose certificate expired a second ago", signer({.subject = "CN=dev1", .not_after = now - 1}), untrusted("certificate_expired")},
    {"a signer whose certificate begins in a second", signer({.subject = "CN=dev1", .not_before = now + 1}), untrusted("certificate_expired")},
    {"a signer with a critical extension that nobody knows", signer({.subject = "CN=dev1", .extensions = {critical}}), untrusted()},
    {"a signer with an extension twice", with_an_extension_twice, mismatch("extraCerts[0].tbsCertificate.extensions", "bad_certificate")},
    {"a signer whose certificate has a broken signature", signer({.subject = "CN=dev1", .has_broken_signature = true}), untrusted()},
    {"a signer of an unknown maker", [](Stage& stage) {
         const Forge who = Forge::root("CN=Nobody").issue({.subject = "CN=dev1"});
         return Draft(stage).sign_with(*who.signer(), {who}).octets();
     }, untrusted()},
    {"a signer under a root of its own that has the name of a trusted one", by_a_root_of_its_own, untrusted()},
    {"a signer that made itself a CA", [](Stage& stage) {
         const Forge who = Forge::self_signed({.subject = "CN=Maker", .is_ca = true, .usage = KeyUsage::of({KeyUsageBit::digitalSignature, KeyUsageBit::keyCertSign})});
         return Draft(stage).sign_with(*who.signer(), {who}).octets();
     }, untrusted()},
    {"a signer whose certificate a device issued", by_a_certificate_of_a_device, untrusted()},
    {"a signer whose certificate names this CA as its issuer", under_a_name_issued_here, untrusted()},
    {"a signer whose certificate of this CA is revoked", own(BodyType::cr, revoke), "error certRevoked: certificate_revoked"},
    {"a kur with a certificate that is revoked", own(BodyType::kur, revoke), "error certRevoked: certificate_revoked"},
    {"a signer whose certificate of this CA was updated", own(BodyType::cr, update), "error certRevoked: certificate_revoked"},
    {"a signer whose certificate of this CA is not confirmed", by_a_certificate_not_confirmed, untrusted()},
    {"a signer with an RSA key of 1024 bits", by_a_weak_key, untrusted()},
    {"a signer with an RSA key of 512 bits", public_key(rsa(64)), mismatch("extraCerts[0].tbsCertificate.subjectPublicKeyInfo.subjectPublicKey.modulus", "bad_key")},
    {"a signer with an RSA key of 32768 bits", public_key(rsa(4096)), mismatch("extraCerts[0].tbsCertificate.subjectPublicKeyInfo.subjectPublicKey.modulus", "bad_key")},
    {"a signer with the point at infinity for a key", public_key(spki(oids::id_ecPublicKey, p256, {0})), mismatch("extraCerts[0].tbsCertificate.subjectPublicKeyInfo.subjectPublicKey", "bad_key")},
    {"a signer with the parameters of a curve of its own", public_key(spki(oids::id_ecPublicKey, {0x30, 3, 2, 1, 1}, Octets(65, 4))),
     mismatch("extraCerts[0].tbsCertificate.subjectPublicKeyInfo.algorithm.parameters", "bad_key")},
    {"a signer with a key that cannot sign", public_key(spki(oids::id_X25519, {}, Octets(32, 9))), mismatch("extraCerts[0].tbsCertificate.subjectPublicKeyInfo.algorithm.algorithm", "unsupported")},
    {"no extraCerts", bent([](Draft& draft) { draft.extra.clear(); }), mismatch("extraCerts")},
    {"the protection certificate behind another one", bent([](Draft& draft) { draft.extra.insert(draft.extra.begin(), draft.stage.maker); }), mismatch("header.sender")},
    {"a sender that is somebody else", bent([](Draft& draft) { draft.header.sender = directory_name(draft.stage.name("CN=dev2")); }), mismatch("header.sender")},
    {"a sender that is the NULL-DN", bent([](Draft& draft) { draft.header.sender = directory_name(Name()); }), mismatch("header.sender")},
    {"a sender that is a host", bent([](Draft& draft) { draft.header.sender = value_of(general_name_from_text("dns:dev1", draft.stage.arena)); }), mismatch("header.sender")},
    {"a senderKID of somebody else", bent([](Draft& draft) { draft.header.senderKID = der::octet_string(draft.stage.kept(Octets(20, 1))); }), mismatch("header.senderKID")},
    {"an empty senderKID", bent([](Draft& draft) { draft.header.senderKID = der::octet_string({}); }), mismatch("header.senderKID")},
    {"an algorithm of RSA with a key of a curve", algorithm(crypto::algorithm_with_null(oids::sha256WithRSAEncryption)), bad_alg},
    {"ECDSA with SHA-1", algorithm(crypto::algorithm_of(oids::ecdsa_with_SHA1)), bad_alg},
    {"ECDSA with parameters", algorithm(crypto::algorithm_with_null(oids::ecdsa_with_SHA256)), bad_alg},
    {"RSA with MD5", algorithm({der::Oid{md5_with_rsa}, {}}), bad_alg},
    {"an algorithm that only digests", algorithm(crypto::algorithm_of(oids::id_sha256)), bad_alg},
    {"HMAC without a derivation", algorithm(crypto::algorithm_of(oids::hmacWithSHA256)), bad_alg},
    {"an empty signature", protection([](const Octets&) { return tlv(der::tag::bit_string, Octets{0}); }), no_fit},
    {"a signature of a megabyte", protection([](const Octets&) { return tlv(der::tag::bit_string, Octets(1 << 20)); }), no_fit},
    {"a signature whose numbers are zero", protection([](const Octets&) { return tlv(der::tag::bit_string, Octets{0, 0x30, 6, 2, 1, 0, 2, 1, 0}); }), no_fit},
    {"a signature with an octet behind it", protection([](Octets value) {
         Octets content(value.begin() + 2, value.end());
         content.push_back(0);
         return tlv(der::tag::bit_string, content);
     }), no_fit},
    {"the body of another message under this signature", from_another(1), no_fit},
    {"the header of another message under this signature", from_another(0), no_fit},
    {"the signature of another message", from_another(2), no_fit},
    {"protectionAlg without a protection", bent([](Draft& draft) { draft.lock = {}; }), mismatch("protection", "protection_missing")},
    {"a protection without protectionAlg", bent([](Draft& draft) { draft.header.protectionAlg.reset(); }), mismatch("header.protectionAlg", "protection_missing")},
    {"a request whose protection was stripped", bent([](Draft& draft) {
         draft.header.protectionAlg.reset();
         draft.lock = {};
     }), mismatch("protection", "protection_missing")},
    {"a cr by a certificate of the maker", [](Stage& stage) { return Draft(stage, BodyType::cr).octets(); }, "cp notAuthorized: not_authorized"},
    {"a kur by a certificate of the maker", [](Stage& stage) { return Draft(stage, BodyType::kur).octets(); }, "kup notAuthorized: not_authorized"},
    {"three thousand certificates of strangers behind that of a stranger", [](Stage& stage) {
         const Forge who = Forge::root("CN=Nobody").issue({.subject = "CN=dev1"});
         return Draft(stage).sign_with(*who.signer(), std::vector<crypto::Cert>(3000, who)).octets();
     }, untrusted()},
};

}  // namespace

Hostiles hostile_signatures() { return rows; }

}  // namespace cmpkit::responder
