// The file of a SQLite store: made, recognised as ours, and opened for writing or for reading.
// It refuses whatever it did not make, before it changes anything: another application's file, a later version's, a folder.
#pragma once
#include "store/sqlite_connection.hpp"

namespace cmpkit::store::sqlite {

/// Opens the store at `path` for writing; makes it, with mode 0600, if there is none.
///
/// @error store_failed  detail names the path and the reason
Result<Connection> open_for_writing(const std::string& path);

/// Opens for reading what open_for_writing has opened.
Result<Connection> open_for_reading(const std::string& path);

}  // namespace cmpkit::store::sqlite
