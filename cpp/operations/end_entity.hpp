// The end entity's side of an operation: enroll (ir, cr, kur, p10cr), revoke (rr) or ask (genm). Event in, action out; no I/O, no clock, no policy
// of its own. The caller sends, waits, decides and stores, and tells what came of it.
//
//     EndEntity operation(order, credentials, trust);
//     Action next = operation.step(Begin{}, now, random);
//     while (const auto* send = std::get_if<Send>(&next)) next = operation.step(Received{exchange(send->message)}, now, random);
#pragma once
#include "crypto/chain.hpp"
#include "operations/compose.hpp"
#include "operations/inquiry.hpp"
#include "operations/peer.hpp"
#include "operations/transition.hpp"
#include "protection/protect.hpp"

namespace cmpkit::operations {

/// How an end entity proves who it is: a signature, or the MAC of a shared secret.
struct Credentials {
    std::shared_ptr<const crypto::Signer> signer;     // shared with the application that owns the key
    std::vector<crypto::Cert>             chain;      // own certificate, then issuers without the root
    std::shared_ptr<const crypto::Secret> secret;     // set: MAC
    std::string                           reference;
    protection::MacKind                   mac        = protection::MacKind::pbm;
    std::int64_t                          iterations = 10'000;
};

/// Whose answers count, and how they may deviate. With a secret, its MAC alone does.
struct PeerTrust {
    std::shared_ptr<crypto::Verifier>       anchors;  // paths of CMP signers; null: none. It learns what the operation fetches
    std::vector<crypto::Cert>               pinned;   // if any: the CMP signers trusted, and no others
    std::shared_ptr<crypto::Verifier>       new_certificate;  // anchors for the certificate that is issued; null: not judged here
    std::int64_t                            time_window = 300;  // seconds that messageTime may be off; 0: not judged
    Peer                                    peer{};
};

struct Enrollment {
    BodyType                              type = BodyType::ir;  // ir, cr, kur, p10cr
    std::shared_ptr<const crypto::Signer> key;                  // to be certified; null for p10cr
    Octets                                csr;                  // p10cr: DER of the CertificationRequest
    Octets                                subject;              // DER of a Name; empty: NULL-DN
    Octets                                extensions;           // DER of Extensions; empty: none
    std::string                           profile;              // certProfile; empty: none
    bool                                  implicit_confirm = false;  // ask for it
    std::optional<std::int64_t>           not_after;            // asked for
};
struct Revocation {
    Octets issuer;  // DER of a Name
    Octets serial;  // content octets of the INTEGER
    Reason reason = Reason::unspecified;
    std::optional<std::int64_t> invalid_since{};  // Unix seconds; told as invalidityDate
};
struct Order {
    std::variant<Enrollment, Revocation, Inquiry> what;
    Octets                               recipient;  // DER of a Name; empty: NULL-DN
};

// What happens.
struct Begin {};
struct Received {
    Octets message;
};
struct Lost {  // no answer will come, or storing failed
    Error reason;
};
struct Overdue {  // the way lost the message or its answer, or is late with it beyond all measure, but still leads to the peer
    Error reason;
};
struct Decided {
    bool        accept    = true;
    FailInfo    fail_info = FailInfo::badCertTemplate;  // told to the CA if not accepted
    std::string text;
};
struct Stored {};
struct Fetched {  // what the query of a Fetch has brought
    Octets octets;
};
struct Woken {};  // the time to wait is over
using Event = std::variant<Begin, Received, Lost, Overdue, Decided, Stored, Woken, Fetched>;

// What to do.
struct Send {
    Octets           message;
    std::string_view label;    // path label of the operation, RFC 9483 6.1
    std::string      profile;  // named in the path, RFC 9483 6.1; empty: none
    bool             is_report = false;  // of a failure: whatever is said to it, the operation is over (RFC 9483 3.6.2)
};
struct Decide {  // the certificate fits the request and a path leads to an anchor: is it wanted?
    crypto::Cert certificate;
    bool         with_mods = false;
    std::string  text;  // of the CA, not escaped
};
struct Keep {  // make it durable, then say Stored
    crypto::Cert              certificate;
    std::vector<crypto::Cert> chain;  // its issuers as far as they came, the anchor included if it is known
};
struct Fetch {  // whether a certificate behind the message that came is revoked: ask, then say Fetched, or Lost
    crypto::StatusQuery query;
};
struct Wait {  // the peer has not decided: say Woken after that time
    std::int64_t check_after = 0;  // seconds
    std::string  reason;           // of the peer, not escaped
};
struct Done {
    crypto::Cert              certificate;  // none after a revocation
    std::vector<crypto::Cert> chain;
    std::vector<crypto::Cert> ca_pubs;      // what the CA offers as anchors, under the MAC of our secret alone (RFC 9483 4.1.5); trusted by nobody yet
    Octets                    information;  // DER of a GenRepContent, after an inquiry
    bool                      with_mods = false;
};
struct Failed {
    Error error;
};
using Action = std::variant<Send, Decide, Keep, Fetch, Wait, Done, Failed>;

struct EndEntityState;  // end_entity_state.hpp
struct SavedPolling;
struct SavedFailure;

/// One thread at a time.
class EndEntity {
public:
    EndEntity(Order order, Credentials credentials, PeerTrust trust);

    /// @param now  Unix seconds; 0: no clock
    Action step(const Event& event, std::int64_t now, const Random& random);

    enum class State : std::uint8_t { idle, awaiting_answer, awaiting_decision, awaiting_storage, awaiting_confirmation, polling, pausing, reporting, done, failed };
    State state() const { return state_; }
    Bytes transaction_id() const { return transaction_id_; }
    const std::string& peer_text() const { return peer_text_; }  // of the peer's last status, not escaped
    /// A genm without an item: a root update in its answer was proved by nobody (see check_information).
    bool  asks_for_all() const { return std::holds_alternative<Inquiry>(order_.what) && std::get<Inquiry>(order_.what).item.empty(); }
    bool  has_certificate() const { return static_cast<bool>(certificate_); }  // one came, wanted or not

    /// What the operation needs to go on in another process: DER of a SavedOperation (end_entity_state.hpp), without any key or secret. Saved after each
    /// step and before its action is carried out, so that no message leaves that is not known afterwards.
    /// @param memo  the application's own octets, kept beside    @error bad_state  it has failed
    Result<Octets> save(Bytes memo = {}) const;
    /// @param key  to be certified; null for p10cr, revocations and inquiries
    /// @error the reader's; unsupported  of another version; bad_value  its parts do not fit together; path names the part
    /// @error bad_key  not the key of the operation; wrong_protection, protection_mismatch  not its credentials
    static Result<EndEntity> restore(Bytes saved, Credentials credentials, PeerTrust trust, std::shared_ptr<const crypto::Signer> key);
    /// The action that is under way, again: a message as the same octets, a wait with the time that is left. An idle operation begins.
    Action resume(std::int64_t now, const Random& random);

    /// Forgets what happened: the next Begin is that of a new transaction for the same order.
    const Credentials& credentials() const { return credentials_; }

    void begin_again() { *this = EndEntity(std::move(order_), std::move(credentials_), std::move(trust_)); }

private:
    enum class Happening : std::uint8_t { begun, granted, revoked, informed, refused, waiting, postponed, confirmed, outdated, broken, lost, accepted, declined, stored, woken, unjudged, misplaced };
    using Row = Transition<EndEntity, State, Happening, Action>;
    static const std::span<const Row>& table();

    Happening take(const Event& event);
    Happening take_message(const Octets& octets);
    Happening take_status(const Event& event);
    Happening take_overdue(const Overdue& overdue);
    Result<Happening> read(const PKIMessage& message);
    Result<Happening> read_responses(const CertRepMessage& content, const PKIHeader& header);
    Result<Happening> read_certificate(const CertResponse& response, const CertRepMessage& content, const PKIHeader& header);
    Result<Happening> read_revocation(const RevRepContent& content);
    Result<Happening> read_information(const GenMsgContent& items);
    Result<void>      check_told() const;
    Result<Happening> read_error(const ErrorMsgContent& content);
    Result<Happening> read_waiting(std::int64_t cert_req_id, const PKIStatusInfo& status);
    Result<Happening> read_poll_response(const PollRepContent& content);
    std::optional<Happening> read_unprotected(const PKIMessage& message);
    Result<void>      check_form(const PKIMessage& message) const;
    Result<void>      check_place(const PKIMessage& message) const;
    bool              belongs_here(const PKIMessage& message) const;
    bool              is_expected_id(std::int64_t cert_req_id) const;
    Result<void>      authenticate(const PKIMessage& message);
    Result<void>      authenticate_mac(const PKIMessage& message);
    Result<void>      authenticate_signature(const PKIMessage& message);
    Result<void>      check_path(const crypto::Cert& signer, std::span<const crypto::Cert> untrusted);
    bool              is_our_own(Bytes sender_kid) const;
    const protection::MacKey* own_mac_key_for(const AlgorithmIdentifier& algorithm) const;
    Happening         refuse(const PKIStatusInfo& status, bool verified, Path where = "body.error");
    Result<void>      check_issued();

    Result<void> take_over(const EndEntityState& saved);
    void         take_over_polling(const SavedPolling& saved);
    Result<void> take_over_failure(const SavedFailure& saved);
    Result<void> take_over_sent();
    Result<void> protect_as_before_by_mac(const PKIMessage& sent);
    Result<void> protect_as_before_by_signature(const PKIMessage& sent);
    bool         may_have_sent_last() const;
    Result<void> check_state() const;

    // guards
    bool is_unwanted() const { return failure_.has_value(); }
    bool is_confirmed_implicitly() const { return implicitly_confirmed_; }

    // actions
    Action send_request();
    Action ask_decision();
    Action keep();
    Action send_confirmation();
    Action send_poll();
    Action pause();
    Action wait_on();
    Action report();
    Action finish();
    Action fail();

    Result<Octets> enrollment_request(const Enrollment& enrollment);
    Result<Octets> revocation_request(const Revocation& revocation);
    Result<Octets> inquiry_request(const Inquiry& inquiry);
    Result<Octets> message(const PKIBody& body, Pvno pvno, std::span<const InfoTypeAndValue> info);
    Action         send(Result<Octets> message);
    Send           sending(Octets message) const;
    std::string_view label() const;
    const std::string& profile() const;
    BodyType         request_type() const { return enrollment() ? enrollment()->type : std::holds_alternative<Inquiry>(order_.what) ? BodyType::genm : BodyType::rr; }
    const Enrollment* enrollment() const { return std::get_if<Enrollment>(&order_.what); }

    Order       order_;
    Credentials credentials_;
    PeerTrust   trust_;

    State                    state_ = State::idle;
    Octets                   transaction_id_, our_nonce_, peer_nonce_;
    Octets                   peer_name_;        // DER of the Name of who answered last
    Octets                   request_nonce_;    // of the transaction's first message
    std::optional<protection::Protector> protector_;
    std::vector<std::pair<Octets, protection::MacKey>> mac_keys_;  // by the parameters that the peer chose
    std::vector<crypto::Cert> extra_certs_;     // all that came in this transaction
    std::vector<crypto::Cert> path_, ca_pubs_;  // of the new certificate
    crypto::Cert             certificate_;
    Octets                   information_;      // that came
    std::int64_t             cert_req_id_ = 0;
    Octets                   first_nonce_;      // of the message whose answer is polled for
    static constexpr std::int64_t longest_wait = 366 * 86400;  // seconds; more is taken for this
    std::int64_t             poll_id_ = 0, check_after_ = 0;
    std::optional<std::int64_t> wake_at_;       // Unix seconds; none: there was no clock
    Octets                   sent_;             // the last message
    BodyType                 sent_type_ = BodyType::ir;
    bool                     may_be_outdated_ = false;  // the last message was sent again after a time that nobody knows
    bool                     implicitly_confirmed_ = false, with_mods_ = false, is_confirming_ = false;
    std::string              peer_text_;
    std::optional<Error>     failure_;

    std::optional<crypto::StatusQuery> query_;      // is being asked; for the table the message has not come yet …
    Octets                   unjudged_;             // … that will be judged with the answer
    std::optional<Error>     query_failure_;        // of the last query that brought nothing

    std::int64_t  now_    = 0;        // of the step under way
    const Random* random_ = nullptr;  // of the step under way
};

}  // namespace cmpkit::operations
