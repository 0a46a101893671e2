// What every store refuses in the same words, so that one suite fits them all.
// It refuses to look at what is stored: the version found is the caller's to read.
#pragma once
#include "store/store.hpp"

namespace cmpkit::store {

/// Whether a batch can be written at all, whatever is stored.
///
/// @error bad_argument  see Store::commit; path names the write
Result<void> check(const Batch& batch);

/// The refusal of the write at `position`, whose record has the version `found` (0: there is none).
Error conflict(const Batch& batch, std::size_t position, std::uint64_t found);

}  // namespace cmpkit::store
