// Names to addresses.
// It refuses to block a loop: a name is looked up in a thread of its own, which nobody has to wait for.
#pragma once
#include "library.hpp"

#include <functional>
#include <optional>
#include <string>

namespace cmpkit_coap {

/// Blocks if `host` is a name. @return nothing, and a sentence in `error`, if it has no address
std::optional<coap_address_t> address_of(const std::string& host, std::uint16_t port, std::string& error);

/// Calls `found` once, from a thread of its own. @throws std::system_error  no thread is left
void look_up(std::string host, std::uint16_t port, std::function<void(std::optional<coap_address_t>, std::string)> found);

/// "127.0.0.1:5683", "[::1]:5683"
std::string text_of(const coap_address_t& address);

}  // namespace cmpkit_coap
