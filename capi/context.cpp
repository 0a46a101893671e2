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
    if (!registry) registry = std::make_unique<transport::Registry>(plugin_folders, [this](std::int32_t level, std::string_view text) { log(level, text); });
    return *registry;
}

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
        std::string text;
        for (const auto& plugin : context->plugins().list()) {
            std::string schemes;
            for (const std::string& scheme : plugin.schemes) schemes += (schemes.empty() ? "" : ",") + der::json_string(scheme);
            text += (text.empty() ? "{\"name\":" : ",{\"name\":") + der::json_string(plugin.name) + ",\"version\":" + der::json_string(plugin.version) +
                    ",\"file\":" + der::json_string(plugin.file) + ",\"schemes\":[" + schemes + "]}";
        }
        return buf_of("[" + text + "]");
    });
}

}  // extern "C"
