// The table of the plugin: where the contract's calls lead.
#include "client.hpp"
#include "server.hpp"

namespace cmpkit_tcp {
namespace {

struct Carrier {
    static constexpr const char* name      = "tcp";
    static constexpr const char* schemes[] = {"tcp", nullptr};
    static constexpr const auto& options   = known_options;

    static cmpkit_transport_rc start() { return CMPKIT_TRANSPORT_OK; }

    static cmpkit_transport_rc open(Setting setting, std::unique_ptr<cmpkit_transport_channel>& out, std::string& error) {
        const auto url = parse_url(setting.url, error);
        if (!url) return CMPKIT_TRANSPORT_BAD_URL;
        out = open_client(std::move(setting), *url);
        return CMPKIT_TRANSPORT_OK;
    }

    static cmpkit_transport_rc listen(cmpkit_plugin::Site<Options> site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
        const auto url = parse_url(site.url, error);
        if (!url) return CMPKIT_TRANSPORT_BAD_URL;
        log(site.host, CMPKIT_TRANSPORT_LOG_WARNING, "tcp: the TCP messages of RFC 2510 and its drafts are deprecated and have no protection of their own: " + site.url);
        return cmpkit_tcp::listen(std::move(site), *url, out, error);
    }
};

}  // namespace
}  // namespace cmpkit_tcp

CMPKIT_PLUGIN(cmpkit_tcp::Carrier)
