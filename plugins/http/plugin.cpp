// The table of the plugin: where the contract's calls lead.
#include "client.hpp"
#include "kit/plugin.hpp"
#include "server.hpp"

namespace cmpkit_http {
namespace {

struct Carrier {
    static constexpr const char* name      = "http";
    static constexpr const char* schemes[] = {"http", "https", nullptr};
    static constexpr const auto& options   = known_options;

    // Thread-safe since libcurl 7.84, and never undone: others in the process may use it as well.
    static cmpkit_transport_rc start() { return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_FAILED; }

    static cmpkit_transport_rc open(Setting setting, std::unique_ptr<cmpkit_transport_channel>& out, std::string& error) {
        Url        url;
        const auto rc = accept_url(setting, url, error);
        if (rc == CMPKIT_TRANSPORT_OK) out = std::make_unique<Client>(Target{std::move(setting), std::move(url)});
        return rc;
    }

    static cmpkit_transport_rc listen(cmpkit_plugin::Site<Options> site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
        Url        url;
        const auto rc = accept_url(site, url, error);
        return rc == CMPKIT_TRANSPORT_OK ? cmpkit_http::listen(Site{std::move(site), std::move(url)}, out, error) : rc;
    }

private:
    /// Reads the URL, and refuses https for which the host brought no keys and trust.
    static cmpkit_transport_rc accept_url(const Setting& setting, Url& url, std::string& error) {
        auto parsed = parse_url(setting.url.c_str(), error);
        if (!parsed) return CMPKIT_TRANSPORT_BAD_URL;
        if (parsed->is_tls() && !setting.tls) return error = "https needs keys and trust for TLS", CMPKIT_TRANSPORT_TLS;
        url = std::move(*parsed);
        return CMPKIT_TRANSPORT_OK;
    }
};

}  // namespace
}  // namespace cmpkit_http

CMPKIT_PLUGIN(cmpkit_http::Carrier)
