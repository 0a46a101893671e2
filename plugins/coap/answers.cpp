#include "server.hpp"

#include "links.hpp"

#include <algorithm>

namespace cmpkit_coap {

namespace {

coap_pdu_code_t code_of(const cmpkit_plugin::Answer& answer, std::int32_t asked) {
    const bool links = asked == CMPKIT_TRANSPORT_LINKS;
    switch (answer.status) {
        case CMPKIT_TRANSPORT_ANSWERED: return links ? COAP_RESPONSE_CODE_CONTENT : COAP_RESPONSE_CODE_CHANGED;
        case CMPKIT_TRANSPORT_STORED:
        case CMPKIT_TRANSPORT_ACCEPTED: return COAP_RESPONSE_CODE_CHANGED;
        case CMPKIT_TRANSPORT_BAD: return COAP_RESPONSE_CODE_BAD_REQUEST;
        case CMPKIT_TRANSPORT_BUSY: return COAP_RESPONSE_CODE_SERVICE_UNAVAILABLE;
        case CMPKIT_TRANSPORT_NOT_OFFERED: return links ? COAP_RESPONSE_CODE_NOT_FOUND : COAP_RESPONSE_CODE_UNSUPPORTED_CONTENT_FORMAT;
        default: return COAP_RESPONSE_CODE_INTERNAL_ERROR;
    }
}

}  // namespace

cmpkit_transport_rc Server::respond(PendingPointer pending, const cmpkit_transport_message& answer) {
    if (pending->gone) return CMPKIT_TRANSPORT_GONE;
    post([this, pending = std::move(pending), given = cmpkit_plugin::Answer(answer)] { this->answer(*pending, given); });
    return CMPKIT_TRANSPORT_OK;
}

void Server::acknowledge(Pending& pending) {
    pending.acknowledge_by = never;
    if (auto* const noted = caller_of(pending.session.get()).noted(pending.mid, pending.token)) noted->acknowledged = true;
    (void)send(pending.session.get(), make_acknowledgement(pending.session.get(), pending.mid, {}, {}));
}

/// Acknowledges what waits too long. @return when the next one will have
Clock::time_point Server::acknowledge_due() {
    const auto now = Clock::now();
    auto       due = never;
    for (auto at = pending_.begin(); at != pending_.end();) {
        const PendingPointer pending = *at++;
        if (pending->acknowledge_by <= now) acknowledge(*pending);
        due = std::min(due, pending->acknowledge_by);
    }
    return due;
}

/// With the acknowledgement, or by a message of its own (RFC 7252 5.2).
PduPointer Server::answer_to(Pending& pending, Reply reply) {
    auto* const session = pending.session.get();
    Caller&     caller  = caller_of(session);
    const First first   = caller.begin(pending.key, std::move(reply), pending.szx, std::nullopt, pending.up);
    const bool  is_late = pending.acknowledge_by == never;
    auto        pdu     = is_late ? make(session, COAP_MESSAGE_CON, first.code, pending.token) : make_acknowledgement(session, pending.mid, first.code, pending.token);
    first.put_into(pdu.get());
    auto* const noted = caller.noted(pending.mid, pending.token);
    if (!is_late && noted) noted->answer = first;
    return pdu;
}

void Server::answer(Pending& pending, const cmpkit_plugin::Answer& given) {
    if (!pending.session) return;
    struct End {
        Server&  server;
        Pending& pending;
        ~End() { server.end(pending); }
    } const at_end{*this, pending};
    const std::string address = caller_of(pending.session.get()).peer.address;  // sending may end the session, and the caller with it
    Reply             reply{.code = code_of(given, pending.kind), .format = pending.kind == CMPKIT_TRANSPORT_LINKS ? link_format : pkixcmp, .body = given.data};
    if (pending.kind == CMPKIT_TRANSPORT_LINKS) reply.body = filtered(with_short_labels(reply.body), pending.query);
    // RFC 7959 2.2: a block has a number of 20 bits.
    if (reply.body.size() > (std::size_t{16} << pending.szx) << 20) reply = {};
    if (send(pending.session.get(), answer_to(pending, std::move(reply))) == COAP_INVALID_MID)
        cmpkit_plugin::log(site_.host, CMPKIT_TRANSPORT_LOG_WARNING, "coap: an answer could not be sent to " + address);
}

void Server::end(Pending& pending) {
    pending.gone = true;
    pending.session.reset();
    pending_.remove_if([&](const PendingPointer& each) { return each.get() == &pending; });
}

cmpkit_transport_rc Server::announce(const cmpkit_transport_message& announcement) {
    if (announcement.data_size == 0) return CMPKIT_TRANSPORT_BAD_ARGUMENT;
    post([this, copy = cmpkit_plugin::Request(announcement)] { tell(copy); });
    return CMPKIT_TRANSPORT_OK;
}

// Confirmable, so that observers that left are noticed (RFC 7641 4.5).
void Server::tell(const cmpkit_plugin::Request& announcement) {
    notification_ = (notification_ + 1) & 0xffffff;
    std::vector<std::pair<Held, PduPointer>> out;  // sending may end sessions, and observations with them
    for (const Observer& observer : observers_) {
        if (!announcement.profile.empty() && !observer.profile.empty() && observer.profile != announcement.profile) continue;
        auto* const session = observer.session.get();
        auto        pdu     = make(session, COAP_MESSAGE_CON, COAP_RESPONSE_CODE_CONTENT, observer.token);
        caller_of(session).begin(observer.key, {.code = COAP_RESPONSE_CODE_CONTENT, .body = announcement.data}, site_.options.szx, notification_, std::nullopt).put_into(pdu.get());
        out.emplace_back(hold(session), std::move(pdu));
    }
    for (auto& [session, pdu] : out) (void)send(session.get(), std::move(pdu));
}

/// RFC 7641 4.2: a notification with an error ends an observation.
void Server::dismiss_observers() {
    for (const Observer& observer : std::exchange(observers_, {}))
        (void)send(observer.session.get(), make(observer.session.get(), COAP_MESSAGE_NON, COAP_RESPONSE_CODE_SERVICE_UNAVAILABLE, observer.token));
}

}  // namespace cmpkit_coap
