// Octets in, octets out: the whole answer of a CA, or of several behind one address, to one message. Parses, finds the CA, checks, authenticates,
// runs the operation, asks the authority, commits, and only then lets the reply go: what a reply promises is stored. It keeps nothing that the
// store does not hold.
//
//     Responder responder({.authority = &authority}, store, random, log);
//     Reply reply = responder.answer(octets, {.address = "127.0.0.1:50412"}, now);
#pragma once
#include "operations/transaction.hpp"
#include "responder/authenticator.hpp"
#include "responder/directory.hpp"

namespace cmpkit::responder {

struct Arrival;
struct Caller;
struct Delegation;
struct Escort;

/// Where a message came from, for the log, and what its path said.
struct Origin {
    std::string address;
    std::string profile;  // name after /p/, of a CA or a profile; empty: none
};

struct Reply {
    enum class Status : std::uint8_t { answered, not_a_message, broken };
    Octets message;  // always a PKIMessage, unless something is missing
    Status status = Status::answered;
    std::optional<operations::MissingStatus> missing{};  // set: nothing has happened yet; ask this, let its verifier learn the answer, and come again
};

/// What was asked for or done, as far as it came; empty: nothing of that kind.
struct Deed {
    std::string profile{};  // that the request or its path named
    std::string serial{};   // of the certificate, hexadecimal
    std::string subject{};  // of the certificate, or as it was wanted; RFC 4514
    std::string reason{};   // of a revocation
    std::string since{};    // of a revocation: its invalidityDate, RFC 3339
    std::string route{};    // of what goes on: how, where, and by which rule
    std::string approved_by{};  // id of the RA whose approval (nested) counted
    std::string vouched{};      // what an RA said of its request: "raVerified", "origPKIMessage"
    std::string asked{};        // body of the transaction's first message
    std::string device{};       // who asked: subject of its certificate, or reference of its secret
    std::string device_serial{};  // the serialNumber in that subject
    std::string not_after{};    // of the certificate, RFC 3339
    std::string rule{}, upstream{};      // of what goes on: their names
    std::optional<PKIStatus> status{};   // that the request has now; absent: this tells nothing new of it
    std::string rejection{};             // its words
    bool        is_trouble = false;      // it is not the request that was wrong
};

/// What happened, for one line of the log. Texts of the peer are not escaped.
struct Incident {
    std::string          transaction_id;  // hexadecimal
    std::string          requester;       // empty: not authenticated
    std::string          address;
    std::string          authority{};     // name of the CA; empty: it has none, or no message came so far
    std::string          body;            // "ir", "certConf"; empty: no message
    std::string          outcome;         // "ip", "pkiconf", "error", "repeated ip", "expired"
    std::optional<Error> problem;
    std::string          kind{};          // of the requester: "secret", "external", "own", "ra"
    Deed                 deed{};
    std::string          through{};       // id of the RA whose nested message brought it
    std::string          on_behalf_of{};  // owner of the transaction, where an RA polled in its place
};
using Log = std::function<void(const Incident&)>;

/// Keeps what happened, before the reply leaves. Where it fails the peer is told systemFailure; what was decided is stored all the same, and the
/// same message again gets its answer.
using Audit = std::function<Result<void>(const Incident&, std::int64_t now)>;

/// Threads: any number at once.
class Responder {
public:
    /// Borrows authorities and store, which must outlive it.
    /// @param members   see Directory
    /// @param standard  index of the member that answers what is for nobody in particular
    /// @param log       called from the threads that call answer(); may be empty
    /// @param audit     the same
    Responder(std::vector<Member> members, std::size_t standard, store::Store& store, operations::Random random, Log log, Audit audit = {});
    /// For one CA.
    Responder(Member member, store::Store& store, operations::Random random, Log log, Audit audit = {});

    /// Never fails: what goes wrong becomes an error message to the peer and an incident in the log. @param now  Unix seconds
    Reply answer(Bytes request, const Origin& origin, std::int64_t now);

    /// An unprotected error systemUnavail to `request`, for a server that has no room to look at it; empty if it cannot be read.
    Octets unavailable(Bytes request, std::int64_t now);

    /// Ends what is overdue: withdraws certificates that were not confirmed in time, forgets ended transactions.
    /// @return how many transactions it dealt with, at most 256: call again while there are so many  @error store_failed
    Result<std::size_t> end_overdue(std::int64_t now);

private:
    bool          tell(const Incident& incident, std::int64_t now);
    Result<Destination> find_destination(const PKIMessage& message, const std::string& label);
    Result<std::optional<store::Record>> find_transaction(const PKIMessage& message);
    Result<std::optional<store::Record>> find_polled(const PKIMessage& message);
    Caller        introduce(const PKIMessage& message, const Origin& origin, Result<Destination> destination, std::int64_t now);
    void          authenticate(Caller& caller, std::int64_t now);
    Reply         reply_to(Caller& caller, const Escort& escort, std::int64_t now);
    Reply         answer_nested(const PKIMessage& outer, const Origin& origin, std::int64_t now);
    Reply         answer_approved(const Caller& outer, const Origin& origin, std::int64_t now);
    Reply         answer_batch(Caller& outer, const Origin& origin, std::int64_t now);
    std::optional<Reply> answer_all(const Caller& outer, const Origin& origin, std::int64_t now, std::vector<Octets>& replies);
    Result<Octets> bundle(const Caller& outer, std::vector<Octets> replies, std::int64_t now);
    Result<std::optional<Octets>> told_before(const Caller& outer) const;
    Result<std::optional<Delegation>> find_delegation(const Caller& caller, std::int64_t now);
    Result<Reply> run(const Arrival& arrival, Incident& incident);
    Reply         refuse(Caller& caller, const Error& error, std::int64_t now);
    Reply         refuse(const PKIMessage* message, const Error& error, const Name& sender, const protection::Protector* protector, std::int64_t now);
    Result<bool>  end_one(const store::Record& record, std::int64_t now);
    Result<bool>  postpone(const store::Record& record, std::int64_t now);

    Directory          directory_;
    store::Store&      store_;
    operations::Random random_;
    Log                log_;
    Audit              audit_;
    Authenticator      authenticator_;
};

}  // namespace cmpkit::responder
