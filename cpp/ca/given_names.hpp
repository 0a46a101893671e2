// Names by somebody's word: the inventory's or the application's. What a request says of itself counts for nothing beside them; the form of what they say
// is judged here all the same.
#pragma once
#include "ca/naming.hpp"

#include <mutex>

namespace cmpkit::ca {

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

/// Those names, with words for what the request would have otherwise. @error bad_value
Result<Names> grant_given(const Name* subject, const Wishes& wishes, const GivenNames& given, der::Arena& arena);

}  // namespace cmpkit::ca
