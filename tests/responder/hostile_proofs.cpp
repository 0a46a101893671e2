// Proofs of possession that prove nothing, or that of something else (RFC 4211 4, RFC 9810 5.2.8).
#include "hostile.hpp"

namespace cmpkit::responder {
namespace {

std::string bad_pop(std::string_view member = "") { return "ip badPOP: bad_pop at body[0].popo" + std::string(member); }
const std::string no_proof = bad_pop(), no_fit = bad_pop(".signature");

/// An honest request, bent after it was proven.
std::function<Octets(Stage&)> bent(std::function<void(Draft&)> bend) {
    return [bend](Stage& stage) {
        Draft draft(stage);
        bend(draft);
        return draft.octets();
    };
}
/// With a signature of the requested key over other octets.
std::function<Octets(Stage&)> over(std::function<Octets(Draft&)> octets) {
    return bent([octets](Draft& draft) {
        auto& proof     = draft.request.popo->emplace<"signature">();
        proof.algorithmIdentifier = draft.stage.key->algorithm();
        proof.signature = {0, draft.stage.kept(value_of(draft.stage.key->sign(proof.algorithmIdentifier, octets(draft))))};
    });
}
using BendProof = std::function<void(POPOSigningKey&, Stage&)>;
std::function<Octets(Stage&)> proof(BendProof bend) {
    return bent([bend](Draft& draft) {
        POPOSigningKey bent = *draft.request.popo->get<"signature">();
        bend(bent, draft.stage);
        draft.request.popo->emplace<"signature">() = bent;
    });
}
std::function<Octets(Stage&)> private_key(bool is_agreement, std::function<void(POPOPrivKey&)> fill) {
    return bent([=](Draft& draft) {
        if (is_agreement) fill(draft.request.popo->emplace<"keyAgreement">());
        else fill(draft.request.popo->emplace<"keyEncipherment">());
    });
}
Octets by_the_key_of_the_signer(Stage& stage) {
    Draft draft(stage);
    auto& proof               = draft.request.popo->emplace<"signature">();
    proof.algorithmIdentifier = stage.device.signer()->algorithm();
    proof.signature           = {0, stage.kept(value_of(stage.device.signer()->sign(proof.algorithmIdentifier, der::encode(draft.request.certReq))))};
    return draft.octets();
}
void add_input(POPOSigningKey& proof, Stage& stage) {
    auto& input     = proof.poposkInput.emplace();
    input.publicKey = value_of(der::parse<SubjectPublicKeyInfo>(stage.key->public_key().spki(), stage.arena));
    input.authInfo.emplace<"sender">() = directory_name(stage.device.certificate()->subject);
}

const Hostiles rows = {
    {"no proof of possession", bent([](Draft& draft) { draft.request.popo.reset(); }), no_proof},
    {"raVerified from an end entity", bent([](Draft& draft) { draft.request.popo->emplace<"raVerified">(); }), "ip notAuthorized: not_authorized at body[0].popo.raVerified"},
    {"a proof to come by an encrypted certificate", private_key(false, [](POPOPrivKey& key) { key.emplace<"subsequentMessage">() = SubsequentMessage::encrCert; }), no_proof},
    {"a proof to come by a challenge", private_key(false, [](POPOPrivKey& key) { key.emplace<"subsequentMessage">() = SubsequentMessage::challengeResp; }), no_proof},
    {"a proof that is the private key itself", private_key(false, [](POPOPrivKey& key) { key.emplace<"thisMessage">(); }), no_proof},
    {"a proof to come by key agreement", private_key(true, [](POPOPrivKey& key) { key.emplace<"subsequentMessage">() = SubsequentMessage::encrCert; }), no_proof},
    {"a MAC of Diffie-Hellman for a proof", private_key(true, [](POPOPrivKey& key) { key.emplace<"dhMAC">(); }), no_proof},
    {"a proof over another request", over([](Draft& draft) {
         CertRequest other = draft.request.certReq;
         other.certReqId   = 1;
         return der::encode(other);
     }), no_fit},
    {"a proof over another subject", over([](Draft& draft) {
         CertRequest other          = draft.request.certReq;
         other.certTemplate.subject = draft.stage.name("CN=dev2");
         return der::encode(other);
     }), no_fit},
    {"a proof over the template alone", over([](Draft& draft) { return der::encode(draft.request.certReq.certTemplate); }), no_fit},
    {"a proof over the key alone", over([](Draft& draft) { return der::encode(*draft.request.certReq.certTemplate.publicKey); }), no_fit},
    {"a proof over nothing", over([](Draft&) { return Octets(); }), no_fit},
    {"a proof by the key that protects the message", by_the_key_of_the_signer, no_fit},
    {"a proof for one key and the request of another", bent([](Draft& draft) {
         static const auto other = value_of(crypto::generate_key("ec:P-256"));
         draft.ask_key(other->public_key().spki());
     }), no_fit},
    {"poposkInput where subject and key stand in the template", proof(add_input), bad_pop(".signature.poposkInput")},
    {"an algorithm that does not fit the key", proof([](POPOSigningKey& p, Stage&) { p.algorithmIdentifier = crypto::algorithm_with_null(oids::sha256WithRSAEncryption); }), no_fit},
    {"a proof with SHA-1", proof([](POPOSigningKey& p, Stage&) { p.algorithmIdentifier = crypto::algorithm_of(oids::ecdsa_with_SHA1); }), no_fit},
    {"a proof that is empty", proof([](POPOSigningKey& p, Stage&) { p.signature = {}; }), no_fit},
    {"a proof of a megabyte", proof([](POPOSigningKey& p, Stage& stage) { p.signature.bytes = stage.kept(Octets(1 << 20)); }), no_fit},
    {"a proof with an octet behind it", proof([](POPOSigningKey& p, Stage& stage) {
         Octets longer = copy_of(p.signature.bytes);
         longer.push_back(0);
         p.signature.bytes = stage.kept(longer);
     }), no_fit},
};

}  // namespace

Hostiles hostile_proofs() { return rows; }

}  // namespace cmpkit::responder
