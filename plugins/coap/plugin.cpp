// The table of the plugin: where the contract's calls lead.
#include "client.hpp"
#include "kit/plugin.hpp"
#include "server.hpp"

namespace cmpkit_coap {
namespace {

struct Carrier {
    static constexpr const char* name          = "coap";
    static constexpr const char* schemes[]     = {"coap", "coaps", nullptr};
    static constexpr const auto& options       = known_options;
    static constexpr bool        is_observable = true;

    static cmpkit_transport_rc start() { return start_library(), CMPKIT_TRANSPORT_OK; }

    static cmpkit_transport_rc open(Setting setting, std::unique_ptr<cmpkit_transport_channel>& out, std::string& error) {
        Url        url;
        const auto rc = accept_url(setting, url, error);
        if (rc == CMPKIT_TRANSPORT_OK) out = std::make_unique<cmpkit_coap::Client>(Target{std::move(setting), std::move(url)});
        return rc;
    }

    static cmpkit_transport_rc listen(cmpkit_plugin::Site<Options> site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
        Url        url;
        const auto rc = accept_url(site, url, error);
        return rc == CMPKIT_TRANSPORT_OK ? cmpkit_coap::listen(Site{std::move(site), std::move(url)}, out, error) : rc;
    }

private:
    /// Reads the URL, and refuses coaps for which the host brought no keys and trust.
    static cmpkit_transport_rc accept_url(const Setting& setting, Url& url, std::string& error) {
        auto parsed = parse_url(setting.url, error);
        if (!parsed) return CMPKIT_TRANSPORT_BAD_URL;
        if (parsed->is_tls() && !setting.tls) return error = "coaps needs keys and trust for DTLS", CMPKIT_TRANSPORT_TLS;
        url = std::move(*parsed);
        return CMPKIT_TRANSPORT_OK;
    }
};

}  // namespace
}  // namespace cmpkit_coap

CMPKIT_PLUGIN(cmpkit_coap::Carrier)
