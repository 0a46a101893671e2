// The border to the host: what crosses it, and what must not.
#pragma once
#include "contract.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <thread>

namespace cmpkit_plugin {

/// Runs `body`; no exception goes on to the host.
template <class Body> cmpkit_transport_rc guarded(Body body) noexcept try {
    return body();
} catch (const std::bad_alloc&) {
    return CMPKIT_TRANSPORT_NO_MEMORY;
} catch (const std::exception&) {
    return CMPKIT_TRANSPORT_FAILED;
}

/// Reads no further into a struct than its author wrote; the rest is zero.
template <class T> T known(const T& theirs) {
    T ours{};
    std::memcpy(&ours, &theirs, std::min<std::size_t>(theirs.size, sizeof ours));
    return ours;
}

/// Writes `sentence` for the operator, cut to what the host has room for.
inline void tell(char* error, std::size_t error_size, const std::string& sentence) {
    if (!error || error_size == 0) return;
    const std::size_t size = std::min(sentence.size(), error_size - 1);
    std::memcpy(error, sentence.data(), size);
    error[size] = 0;
}

inline void log(const cmpkit_transport_host& host, std::int32_t level, const std::string& text) {
    if (host.log) host.log(host.context, level, text.c_str());
}

/// A thread that takes no signal: they are the application's, and SIGPIPE is nobody's.
template <class Body> std::thread quiet_thread(Body body) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    struct Restore {
        const sigset_t& mask;
        ~Restore() { pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
    } restore{before};
    return std::thread(std::move(body));
}

}  // namespace cmpkit_plugin
