// What a server answers, and how it is written (RFC 9112).
#pragma once
#include "contract.h"

#include <ctime>
#include <string>

namespace cmpkit_http {

struct Reply {
    unsigned    status = 500;
    std::string type;  // of the body
    std::string body;
};

enum class Persistence { keep, keep_1_0, close };

/// What the host says.
Reply reply_of(const cmpkit_transport_message& answer);

/// For a person with a browser or curl; our own words only.
Reply refusal(unsigned status);

/// Status line and header fields, with the empty line.
std::string head_of(const Reply& reply, Persistence persistence, std::time_t now);

}  // namespace cmpkit_http
