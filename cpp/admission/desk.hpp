// The operator's desk: requests that a profile wants approved by hand, from their arrival to the operator's word. The word is taken at the next
// poll of the requester; what is issued then is decided anew from the request as it came.
//
// Records stand in Table::requests under the request's identifier; their index is who asked, and which CA if that has a name.
#pragma once
#include "admission/refusal.hpp"

namespace cmpkit::admission {

enum class Verdict : std::int64_t { undecided, approved, rejected };
std::string_view name_of(Verdict verdict);

/// One request as the operator sees it: the value of its record, as DER. Texts are escaped for display.
struct PendingRequest {
    Verdict                        verdict = Verdict::undecided;
    der::Utf8String                type;       // "ir", "rr"
    der::Utf8String                requester;  // Requester::id
    der::Utf8String                subject;    // of the certificate that would be issued, or is to be revoked
    der::Utf8String                details;    // its other names and its key; the reason of a revocation
    der::GeneralizedTime           askedAt;
    std::optional<der::Utf8String> reason;     // of a rejection, for the requester
    std::optional<der::Utf8String> authority;  // name of the CA; absent: the first of the store
    static constexpr auto schema() {
        return sequence(field<&PendingRequest::verdict>(), field<&PendingRequest::type>(), field<&PendingRequest::requester>(), field<&PendingRequest::subject>(),
                        field<&PendingRequest::details>(), field<&PendingRequest::askedAt>(), field<&PendingRequest::reason>(implicit_tag(0)),
                        field<&PendingRequest::authority>(implicit_tag(1)));
    }
};

/// Keeps nothing in memory. Any thread.
class Desk {
public:
    static constexpr std::size_t most_of_one = 16;  // requests of one requester that wait at the same time

    /// @param authority  name of the CA, whose requests alone are seen; empty: it needs none
    /// @param is_first   it has those that name no CA
    Desk(store::Store& store, std::string authority, bool is_first) : store_(&store), authority_(std::move(authority)), is_first_(is_first) {}

    /// What an application says of itself.
    struct Application {
        Bytes            id;
        std::string_view type, requester;
        std::string      subject, details;
    };
    struct Answer {
        Verdict                     verdict = Verdict::undecided;
        std::string                 reason;
        std::optional<store::Write> write;  // puts it on the desk, or takes it off
    };
    /// Puts a request on the desk, or tells the operator's word on it. @error not_authorized  failInfo notAuthorized: too many of this requester wait already
    Result<Answer> ask(const Application& application, std::int64_t now) const;

    /// What the requester is told as long as the word is not «approved».
    template <class T> static operations::Decision<T> decision_of(const Answer& word, std::int64_t check_after) {
        operations::Decision<T> decision;
        if (word.verdict == Verdict::undecided) decision.outcome = operations::Waiting{check_after, "an operator decides"};
        else decision = *admission::decision_of<T>(refusal(FailInfo::notAuthorized, word.reason.empty() ? "the operator refused the request" : word.reason));
        if (word.write) decision.writes.push_back(*word.write);
        return decision;
    }

    /// The decision that a refusal is; a request that was on the desk leaves it.
    template <class T> Result<operations::Decision<T>> refused(Bytes id, const Error& error) const {
        auto decision = admission::decision_of<T>(error);
        if (!decision) return decision;
        auto writes = abandon(id);
        if (!writes) return writes.error();
        decision->writes = std::move(*writes);
        return decision;
    }

    /// Takes a request off the desk; nothing if it is not there.
    Result<std::vector<store::Write>> abandon(Bytes id) const;

    struct Listed {
        Octets                      id;
        der::Parsed<PendingRequest> request;
    };
    /// Those on the desk, in the order of their identifiers.
    Result<std::vector<Listed>> list() const;

    /// The identifier that begins with these hexadecimal digits. @error not_found, bad_argument: more than one begins so
    Result<Octets> complete(std::string_view digits) const;

    /// The operator's word on a request. @error not_found; bad_state: there is a word on it already; conflict: try again
    Result<void> decide(Bytes id, Verdict verdict, std::string_view reason) const;

private:
    struct Read {
        der::Parsed<PendingRequest> request;
        std::uint64_t               version = 0;
        Octets                      index;
    };
    Result<std::optional<Read>> find(Bytes id) const;
    bool                        has(const PendingRequest& request) const;
    Octets                      index_of(std::string_view requester) const;

    store::Store* store_;
    std::string   authority_;
    bool          is_first_;
};

}  // namespace cmpkit::admission

extern template struct cmpkit::der::Described<cmpkit::admission::PendingRequest>;
