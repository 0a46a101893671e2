#include "transport/loaded.hpp"

#include <algorithm>
#include <filesystem>

namespace cmpkit::transport {

namespace {

bool is_scheme_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; }

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

Result<std::string> scheme_of(const std::string& url) {
    std::string scheme = lower_case(url.substr(0, url.find(':')));
    if (scheme.size() == url.size() || !is_scheme(scheme)) return Error{.code = Code::bad_url, .detail = escaped(url) + " does not begin with a scheme, such as http:"};
    return scheme;
}

/// What the plugin of a scheme may be called: nng for nng+tls, https and then http for https.
std::vector<std::string> plugin_names(const std::string& scheme) {
    const std::string        stem = scheme.substr(0, scheme.find('+'));
    std::vector<std::string> names{stem};
    if (stem.ends_with('s')) names.push_back(stem.substr(0, stem.size() - 1));
    return names;
}

bool is_plugin_name(const std::string& name) { return name.starts_with("cmpkit-transport-") && name.ends_with(".so"); }

std::vector<std::string> plugin_files(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code          failure;
    for (auto entry = std::filesystem::directory_iterator(folder, failure); !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure))
        if (is_plugin_name(entry->path().filename().string())) files.push_back(entry->path().string());
    std::ranges::sort(files);
    return files;
}

std::vector<Registry::Option> options_of(const cmpkit_transport_plugin& table) {
    std::vector<Registry::Option> options;
    for (auto* option = table.options; option && option->name; ++option)
        options.push_back({option->name, option->fallback ? option->fallback : "", option->meaning ? option->meaning : ""});
    return options;
}

std::vector<std::string> usual_folders() {
    std::string beside = plugins_of_this_library();
    return {beside.empty() ? CMPKIT_PLUGIN_DIR : std::move(beside)};
}

}  // namespace

bool is_scheme(std::string_view text) { return !text.empty() && text[0] >= 'a' && text[0] <= 'z' && std::ranges::all_of(text, is_scheme_character); }

struct Registry::Impl {
    std::vector<std::string>                   folders;
    Log                                        log;
    TlsIdentity                                identity = nullptr;
    std::mutex                                 mutex;
    std::vector<std::shared_ptr<const Loaded>> plugins;  // shared with the instances made of them, which may outlive the registry

    /// Under the lock.
    Result<std::shared_ptr<const Loaded>> load(const std::string& file) {
        for (const auto& plugin : plugins)
            if (plugin->file == file) return plugin;
        auto loaded = load_file(file);
        if (!loaded) return loaded.error();
        plugins.push_back(std::make_shared<const Loaded>(std::move(*loaded)));
        return plugins.back();
    }

    Result<std::shared_ptr<const Loaded>> search(const std::string& scheme) {
        std::string looked_for;
        for (const auto& folder : folders)
            for (const auto& name : plugin_names(scheme)) {
                const std::string file   = folder + "/cmpkit-transport-" + name + ".so";
                auto              plugin = load(file);
                if (!plugin && plugin.error().code != Code::not_found) return plugin.error();
                if (plugin && (*plugin)->serves(scheme)) return plugin;
                looked_for += (looked_for.empty() ? "" : ", ") + escaped(file) + (plugin ? " (which does not serve it)" : "");
            }
        return Error{.code = Code::no_plugin, .detail = "for " + scheme + ": looked for " + looked_for};
    }

    Result<std::shared_ptr<const Loaded>> find(const std::string& url) {
        const auto scheme = scheme_of(url);
        if (!scheme) return scheme.error();
        const std::lock_guard lock(mutex);
        for (const auto& plugin : plugins)
            if (plugin->file.empty() && plugin->serves(*scheme)) return plugin;
        return search(*scheme);
    }
};

cmpkit_transport_rc Tls::client(void*, const void*) const { return CMPKIT_TRANSPORT_TLS; }
cmpkit_transport_rc Tls::server(void*, const void*) const { return CMPKIT_TRANSPORT_TLS; }
cmpkit_transport_rc Tls::client_connection(void*, const void*) const { return CMPKIT_TRANSPORT_TLS; }
cmpkit_transport_rc Tls::server_connection(void*, const void*) const { return CMPKIT_TRANSPORT_TLS; }

Registry::Registry(std::vector<std::string> folders, Log log, TlsIdentity identity) : impl_(std::make_unique<Impl>()) {
    impl_->folders = folders.empty() ? usual_folders() : std::move(folders);
    impl_->log     = std::move(log);
    impl_->identity = identity;
}

Registry::~Registry() = default;

Result<void> Registry::add(const cmpkit_transport_plugin* plugin) {
    auto loaded = check_table(plugin);
    if (!loaded) return loaded.error();
    const std::lock_guard lock(impl_->mutex);
    impl_->plugins.push_back(std::make_shared<const Loaded>(std::move(*loaded)));
    return {};
}

Result<std::unique_ptr<Channel>> Registry::open(const std::string& url, const Tls* tls, const Options& options) {
    auto plugin = impl_->find(url);
    if (!plugin) return plugin.error();
    if (!(*plugin)->is_client()) return Error{.code = Code::bad_plugin, .detail = std::string((*plugin)->table.name) + " has no client side"};
    auto instance = Instance::create(*plugin, {impl_->log, impl_->identity}, options);
    if (!instance) return instance.error();
    return open_channel(std::move(*instance), url, tls);
}

Result<std::unique_ptr<Listener>> Registry::listen(const std::string& url, const Tls* tls, Handler handler, const Options& options) {
    auto plugin = impl_->find(url);
    if (!plugin) return plugin.error();
    if (!(*plugin)->is_server()) return Error{.code = Code::bad_plugin, .detail = std::string((*plugin)->table.name) + " has no server side"};
    auto instance = Instance::create(*plugin, {impl_->log, impl_->identity}, options);
    if (!instance) return instance.error();
    return open_listener(std::move(*instance), url, tls, std::move(handler));
}

Result<bool> Registry::is_offline(const std::string& url) {
    auto plugin = impl_->find(url);
    if (!plugin) return plugin.error();
    return (*plugin)->is_offline();
}

Options options_for(const OptionsByPlugin& all, std::string_view url) {
    Options told;
    const auto add = [&](const std::string& plugin) {
        if (const auto found = all.find(plugin); found != all.end())
            for (const auto& [name, value] : found->second) told[name] = value;
    };
    add("");
    auto names = plugin_names(lower_case(url.substr(0, url.find(':'))));
    std::ranges::for_each(names.rbegin(), names.rend(), add);
    return told;
}

std::vector<Registry::Found> Registry::list() {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& folder : impl_->folders)
        for (const auto& file : plugin_files(folder))
            if (const auto plugin = impl_->load(file); !plugin && impl_->log) impl_->log(CMPKIT_TRANSPORT_LOG_WARNING, plugin.error().text());
    std::vector<Found> found;
    for (const auto& plugin : impl_->plugins)
        found.push_back({.name      = plugin->table.name,
                         .version   = plugin->table.version,
                         .file      = plugin->file,
                         .schemes   = plugin->schemes,
                         .client    = plugin->is_client(),
                         .server    = plugin->is_server(),
                         .offline   = plugin->is_offline(),
                         .announces = plugin->table.announce != nullptr,
                         .options   = options_of(plugin->table)});
    return found;
}

}  // namespace cmpkit::transport
