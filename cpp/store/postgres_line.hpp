// A line to the database that survives its server: a session with its statements, opened when it is needed and again after it was lost.
// It refuses to say a second time what may have been heard: only what changes nothing is asked again.
#pragma once
#include "store/postgres_session.hpp"

#include <chrono>
#include <mutex>

namespace cmpkit::store::postgres {

/// Opens sessions, for all lines of a store.
class Connector {
public:
    Connector(std::string url, Bytes password) : address_(std::move(url), password) {}

    /// Makes the tables where there are none.
    Result<void> make_store();

    /// @error store_failed  also without a try, for as long as the last failure took: who waits for a server that is gone must not make others queue
    Result<std::unique_ptr<Session>> open(std::span<const Statement> statements);

private:
    using Clock = std::chrono::steady_clock;

    Result<std::unique_ptr<Session>> try_to_open(std::span<const Statement> statements) const;
    std::optional<Error>             failed_lately();

    const Address        address_;
    std::mutex           mutex_;  // guards what is below
    Clock::time_point    no_try_before_{};
    std::optional<Error> last_failure_;
};

/// Belongs to one thread at a time.
class Line {
public:
    Line(Connector& connector, std::span<const Statement> statements) : connector_(&connector), statements_(statements) {}

    /// Calls that change nothing for good. A session that was lost since the last time is opened anew, once.
    Result<std::vector<Answer>> ask(std::span<const Call> calls);
    /// Calls that count once.
    Result<std::vector<Answer>> tell(std::span<const Call> calls);
    /// Ends whatever transaction is open: the server undoes it.
    void                        drop() { session_.reset(); }
    Result<void>                open();

private:
    Connector*                 connector_;  // outlives all lines
    std::span<const Statement> statements_;
    std::unique_ptr<Session>   session_;
};

}  // namespace cmpkit::store::postgres
