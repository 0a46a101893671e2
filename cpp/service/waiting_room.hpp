// Requesters whose answer is on its way: their connections, by transaction, until somebody has the answer or their patience is over. What they asked is in the
// store; whoever is not served here asks again and is served elsewhere.
#pragma once
#include "responder/responder.hpp"
#include "transport/registry.hpp"

#include <map>

namespace cmpkit::service {

/// Threads: any.
class WaitingRoom {
public:
    using Clock = std::chrono::steady_clock;
    struct Visitor {
        std::shared_ptr<transport::Exchange> exchange;  // shared with the job that took the request
        Octets                               request;
        responder::Origin                    origin;
        Clock::time_point                    until{};      // then it is told to wait
        Clock::time_point                    next_look{};  // then the store is asked, should another process have the answer
    };

    void enter(Octets key, Visitor visitor);
    /// Those of that transaction, who are the caller's now.
    std::vector<Visitor> leave(Bytes key);
    /// Those whose time it is to be told to wait, and those to look for again; both are the caller's now.
    struct Due {
        std::vector<std::pair<Octets, Visitor>> lapsed, to_look;
    };
    Due due(Clock::time_point now);
    /// Lets all of them go without an answer.
    void dismiss();

private:
    std::mutex                              mutex_;
    std::multimap<Octets, Visitor>          visitors_;
};

}  // namespace cmpkit::service
