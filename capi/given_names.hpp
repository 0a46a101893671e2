// Names as they cross the C ABI: those that somebody wants, and those that the application says in their place.
#pragma once
#include "admission/given_names.hpp"
#include "guard.hpp"

namespace cmpkit::capi {

/// Wanted names as C text; what the pointers lead to lives as long as this.
class WantedNames {
public:
    WantedNames(const Name* subject, const GeneralNames* sans);
    WantedNames(const WantedNames&) = delete;
    WantedNames& operator=(const WantedNames&) = delete;

    const char*        subject() const { return subject_ ? subject_->c_str() : nullptr; }  // RFC 4514
    const char* const* sans() const { return sans_.data(); }                               // "dns:dev1.plant", ended by NULL

private:
    std::optional<std::string> subject_;
    std::vector<std::string>   texts_;
    std::vector<const char*>   sans_;
};

/// What a callback that names somebody left in its sinks; nothing: it names nobody.
/// @error not_authorized, failInfo notAuthorized: it refuses, with the words that it left; callback_failed: they are not UTF-8
Result<std::optional<admission::GivenNames>> names_taken_from(cmpkit_sink& subject, cmpkit_sink& sans, cmpkit_rc rc);

}  // namespace cmpkit::capi
