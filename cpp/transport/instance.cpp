#include "transport/loaded.hpp"

#include <new>

namespace cmpkit::transport {

namespace {

/// Runs `body` for a plugin, to which no exception may cross: C frames may lie between.
template <class Body> cmpkit_transport_rc guarded(Body body) noexcept try {
    return body();
} catch (const std::bad_alloc&) {
    return CMPKIT_TRANSPORT_NO_MEMORY;
}

void log_text(void* context, std::int32_t level, const char* text) {
    (void)guarded([&] {
        const Log& log = *static_cast<const Log*>(context);
        if (log) log(level, escaped(text ? text : ""));
        return CMPKIT_TRANSPORT_OK;
    });
}

const Tls& tls_of(const cmpkit_transport_tls* tls) { return *reinterpret_cast<const Tls*>(tls); }

cmpkit_transport_rc tls_client(void*, const cmpkit_transport_tls* tls, void* ssl_ctx, const void* openssl_version) {
    if (!tls) return CMPKIT_TRANSPORT_TLS;
    return guarded([&] { return tls_of(tls).client(ssl_ctx, openssl_version); });
}

cmpkit_transport_rc tls_server(void*, const cmpkit_transport_tls* tls, void* ssl_ctx, const void* openssl_version) {
    if (!tls) return CMPKIT_TRANSPORT_TLS;
    return guarded([&] { return tls_of(tls).server(ssl_ctx, openssl_version); });
}

Code code_of(cmpkit_transport_rc rc) {
    switch (rc) {
        case CMPKIT_TRANSPORT_BAD_ARGUMENT: return Code::bad_argument;
        case CMPKIT_TRANSPORT_NO_MEMORY: return Code::no_memory;
        case CMPKIT_TRANSPORT_BAD_URL: return Code::bad_url;
        case CMPKIT_TRANSPORT_CONNECT: return Code::connect_failed;
        case CMPKIT_TRANSPORT_TLS: return Code::tls_failed;
        case CMPKIT_TRANSPORT_STATUS: return Code::http_status;
        case CMPKIT_TRANSPORT_CONTENT: return Code::content_type;
        case CMPKIT_TRANSPORT_TOO_LARGE: return Code::too_large;
        case CMPKIT_TRANSPORT_DEADLINE: return Code::deadline;
        case CMPKIT_TRANSPORT_CANCELLED: return Code::cancelled;
        case CMPKIT_TRANSPORT_GONE: return Code::peer_gone;
        default: return Code::transport_failed;
    }
}

}  // namespace

Error error_of(cmpkit_transport_rc rc, const char* detail) { return {.code = code_of(rc), .detail = escaped(detail ? detail : "")}; }

Instance::Instance(std::shared_ptr<const Loaded> plugin, Log log)
    : plugin_(std::move(plugin)), log_(std::move(log)),
      host_{.size = sizeof host_, .context = &log_, .log = log_text, .tls_client = tls_client, .tls_server = tls_server} {}

Instance::~Instance() {
    if (handle_) table().destroy(handle_);
}

Result<std::unique_ptr<Instance>> Instance::create(std::shared_ptr<const Loaded> plugin, Log log, const Options& options) {
    std::unique_ptr<Instance> instance(new Instance(std::move(plugin), std::move(log)));
    const auto rc = instance->table().create(&instance->host_, &instance->handle_);
    if (rc != CMPKIT_TRANSPORT_OK) return error_of(rc, "the plugin made no instance");
    if (auto set = instance->set(options); !set) return set.error();
    return instance;
}

Result<void> Instance::set(const Options& options) {
    for (const auto& [name, value] : options) {
        const auto rc = table().set(handle_, name.c_str(), value.c_str());
        if (rc != CMPKIT_TRANSPORT_OK) return error_of(rc, (std::string(table().name) + " does not take the option " + name + " = " + value).c_str());
    }
    return {};
}

}  // namespace cmpkit::transport
