// Records in a PostgreSQL database that several nodes share. This header is for the module that holds it; the library opens the module.
// It starts no thread, prints nothing, and waits for a server that is gone no longer than its time limits.
#pragma once
#include "store/store.hpp"

namespace cmpkit::store {

/// @param url       a connection URI, without a password
/// @param password  empty: none
/// @error store_failed  it cannot be reached, or its tables are not of this library; never with the password in it
Result<std::unique_ptr<Store>> open_postgres(const std::string& url, Bytes password);

}  // namespace cmpkit::store
