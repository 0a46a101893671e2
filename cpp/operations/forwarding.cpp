#include "operations/forwarding.hpp"

#include "der/encode.hpp"
#include "messages/names.hpp"

namespace cmpkit::operations {

Result<Octets> reseal(const PKIMessage& message, const PKIBody& body, const Resealing& how) {
    der::Arena arena;
    PKIHeader  header = message.header;
    header.received   = {};
    header.recipKID.reset();  // it named a key of the one who has the message now
    if (how.recipient) header.recipient = directory_name(*how.recipient);
    if (!how.recip_nonce.empty()) header.recipNonce = der::octet_string(how.recip_nonce);
    header.messageTime.reset();
    if (how.now) header.messageTime = der::generalized_time(how.now, arena);
    if (how.general_info) {
        header.generalInfo.reset();
        if (!how.general_info->empty()) header.generalInfo = GeneralInfo(*how.general_info);
    }
    return protection::seal(header, body, how.protector, how.extra);
}

namespace {

// The list of already encoded messages, as a body that is written as it was «received».
Octets nested_body(std::span<const Bytes> messages) {
    der::Writer out;
    for (std::size_t i = messages.size(); i--;) out.octets(messages[i]);
    out.header(der::tag::sequence, out.size());
    out.header(0xa0 | static_cast<std::uint8_t>(BodyType::nested), out.size());
    return out.finish();
}

}  // namespace

Result<Octets> bundle(std::span<const Bytes> messages, const HeaderFields& fields, const protection::Protector& protector) {
    assert(!messages.empty() && !protector.is_mac());
    der::Arena   arena;
    const Octets octets = nested_body(messages);
    PKIBody      body;
    body.emplace<"nested">();
    body.received = octets;
    return protection::seal(header_of(fields, arena), body, &protector, {});
}

Result<Octets> nest(const PKIMessage& message, const protection::Protector& protector, const Name* recipient, std::int64_t now) {
    const PKIHeader& inner = message.header;
    const Bytes      one[] = {message.received};
    return bundle(one, {.pvno = inner.pvno, .recipient = recipient, .transaction_id = inner.transactionID->content, .sender_nonce = inner.senderNonce->content,
                        .recip_nonce = inner.recipNonce ? Bytes(inner.recipNonce->content) : Bytes(), .now = now, .general_info = {}},
                  protector);
}

Octets with_extra_certs(const PKIMessage& message, std::span<const crypto::Cert> certs) {
    der::Writer out;
    for (std::size_t i = certs.size(); i--;) out.octets(certs[i].der());
    if (!certs.empty()) {
        out.header(der::tag::sequence, out.size());
        out.header(0xa1, out.size());
    }
    if (message.protection) {
        const std::size_t mark = out.size();
        out.octets(der::encode(*message.protection));
        out.header(0xa0, out.size() - mark);
    }
    out.octets(message.body.received);
    out.octets(message.header.received);
    out.header(der::tag::sequence, out.size());
    return out.finish();
}

std::vector<InfoTypeAndValue> info_without(const PKIHeader& header, const OidConstant& type) {
    std::vector<InfoTypeAndValue> kept;
    for (std::size_t i = 0; header.generalInfo && i < header.generalInfo->size(); ++i)
        if (!((*header.generalInfo)[i].infoType == type)) kept.push_back((*header.generalInfo)[i]);
    return kept;
}

}  // namespace cmpkit::operations
