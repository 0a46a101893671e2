// The store that a configuration names: in memory, in a file, or in a database, whose client lies in a module that is opened then.
// It refuses a module that another user could have written, and one that was not built with this library.
#pragma once
#include "crypto/secret.hpp"
#include "store/store.hpp"

namespace cmpkit::service {

struct StoreConfiguration {
    std::string                           file;      // SQLite's; empty: none
    std::string                           url;       // PostgreSQL's; empty: none. Without either the store is in memory
    std::shared_ptr<const crypto::Secret> password;  // of the URL's user; shared by copies of the configuration; null: none
};

/// @param folders  where modules are looked for, in order; empty: `plugins` in the prefix of this library, else the folder fixed at build
/// @error store_failed  the store's own, never with a password in it
/// @error not_found     no folder has the module; detail names the files looked for
/// @error bad_plugin    the module is not trusted, cannot be loaded, or is of another version
Result<std::unique_ptr<store::Store>> open_store(const StoreConfiguration& configuration, const std::vector<std::string>& folders);

}  // namespace cmpkit::service
