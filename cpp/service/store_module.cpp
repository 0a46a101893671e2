#include "service/store_module.hpp"

#include "store/module.hpp"
#include "transport/loaded.hpp"
#include "transport/trust.hpp"

#include <dlfcn.h>

namespace cmpkit::service {
namespace {

constexpr const char* module_name = "cmpkit-store-postgres.so";

Error bad_module(std::string detail) { return Error{.code = Code::bad_plugin, .detail = std::move(detail)}; }

Result<const store::Module*> load(const std::string& file) {
    const auto trusted = transport::trusted_path(file);
    if (!trusted) return trusted.error();
    void* object = dlopen(trusted->c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!object) {
        const char* reason = dlerror();
        return bad_module(escaped(reason ? reason : file));
    }
    const auto entry = reinterpret_cast<store::ModuleEntry>(dlsym(object, store::module_entry));
    if (!entry) return bad_module(escaped(file) + " exports no " + store::module_entry);
    const store::Module* module = entry();
    if (!module || !module->mark) return bad_module(escaped(file) + " tells no version");
    if (std::string_view(module->mark) != store::module_mark)
        return bad_module(escaped(file) + " is of another version: it is made for \"" + escaped(module->mark) + "\", this library is \"" + store::module_mark + "\"");
    return module;
}

std::vector<std::string> usual_folders() {
    std::string beside = transport::plugins_of_this_library();
    return {beside.empty() ? CMPKIT_PLUGIN_DIR : std::move(beside)};
}

Result<const store::Module*> find(const std::vector<std::string>& folders) {
    std::string looked_for;
    for (const std::string& folder : folders) {
        const std::string file   = folder + "/" + module_name;
        auto              module = load(file);
        if (module || module.error().code != Code::not_found) return module;
        looked_for += (looked_for.empty() ? "" : ", ") + escaped(file);
    }
    return Error{.code = Code::not_found, .detail = "the module for PostgreSQL: looked for " + looked_for};
}

}  // namespace

Result<std::unique_ptr<store::Store>> open_store(const StoreConfiguration& configuration, const std::vector<std::string>& folders) {
    if (configuration.url.empty()) return configuration.file.empty() ? store::open_memory() : store::open_sqlite(configuration.file);
    const auto module = find(folders.empty() ? usual_folders() : folders);
    if (!module) return module.error();
    return (*module)->open(configuration.url, configuration.password ? configuration.password->view() : Bytes());
}

}  // namespace cmpkit::service
