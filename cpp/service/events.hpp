// Events: what came of each request, for monitoring and network access control, one line of JSON each, in a file and to the application. They are told after
// the fact and decide nothing; a message that changes nothing of its request's state is no event, and what nobody here could verify is none either.
//
//     {"time":"2027-01-15T08:00:00Z","event":"enrolled","requester":"secret:dev1","device":"dev1","asked":"ir","subject":"CN=dev1","serial":"0x2a", …}
#pragma once
#include "responder/responder.hpp"
#include "service/line_file.hpp"

namespace cmpkit::service {

/// The line, without its end; empty: it is no event.
std::string event_line(const responder::Incident& incident, std::int64_t now);

/// The application that hears of events. Any thread.
class Audience {
public:
    using Hear = std::function<void(const std::string& line)>;

    void set(Hear hear);  // empty: nobody listens any more
    Hear find() const;

private:
    mutable std::mutex mutex_;
    Hear               hear_;
};

/// Who is told. Any thread.
class Events {
public:
    /// @param file  null: none  @param audience  shared with the application that may come and go; null: none
    Events(std::shared_ptr<LineFile> file, std::shared_ptr<const Audience> audience) : file_(std::move(file)), audience_(std::move(audience)) {}

    /// Tells it if it is an event. @error io  the file does not have it
    Result<void> tell(const responder::Incident& incident, std::int64_t now) const;

private:
    std::shared_ptr<LineFile>       file_;
    std::shared_ptr<const Audience> audience_;
};

}  // namespace cmpkit::service
