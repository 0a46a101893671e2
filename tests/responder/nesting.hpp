// An RA in front of the plant: what it makes of the messages of devices. What it changes is proven and protected anew by itself, and nothing is put right.
#pragma once
#include "operations/compose.hpp"
#include "operations/nested.hpp"
#include "operations/owner.hpp"
#include "talk.hpp"

namespace cmpkit::responder {

/// What the header of an outer message says; empty: absent.
struct OuterFields {
    Octets id, nonce, recip_nonce{};
};

class RaWorld : public World {
public:
    const protection::Protector ra = protection::Protector::by_signature(founded().ra->key, {founded().ra->certificate, founded().issuing.certificate});
    const std::string           ra_id = owner_by_signature(founded().ra->certificate);

    Credentials by_ra() const { return by_certificate(founded().ra->key, founded().ra->certificate); }
    static Octets fresh() { return value_of(random_octets(system_random(), 16)); }

    /// The device's first message of an ir.
    Octets ir(std::string_view subject = "CN=dev1", BodyType type = BodyType::ir) {
        const Forge device = maker.issue({.subject = std::string(subject)});
        return first_message(wanted(type, subject), by_maker(device));
    }
    static OuterFields copied_from(Bytes inner) {
        const auto  parsed = value_of(der::parse<PKIMessage>(copy_of(inner)));
        const auto& header = parsed->header;
        return {copy_of(header.transactionID->content), copy_of(header.senderNonce->content), header.recipNonce ? copy_of(header.recipNonce->content) : Octets()};
    }
    Octets nested(const std::vector<Octets>& inner, const OuterFields& fields, const protection::Protector* by) const {
        std::vector<Message>    parsed;
        std::vector<PKIMessage> messages;
        for (const Octets& each : inner) messages.push_back(*parsed.emplace_back(value_of(der::parse<PKIMessage>(each))));
        PKIBody body;
        body.emplace<"nested">() = PKIMessages(messages);
        der::Arena      arena;
        const PKIHeader header = header_of({.recipient = &authority->name(), .transaction_id = fields.id, .sender_nonce = fields.nonce, .recip_nonce = fields.recip_nonce, .now = time, .general_info = {}}, arena);
        return value_of(protection::seal(header, body, by, {}));
    }
    Octets approved(const Octets& inner) const { return nested({inner}, copied_from(inner), &ra); }
    Octets batch(const std::vector<Octets>& inner) const { return nested(inner, {fresh(), fresh()}, &ra); }

    /// The message under another's protection, with its header and request changed.
    Octets reprotected(Bytes message, const protection::Protector& by, const std::function<void(PKIHeader&, CertReqMsg&)>& bend = {}) const {
        const auto parsed = value_of(der::parse<PKIMessage>(copy_of(message)));
        PKIHeader  header = parsed->header;
        PKIBody    body   = parsed->body;
        header.received   = {};
        CertReqMsg request;
        if (bend) {
            request = cert_requests(body)->front();
            bend(header, request);
            body.received = {};
            if (body.is<"ir">()) body.emplace<"ir">() = CertReqMessages(&request, 1);
            else if (body.is<"cr">()) body.emplace<"cr">() = CertReqMessages(&request, 1);
            else body.emplace<"kur">() = CertReqMessages(&request, 1);
        }
        return value_of(protection::seal(header, body, &by, {}));
    }
    Octets vouched(Bytes message) const {
        return reprotected(message, ra, [](PKIHeader&, CertReqMsg& request) { request.popo->emplace<"raVerified">(); });
    }
    std::size_t issued() { return value_of(authority->list({}, 10'000)).size(); }
};

inline Message parsed(const Octets& reply) { return value_of(der::parse<PKIMessage>(reply)); }

/// The answers in a nested one.
inline std::vector<Octets> unbundled(const Octets& reply) {
    const auto message = parsed(reply);
    REQUIRE(message->body.is<"nested">());
    std::vector<Octets> all;
    for (const PKIMessage& each : nested_messages(*message)) all.push_back(copy_of(each.received));
    return all;
}

}  // namespace cmpkit::responder
