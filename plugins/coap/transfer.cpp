#include "transfer.hpp"

#include "links.hpp"
#include "lookup.hpp"
#include "paths.hpp"

#include <algorithm>
#include <array>

namespace cmpkit_coap {

namespace {

constexpr std::uint32_t register_me = 0, forget_me = 1;  // RFC 7641 2
constexpr auto          renew_after = std::chrono::seconds(60);  // Max-Age, where the server tells none (RFC 7252 5.10.5)

std::string path_of(const Target& target, const cmpkit_plugin::Request& request) {
    return request.kind == CMPKIT_TRANSPORT_LINKS ? std::string(core_path) : path_for(target.url.path, request.profile, request.operation);
}

cmpkit_transport_message announcement_request() {
    cmpkit_transport_message message{};
    message.size = sizeof message;
    message.kind = CMPKIT_TRANSPORT_ANNOUNCEMENT;
    return message;
}

Clock::time_point deadline_of(std::uint32_t timeout_ms) {
    return timeout_ms == 0 ? Clock::time_point::max() : Clock::now() + std::chrono::milliseconds(timeout_ms);
}

}  // namespace

Transfer::Transfer(const Target& target, const cmpkit_transport_message& message, std::uint32_t timeout_ms, std::uint64_t number, cmpkit_transport_done done, void* user)
    : id(number), deadline(deadline_of(timeout_ms)), target_(target), request_(message), path_(path_of(target, request_)), done_(done),
      user_(user), szx_(target.options.szx) {}

Transfer::Transfer(const Target& target, const std::string& profile, std::uint64_t number, cmpkit_transport_notice notice, cmpkit_transport_done done, void* user)
    : id(number), deadline(Clock::time_point::max()), target_(target), request_(announcement_request()), path_(path_of_announcements(target.url.path, profile)),
      done_(done), notice_(notice), user_(user), szx_(target.options.szx) {}

std::string Transfer::where() const { return text_of(target_.url, target_.url.port, path_); }

void Transfer::fail(cmpkit_transport_rc rc, std::string why) {
    if (!ended) ended = Outcome{rc, why.empty() ? "" : why + ": " + where()};
}

void Transfer::begin(coap_session_t* session) {
    session_ = session;
    fit_blocks();
    if (is_observation()) return begin_observation(register_me);
    if (kind() == CMPKIT_TRANSPORT_LINKS) return ask(std::nullopt, std::nullopt);
    send_block();
}

/// A long path leaves less room for a block.
void Transfer::fit_blocks() {
    std::size_t other = 4 + 8 + 5 * 5;  // header, token, the options of a block
    for (const auto& segment : segments_of(path_)) other += segment.size() + 3;
    other += target_.url.query.size() + 3 + (target_.url.is_address() ? 0 : target_.url.host.size() + 3);
    const std::size_t most = coap_session_max_pdu_size(session_);
    while (szx_ > 0 && other + (std::size_t{16} << szx_) > most) --szx_;
}

void Transfer::put_path(coap_pdu_t* pdu) const {
    for (const auto& segment : segments_of(path_)) add(pdu, COAP_OPTION_URI_PATH, segment);
}

/// Sends a part of the request, or asks for a part of the answer.
void Transfer::ask(const std::optional<Block>& up, const std::optional<Block>& down, std::optional<std::uint32_t> observe) {
    // RFC 7252 11.4: who cannot read along must not guess it. libcoap's own tokens count up.
    std::array<char, 8> token{};
    if (coap_prng(token.data(), token.size()) != 1) return fail(CMPKIT_TRANSPORT_FAILED, "no random octets");
    token_.assign(token.data(), token.size());
    if (observe == register_me && observed_token_.empty()) observed_token_ = token_;
    const bool posts = kind() == CMPKIT_TRANSPORT_CMP;
    auto       pdu   = make(session_, COAP_MESSAGE_CON, posts ? COAP_REQUEST_CODE_POST : COAP_REQUEST_CODE_GET, observe ? observed_token_ : token_);
    // RFC 7252 5.10.1: an address need not be told, as it is where the message goes.
    if (!target_.url.is_address()) add(pdu.get(), COAP_OPTION_URI_HOST, target_.url.host);
    if (observe) add(pdu.get(), COAP_OPTION_OBSERVE, *observe);
    put_path(pdu.get());
    if (up) add(pdu.get(), COAP_OPTION_CONTENT_FORMAT, pkixcmp);
    if (!target_.url.query.empty() && kind() != CMPKIT_TRANSPORT_LINKS) add(pdu.get(), COAP_OPTION_URI_QUERY, target_.url.query);
    if (down) add(pdu.get(), COAP_OPTION_BLOCK2, *down);
    if (up && (up->num > 0 || up->more)) add(pdu.get(), COAP_OPTION_BLOCK1, *up);
    if (up && up->num == 0 && up->more) add(pdu.get(), COAP_OPTION_SIZE1, static_cast<std::uint32_t>(request_.data.size()));
    if (up) add_body(pdu.get(), cut(request_.data, *up));
    if (send(session_, std::move(pdu)) == COAP_INVALID_MID) fail(CMPKIT_TRANSPORT_CONNECT, "the message could not be sent");
}

void Transfer::send_block() {
    const Block block = block_at(sent_, request_.data.size(), szx_);
    // With the last block comes the answer, in blocks that we have room for (RFC 7959 2.4).
    const auto down = !block.more && target_.options.szx < COAP_MAX_BLOCK_SZX ? std::optional(Block{.szx = target_.options.szx}) : std::nullopt;
    ask(block, down);
}

void Transfer::begin_observation(std::uint32_t value) {
    ask(std::nullopt, std::nullopt, value);
    token_.clear();
    renewal = Clock::now() + renew_after;
}

void Transfer::renew() { begin_observation(register_me); }

void Transfer::deregister() {
    if (session_ && !observed_token_.empty()) ask(std::nullopt, std::nullopt, forget_me);
}

void Transfer::receive(const coap_pdu_t* received) {
    const auto token    = token_of(received);
    const bool observed = is_observation() && token == observed_token_;
    if (ended || (token != token_ && !observed)) return;  // sent again by the server, or too late
    if (observed) {
        token_.clear();  // whatever was asked for belongs to an older announcement
        begin_body(received);
    } else if (goes_on(received)) {
        return;
    } else if (answer_.empty() || coap_pdu_get_code(received) != code_) {
        begin_body(received);  // also of what is told in the place of a further block
    }
    take_body(received);
}

/// @return the server wants more of the request, or wants it otherwise
bool Transfer::goes_on(const coap_pdu_t* received) {
    const auto code  = coap_pdu_get_code(received);
    const auto block = block_in(received, COAP_OPTION_BLOCK1);
    const Block sent = block_at(sent_, request_.data.size(), szx_);
    if (code == COAP_RESPONSE_CODE_REQUEST_TOO_LARGE && block && block->szx < szx_ && sent_ == 0) return retry_smaller(block->szx), true;
    if (code != COAP_RESPONSE_CODE_CONTINUE) return false;
    if (!sent.more || !block || block->num != sent.num) return fail(CMPKIT_TRANSPORT_CONTENT, "the server asks for what it has"), true;
    sent_ += sent.size();
    szx_ = std::min(szx_, block->szx);
    send_block();
    return true;
}

// RFC 7959 2.9.3: the server names a size that it has room for.
void Transfer::retry_smaller(unsigned szx) {
    szx_ = szx;
    send_block();
}

void Transfer::begin_body(const coap_pdu_t* received) {
    answer_.clear();
    code_   = coap_pdu_get_code(received);
    format_ = number_in(received, COAP_OPTION_CONTENT_FORMAT);
    etag_   = octets_in(received, COAP_OPTION_ETAG);
    if (!is_observation() || token_of(received) != observed_token_) return;
    const bool observes = octets_in(received, COAP_OPTION_OBSERVE).size() > 0 || number_in(received, COAP_OPTION_OBSERVE).has_value();
    if (class_of(code_) == 2 && observes) registered_ = true;
    else if (registered_) fail(CMPKIT_TRANSPORT_OK, "");
    else fail(CMPKIT_TRANSPORT_STATUS, class_of(code_) == 2 ? "the server takes no observers" : outcome_text());
}

void Transfer::take_body(const coap_pdu_t* received) {
    if (ended) return;
    const auto most  = target_.options.max_message;
    const auto block = block_in(received, COAP_OPTION_BLOCK2);
    if (number_in(received, COAP_OPTION_SIZE2).value_or(0) > most || body_of(received).size() > most - std::min(most, answer_.size()))
        return fail(CMPKIT_TRANSPORT_TOO_LARGE, "the answer is larger than " + std::to_string(most) + " octets");
    if (block && !take_block(received, *block)) return;
    if (!block) answer_ = body_of(received);
    if (!block || !block->more) take_whole();
}

bool Transfer::take_block(const coap_pdu_t* received, const Block& block) {
    const auto body = body_of(received);
    if (block.is_reserved() || block.offset() != answer_.size() || (block.more && body.size() != block.size()))
        return fail(CMPKIT_TRANSPORT_CONTENT, "the blocks of the answer do not fit together"), false;
    if (octets_in(received, COAP_OPTION_ETAG) != etag_) return fail(CMPKIT_TRANSPORT_CONTENT, "the answer changed while it came"), false;
    answer_ += body;
    if (block.more) ask(std::nullopt, Block{.num = block.num + 1, .szx = block.szx});
    return true;
}

std::string Transfer::outcome_text() const { return "CoAP " + name_of(code_); }

void Transfer::take_whole() {
    if (is_observation()) return take_announcement();
    note_peer();
    const std::uint32_t wanted = kind() == CMPKIT_TRANSPORT_LINKS ? link_format : pkixcmp;
    const bool          fits   = format_ == wanted && !answer_.empty();
    // RFC 9482 2.7 with RFC 9811 3.1: a PKIMessage with an error is handed up; so the content is judged first, the status second.
    const unsigned hundreds = class_of(code_);
    if (fits && (hundreds == 2 || (kind() == CMPKIT_TRANSPORT_CMP && (hundreds == 4 || hundreds == 5)))) return fail(CMPKIT_TRANSPORT_OK, "");
    if (code_ == COAP_RESPONSE_CODE_REQUEST_TOO_LARGE) return fail(CMPKIT_TRANSPORT_TOO_LARGE, "the request is too large for the server");
    if (hundreds != 2) return fail(CMPKIT_TRANSPORT_STATUS, outcome_text());
    if (answer_.empty()) return fail(CMPKIT_TRANSPORT_CONTENT, outcome_text() + " brought no message");
    fail(CMPKIT_TRANSPORT_CONTENT, outcome_text() + " brought content format " + (format_ ? std::to_string(*format_) : "none") + " where " + std::to_string(wanted) + " is expected");
}

void Transfer::take_announcement() {
    // The answer to a renewal tells the last one again.
    if (class_of(code_) != 2 || answer_.empty() || format_ != pkixcmp || answer_ == last_announcement_) return;
    note_peer();
    const auto who     = view_of(peer_);
    const auto message = cmpkit_plugin::view_of(CMPKIT_TRANSPORT_ANNOUNCEMENT, answer_, who);
    notice_(user_, &message);
    last_announcement_ = answer_;
}

void Transfer::note_peer() {
    peer_.address = text_of(*coap_session_get_addr_remote(session_));
    if (target_.url.is_tls()) take_identity(peer_, target_.host, session_);
}

void Transfer::end() {
    const auto outcome = ended ? std::move(*ended) : Outcome{CMPKIT_TRANSPORT_FAILED, {}};
    const auto rc      = cmpkit_plugin::guarded([&] {
        if (kind() == CMPKIT_TRANSPORT_LINKS) answer_ = with_long_labels(answer_);
        return CMPKIT_TRANSPORT_OK;
    });
    const auto who     = view_of(peer_);
    const auto message = cmpkit_plugin::view_of(kind(), answer_, who);
    cmpkit_plugin::end(done_, user_, rc == CMPKIT_TRANSPORT_OK ? outcome : Outcome{rc, {}}, is_observation() ? nullptr : &message);
}

}  // namespace cmpkit_coap
