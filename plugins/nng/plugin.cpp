// The table of the plugin: where the contract's calls lead.
#include "client.hpp"
#include "kit/plugin.hpp"
#include "server.hpp"

namespace cmpkit_nng {
namespace {

struct Carrier {
    static constexpr const char* name      = "nng";
    static constexpr const char* schemes[] = {"nng+tcp", "nng+tls", "nng+ipc", "nng+inproc", nullptr};
    static constexpr const auto& options   = known_options;

    // NNG's threads begin with the first channel or listener: a program that only lists its transports has none.
    static cmpkit_transport_rc start() { return CMPKIT_TRANSPORT_OK; }

    static cmpkit_transport_rc open(Setting setting, std::unique_ptr<cmpkit_transport_channel>& out, std::string& error) {
        Url        url;
        const auto rc = accept_url(setting, url, error);
        if (rc != CMPKIT_TRANSPORT_OK) return rc;
        if (url.has_port() && url.port == 0) return error = "there is no port to connect to", CMPKIT_TRANSPORT_BAD_URL;
        return open_client({std::move(setting), std::move(url)}, out, error);
    }

    static cmpkit_transport_rc listen(cmpkit_plugin::Site<Options> site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
        Url        url;
        const auto rc = accept_url(site, url, error);
        return rc == CMPKIT_TRANSPORT_OK ? open_server({std::move(site), std::move(url)}, out, error) : rc;
    }

private:
    static cmpkit_transport_rc accept_url(const Setting& setting, Url& url, std::string& error) {
        auto parsed = parse_url(setting.url, error);
        if (!parsed) return CMPKIT_TRANSPORT_BAD_URL;
        if (parsed->is_tls() && !setting.tls) return error = "nng+tls needs keys and trust for TLS", CMPKIT_TRANSPORT_TLS;
        url = std::move(*parsed);
        start_library();
        return CMPKIT_TRANSPORT_OK;
    }
};

}  // namespace
}  // namespace cmpkit_nng

CMPKIT_PLUGIN(cmpkit_nng::Carrier)
