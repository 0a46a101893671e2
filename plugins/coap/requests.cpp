#include "server.hpp"

#include "lookup.hpp"

#include <algorithm>

namespace cmpkit_coap {

namespace {

// RFC 7252 5.2.1: the answer goes with the acknowledgement if it is there in time. The client sends its request again after two seconds.
constexpr auto acknowledge_after = std::chrono::milliseconds(700);

class Exchange : public cmpkit_transport_exchange {
public:
    Exchange(Server& server, PendingPointer pending) : server_(server), pending_(std::move(pending)) {}
    cmpkit_transport_rc respond(const cmpkit_transport_message& answer) override { return server_.respond(std::move(pending_), answer); }

private:
    Server&        server_;
    PendingPointer pending_;
};

/// What distinguishes one block-wise transfer of a session from another (RFC 7959 2.4, RFC 9175 3.3).
std::string key_of(const coap_pdu_t* request) {
    const char method = coap_pdu_get_code(request) == COAP_REQUEST_CODE_POST ? 'P' : 'G';
    return method + path_of(request) + "?" + query_of(request) + "#" + octets_in(request, request_tag);
}

/// libcoap sends nothing in answer.
void stay_silent(coap_pdu_t* response) { coap_pdu_set_type(response, COAP_MESSAGE_NON); }

}  // namespace

void Server::on_request(coap_resource_t*, coap_session_t* session, const coap_pdu_t* request, const coap_string_t*, coap_pdu_t* response) {
    const auto rc = cmpkit_plugin::guarded([&] { return of(session).take(session, request, response), CMPKIT_TRANSPORT_OK; });
    if (rc != CMPKIT_TRANSPORT_OK) coap_pdu_set_code(response, COAP_RESPONSE_CODE_INTERNAL_ERROR);
}

Caller& Server::caller_of(coap_session_t* session) {
    if (const auto known = callers_.find(session); known != callers_.end()) return known->second;
    cmpkit_plugin::Peer peer{text_of(*coap_session_get_addr_remote(session)), {}, {}};
    if (site_.url.is_tls()) take_identity(peer, site_.host, session);
    return callers_.emplace(session, Caller(std::move(peer))).first->second;
}

void Server::take(coap_session_t* session, const coap_pdu_t* request, coap_pdu_t* response) {
    Caller& caller = caller_of(session);
    if (const auto* const noted = caller.noted(coap_pdu_get_mid(request), token_of(request))) return repeat(*noted, response);
    const auto method = coap_pdu_get_code(request);
    const auto down   = block_in(request, COAP_OPTION_BLOCK2);
    if (down && down->num > 0) {
        if (!caller.put_later(response, key_of(request), *down, site_.options.szx)) misfit(session, caller, response);
    } else if (method == COAP_REQUEST_CODE_POST) {
        take_post(session, caller, request, response);
    } else if (method == COAP_REQUEST_CODE_GET) {
        take_get(session, caller, request, response);
    } else {
        coap_pdu_set_code(response, COAP_RESPONSE_CODE_NOT_ALLOWED);
    }
}

// Without a code libcoap acknowledges it with an empty message, and the answer follows or has followed.
void Server::repeat(const Caller::Noted& noted, coap_pdu_t* response) {
    if (noted.answer) noted.answer->put_into(response);
    else if (!noted.acknowledged) stay_silent(response);
}

// A client that asks for blocks of an answer that is not there any more may ask for ever: libcoap 4.3.1's does if it has two large answers under way.
void Server::misfit(coap_session_t* session, Caller& caller, coap_pdu_t* response) {
    coap_pdu_set_code(response, COAP_RESPONSE_CODE_INCOMPLETE);
    if (caller.strike()) dropped_.push_back(hold(session));
}

void Server::take_get(coap_session_t* session, Caller& caller, const coap_pdu_t* request, coap_pdu_t* response) {
    const auto path = path_of(request);
    if (path == core_path) return hand_up(session, caller, request, {}, {}, CMPKIT_TRANSPORT_LINKS, response);
    if (const auto profile = observed_at(path)) return observe(session, *profile, request, response);
    coap_pdu_set_code(response, route_of(path, site_.url.path) ? COAP_RESPONSE_CODE_NOT_ALLOWED : COAP_RESPONSE_CODE_NOT_FOUND);
}

void Server::take_post(coap_session_t* session, Caller& caller, const coap_pdu_t* request, coap_pdu_t* response) {
    const auto route  = route_of(path_of(request), site_.url.path);
    const auto block  = block_in(request, COAP_OPTION_BLOCK1);
    const bool begins = !block || block->num == 0;
    if (!route) return coap_pdu_set_code(response, path_of(request) == core_path ? COAP_RESPONSE_CODE_NOT_ALLOWED : COAP_RESPONSE_CODE_NOT_FOUND);
    if (begins && number_in(request, COAP_OPTION_CONTENT_FORMAT) != pkixcmp) return coap_pdu_set_code(response, COAP_RESPONSE_CODE_UNSUPPORTED_CONTENT_FORMAT);
    if (begins && number_in(request, COAP_OPTION_ACCEPT).value_or(pkixcmp) != pkixcmp) return coap_pdu_set_code(response, COAP_RESPONSE_CODE_NOT_ACCEPTABLE);
    // RFC 7959 4: the size that is to come, told ahead.
    if (std::max<std::size_t>(number_in(request, COAP_OPTION_SIZE1).value_or(0), body_of(request).size()) > site_.options.max_message) {
        coap_pdu_set_code(response, COAP_RESPONSE_CODE_REQUEST_TOO_LARGE);
        return add(response, COAP_OPTION_SIZE1, static_cast<std::uint32_t>(site_.options.max_message));
    }
    if (block) return take_block(session, caller, request, *block, *route, response);
    hand_up(session, caller, request, std::string(body_of(request)), *route, CMPKIT_TRANSPORT_CMP, response);
}

void Server::take_block(coap_session_t* session, Caller& caller, const coap_pdu_t* request, const Block& block, const Route& route, coap_pdu_t* response) {
    switch (caller.take(key_of(request), block, body_of(request), site_.options.max_message)) {
        case Caller::Upload::more:
            coap_pdu_set_code(response, COAP_RESPONSE_CODE_CONTINUE);
            return add(response, COAP_OPTION_BLOCK1, Block{.num = block.num, .more = true, .szx = std::min(block.szx, site_.options.szx)});
        case Caller::Upload::complete: return hand_up(session, caller, request, caller.take_body(), route, CMPKIT_TRANSPORT_CMP, response);
        case Caller::Upload::unfit: return misfit(session, caller, response);
        case Caller::Upload::malformed: return coap_pdu_set_code(response, COAP_RESPONSE_CODE_BAD_REQUEST);
        case Caller::Upload::too_large:
            coap_pdu_set_code(response, COAP_RESPONSE_CODE_REQUEST_TOO_LARGE);
            return add(response, COAP_OPTION_SIZE1, static_cast<std::uint32_t>(site_.options.max_message));
    }
}

void Server::hand_up(coap_session_t* session, Caller& caller, const coap_pdu_t* request, const std::string& body, const Route& route, std::int32_t kind, coap_pdu_t* response) {
    if (stopping_ || pending_.size() >= site_.options.max_connections) return coap_pdu_set_code(response, COAP_RESPONSE_CODE_SERVICE_UNAVAILABLE);
    if (body.empty() && kind == CMPKIT_TRANSPORT_CMP) return coap_pdu_set_code(response, COAP_RESPONSE_CODE_BAD_REQUEST);
    auto pending            = std::make_shared<Pending>();
    pending->token          = token_of(request);
    pending->key            = key_of(request);
    pending->query          = query_of(request);
    pending->kind           = kind;
    pending->szx            = std::min(site_.options.szx, block_in(request, COAP_OPTION_BLOCK2).value_or(Block{}).szx);
    pending->up             = block_in(request, COAP_OPTION_BLOCK1);
    pending->mid            = coap_pdu_get_mid(request);
    pending->session        = hold(session);
    pending->acknowledge_by = coap_pdu_get_type(request) == COAP_MESSAGE_CON ? Clock::now() + acknowledge_after : never;
    stay_silent(response);
    auto exchange = std::make_unique<Exchange>(*this, pending);
    caller.note(request);
    pending_.push_back(std::move(pending));

    const auto peer    = view_of(caller.peer);
    auto       message = cmpkit_plugin::view_of(kind, body, peer);
    if (!route.operation.empty()) message.operation = route.operation.c_str();
    if (!route.profile.empty()) message.profile = route.profile.c_str();
    site_.handler(site_.user, exchange.release(), &message);
}

void Server::observe(coap_session_t* session, const std::string& profile, const coap_pdu_t* request, coap_pdu_t* response) {
    const auto wish = number_in(request, COAP_OPTION_OBSERVE);
    forget(session, token_of(request));
    coap_pdu_set_code(response, COAP_RESPONSE_CODE_CONTENT);
    // RFC 7641 4.1: a server that cannot take another observer answers as if it had not been asked to.
    if (wish != 0u || stopping_ || observers_.size() >= site_.options.max_connections) return;
    observers_.push_back({.session = hold(session), .token = std::string(token_of(request)), .key = key_of(request), .profile = profile});
    add(response, COAP_OPTION_OBSERVE, notification_);
}

void Server::forget(coap_session_t* session, std::string_view token) {
    observers_.remove_if([&](const Observer& observer) { return observer.session.get() == session && observer.token == token; });
}

}  // namespace cmpkit_coap
