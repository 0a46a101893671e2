// The server's side of one message of a transaction: which message is due, what is asked of the authority, what is answered. The message
// has passed the header checks and its protection is verified; the operation knows neither store nor policy.
//
//     ServerOperation operation(message, requester, transaction);
//     ServerAction next = operation.begin();
//     while (auto* ask = std::get_if<Ask>(&next)) next = operation.decided(…);     // what the authority says
//     const Answer& answer = std::get<Answer>(next);
#pragma once
#include "operations/authority.hpp"
#include "operations/compose.hpp"
#include "operations/transaction.hpp"
#include "operations/transition.hpp"

namespace cmpkit::operations {

/// What the authority is asked.
struct AskEnrollment {
    EnrollmentRequest request;
};
struct AskRevocation {
    RevocationRequest request;
};
struct AskInformation {
    InformationRequest request;
};
struct AskCertificate {  // the one that awaits confirmation, to compare its hash
    Octets key;
};
struct AskConfirm {
    Octets key;
};
struct AskWithdraw {
    Octets key;
};
struct AskAbandon {  // the requester waits no longer
    Octets request_id;
};
using Ask = std::variant<AskEnrollment, AskRevocation, AskInformation, AskCertificate, AskConfirm, AskWithdraw, AskAbandon>;

/// What is sent, and what the transaction becomes with it.
struct Answer {
    const PKIBody*                body = nullptr;      // lives in the operation
    std::vector<InfoTypeAndValue> general_info;        // its values live in the operation
    std::vector<crypto::Cert>     extra_certs;
    Pvno                          pvno = Pvno::cmp2000;
    std::optional<TransactionState> state;             // absent: the transaction stays as it is
    std::optional<Octets>         certificate;         // key of the one that awaits confirmation
    std::int64_t                  cert_req_id = 0;
    std::int64_t                  check_after = 0;     // seconds after which a client that waits asks again
    std::int64_t                  due = 0;             // Unix seconds until which the client's next message must come; 0: none is due
    std::optional<Error>          refusal;             // why the answer is negative, for the log
};
using ServerAction = std::variant<Ask, Answer>;

/// One thread at a time. Borrows its arguments.
class ServerOperation {
public:
    /// @param pending       the first message of a transaction that waits; null: the transaction does not wait
    /// @param profile_hint  what the path of the first message said
    /// @param approved_by   id of the RA that put its signature around the first message; empty: none did
    ServerOperation(const PKIMessage& message, const Requester& requester, const Transaction& transaction, const PKIMessage* pending, std::string profile_hint,
                    std::string approved_by);

    ServerAction begin();
    ServerAction issued(Decision<Issued> decision);
    ServerAction revoked(Decision<Nothing> decision);
    ServerAction informed(Decision<Information> decision);
    ServerAction certificate(Result<crypto::Cert> certificate);
    ServerAction confirmed();
    ServerAction withdrawn();
    ServerAction abandoned();
    /// The answer to a message that came no further: its header, protection or requester was refused.
    ServerAction refused(const Error& error);

    enum class State : std::uint8_t { fresh, issued, ended, waiting, enrolling, revoking, informing, comparing, confirming, withdrawing, abandoning, answered };
    enum class Happening : std::uint8_t {
        enrollment, revocation, inquiry, confirmation, poll, error, other,           // what came
        granted, refused, undecided, found, confirmed, withdrawn, abandoned  // what the authority said
    };

private:
    using Row = Transition<ServerOperation, State, Happening, ServerAction>;
    static const std::span<const Row>& table();
    ServerAction step(Happening happening);

    // guards
    bool is_malformed() const { return problem_.has_value(); }
    bool has_bad_header() const { return has_bad_header_; }
    bool is_accepted_by_client() const;
    bool is_confirmed_implicitly() const { return transaction_.certificate.has_value(); }
    bool is_polled() const { return pending_ != nullptr; }
    bool waits_for_revocation() const { return pending_->body.is<"rr">(); }
    bool waits_for_information() const { return pending_->body.is<"genm">(); }

    // actions
    ServerAction ask_enrollment();
    ServerAction ask_revocation();
    ServerAction ask_information();
    ServerAction ask_certificate();
    ServerAction ask_confirm();
    ServerAction ask_withdraw();
    ServerAction ask_abandon();
    ServerAction grant();
    ServerAction grant_revocation();
    ServerAction grant_information();
    ServerAction refuse_enrollment();
    ServerAction refuse_revocation();
    ServerAction acknowledge();
    ServerAction tell_to_wait();
    ServerAction tell_to_poll_again();
    ServerAction tell_in_use();
    ServerAction tell_confirmed_already();
    ServerAction tell_unexpected();
    ServerAction tell_problem();
    ServerAction tell_problem_and_end();

    const PKIMessage& first_message() const { return pending_ ? *pending_ : message_; }
    template <class T> ServerAction decided(Decision<T>& decision);
    Happening    read();
    Happening    read_first();
    Result<void> check_place();
    Result<void> read_original();
    Result<void> read_confirmation(const CertConfirmContent& content);
    Result<void> read_poll(const PollReqContent& content) const;
    Result<void> compare_hash(const crypto::Cert& certificate) const;
    Answer       error_answer(const Error& error);
    Answer       certificate_answer(const PKIStatusInfo& status);
    Answer       answer() const;

    const PKIMessage&  message_;
    const Requester&   requester_;
    const Transaction& transaction_;
    const PKIMessage*  pending_;
    std::string        profile_hint_;

    State                    state_;
    der::Arena               arena_;
    PKIBody                  body_;  // of the answer
    CertResponse             response_;
    PKIStatusInfo            revocation_status_;
    EnrollmentRequest        enrollment_;
    RevocationRequest        revocation_;
    InformationRequest       inquiry_;
    const CertStatus*        status_ = nullptr;  // null: certConf refuses all
    std::optional<Issued>    issued_;
    Information              information_;
    Waiting                  waiting_;
    std::optional<Error>     problem_;
    bool                     has_bad_header_ = false;  // of a first message
};

}  // namespace cmpkit::operations
