// Certificate profiles: what a certificate of that name says, as a function of who asks. A profile is data: it is checked when the authority is
// made and refused if it cannot be read; what it grants is decided request by request.
//
//     Profile device{.name = "device", .subjects = {"CN={subject.CN},*"}, .sans = {"dns:{subject.CN}", "dns:{subject.CN}.*"}};
#pragma once
#include "admission/inventory.hpp"

namespace cmpkit::ca {

using namespace admission;  // who may ask for what is said in its words

/// An extension that each certificate of a profile has as it is.
struct FixedExtension {
    Octets oid;  // content octets
    bool   critical = false;
    Octets value;  // DER
};

struct Profile {
    std::string              name = "default";
    std::vector<operations::RequesterKind> requesters{operations::RequesterKind::secret, operations::RequesterKind::external, operations::RequesterKind::own,
                                                      operations::RequesterKind::ra};
    bool                     needs_ra_approval = false;  // only what an RA of ours has approved: by its own signature, or by one around the requester's (nested)
    std::vector<std::string> keys{"ec:P-256", "ec:P-384", "ec:P-521", "rsa:2048-8192", "ed25519"};
    std::int64_t             validity_seconds = 365 * 86400;  // at most; a shorter one may be asked for
    std::int64_t             backdate_seconds = 300;          // notBefore lies that far before now, for devices with slow clocks

    // Patterns, the first that fits is taken: RFC 4514 names, with {subject.CN}, {subject.serialNumber}, … of the requester's certificate and
    // {reference}; a value * is what the request says; a last element * lets further O, OU, C, L, ST, DC attributes pass, of types that the pattern
    // does not fix. One attribute an RDN, in the pattern and in the request. "*" alone: any name. A request without a subject gets the name that the
    // pattern makes by itself. A requester whose certificate has an attribute twice cannot use it. See admission/pattern.hpp.
    std::vector<std::string> subjects{"CN={subject.CN},*", "CN={subject.serialNumber},*"};
    std::vector<std::string> secret_subjects{"CN={reference},*"};
    std::vector<std::string> sans;         // for requesters with a certificate: "dns:{subject.CN}", "ip:*"; * stands for any characters but *
    std::vector<std::string> secret_sans;
    std::vector<std::string> ra_subjects{"*"}, ra_sans{"*"};  // for what an RA asks for in the name of others; without placeholders

    // With an inventory each device is called as its row says, and who has no row is refused; the patterns above count for nothing. A requester with a
    // certificate of this CA keeps its names, which a row must have; so must the names for which an RA asks.
    std::shared_ptr<const Inventory> inventory{};                        // shared by the editions of a configuration; null: there is none
    std::string                      inventory_key = "{subject.serialNumber}";  // who the certificate of a requester says it is: text with placeholders
    std::string                      forced_subject{};                   // O, OU, C, L, ST and DC that a name by the patterns has in any case: "O=Plant,C=DE"

    std::vector<KeyUsageBit> key_usage{KeyUsageBit::digitalSignature};  // keyEncipherment or keyAgreement may be asked for where the key allows it
    std::vector<std::string> extended_key_usage{"id-kp-clientAuth", "id-kp-serverAuth"};  // always in the certificate; a request may ask for a part of them
    // What a request says of these is passed over, instead of granted where it is less.
    bool fixes_validity = false, fixes_key_usage = false, fixes_extended_key_usage = false;
    std::vector<std::string>    policies{};    // OIDs for certificatePolicies
    std::vector<FixedExtension> extensions{};  // none that the CA writes by itself
    bool                     implicit_confirm     = true;   // granted if asked for
    std::int64_t             confirm_wait_seconds = 300;    // then an unconfirmed certificate is revoked
    std::vector<std::string> crl_distribution_points;       // URIs
    bool                     offer_template       = true;   // who asks is told what to ask for (RFC 9483 4.3.3)
    bool                     approve_by_hand = false;       // the requester waits until an operator has approved its request
    std::int64_t             poll_seconds    = 60;          // how long it is told to wait before it asks again
};

}  // namespace cmpkit::ca
