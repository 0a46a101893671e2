#include "hostile.hpp"

namespace cmpkit::responder {

Stage::Stage() {
    settings.secrets.push_back({.reference = "guessed", .value = secret_of("nobody knows"), .profile = {}, .subjects = {"*"}, .sans = {}, .uses = 0, .tries = 0});
    settings.secrets.push_back({.reference = "spent", .value = secret_of("spent"), .profile = {}, .subjects = {"*"}, .sans = {}});
    start();
}

Octets Stage::fresh(std::size_t count) const {
    Octets octets(count);
    REQUIRE(crypto::random_octets(octets));
    return octets;
}

Lock locked_by(const crypto::Signer& signer) {
    return [&signer](Bytes part) { return value_of(signer.sign(signer.algorithm(), part)); };
}
Lock locked_by(const protection::MacKey& key) {
    return [key](Bytes part) { return value_of(key.mac(part)); };
}

// ---------------------------------------------------------------- drafts

void Draft::begin() {
    header.transactionID = der::octet_string(stage.kept(stage.fresh(16)));
    header.senderNonce   = der::octet_string(stage.kept(stage.fresh(16)));
    header.messageTime   = der::generalized_time(stage.time, stage.arena);
    header.recipient     = directory_name(Name());
    ask_subject(stage.name("CN=dev1"));
    ask_key(stage.key->public_key().spki());
    prove();
}

Draft::Draft(Stage& on, BodyType body) : stage(on), type(body) {
    begin();
    sign_with(*stage.device.signer(), {stage.device});
}

Draft::Draft(Stage& on, const crypto::Cert& own, BodyType body) : stage(on), type(body) {
    begin();
    sign_with(*stage.key, {own, founded().issuing.certificate});
}

Draft::Draft(Stage& on, const AlgorithmIdentifier& mac, std::string_view reference, std::string_view secret) : stage(on) {
    begin();
    header.sender        = directory_name(common_name(reference, stage.arena));
    header.senderKID     = der::octet_string(stage.arena.keep(reference));
    header.protectionAlg = mac;
    auto key = protection::MacKey::derive(mac, bytes_of(secret), {});
    lock     = key ? locked_by(*key) : [](Bytes) { return Octets(32, 0x11); };  // parameters that not even we can use
}

Draft& Draft::ask_subject(const Name& subject) { return request.certReq.certTemplate.subject = subject, *this; }
Draft& Draft::ask_key(Bytes spki) { return request.certReq.certTemplate.publicKey = value_of(der::parse<SubjectPublicKeyInfo>(spki, stage.arena)), *this; }

Draft& Draft::ask(std::initializer_list<Extension> extensions) {
    auto* kept = stage.arena.make<Extension>(extensions.size());
    std::ranges::copy(extensions, kept);
    request.certReq.certTemplate.extensions = Extensions(kept, extensions.size());
    return *this;
}

Draft& Draft::prove() {
    auto& proof               = request.popo.emplace().emplace<"signature">();
    proof.algorithmIdentifier = stage.key->algorithm();
    proof.signature           = {0, stage.kept(value_of(stage.key->sign(proof.algorithmIdentifier, der::encode(request.certReq))))};
    return *this;
}

Draft& Draft::sign_with(const crypto::Signer& signer, std::vector<crypto::Cert> certificates) {
    header.sender        = directory_name(certificates.front()->subject);
    header.senderKID     = der::octet_string(stage.kept(*certificates.front().subject_key_identifier()));
    header.protectionAlg = signer.algorithm();
    lock                 = locked_by(signer);
    extra                = std::move(certificates);
    return *this;
}

Draft& Draft::say(const InfoTypeAndValue& item) {
    info_.push_back(item);
    header.generalInfo = GeneralInfo(info_);
    return *this;
}

Octets Draft::octets() const {
    PKIBody               body;
    const CertReqMessages requests(&request, 1);
    if (type == BodyType::cr) body.emplace<"cr">() = requests;
    else if (type == BodyType::kur) body.emplace<"kur">() = requests;
    else body.emplace<"ir">() = requests;
    return octets(body);
}

Octets Draft::octets(const PKIBody& body) const {
    const Octets header_octets = der::encode(header), body_octets = der::encode(body);
    std::vector<Octets> elements{header_octets, body_octets}, certificates;
    if (lock) {
        Octets value = lock(protection::protected_part(header_octets, body_octets));
        value.insert(value.begin(), 0);
        elements.push_back(tlv(0xa0, tlv(der::tag::bit_string, value)));
    }
    for (const crypto::Cert& each : extra) certificates.push_back(copy_of(each.der()));
    if (!extra.empty()) elements.push_back(tlv(0xa1, joined(der::tag::sequence, certificates)));
    return joined(der::tag::sequence, elements);
}

// ---------------------------------------------------------------- octets

Octets with_elements(Stage& stage, const std::function<void(std::vector<Octets>&)>& bend) {
    auto elements = elements_of(Draft(stage).octets());
    bend(elements);
    return joined(der::tag::sequence, elements);
}

Octets with_header_elements(Stage& stage, const std::function<void(std::vector<Octets>&)>& bend) {
    return with_elements(stage, [&](std::vector<Octets>& message) {
        auto header = elements_of(message[0]);
        bend(header);
        message[0] = joined(der::tag::sequence, header);
    });
}

}  // namespace cmpkit::responder
