// How HTTP carries each kind of content: what is sent and what comes back.
#pragma once
#include "contract.h"

#include <cstdint>

namespace cmpkit_http {

struct Media {
    std::int32_t kind;
    const char*  sent;          // Content-Type of the POST; null: a GET, nothing is sent
    const char*  expected;      // Content-Type of the answer, for the operator
};

/// Null: a kind that this plugin does not carry.
const Media* media_of(std::int32_t kind);

}  // namespace cmpkit_http
