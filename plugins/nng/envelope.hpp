// What stands in one message of NNG: a CMP message and nothing else (bare), or a head of one line and what it announces.
// It refuses to look behind the head.
//
//     CMP/1 kind=cmp operation=keyupdate profile=Plant%20A<LF>…      a request
//     CMP/1 status=answered kind=cmp<LF>…                            its answer
#pragma once
#include "contract.h"

#include <optional>
#include <string>
#include <string_view>

namespace cmpkit_nng {

/// Room that a head may take.
constexpr std::size_t max_head = 1024;

struct Envelope {
    bool             bare   = true;
    std::int32_t     kind   = CMPKIT_TRANSPORT_CMP;
    std::int32_t     status = CMPKIT_TRANSPORT_ANSWERED;
    std::string      operation{}, profile{};  // empty: none
    std::string_view data{};
};

/// Reads one. Of `octets` it borrows the data.
///
/// @return nothing: the head is malformed, or of another version
std::optional<Envelope> open_envelope(std::string_view octets);

/// The head of a request; empty: it goes bare. @param hints  whether operation and profile are told
std::string head_of(const cmpkit_transport_message& request, bool hints);
/// The head of an answer to a request that had one.
std::string head_of(std::int32_t status, std::int32_t kind);

/// Whether a client may ask for that.
bool is_request(std::int32_t kind);
/// Whether a message of `kind` answers one of the kind `asked`.
bool answers(std::int32_t asked, std::int32_t kind);
/// "busy"
std::string status_word(std::int32_t status);

}  // namespace cmpkit_nng
