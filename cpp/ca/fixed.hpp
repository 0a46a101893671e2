// What a profile puts into its certificates whatever a request says: certificate policies, extensions. It refuses what would
// make a CA of an end entity and what the CA writes by itself.
#pragma once
#include "admission/forced_subject.hpp"
#include "ca/rules.hpp"

namespace cmpkit::ca {

/// All extensions that the profile fixes, the policies among them. @error bad_value
Result<std::vector<FixedExtension>> read_fixed_extensions(const Profile& profile);

}  // namespace cmpkit::ca
