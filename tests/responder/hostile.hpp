// Hostile messages as tables: a sentence, how its octets are made, what the server says of them. A Draft is an honest message until a row bends it,
// before or after it is proven and protected; nothing is put right on the way out.
#pragma once
#include "../forge/elements.hpp"
#include "world.hpp"

namespace cmpkit::responder {

/// The plant that hears hostile messages; its device could enroll at any time.
class Stage : public World {
public:
    Stage();
    const Forge                           device = maker.issue({.subject = "CN=dev1"});
    std::shared_ptr<const crypto::Signer> key    = value_of(crypto::generate_key("ec:P-256"));
    der::Arena                            arena;  // of what the messages are made of

    Octets fresh(std::size_t count) const;
    Bytes  kept(Octets octets) { return arena.keep(octets); }
    Name   name(std::string_view text) { return value_of(name_from_text(text, arena)); }
    /// A certificate of the plant for `key`, confirmed.
    crypto::Cert own() { return enrolled(wanted(BodyType::ir, "CN=dev1", key), by_maker(device)); }
};

/// What protects a message: takes the octets of header and body as one SEQUENCE.
using Lock = std::function<Octets(Bytes protected_part)>;

Lock locked_by(const crypto::Signer& signer);
Lock locked_by(const protection::MacKey& key);

/// A request of one certificate, honest until it is bent.
struct Draft {
    explicit Draft(Stage& stage, BodyType body = BodyType::ir);            // signed by the device
    Draft(Stage& stage, const crypto::Cert& own, BodyType body);           // signed by the stage's key, under a certificate of the plant
    Draft(Stage& stage, const AlgorithmIdentifier& mac, std::string_view reference, std::string_view secret);

    Draft& ask_subject(const Name& subject);
    Draft& ask_key(Bytes spki);
    Draft& ask(std::initializer_list<Extension> extensions);
    Draft& prove();  // possession, of what the request says now
    Draft& sign_with(const crypto::Signer& signer, std::vector<crypto::Cert> certificates);
    Draft& say(const InfoTypeAndValue& item);  // in generalInfo

    Octets octets() const;                     // with the request as its body
    Octets octets(const PKIBody& body) const;

    Stage&                    stage;
    BodyType                  type = BodyType::ir;
    PKIHeader                 header;
    CertReqMsg                request;
    Lock                      lock;  // empty: no protection
    std::vector<crypto::Cert> extra;

private:
    void begin();
    std::vector<InfoTypeAndValue> info_;
};

// ---------------------------------------------------------------- octets that no schema would write
using test::elements_of, test::joined, test::tlv, test::wrapped;
/// An honest message whose header's elements are changed one by one; the protection stays as it was.
Octets with_header_elements(Stage& stage, const std::function<void(std::vector<Octets>&)>& bend);
/// The same for the elements of the message: header, body, protection, extraCerts.
Octets with_elements(Stage& stage, const std::function<void(std::vector<Octets>&)>& bend);

// ---------------------------------------------------------------- the tables
struct Hostile {
    std::string                   name;
    std::function<Octets(Stage&)> octets;
    std::string                   refusal;           // "body failInfo: code at path"
    bool                          withdraws = false;  // the certificate that the message is about is revoked, as it must be
};
using Hostiles = std::vector<Hostile>;

Hostiles hostile_framings();
Hostiles hostile_headers();
Hostiles hostile_macs();
Hostiles hostile_signatures();
Hostiles hostile_templates();
Hostiles hostile_proofs();
Hostiles hostile_transactions();
Hostiles hostile_revocations();
Hostiles hostile_bodies();

}  // namespace cmpkit::responder
