// The application that has a say in what goes on: it is asked about each first message that a rule would let pass, and can refuse it, have it wait, or name
// the device. It is asked beside the checks of the rule, never in their place; who is unknown here and passes unverified is not asked about.
#pragma once
#include "ra/rule.hpp"

#include <functional>
#include <mutex>

namespace cmpkit::ra {

/// What a first message asks for. Views.
struct Question {
    BodyType    type = BodyType::ir;
    std::string profile, route;
    const operations::EnrollmentRequest*  enrollment = nullptr;  // set for the one of these that it is
    const operations::RevocationRequest*  revocation = nullptr;
    const operations::InformationRequest* inquiry    = nullptr;
    bool        is_key_generation = false;
    Octets      id;  // of the request, as long as its transaction lives
};

/// What the overseer is asked about. Views.
struct Proposal {
    const operations::Requester& requester;
    const Question&              question;
    const std::string&           rule;
    const std::string&           upstream;  // their names
};

/// Any thread.
class Overseer {
public:
    struct Assent {};
    /// Names take the place of the template's, where the rule is `modify` and the requester has no certificate of the PKI.
    using Word   = std::variant<Assent, operations::Waiting, GivenNames>;
    /// May be asked the same again. @error with failInfo: the requester is refused with the detail; else it is told systemFailure
    using Answer = std::function<Result<Word>(const Proposal& proposal)>;

    void   set(Answer answer);  // empty: nobody is asked any more
    Answer find() const;

private:
    mutable std::mutex mutex_;
    Answer             answer_;
};

}  // namespace cmpkit::ra
