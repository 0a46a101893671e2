// One attempt to answer a message under what the store holds of its transaction: read the record, run the operation, ask the authority, seal the
// reply, commit. When another writer was faster it has changed nothing, and the next attempt begins with what that one wrote.
#pragma once
#include "operations/server.hpp"
#include "responder/authenticator.hpp"
#include "responder/notes.hpp"

namespace cmpkit::responder {

/// The nested message that brought another one and approves it. Views.
struct Escort {
    const PKIHeader* header = nullptr;  // null: there is none
    std::string      approved_by{};     // id of the RA that signed it
};

/// A message whose sender is known. Views.
struct Arrival {
    const PKIMessage&  message;
    const Sender&      sender;  // whose transaction it is
    const Directory&   directory;
    const Destination& destination;
    std::int64_t       now;
    Octets             key;   // of the transaction's record
    Octets             hash;  // of the message as received
    Escort             escort{};
    const Sender*      poller = nullptr;  // who signed, where that is an RA that polls in the place of `sender`
};

struct Outcome {
    Octets               reply;    // empty: the sender is refused before the operation begins
    std::string          word;     // for the log: the reply's body, or "repeated"
    std::optional<Error> refusal;  // why the answer is negative
    Deed                 deed{};
};

class Attempt {
public:
    Attempt(const Arrival& arrival, store::Store& store, const operations::Random& random)
        : arrival_(arrival), authority_(*arrival.destination.member->authority), store_(store), policy_(arrival.destination.member->policy), random_(random) {}

    /// @error conflict  another writer was faster: try again; and what the store or the authority fail with
    Result<Outcome> run();

private:
    Result<void>               load();
    Result<void>               check_times() const;
    std::string                approved_by() const;
    bool                       is_elsewhere() const;
    const operations::Exchange* answered_before() const;
    Result<operations::Answer> decide(operations::ServerOperation& operation);
    Result<operations::ServerAction> ask(operations::ServerOperation& operation, const operations::Ask& question);
    Result<operations::ServerAction> ask_to_enroll(operations::ServerOperation& operation, const operations::EnrollmentRequest& request);
    Result<operations::ServerAction> ask_to_revoke(operations::ServerOperation& operation, const operations::RevocationRequest& request);
    Result<crypto::Cert>       find_certificate(Bytes key);
    Result<Octets>             seal(const operations::Answer& answer);
    bool                       is_for_owner(const operations::Answer& answer) const;
    store::Write               record_of(const operations::Answer& answer, Bytes reply) const;
    std::int64_t               due_of(const operations::Answer& answer) const;
    const operations::Transaction& before() const { return before_ ? **before_ : fresh_; }
    void collect(std::vector<store::Write>& writes) { std::ranges::move(writes, std::back_inserter(writes_)); }

    const Arrival&            arrival_;
    operations::Authority&    authority_;
    store::Store&             store_;
    const Policy&             policy_;
    const operations::Random& random_;

    const operations::Transaction                       fresh_;
    std::optional<der::Parsed<operations::Transaction>> before_;  // none: the transaction is new
    std::optional<der::Parsed<PKIMessage>>              pending_;  // the first message of a transaction that waits
    std::uint64_t                                       version_ = 0;
    Octets                                              nonce_;
    std::vector<store::Write>                           writes_;
    Deed                                                deed_;
};

}  // namespace cmpkit::responder
