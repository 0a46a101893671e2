// The border between the library and a store that lies in a module of its own, so that the library is not linked with that store's client.
// It is private: a module serves the library that it was built with and no other, which the mark tells; what crosses is C++.
//
//     extern "C" const Module* cmpkit_store_module();      // the one symbol that the module exports
#pragma once
#include "store/store.hpp"

namespace cmpkit::store {

/// Version of the project, of this border, and of what the compiler made of the types that cross it.
#define CMPKIT_STORE_QUOTED(number) CMPKIT_STORE_AS_WRITTEN(number)
#define CMPKIT_STORE_AS_WRITTEN(number) #number
constexpr const char* module_mark = "cmpkit " CMPKIT_VERSION_TEXT ", store border 1, C++ ABI " CMPKIT_STORE_QUOTED(__GXX_ABI_VERSION) "." CMPKIT_STORE_QUOTED(_GLIBCXX_USE_CXX11_ABI);
#undef CMPKIT_STORE_AS_WRITTEN
#undef CMPKIT_STORE_QUOTED

struct Module {
    const char* mark;  // stays first: it is read before anything else is believed
    /// @param url       of the database, without a password
    /// @param password  empty: none; copied
    Result<std::unique_ptr<Store>> (*open)(const std::string& url, Bytes password);
};

using ModuleEntry = const Module* (*)();
constexpr const char* module_entry = "cmpkit_store_module";

}  // namespace cmpkit::store
