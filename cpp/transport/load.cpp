#include "transport/loaded.hpp"
#include "transport/trust.hpp"

#include <algorithm>
#include <dlfcn.h>
#include <link.h>

namespace cmpkit::transport {

namespace {

Error bad_plugin(std::string detail) { return {.code = Code::bad_plugin, .detail = std::move(detail)}; }

/// The first slot that is missing; null: none. A plugin serves one side at least, and each side wholly.
const char* missing_slot(const cmpkit_transport_plugin& table) {
    if (!table.name) return "name";
    if (!table.version) return "version";
    if (!table.schemes) return "schemes";
    if (!table.create) return "create";
    if (!table.set) return "set";
    if (!table.destroy) return "destroy";
    if (!table.open && !table.listen) return "open";
    if (table.open && !table.submit) return "submit";
    if (table.open && !table.cancel) return "cancel";
    if (table.open && !table.channel_free) return "channel_free";
    if (table.listen && !table.listener_url) return "listener_url";
    if (table.listen && !table.respond) return "respond";
    if (table.listen && !table.listener_stop) return "listener_stop";
    if (table.listen && !table.listener_free) return "listener_free";
    if (table.observe && !table.open) return "open";
    if (table.announce && !table.listen) return "listen";
    return nullptr;
}

/// What is wrong with the schemes; empty: nothing.
std::string objection(const std::vector<std::string>& schemes) {
    if (schemes.empty()) return "it serves no scheme";
    const auto odd = std::ranges::find_if_not(schemes, is_scheme);
    return odd == schemes.end() ? std::string() : "no URL begins with its scheme \"" + escaped(*odd) + "\"";
}

std::string last_dl_error() {
    const char* text = dlerror();
    return escaped(text ? text : "no reason given");
}

}  // namespace

bool Loaded::serves(std::string_view scheme) const { return std::ranges::find(schemes, scheme) != schemes.end(); }

Result<Loaded> check_table(const cmpkit_transport_plugin* plugin) {
    if (!plugin) return bad_plugin("it cannot serve contract major " + std::to_string(CMPKIT_TRANSPORT_MAJOR));
    if (plugin->magic != CMPKIT_TRANSPORT_MAGIC) return bad_plugin("its table does not begin with the magic number");
    if (plugin->major != CMPKIT_TRANSPORT_MAJOR)
        return bad_plugin("it is for contract major " + std::to_string(plugin->major) + ", this library has " + std::to_string(CMPKIT_TRANSPORT_MAJOR));
    // Every slot behind the traits is a pointer, and half of one would be called.
    if (plugin->size % alignof(cmpkit_transport_plugin) != 0) return bad_plugin("its size, " + std::to_string(plugin->size) + " octets, ends within a slot");
    Loaded loaded{.table = known(*plugin), .file = {}, .schemes = {}};
    if (const char* slot = missing_slot(loaded.table)) return bad_plugin(std::string("its slot ") + slot + " is empty");
    for (const char* const* scheme = loaded.table.schemes; *scheme; ++scheme) loaded.schemes.emplace_back(*scheme);
    if (const std::string why = objection(loaded.schemes); !why.empty()) return bad_plugin(why);
    return loaded;
}

Result<Loaded> load_file(const std::string& file) {
    const auto trusted = trusted_path(file);
    if (!trusted) return trusted.error();
    void* object = dlopen(trusted->c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!object) return bad_plugin(last_dl_error());
    const auto entry = reinterpret_cast<cmpkit_transport_entry_fn>(dlsym(object, CMPKIT_TRANSPORT_ENTRY));
    if (!entry) return bad_plugin(escaped(file) + " exports no " CMPKIT_TRANSPORT_ENTRY);
    auto loaded = check_table(entry(CMPKIT_TRANSPORT_MAJOR));
    if (!loaded) return bad_plugin(escaped(file) + " cannot be used: " + loaded.error().detail);
    loaded->file = file;
    return loaded;
}

std::string plugins_of_this_library() {
    Dl_info   info{};
    link_map* map = nullptr;
    if (!dladdr1(reinterpret_cast<const void*>(&plugins_of_this_library), &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP)) return {};
    // Linked into a program there is no name but argv[0], which the caller of a privileged program chooses.
    const bool in_program = !map || !map->l_name || !*map->l_name;
    const std::string file   = in_program ? "/proc/self/exe" : map->l_name;
    const std::string built  = sibling_folder(file, "plugins");
    return built.empty() ? sibling_folder(file, CMPKIT_PLUGINS_IN_PREFIX) : built;
}

}  // namespace cmpkit::transport
