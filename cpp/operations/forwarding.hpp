// How a message goes on between PKI management entities: under another protection, inside a nested message, or with other extraCerts (RFC 9483 5.2;
// RFC 9810 5.1.3.5). It composes octets; whether a message may go on, and how, is decided elsewhere.
//
//     auto onward = reseal(message, message.body, {.protector = &own_signer, .recipient = &ca, .now = now});
#pragma once
#include "operations/compose.hpp"
#include "protection/protect.hpp"

namespace cmpkit::operations {

/// What is new about a message that is protected anew.
struct Resealing {
    const protection::Protector* protector = nullptr;  // never null
    const Name*                  recipient = nullptr;  // null: as it was
    Bytes                        recip_nonce{};        // empty: as it was
    std::int64_t                 now = 0;              // messageTime; 0: none
    std::optional<std::vector<InfoTypeAndValue>> general_info{};  // none: as it was
    std::span<const crypto::Cert> extra{};             // after the protector's chain
};
/// The same message under another protection: pvno, transactionID and senderNonce stay (RFC 9483 5.2.3). None of its extraCerts are taken over.
/// @param body  the message's own, which then goes on octet for octet, or a changed one
Result<Octets> reseal(const PKIMessage& message, const PKIBody& body, const Resealing& how);

/// The message, octet for octet, inside a nested one whose signature says that it is approved: transactionID and nonces are those of the message
/// (RFC 9483 5.2.2.1). @param protector  a signature's
Result<Octets> nest(const PKIMessage& message, const protection::Protector& protector, const Name* recipient, std::int64_t now);

/// Messages, octet for octet, bundled in a nested one (RFC 9483 5.2.2.2). Its signature says nothing of them. @param messages  DER, one at least
Result<Octets> bundle(std::span<const Bytes> messages, const HeaderFields& fields, const protection::Protector& protector);

/// Header, body and protection octet for octet, and these certificates as extraCerts (RFC 9483 5.2: they are not protected).
Octets with_extra_certs(const PKIMessage& message, std::span<const crypto::Cert> certs);

/// generalInfo but for items of that type.
std::vector<InfoTypeAndValue> info_without(const PKIHeader& header, const OidConstant& type);

}  // namespace cmpkit::operations
