// What a profile puts into its certificates whatever a request says: attributes of the subject, certificate policies, extensions. It refuses what would
// make a CA of an end entity and what the CA writes by itself.
#pragma once
#include "ca/rules.hpp"

namespace cmpkit::ca {

/// DER of the Name that says where every device of the profile stands. @error bad_value  an attribute that says more, or is there twice
Result<Octets> read_forced_subject(const std::string& text);

/// All extensions that the profile fixes, the policies among them. @error bad_value
Result<std::vector<FixedExtension>> read_fixed_extensions(const Profile& profile);

/// `name` with these attributes: in the place of its own of that type, else before the others; a NULL-DN stays one.
/// @param forced  one attribute an RDN
/// @error bad_template  failInfo badCertTemplate: one of its own shares its RDN with another attribute
Result<Name> with_forced(const Name& name, const Name& forced, der::Arena& arena);

}  // namespace cmpkit::ca
