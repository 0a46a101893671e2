#include "transport/loaded.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace cmpkit::transport {

namespace {

cmpkit_transport_message message_of(Bytes octets, std::int32_t kind, std::int32_t status) {
    return {
        .size      = sizeof(cmpkit_transport_message),
        .kind      = kind,
        .data      = octets.data(),
        .data_size = octets.size(),
        .operation = nullptr,
        .profile   = nullptr,
        .label     = nullptr,
        .status    = status,
        .peer      = nullptr,
    };
}

class PluginExchange : public Exchange {
public:
    PluginExchange(const cmpkit_transport_plugin& table, cmpkit_transport_exchange* handle) : table_(table), handle_(handle) {}
    ~PluginExchange() override {
        if (handle_) (void)answer({}, CMPKIT_TRANSPORT_BROKEN, CMPKIT_TRANSPORT_CMP);
    }

    Result<void> respond(Bytes message, std::int32_t status, std::int32_t kind) override {
        if (!handle_) return Error{.code = Code::bad_state, .detail = "the exchange was answered before"};
        if (const auto rc = answer(message, status, kind); rc != CMPKIT_TRANSPORT_OK) return error_of(rc, "the answer was not taken");
        return {};
    }

private:
    cmpkit_transport_rc answer(Bytes octets, std::int32_t status, std::int32_t kind) {
        const auto message = message_of(octets, kind, status);
        return table_.respond(std::exchange(handle_, nullptr), &message);
    }

    const cmpkit_transport_plugin& table_;  // the listener's, which outlives its exchanges
    cmpkit_transport_exchange*     handle_;
};

class PluginListener : public Listener {
public:
    PluginListener(std::unique_ptr<Instance> instance, Handler handler) : instance_(std::move(instance)), handler_(std::move(handler)) {}
    ~PluginListener() override { instance_->table().listener_free(handle_); }

    Result<void> listen(const std::string& url, const Tls* tls) {
        std::array<char, 512> error{};
        const auto rc = instance_->table().listen(instance_->handle(), url.c_str(), reinterpret_cast<const cmpkit_transport_tls*>(tls),
                                                  &PluginListener::take, this, &handle_, error.data(), error.size());
        if (rc != CMPKIT_TRANSPORT_OK) return error_of(rc, error.data());
        url_ = instance_->table().listener_url(handle_);
        return {};
    }

    const std::string& url() const override { return url_; }

    void stop(std::chrono::milliseconds grace) override {
        const auto bounded = std::clamp<std::int64_t>(grace.count(), 0, std::numeric_limits<std::uint32_t>::max());
        instance_->table().listener_stop(handle_, static_cast<std::uint32_t>(bounded));
    }

    Result<void> announce(Bytes message) override {
        const auto& table = instance_->table();
        if (!table.announce) return Error{.code = Code::unsupported, .detail = std::string(table.name) + " carries no announcements to observers"};
        const auto told = message_of(message, CMPKIT_TRANSPORT_ANNOUNCEMENT, CMPKIT_TRANSPORT_ANSWERED);
        if (const auto rc = table.announce(handle_, &told); rc != CMPKIT_TRANSPORT_OK) return error_of(rc, "the announcement was not taken");
        return {};
    }

private:
    // A plugin's thread is calling, and no exception may cross to it; an exchange dropped on the way answers BROKEN.
    static void take(void* user, cmpkit_transport_exchange* exchange, const cmpkit_transport_message* request) noexcept try {
        const auto& self = *static_cast<PluginListener*>(user);
        self.hand_up(std::make_unique<PluginExchange>(self.instance_->table(), exchange), known(*request));
    } catch (const std::bad_alloc&) {
        static_cast<PluginListener*>(user)->instance_->log(CMPKIT_TRANSPORT_LOG_ERROR, "out of memory: a request was not answered");
    }

    void hand_up(std::unique_ptr<Exchange> exchange, const cmpkit_transport_message& message) const {
        const Request request{.message   = {message.data, message.data_size},
                              .operation = message.operation ? message.operation : "",
                              .profile   = message.profile ? message.profile : "",
                              .kind      = message.kind,
                              .label     = message.label ? message.label : ""};
        handler_(std::move(exchange), request, peer_of(message.peer));
    }

    std::unique_ptr<Instance>   instance_;
    Handler                     handler_;
    cmpkit_transport_listener*  handle_ = nullptr;
    std::string                 url_;
};

}  // namespace

Result<std::unique_ptr<Listener>> open_listener(std::unique_ptr<Instance> instance, const std::string& url, const Tls* tls, Handler handler) {
    auto listener = std::make_unique<PluginListener>(std::move(instance), std::move(handler));
    if (auto listening = listener->listen(url, tls); !listening) return listening.error();
    return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace cmpkit::transport
