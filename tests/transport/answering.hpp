// Handlers and threads that the tests of this room share.
#pragma once
#include "transport/registry.hpp"

#include <condition_variable>
#include <cstdlib>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace cmpkit::transport::test {

using namespace std::chrono_literals;

constexpr auto patience = 20s;  // far above what anything here takes; a limit for hanging, not a measure

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// With the plugins of this build, and before them those of a folder that foreign.cpp is told of.
inline Registry built_plugins(Log log = {}) {
    const char* foreign = std::getenv("CMPKIT_CONFORM_FOLDER");
    return Registry(foreign ? std::vector<std::string>{foreign, CMPKIT_BUILT_PLUGINS} : std::vector<std::string>{CMPKIT_BUILT_PLUGINS}, std::move(log));
}

inline Octets some_octets(std::size_t size) {
    Octets octets(size);
    for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
    return octets;
}

/// Answers with what came.
inline void echo(std::unique_ptr<Exchange> exchange, const Request& request, const Peer&) {
    (void)exchange->respond(request.message, CMPKIT_TRANSPORT_ANSWERED);
}

/// Keeps exchanges until somebody takes them out.
class Desk {
public:
    Handler handler() {
        return [this](std::unique_ptr<Exchange> exchange, const Request&, const Peer&) {
            const std::lock_guard lock(mutex_);
            open_.push_back(std::move(exchange));
            changed_.notify_all();
        };
    }

    /// Waits for an exchange; null if none comes.
    std::unique_ptr<Exchange> take() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, patience, [this] { return !open_.empty(); })) return nullptr;
        auto first = std::move(open_.front());
        open_.erase(open_.begin());
        return first;
    }

    bool wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return open_.size() >= count; });
    }

    /// Drops all that are open, which answers them with BROKEN.
    void clear() {
        std::vector<std::unique_ptr<Exchange>> dropped;
        const std::lock_guard lock(mutex_);
        dropped.swap(open_);
    }

private:
    std::mutex                             mutex_;
    std::condition_variable                changed_;
    std::vector<std::unique_ptr<Exchange>> open_;
};

/// An exchange in a thread of its own.
inline std::future<Result<Answer>> begin_exchange(Channel& channel, Octets message, std::chrono::milliseconds timeout, Cancel* cancel = nullptr) {
    return std::async(std::launch::async, [&channel, message = std::move(message), timeout, cancel] {
        return channel.exchange({.message = message, .operation = {}, .profile = {}}, timeout, cancel);
    });
}

inline Result<Answer> send(Channel& channel, const Octets& message, std::chrono::milliseconds timeout = patience, Cancel* cancel = nullptr) {
    return channel.exchange({.message = message, .operation = {}, .profile = {}}, timeout, cancel);
}

}  // namespace cmpkit::transport::test
