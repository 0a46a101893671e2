// Who asks a CA that knows PKCS#10 requests alone (RFC 9483 4.1.4): a command of the operator's, or the application. It hands over the request and reads the
// outcome; what a certificate is worth is judged by whoever gets it. The same request is always asked for by the same id, so that a repetition can be told.
#pragma once
#include "responder/relay.hpp"
#include "transport/registry.hpp"

#include <chrono>
#include <functional>
#include <mutex>

namespace cmpkit::service {

/// What such a CA is asked. `pkcs10` is a view.
struct AdapterQuestion {
    Bytes       pkcs10;          // DER
    std::string upstream, profile;  // its name; certProfile, else what the path says, escaped
    std::string transaction_id;  // as the log has it: requesters choose them, and two may choose the same
    std::string id;              // of this request: the same after a crash, and no other request's
};
/// @pre parcel.is_converted. It views the parcel.
AdapterQuestion question_of(const responder::Parcel& parcel);

/// The application that asks for some upstreams. Any thread.
class Adapter {
public:
    /// May be asked the same again. Answers as Relay::returned wants it. @error rejected  the detail is for the requester; others: there is no answer yet
    using Ask = std::function<Result<Octets>(const AdapterQuestion& question)>;

    void set(Ask ask);  // empty: nobody is asked any more
    Ask  find() const;

private:
    mutable std::mutex mutex_;
    Ask                ask_;
};

/// The error for a request that the CA refused. @param words  for the requester if they are short and harmless, for the log in any case
Error refused_by_ca(std::string_view words, const Error& why);

/// @param adapter  null: there is none  @error bad_state  nobody is there; the adapter's
Result<Octets> ask_application(const Adapter* adapter, const AdapterQuestion& question);

/// PEM to the standard input of the command, CMPKIT_… in its environment; its standard output is the answer.
/// @error rejected  exit status neither 0 nor 75; transport_failed  75, or it was ended by a signal; io, deadline, cancelled
Result<Octets> ask_command(const std::vector<std::string>& command, const AdapterQuestion& question, std::chrono::milliseconds most, transport::Cancel& cancel);

}  // namespace cmpkit::service
