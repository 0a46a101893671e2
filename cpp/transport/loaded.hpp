// A plugin that passed every check: its table, and the services that we give it.
// It refuses a file that another user could have written, and a table that is not whole.
#pragma once
#include "transport/registry.hpp"

#include <algorithm>

namespace cmpkit::transport {

struct Loaded {
    cmpkit_transport_plugin  table{};  // zero where the plugin wrote nothing
    std::string              file;     // empty: part of the program
    std::vector<std::string> schemes;

    bool serves(std::string_view scheme) const;
    bool is_client() const { return table.open != nullptr; }
    bool is_server() const { return table.listen != nullptr; }
    bool is_offline() const { return (table.traits & CMPKIT_TRANSPORT_OFFLINE) != 0; }
};

/// Whether a URL can begin with it (RFC 3986 3.1), in lower case.
bool is_scheme(std::string_view text);

/// @error bad_plugin  another magic or major, a size that cuts a slot, a slot that is missing, or no scheme or one that is none; detail says which
Result<Loaded> check_table(const cmpkit_transport_plugin* plugin);

/// @error not_found   no such file
/// @error bad_plugin  not trusted, not loadable, or refused by check_table
Result<Loaded> load_file(const std::string& file);

/// The folder of plugins that came with this library or program: `plugins` beside its folder in a build tree, `<libdir>/cmpkit/plugins` of its prefix where it is
/// installed; empty if there is neither.
std::string plugins_of_this_library();

/// What the host lends to an instance.
struct Services {
    Log         log;
    TlsIdentity identity;  // may be null
};

/// One object of a plugin with its options, and the services of the host that it was given.
class Instance {
public:
    /// @error bad_argument  an option is unknown or its value wrong; detail names it
    static Result<std::unique_ptr<Instance>> create(std::shared_ptr<const Loaded> plugin, Services services, const Options& options);
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    const cmpkit_transport_plugin& table() const { return plugin_->table; }
    bool                           is_offline() const { return plugin_->is_offline(); }
    cmpkit_transport_instance*     handle() const { return handle_; }
    void                           log(std::int32_t level, std::string_view text) const { if (services_.log) services_.log(level, text); }

private:
    Instance(std::shared_ptr<const Loaded> plugin, Services services);
    Result<void> set(const Options& options);

    std::shared_ptr<const Loaded> plugin_;  // shared with the registry, which may go first
    Services                      services_;
    cmpkit_transport_host         host_;
    cmpkit_transport_instance*    handle_ = nullptr;
};

Result<std::unique_ptr<Channel>>  open_channel(std::unique_ptr<Instance> instance, const std::string& url, const Tls* tls);
Result<std::unique_ptr<Listener>> open_listener(std::unique_ptr<Instance> instance, const std::string& url, const Tls* tls, Handler handler);

/// What a plugin reported, as our error. `detail` may hold text of the peer.
Error error_of(cmpkit_transport_rc rc, const char* detail);

/// @param peer  may be null
Peer peer_of(const cmpkit_transport_peer* peer);

/// Reads no further into a struct than its author wrote; the rest is zero.
template <class T> T known(const T& theirs) {
    T ours{};
    const auto* from = reinterpret_cast<const std::uint8_t*>(&theirs);
    std::copy_n(from, std::min<std::size_t>(theirs.size, sizeof ours), reinterpret_cast<std::uint8_t*>(&ours));
    return ours;
}

}  // namespace cmpkit::transport
