// An exchange of a client, from submit to done.
#pragma once
#include "kit/message.hpp"
#include "names.hpp"

#include <chrono>
#include <optional>

namespace cmpkit_spool {

struct Waiting {
    using Clock = std::chrono::steady_clock;

    Waiting(const cmpkit_transport_message& message, std::uint32_t timeout_ms, std::uint64_t given_id, cmpkit_transport_done given_done, void* given_user)
        : request(message), digest(digest_of(request.data)), id(given_id), done(given_done), user(given_user) {
        if (timeout_ms != 0) deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
    }

    cmpkit_plugin::Request           request;
    std::string                      digest;
    std::uint64_t                    id, number = 0;
    cmpkit_transport_done            done;
    void*                            user;
    std::optional<Clock::time_point> deadline;
    std::string                      name;        // of the request's file; empty: not written yet
    std::optional<Clock::time_point> missed;      // since when neither the request nor an answer is there
};

}  // namespace cmpkit_spool
