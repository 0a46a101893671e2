// The table of the plugin: where the contract's calls lead.
#include "der_file.hpp"
#include "spool/client.hpp"
#include "spool/server.hpp"

namespace cmpkit_file {
namespace {

using namespace cmpkit_spool;

struct Carrier {
    static constexpr const char*   name      = "file";
    static constexpr const char*   schemes[] = {"file", nullptr};
    static constexpr const auto&   options   = shared_options;
    static constexpr std::uint32_t traits    = CMPKIT_TRANSPORT_OFFLINE;

    static cmpkit_transport_rc start() { return CMPKIT_TRANSPORT_OK; }

    static cmpkit_transport_rc open(Setting setting, std::unique_ptr<cmpkit_transport_channel>& out, std::string& error) {
        std::string path = path_in(setting.url, error);
        if (path.empty()) return CMPKIT_TRANSPORT_BAD_URL;
        auto form = form_of(setting.options);
        out       = std::make_unique<cmpkit_spool::Client>(std::move(setting), std::move(path), std::move(form));
        return CMPKIT_TRANSPORT_OK;
    }

    static cmpkit_transport_rc listen(cmpkit_spool::Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
        std::string path = path_in(site.url, error);
        if (path.empty()) return CMPKIT_TRANSPORT_BAD_URL;
        auto form   = form_of(site.options);
        auto server = std::make_unique<Server>(std::move(site), std::move(path), std::move(form));
        error       = server->begin();
        if (!error.empty()) return CMPKIT_TRANSPORT_CONNECT;
        out = std::move(server);
        return CMPKIT_TRANSPORT_OK;
    }

private:
    static std::unique_ptr<Form> form_of(const Options& given) { return std::make_unique<DerFile>(given.max_message, given.one_value); }
};

}  // namespace
}  // namespace cmpkit_file

CMPKIT_PLUGIN(cmpkit_file::Carrier)
