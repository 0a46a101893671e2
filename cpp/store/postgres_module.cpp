// The one symbol of the module that holds the PostgreSQL store.
#include "store/module.hpp"
#include "store/postgres.hpp"

namespace {

constexpr cmpkit::store::Module module_of_postgres{cmpkit::store::module_mark, &cmpkit::store::open_postgres};

}  // namespace

extern "C" __attribute__((visibility("default"))) const cmpkit::store::Module* cmpkit_store_module() { return &module_of_postgres; }
