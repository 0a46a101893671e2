// The table of the plugin: where the contract's calls lead.
#include "courier.hpp"
#include "spool/client.hpp"
#include "spool/server.hpp"
#include "mail_form.hpp"
#include "mail_options.hpp"

namespace cmpkit_mime {
namespace {

using namespace cmpkit_spool;

struct Carrier {
    static constexpr const char*   name      = "mime";
    static constexpr const char*   schemes[] = {"mime+file", nullptr};
    static constexpr const auto&   options   = known_options.rows;
    static constexpr std::uint32_t traits    = CMPKIT_TRANSPORT_OFFLINE;

    static cmpkit_transport_rc start() { return CMPKIT_TRANSPORT_OK; }

    static cmpkit_transport_rc open(Setting setting, std::unique_ptr<cmpkit_transport_channel>& out, std::string& error) {
        std::string path = path_in(setting.url, error);
        if (path.empty()) return CMPKIT_TRANSPORT_BAD_URL;
        const Options& given = setting.options;
        if (given.sendmail.empty() && given.layout == Layout::maildir) return error = "a client of a maildir sends by a command: it needs the option sendmail", CMPKIT_TRANSPORT_BAD_ARGUMENT;
        if (!given.sendmail.empty() && given.to.empty()) return error = "the option sendmail needs the option to", CMPKIT_TRANSPORT_BAD_ARGUMENT;
        auto form = form_of(given);
        auto post = post_of(given, path);
        path      = spool_in(given, path);
        out       = std::make_unique<cmpkit_spool::Client>(std::move(setting), std::move(path), std::move(form), std::move(post));
        return CMPKIT_TRANSPORT_OK;
    }

    static cmpkit_transport_rc listen(cmpkit_spool::Site site, std::unique_ptr<cmpkit_transport_listener>& out, std::string& error) {
        std::string path = path_in(site.url, error);
        if (path.empty()) return CMPKIT_TRANSPORT_BAD_URL;
        auto form   = form_of(site.options);
        auto post   = post_of(site.options, path);
        path        = spool_in(site.options, path);
        auto server = std::make_unique<Server>(std::move(site), std::move(path), std::move(form), std::move(post));
        error       = server->begin();
        if (!error.empty()) return CMPKIT_TRANSPORT_CONNECT;
        out = std::move(server);
        return CMPKIT_TRANSPORT_OK;
    }

private:
    static std::string spool_in(const Options& given, const std::string& path) { return given.layout == Layout::maildir ? path + "/cmpkit" : path; }

    static Post post_of(const Options& given, const std::string& path) {
        Post post;
        if (given.layout == Layout::maildir) post.maildir = path;
        if (!given.sendmail.empty()) post.send = [courier = Courier(given.sendmail)](const std::string& mail) { return courier.send(mail); };
        return post;
    }

    static std::unique_ptr<Form> form_of(const Options& given) { return std::make_unique<MailForm>(given); }
};

}  // namespace
}  // namespace cmpkit_mime

CMPKIT_PLUGIN(cmpkit_mime::Carrier)
