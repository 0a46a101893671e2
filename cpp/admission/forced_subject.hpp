// Attributes that say where a device stands and that each name has, whatever its request says: they never say what it is called.
#pragma once
#include "admission/pattern.hpp"

namespace cmpkit::admission {

/// DER of the Name that says where every device of the profile stands. @error bad_value  an attribute that says more, or is there twice
Result<Octets> read_forced_subject(const std::string& text);

/// `name` with these attributes: in the place of its own of that type, else before the others; a NULL-DN stays one.
/// @param forced  one attribute an RDN
/// @error bad_template  failInfo badCertTemplate: one of its own shares its RDN with another attribute
Result<Name> with_forced(const Name& name, const Name& forced, der::Arena& arena);

}  // namespace cmpkit::admission
