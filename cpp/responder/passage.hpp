// One transaction of a relay under what the store holds of it: read the record, let an event change it, commit. When another writer was faster nothing has
// changed, and the next passage begins with what that one wrote. It believes what it is given: protection is verified before.
#pragma once
#include "operations/relay.hpp"
#include "responder/notes.hpp"
#include "responder/onward.hpp"
#include "responder/relay.hpp"

#include <deque>

namespace cmpkit::responder {

/// A requester's message whose sender is known. Views.
struct Visit {
    const PKIMessage&  message;
    const Sender&      sender;
    const protection::Protector* protector;  // of answers to it; null: there is none
    const std::string& label;                // what its path says
    Octets             hash;                 // of the message as received
    bool               is_batched = false;   // it is told to wait at once
};

/// What a passage came to, beside the step.
struct Passed {
    Step                 step{};
    std::string          word{};     // for the log: "ip", "forwarded", "repeated"
    std::optional<Error> refusal{};  // why the answer is negative
    Deed                 deed{};
    std::string          queue{};    // not empty: messages for this upstream wait to be bundled, maybe enough of them
};

/// An upstream's answer that can be believed, or what is to be asked before that can be said; neither: nothing is asked any more.
struct Answered {
    std::optional<der::Parsed<PKIMessage>>   message{};
    std::optional<operations::MissingStatus> missing{};
};

/// The key of the record of a message whose requester is unknown: that of no transaction. @param hash  SHA-256 of its octets
Octets unverified_key(Bytes hash);
bool   is_unverified(Bytes key);
/// The index of records whose messages wait for the next batch to that upstream.
Octets queue_index(std::string_view upstream);

/// A record of Table::relayed, read.
class Passage {
public:
    Passage(ra::RegistrationAuthority& authority, const Doorway& doorway, store::Store& store, const operations::Random& random, Octets key, std::int64_t now)
        : authority_(authority), doorway_(doorway), store_(store), random_(random), key_(std::move(key)), now_(now) {}

    // Each reads the record and commits what it changes. @error conflict: another writer was faster; and what store and keys fail with
    /// A message of the requester.
    Result<Passed> visit(const Visit& visit);
    /// A message of a requester that is unknown here, which may go on as it is. @param whole  what goes on: its octets, or those of a message that approves it
    Result<Passed> pass_unverified(const PKIMessage& message, Bytes whole, const std::string& label);
    /// An answer that can be believed, to the message that is on its way. @param sent  that message
    Result<Passed> answer(const PKIMessage& answer, Bytes sent);
    /// Its answer will not come. @param why  what its requester is told
    Result<Passed> fail(Bytes sent, const Error& why);
    /// The message on its way did not arrive, or its answer did not.
    Result<Passed> failure(Bytes sent, const Error& why);
    /// What a CA that knows PKCS#10 alone came to, see Relay::returned.
    Result<Passed> convert(Bytes sent, const Result<Octets>& answer);
    /// The requester was kept waiting long enough.
    Result<Passed> lapse();
    /// Its time has come: the message on its way is claimed, or what is overdue ends.
    Result<Passed> take_up();
    /// It cannot be taken up now: later.
    Result<void>   postpone();

    /// Reads what came in answer to `sent`. Changes nothing. @error it cannot be believed
    Result<Answered> read_answer(Bytes sent, Bytes octets);

    Result<bool> load();  // whether there is a record
    // @pre load() found one
    const operations::RelayedTransaction& record() const { return before_ ? **before_ : fresh_; }
    bool              is_on_its_way(Bytes sent) const { return record().outgoing && equal(record().outgoing->message.content, sent); }
    const PKIMessage& first() const { return **first_; }
    /// The requester's message whose final answer it waits for.
    const PKIMessage& current() const { return current_ ? **current_ : first(); }
    /// The requester's message that is to be answered next.
    const PKIMessage& asked() const { return poll_ ? **poll_ : current(); }
    const ra::Upstream* upstream() const { return authority_.upstream(text_of(record().upstream.content)); }  // null: it is not configured any more

private:
    using Record    = operations::RelayedTransaction;
    using Departure = operations::Departure;
    using Protector = protection::Protector;

    // passage_visit.cpp: what the requester's messages do
    Result<Passed> decide(operations::RelayOperation& operation, const Visit& visit);
    Result<operations::RelayAction> ask(operations::RelayOperation& operation, const Visit& visit);
    ra::Question   question_of(const operations::RelayOperation& operation, const Visit& visit);
    Result<Passed> forward(const Visit& visit);
    Result<Octets> permit(Record& record, const Visit& visit);
    Result<Octets> continue_with(Record& record, const Visit& visit);
    Result<Passed> deliver(const Visit& visit);
    Result<Passed> hand_over(const PKIMessage& answer, const PKIMessage& asked, const Protector* protector);
    Result<Passed> reply(const operations::RelayAnswer& answer, const Visit& visit);
    void           note_route(const Record& record);
    store::Write   archived(const PKIMessage& first, Bytes sent) const;

    // passage_answers.cpp: what the upstream's do
    Result<void>   give_back(const PKIMessage& answer);
    bool           passes_through(Bytes sent) const;
    Result<Passed> pass_on(const PKIMessage& answer, operations::AnswerKind kind);
    Result<Passed> wait_on(const PKIMessage& answer);
    Result<Passed> make_ready(const PKIMessage& answer, operations::AnswerKind kind);
    Result<Passed> end_confirmation(const PKIMessage& answer);
    Result<Passed> drop_outgoing(Passed passed);
    bool           confirms(const PKIMessage& answer, operations::AnswerKind kind) const;
    Result<void>   set_confirmation(Record& record, const PKIMessage& answer);
    void           note_answer(const PKIMessage& answer);

    // passage_time.cpp: what the lack of answers does, and time
    Result<Passed> tell_late(Record record, const PKIMessage& asked, const Protector* protector);
    Result<Passed> tell_late();
    Result<Passed> tell_unavailable(const Error& why);
    Result<Passed> give_up(const Error& why);
    Result<Passed> end_overdue();
    Result<Passed> erase();

    // passage_converted.cpp: what a CA that knows PKCS#10 alone does not do itself (RFC 9483 4.1.4)
    Result<Octets> granted(std::span<const crypto::Cert> path);
    Result<Octets> declined(const Error& why);
    Result<Octets> as_answer(const PKIBody& body, std::span<const InfoTypeAndValue> info, std::span<const crypto::Cert> extra);
    Result<Passed> answer_here(const Visit& visit);
    Passed         unwanted(const Result<Octets>& answer) const;
    crypto::Cert   handed_out() const;
    void           note_unconfirmed();
    void           convert_parcel(Parcel& parcel, const Record& record) const;

    // passage_unverified.cpp
    Result<Passed> tell_unverified();
    Result<Passed> pass_on_unverified(const PKIMessage& answer);

    // passage.cpp: what is kept, and what is composed for the requester
    Result<Octets> seal_own(const PKIBody& body, const PKIMessage& asked, const Protector* protector, Bytes nonce = {});
    Result<Protector> protector_towards(const PKIMessage& asked);
    Downward       downward(const PKIMessage& asked, const Protector* protector, bool confirms) const;
    Upward         upward(const ra::Upstream& upstream, const Record& record) const;
    Parcel         parcel_of(const Record& record, const ra::Upstream& upstream) const;
    Octets         queue_of(const Record& record) const;
    std::int64_t   departure(const ra::Upstream& upstream) const { return upstream.batch ? now_ + upstream.batch->seconds : now_; }
    std::shared_ptr<const crypto::Secret> secret_of(const Departure& outgoing, const PKIMessage& sent);
    void           depart(Record& record, Octets message, operations::Errand errand, std::int64_t due, std::int64_t until);
    Record         next(operations::RelayState state) const;
    void           keep_exchange(Record& record, Bytes hash, Bytes reply);
    std::int64_t   end_of_wait(const PKIMessage& answer) const;
    Result<void>   commit(Record record);

    ra::RegistrationAuthority& authority_;
    const Doorway&             doorway_;
    store::Store&              store_;
    const operations::Random&  random_;
    Octets                     key_;
    std::int64_t               now_;

    const Record                                fresh_;
    std::optional<der::Parsed<Record>>          before_;  // none: the transaction is new
    std::optional<der::Parsed<PKIMessage>>      first_, current_, poll_;
    std::uint64_t                               version_ = 0;
    std::int64_t                                due_before_ = 0;
    std::vector<store::Write>                   writes_;
    std::vector<operations::Exchange>           exchanges_;
    std::deque<Octets>                          kept_;  // what the record that is written views
    std::optional<ra::Permission>               permission_;
    Deed                                        deed_;
    Octets                                      nonce_;
};

}  // namespace cmpkit::responder
