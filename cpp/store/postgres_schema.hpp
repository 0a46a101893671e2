// The tables of a PostgreSQL store: made at the first open, recognised as ours at each later connection.
// It refuses a schema of another version before anything is read or written, and makes nothing anew where a store is already in use.
#pragma once
#include "store/postgres_session.hpp"

namespace cmpkit::store::postgres {

/// Makes the tables where there are none, in the first schema of the search_path. Several nodes may come at once.
///
/// @error store_failed  there is no such schema, no right to make them, or one of another kind has our names
Result<void> make_schema(Session& session);

/// @error store_failed  there are no tables of ours, or their schema has another version; detail names both
Result<void> require_schema(Session& session);

}  // namespace cmpkit::store::postgres
