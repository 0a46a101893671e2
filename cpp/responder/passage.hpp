// One transaction of a relay under what the store holds of it: read the record, let an event change it, commit. When another writer was faster nothing has
// changed, and the next passage begins with what that one wrote.
#pragma once
#include "operations/relay.hpp"
#include "responder/onward.hpp"
#include "responder/relay.hpp"

namespace cmpkit::responder {

/// A requester's message whose sender is known. Views.
struct Visit {
    const PKIMessage&  message;
    const Sender&      sender;
    const std::string& label;  // what its path says
    Octets             hash;   // of the message as received
};

/// What a passage came to, beside the step.
struct Passed {
    Step                 step{};
    std::string          word{};     // for the log: "ip", "forwarded", "repeated ip"
    std::optional<Error> refusal{};  // why the answer is negative
    Deed                 deed{};
};

/// The key of the record of a message whose requester is unknown: that of no transaction. @param hash  SHA-256 of its octets
Octets unverified_key(Bytes hash);
bool   is_unverified(Bytes key);

/// A record of Table::relayed, read.
class Passage {
public:
    Passage(ra::RegistrationAuthority& authority, const Doorway& doorway, store::Store& store, const operations::Random& random, Octets key, std::int64_t now)
        : authority_(authority), doorway_(doorway), store_(store), random_(random), key_(std::move(key)), now_(now) {}

    // Each reads the record and commits what it changes. @error conflict: another writer was faster; and what store and keys fail with
    /// A message of the requester.
    Result<Passed> visit(const Visit& visit);
    /// A message of a requester that is unknown here, which may go on as it is. @param hash  of its octets
    Result<Passed> pass_unverified(const PKIMessage& message, const std::string& label, Bytes hash);
    /// An answer that can be believed, to the message that is on its way. @param sent  that message
    Result<Passed> answer(const PKIMessage& answer, Bytes sent);
    /// The message on its way did not arrive, or brought nothing that can be believed.
    Result<Passed> failure(Bytes sent, const Error& why);
    /// The requester was kept waiting long enough.
    Result<Passed> lapse();
    /// Its time has come: the message on its way is claimed, or what is overdue ends.
    Result<Passed> take_up();

    /// The requester's message that is not answered yet, the transaction's first, and the upstream that has it. @pre load() found a record
    Result<bool>         load();  // whether there is one
    const operations::RelayedTransaction& record() const { return before_ ? **before_ : fresh_; }
    const PKIMessage&    first() const { return **first_; }
    const PKIMessage&    current() const { return current_ ? **current_ : first(); }
    const ra::Upstream*  upstream() const { return authority_.upstream(text_of(record().upstream.content)); }

private:
    using Record = operations::RelayedTransaction;
    Result<Passed> decide(operations::RelayOperation& operation, const Visit& visit);
    Result<operations::RelayAction> ask(operations::RelayOperation& operation, const Visit& visit);
    Result<Passed> forward(const Visit& visit);
    Result<Passed> deliver(const Visit& visit);
    Result<Passed> reply(const operations::RelayAnswer& answer, const Visit& visit);
    Result<Passed> pass_on(const PKIMessage& answer, operations::AnswerKind kind);
    Result<Passed> wait_on(const PKIMessage& answer);
    Result<Passed> make_ready(const PKIMessage& answer, operations::AnswerKind kind);
    Result<Passed> tell_late(Record record, const PKIMessage& asked, const PKIMessage& first, const protection::Protector* protector, std::int64_t due);
    Result<Passed> tell_late();
    Result<Passed> tell_unverified();
    Result<Passed> pass_on_unverified(const PKIMessage& answer);
    Result<Passed> tell_unavailable(const ra::Upstream& upstream);
    Result<Passed> give_up();
    Result<Passed> end_overdue();
    Result<void>   set_confirmation(Record& record, const PKIMessage& answer, operations::AnswerKind kind);
    void           note_answer(const PKIMessage& answer);
    store::Write   archived(const PKIMessage& first, Bytes sent) const;
    Result<Octets> seal_own(const PKIBody& body, const PKIMessage& asked, const protection::Protector* protector);
    bool           is_passed_through(Bytes sent) const;
    Result<protection::Protector> protector_towards(const PKIMessage& asked);
    Upward         upward(const ra::Upstream& upstream, operations::Forwarding forwarding, bool confirms) const;
    Parcel         parcel_of(const Record& record, Bytes message, const ra::Upstream& upstream, const PKIMessage& first) const;
    Record         next(operations::RelayState state) const;
    void           keep_exchange(Record& record, Bytes hash, Bytes reply);
    Result<void>   commit(Record record, std::int64_t due, Octets index = {});
    std::int64_t   due_of(const Record& record) const;

    ra::RegistrationAuthority& authority_;
    const Doorway&             doorway_;
    store::Store&              store_;
    const operations::Random&  random_;
    Octets                     key_;
    std::int64_t               now_;

    const Record                                fresh_;
    std::optional<der::Parsed<Record>>          before_;  // none: the transaction is new
    std::optional<der::Parsed<PKIMessage>>      first_, current_;
    std::uint64_t                               version_ = 0;
    std::int64_t                                due_before_ = 0;
    std::vector<store::Write>                   writes_;
    std::vector<operations::Exchange>           exchanges_;
    std::vector<Octets>                         kept_;  // what exchanges_ views
    std::optional<ra::Permission>               permission_;
    Deed                                        deed_;
    Octets                                      nonce_;
};

}  // namespace cmpkit::responder
