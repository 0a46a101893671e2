// What a server remembers of a session: a request that comes block by block, answers that are fetched block by block, requests already handed up.
// Blocks are put together here and not by libcoap 4.3.1, which takes as many as come, makes room for as many as are claimed, and forgets a large answer when it
// gets a second one (RFC 7959).
#pragma once
#include "kit/message.hpp"
#include "pdu.hpp"

#include <deque>

namespace cmpkit_coap {

/// An answer as it goes out.
struct Reply {
    coap_pdu_code_t code   = COAP_RESPONSE_CODE_INTERNAL_ERROR;
    std::uint32_t   format = pkixcmp;  // of the body, if there is one
    std::string     body{};
};

/// The first message of an answer, or its only one.
struct First {
    coap_pdu_code_t              code;
    std::string                  etag;  // with the next two, if blocks follow
    std::optional<Block>         down;
    std::uint32_t                size = 0;
    std::optional<std::uint32_t> observe;  // the number of a notification
    std::uint32_t                format;
    std::optional<Block>         up;  // the last block of the request, if it came in blocks
    std::string                  body;

    /// Into a message that has a token alone.
    void put_into(coap_pdu_t* pdu) const;
};

class Caller {
public:
    explicit Caller(cmpkit_plugin::Peer peer_) : peer(std::move(peer_)) {}

    const cmpkit_plugin::Peer peer;

    /// A request that was handed up.
    struct Noted {
        coap_mid_t           mid;
        std::string          token;
        bool                 acknowledged = false;  // by an empty message
        std::optional<First> answer{};              // that went with the acknowledgement
    };
    void note(const coap_pdu_t* request);
    /// Null: it was not handed up, or long ago (RFC 7252 4.2).
    Noted* noted(coap_mid_t mid, std::string_view token);

    enum class Upload { more, complete, unfit, too_large, malformed };
    /// Takes a block of a request. `key` says which request. Complete: take_body() has it.
    Upload      take(const std::string& key, const Block& block, std::string_view octets, std::size_t most);
    std::string take_body() { return std::move(upload_); }

    /// Keeps what follows the first message until it was fetched, or others come.
    First begin(const std::string& key, Reply reply, unsigned szx, std::optional<std::uint32_t> observe, const std::optional<Block>& up);
    /// Puts a later one. @return false: there is no such answer, or it is shorter
    bool put_later(coap_pdu_t* pdu, const std::string& key, const Block& wanted, unsigned szx);
    /// An answer has blocks that were not yet fetched.
    bool owes_blocks() const;

    /// Something that made no sense. @return it was once too often
    bool strike() { return ++strikes_ > most_strikes; }

private:
    static constexpr std::size_t most_kept = 2, most_noted = 16, most_strikes = 32;

    struct Kept {
        std::string key;
        std::string etag;
        Reply       reply;
        bool        fetched = false;  // the last block was asked for
    };
    std::string upload_key_, upload_;
    std::deque<Kept> kept_;
    std::deque<Noted> noted_;
    std::uint32_t next_etag_ = 1;
    std::size_t   strikes_   = 0;
};

}  // namespace cmpkit_coap
