// Names that somebody else's word gives a requester: the application's, or the inventory's.
#pragma once
#include "admission/inventory.hpp"
#include "admission/naming.hpp"
#include "ca/wishes.hpp"

namespace cmpkit::ca {

/// Those names, with words for what the request would have otherwise. @error bad_value
Result<Names> grant_given(const Name* subject, const Wishes& wishes, const GivenNames& given, der::Arena& arena);

/// By whose word the requester has its names: the application's, else the inventory's of the profile; nothing: the profile's patterns say.
/// @error not_authorized  failInfo notAuthorized: the inventory has no such requester; and what the application refuses or fails with
Result<std::optional<GivenNames>> names_given(const std::shared_ptr<Namer>& namer, const Rules& rules, const NamingQuestion& question);

}  // namespace cmpkit::ca
