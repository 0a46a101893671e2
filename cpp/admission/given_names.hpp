// Names by somebody's word: the inventory's or the application's. What a request says of itself counts for nothing beside them; the form of what they say
// is judged here all the same.
#pragma once
#include "admission/pattern.hpp"
#include "operations/authority.hpp"

#include <mutex>

namespace cmpkit::admission {

/// Names that were granted. Views of the request, of the old certificate and of the arena.
struct Names {
    Name                     subject;
    std::vector<GeneralName> subjectAltName;
    std::vector<std::string> changes;  // words for what is not as asked
};

struct GivenNames {
    std::string              subject;        // as name_from_text reads it; empty: NULL-DN
    std::vector<std::string> sans;           // as general_name_from_text reads them
    std::int64_t             not_after = 0;  // the certificate ends then at the latest; 0: as the profile says
};

/// Who wants a certificate, by which profile, and what it would like to be called. Views.
struct NamingQuestion {
    const operations::Requester& requester;
    std::string_view             profile;
    const Name*                  subject;  // null: not said
    const GeneralNames*          sans;     // null: none
    const crypto::Cert*          continued = nullptr;  // the certificate whose names the new one keeps; null: none
};

/// The application that names devices, asked at each request. It may be asked the same again. Any thread.
class Namer {
public:
    /// @return nothing: the profile says  @error with failInfo: the requester is refused with the detail; else it is told systemFailure
    using Answer = std::function<Result<std::optional<GivenNames>>(const NamingQuestion& question)>;

    void   set(Answer answer);  // empty: nobody is asked any more
    Answer find() const;

private:
    mutable std::mutex mutex_;
    Answer             answer_;
};

/// The names as values, in the arena. @error bad_value  one cannot be read or stand in a certificate, or there is none
Result<Names> read_names(const GivenNames& given, der::Arena& arena);

}  // namespace cmpkit::admission
