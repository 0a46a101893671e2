#include "transport/loaded.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <new>

namespace cmpkit::transport {

namespace {

/// The caller's side of an exchange: it waits here until the plugin says what became of it.
class Waiting {
public:
    static void done(void* user, cmpkit_transport_rc rc, const cmpkit_transport_message* answer, const char* detail) {
        auto& waiting = *static_cast<Waiting*>(user);
        // Told under the lock: the one who waits may not leave, and take this object along, before the call is over.
        const std::lock_guard lock(waiting.mutex_);
        waiting.take(rc, answer, detail);
        waiting.over_ = true;
        waiting.changed_.notify_one();
    }

    Result<Answer> wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return over_; });
        if (rc_ != CMPKIT_TRANSPORT_OK) return error_of(rc_, detail_.c_str());
        return std::move(answer_);
    }

private:
    // A plugin's thread is calling, and no exception may cross to it.
    void take(cmpkit_transport_rc rc, const cmpkit_transport_message* answer, const char* detail) noexcept try {
        rc_ = rc;
        if (detail) detail_ = detail;
        if (rc == CMPKIT_TRANSPORT_OK && answer) answer_ = answer_of(known(*answer));
    } catch (const std::bad_alloc&) {
        rc_ = CMPKIT_TRANSPORT_NO_MEMORY;
    }

    static Answer answer_of(const cmpkit_transport_message& message) {
        return {.message = copy_of({message.data, message.data_size}), .peer = peer_of(message.peer), .kind = message.kind, .status = message.status};
    }

    std::mutex              mutex_;
    std::condition_variable changed_;
    bool                    over_ = false;
    cmpkit_transport_rc     rc_   = CMPKIT_TRANSPORT_FAILED;
    Answer                  answer_;
    std::string             detail_;
};

/// One who waits for announcements.
class Observing : public Waiting {
public:
    explicit Observing(const std::function<void(Bytes)>& told) : told_(told) {}

    static void done(void* user, cmpkit_transport_rc rc, const cmpkit_transport_message*, const char* detail) {
        Waiting::done(static_cast<Waiting*>(static_cast<Observing*>(user)), rc, nullptr, detail);
    }
    // A plugin's thread is calling, and no exception may cross to it; what there is no memory for is not told.
    static void notice(void* user, const cmpkit_transport_message* announcement) noexcept try {
        const auto message = known(*announcement);
        static_cast<Observing*>(user)->told_({message.data, message.data_size});
    } catch (const std::bad_alloc&) {}

private:
    const std::function<void(Bytes)>& told_;
};

std::uint32_t timeout_ms(std::chrono::milliseconds timeout) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(timeout.count(), 0, std::numeric_limits<std::uint32_t>::max()));
}

class PluginChannel : public Channel {
public:
    PluginChannel(std::unique_ptr<Instance> instance, cmpkit_transport_channel* handle) : instance_(std::move(instance)), handle_(handle) {}
    ~PluginChannel() override { instance_->table().channel_free(handle_); }

    Result<Answer> exchange(const Request& request, std::chrono::milliseconds timeout, Cancel* cancel) override {
        if (timeout.count() < 0) return Error{.code = Code::deadline, .detail = "it had passed before the message was sent"};
        if (cancel && cancel->fired()) return Error{.code = Code::cancelled};
        Waiting        waiting;
        const auto     id = next_id_++;
        if (const auto rc = submit(request, timeout, id, waiting); rc != CMPKIT_TRANSPORT_OK) return error_of(rc, "the message was not taken");
        if (cancel) cancel->attach([this, id] { instance_->table().cancel(handle_, id); });
        auto answer = waiting.wait();
        if (cancel) cancel->detach();
        return answer;
    }

    Result<void> observe(const std::string& profile, const std::function<void(Bytes)>& told, Cancel& cancel) override {
        const auto& table = instance_->table();
        if (!table.observe) return Error{.code = Code::unsupported, .detail = std::string(table.name) + " carries no announcements to observers"};
        if (cancel.fired()) return Error{.code = Code::cancelled};
        Observing  observing(told);
        const auto id = next_id_++;
        const auto rc = table.observe(handle_, profile.empty() ? nullptr : profile.c_str(), id, Observing::notice, Observing::done, &observing);
        if (rc != CMPKIT_TRANSPORT_OK) return error_of(rc, "announcements cannot be asked for");
        cancel.attach([this, id] { instance_->table().cancel(handle_, id); });
        auto ended = observing.wait();
        cancel.detach();
        return ended ? Result<void>() : ended.error();
    }

    bool is_offline() const override { return instance_->is_offline(); }

private:
    cmpkit_transport_rc submit(const Request& request, std::chrono::milliseconds timeout, std::uint64_t id, Waiting& waiting) {
        const cmpkit_transport_message message{
            .size      = sizeof message,
            .kind      = request.kind,
            .data      = request.message.data(),
            .data_size = request.message.size(),
            .operation = request.operation.empty() ? nullptr : request.operation.c_str(),
            .profile   = request.profile.empty() ? nullptr : request.profile.c_str(),
            .label     = request.label.empty() ? nullptr : request.label.c_str(),
            .status    = CMPKIT_TRANSPORT_ANSWERED,
            .peer      = nullptr,
        };
        return instance_->table().submit(handle_, &message, timeout_ms(timeout), id, Waiting::done, &waiting);
    }

    std::unique_ptr<Instance>  instance_;
    cmpkit_transport_channel*  handle_;
    std::atomic<std::uint64_t> next_id_ = 1;
};

}  // namespace

Peer peer_of(const cmpkit_transport_peer* theirs) {
    if (!theirs) return {};
    const auto peer = known(*theirs);
    return {.address      = peer.address ? peer.address : "",
            .certificate  = copy_of({peer.certificate, peer.certificate_size}),
            .psk_identity = peer.psk_identity ? peer.psk_identity : ""};
}

Result<std::unique_ptr<Channel>> open_channel(std::unique_ptr<Instance> instance, const std::string& url, const Tls* tls) {
    cmpkit_transport_channel* handle = nullptr;
    std::array<char, 512>     error{};
    const auto rc = instance->table().open(instance->handle(), url.c_str(), reinterpret_cast<const cmpkit_transport_tls*>(tls), &handle,
                                           error.data(), error.size());
    if (rc != CMPKIT_TRANSPORT_OK) return error_of(rc, error.data());
    return std::unique_ptr<Channel>(std::make_unique<PluginChannel>(std::move(instance), handle));
}

}  // namespace cmpkit::transport
