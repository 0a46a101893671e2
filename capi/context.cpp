#include "handles.hpp"

#include "der/print.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

void cmpkit_context::log(cmpkit_log_level level, std::string_view text) {
    std::shared_ptr<const Logger> call;
    {
        const std::lock_guard lock(mutex);
        if (level <= most) call = logger;
    }
    if (call) (*call)(level, text);  // never under the lock
}

transport::Registry& cmpkit_context::plugins() {
    const std::lock_guard lock(mutex);
    if (!registry) registry = std::make_unique<transport::Registry>(plugin_folders, [this](std::int32_t level, std::string_view text) { log(level, text); },
                                                                       &crypto::tls_identity);
    return *registry;
}

std::vector<std::string> cmpkit_context::folders() {
    const std::lock_guard lock(mutex);
    return plugin_folders;
}

transport::Options cmpkit_context::options_for(const std::string& url, const transport::OptionsByPlugin& first) {
    transport::Options told = transport::options_for(first, url);
    const std::lock_guard lock(mutex);
    for (const auto& [name, value] : transport::options_for(options, url)) told[name] = value;
    return told;
}

namespace {

std::string list_of(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) text += (text.empty() ? "" : ",") + item;
    return "[" + text + "]";
}

std::string flag(const char* name, bool value) { return std::string(",\"") + name + "\":" + (value ? "true" : "false"); }

std::string json_of(const transport::Registry::Found& plugin) {
    std::vector<std::string> schemes, options;
    for (const std::string& scheme : plugin.schemes) schemes.push_back(der::json_string(scheme));
    for (const auto& option : plugin.options)
        options.push_back("{\"name\":" + der::json_string(option.name) + ",\"default\":" + der::json_string(option.fallback) + ",\"meaning\":" + der::json_string(option.meaning) + "}");
    return "{\"name\":" + der::json_string(plugin.name) + ",\"version\":" + der::json_string(plugin.version) + ",\"file\":" + der::json_string(plugin.file) +
           ",\"schemes\":" + list_of(schemes) + flag("client", plugin.client) + flag("server", plugin.server) + flag("offline", plugin.offline) +
           flag("announces", plugin.announces) + ",\"options\":" + list_of(options) + "}";
}

}  // namespace

extern "C" {

cmpkit_rc cmpkit_context_new(cmpkit_context** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_context>> { return std::make_unique<cmpkit_context>(); });
}
void cmpkit_context_free(cmpkit_context* context) { delete context; }

cmpkit_rc cmpkit_context_set_log(cmpkit_context* context, cmpkit_log_level most, cmpkit_log_fn log, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        const User held(user, destroy);
        if (!context) return Error{.code = Code::bad_argument, .detail = "context is NULL"};
        std::shared_ptr<const cmpkit_context::Logger> logger;
        if (log) logger = std::make_shared<const cmpkit_context::Logger>([log, held](cmpkit_log_level level, std::string_view text) { log(held.get(), level, std::string(text).c_str()); });
        const std::lock_guard lock(context->mutex);
        context->most = most;
        context->logger.swap(logger);
        return {};
    });
}

cmpkit_rc cmpkit_context_add_plugin_folder(cmpkit_context* context, const char* folder, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        auto path = text_in(folder, "folder");
        if (!path) return path.error();
        if (!context) return Error{.code = Code::bad_argument, .detail = "context is NULL"};
        const std::lock_guard lock(context->mutex);
        if (context->registry) return Error{.code = Code::bad_state, .detail = "plugins are in use already"};
        context->plugin_folders.push_back(*path);
        return {};
    });
}

cmpkit_rc cmpkit_context_transports(cmpkit_context* context, cmpkit_buf** json, cmpkit_error** error) {
    return guard_out(json, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!context) return Error{.code = Code::bad_argument, .detail = "context is NULL"};
        std::vector<std::string> plugins;
        for (const auto& plugin : context->plugins().list()) plugins.push_back(json_of(plugin));
        return buf_of(list_of(plugins));
    });
}

cmpkit_rc cmpkit_context_add_transport(cmpkit_context* context, const cmpkit_transport_plugin* plugin, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!context) return Error{.code = Code::bad_argument, .detail = "context is NULL"};
        return context->plugins().add(plugin);
    });
}

cmpkit_rc cmpkit_context_set_option(cmpkit_context* context, const char* plugin, const char* name, const char* value, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        if (!context || !name || !value) return Error{.code = Code::bad_argument, .detail = "context, name or value is NULL"};
        const std::lock_guard lock(context->mutex);
        context->options[plugin ? plugin : ""][name] = value;
        return {};
    });
}

cmpkit_rc cmpkit_context_is_offline(cmpkit_context* context, const char* url, int32_t* offline, cmpkit_error** error) {
    if (offline) *offline = 0;
    return guard(error, [&]() -> Result<void> {
        auto where = text_in(url, "url");
        if (!where) return where.error();
        if (!context || !offline) return Error{.code = Code::bad_argument, .detail = "context or offline is NULL"};
        auto answer = context->plugins().is_offline(*where);
        if (!answer) return answer.error();
        return *offline = *answer, Result<void>();
    });
}

}  // extern "C"
