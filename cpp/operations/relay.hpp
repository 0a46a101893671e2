// The middle of a transaction: what a registration authority does with one message of a requester. Which message is due, what is asked of the
// authority, what goes on, what is answered here. The message has passed the header checks and its protection is verified; the operation knows
// neither store nor policy, and composes nothing that goes upstream.
//
//     RelayOperation operation(message, requester, transaction, first, label);
//     RelayAction next = operation.begin();
//     if (std::get_if<AskPermission>(&next)) next = operation.permitted();        // what the authority says
#pragma once
#include "operations/authority.hpp"
#include "operations/relayed.hpp"
#include "operations/transition.hpp"

namespace cmpkit::operations {

struct AskPermission {};   // may the transaction's first message go on? What it asks for stands in the operation
struct AskToForget {};     // the requester waits no longer for an officer
struct Forward {};         // the message goes upstream
struct Deliver {};         // the upstream's answer that is at hand goes to the requester
struct RelayAnswer {       // an answer of our own
    const PKIBody*            body = nullptr;  // lives in the operation
    std::optional<RelayState> state{};         // absent: the transaction stays as it is
    std::int64_t              check_after = 0;  // seconds after which a requester that waits asks again
    std::optional<Error>      refusal{};        // why the answer is negative, for the log
};
using RelayAction = std::variant<AskPermission, AskToForget, Forward, Deliver, RelayAnswer>;

/// One thread at a time. Borrows its arguments.
class RelayOperation {
public:
    /// @param first  the first message of the transaction; null: this is it
    /// @param label  what the path of the first message said
    /// @param usual  what a requester is told that waits for an upstream
    RelayOperation(const PKIMessage& message, const Requester& requester, const RelayedTransaction& transaction, const PKIMessage* first, std::string label, Waiting usual);

    RelayAction begin();
    RelayAction permitted();
    RelayAction refused(const Refusal& refusal);
    RelayAction postponed(Waiting waiting);
    RelayAction informed(Information information);
    RelayAction forgotten();

    // What the first message asks for; each is set for its kind of body.
    const EnrollmentRequest*  enrollment() const { return is_enrollment_ ? &enrollment_ : nullptr; }
    const RevocationRequest*  revocation() const { return is_revocation_ ? &revocation_ : nullptr; }
    const InformationRequest* inquiry() const { return is_inquiry_ ? &inquiry_ : nullptr; }
    bool                      is_key_generation() const { return is_key_generation_; }
    const PKIMessage&         first() const { return first_ ? *first_ : message_; }

    enum class Happening : std::uint8_t { request, confirmation, poll, error, other, permitted, refused, postponed, informed, forgotten };
    enum class State : std::uint8_t { fresh, undecided, asked, told, ready, open, ended, deciding, forgetting, answered };

private:
    using Row = Transition<RelayOperation, State, Happening, RelayAction>;
    static const std::span<const Row>& table();
    RelayAction step(Happening happening);

    // guards
    bool is_malformed() const { return problem_.has_value(); }
    bool has_bad_header() const { return has_bad_header_; }
    bool is_polled() const { return first_ != nullptr; }

    // actions
    RelayAction ask_permission() { return AskPermission{}; }
    RelayAction ask_to_forget() { return AskToForget{}; }
    RelayAction forward() { return Forward{}; }
    RelayAction deliver() { return Deliver{}; }
    RelayAction refuse();
    RelayAction tell_to_wait();
    RelayAction tell_to_poll_again();
    RelayAction tell_undecided();
    RelayAction tell_information();
    RelayAction tell_in_use();
    RelayAction tell_unexpected();
    RelayAction tell_problem();
    RelayAction acknowledge();

    Happening    read();
    Result<void> check_place() const;
    Result<void> check_poll() const;
    void         read_first();
    RelayAction  error_answer(const Error& error);
    RelayAction  answer(std::optional<RelayState> state);

    const PKIMessage&         message_;
    const Requester&          requester_;
    const RelayedTransaction& transaction_;
    const PKIMessage*         first_;
    std::string               label_;
    Waiting                   usual_;

    State                state_;
    der::Arena           arena_;
    PKIBody              body_;  // of the answer
    EnrollmentRequest    enrollment_;
    RevocationRequest    revocation_;
    InformationRequest   inquiry_;
    bool                 is_enrollment_ = false, is_revocation_ = false, is_inquiry_ = false, is_key_generation_ = false;
    Information          information_;
    Waiting              waiting_;
    std::optional<Error> problem_;
    bool                 has_bad_header_ = false;
};

/// What an upstream's answer means for the transaction.
enum class AnswerKind : std::uint8_t {
    waiting,  // it has not decided: «waiting», or a pollRep
    granted,  // a certificate that awaits confirmation
    final,    // nothing more is expected
};
/// @param first  of the transaction: a grant of implicit confirmation counts where that was asked for
AnswerKind kind_of(const PKIMessage& answer, const PKIMessage& first);
/// The seconds after which to ask again, and the certReqId to ask with. @pre kind_of is waiting
PollRep    wait_of(const PKIBody& answer);

}  // namespace cmpkit::operations
