// The border between C++ and C: nothing but codes, owned objects and octets crosses it. Every entry point runs inside guard().
#pragma once
#include "cmpkit.h"
#include "result.hpp"

#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <new>

struct cmpkit_error {
    cmpkit::Error error;
    std::string   text, path;
    std::unique_ptr<cmpkit_error> cause;
    explicit cmpkit_error(cmpkit::Error e) : error(std::move(e)), text(error.text()), path(error.path.text()) {
        if (error.cause) cause = std::make_unique<cmpkit_error>(*error.cause);
    }
};

struct cmpkit_buf {
    cmpkit::Octets octets;  // and one NUL behind
    ~cmpkit_buf();
};

struct cmpkit_sink {
    cmpkit::Octets               octets;
    std::optional<cmpkit::Error> error;
    struct Later {
        std::int64_t check_after;
        std::string  reason;
    };
    std::optional<Later>         later;  // there is no answer yet
};

namespace cmpkit::capi {

/// The static error that stands for «no memory», never freed.
cmpkit_error* no_memory();
/// Hands an error out; `out` may be NULL. @return its code
cmpkit_rc give(const Error& error, cmpkit_error** out);

/// Runs `body`, which returns Result<void>; whatever it throws becomes a code. *error is NULL after success.
template <class Body> cmpkit_rc guard(cmpkit_error** error, Body&& body) noexcept {
    if (error) *error = nullptr;
    try {
        Result<void> result = body();
        return result ? CMPKIT_OK : give(result.error(), error);
    } catch (const std::bad_alloc&) {
        if (error) *error = no_memory();
        return CMPKIT_E_MEMORY;
    } catch (...) {
        if (error) *error = no_memory();
        return CMPKIT_E_INTERNAL;
    }
}
/// The same for an out-parameter that is set only if all went well; `body` returns Result<std::unique_ptr<T>>.
template <class T, class Body> cmpkit_rc guard_out(T** out, cmpkit_error** error, Body&& body) noexcept {
    if (out) *out = nullptr;
    return guard(error, [&]() -> Result<void> {
        if (!out) return Error{.code = Code::bad_argument, .detail = "the out-parameter is NULL"};
        Result<std::unique_ptr<T>> made = body();
        if (!made) return made.error();
        *out = std::move(*made).release();
        return {};
    });
}

std::unique_ptr<cmpkit_buf> buf_of(Bytes octets);
inline std::unique_ptr<cmpkit_buf> buf_of(std::string_view text) { return buf_of(bytes_of(text)); }

/// Octets of the caller. @error bad_argument  NULL with a size
Result<Bytes> bytes_in(const std::uint8_t* data, std::size_t size);
/// Text of the caller. @error bad_argument  NULL, or not UTF-8
Result<std::string> text_in(const char* text, const char* name);

/// A time of the caller, 0 for none. @error bad_argument  before 1970 or after the year 9999
Result<std::optional<std::int64_t>> time_in(std::int64_t seconds, const char* name);
/// The caller's clock. @error bad_argument  as of time_in
Result<void> check_now(std::int64_t now);

/// An options struct of the caller, as far as both know it. @error bad_argument  NULL or a size that no version had
template <class T> Result<T> options_in(const T* options, std::size_t least) {
    std::size_t size = 0;
    if (options) std::memcpy(&size, &options->struct_size, sizeof size);
    if (size < least) return Error{.code = Code::bad_argument, .detail = "struct_size is not set: begin with the _INIT macro"};
    T copy{};
    std::memcpy(&copy, options, std::min(size, sizeof copy));
    return copy;
}

/// A caller's `user` pointer with its destroy function, called exactly once.
class User {
public:
    User() = default;
    User(void* user, cmpkit_destroy_fn destroy) : held_(std::make_shared<Held>(user, destroy)) {}
    void* get() const { return held_ ? held_->user : nullptr; }

private:
    struct Held {
        void*             user;
        cmpkit_destroy_fn destroy;
        Held(void* u, cmpkit_destroy_fn d) : user(u), destroy(d) {}
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;
        ~Held() {
            if (destroy) destroy(user);
        }
    };
    std::shared_ptr<Held> held_;  // shared by copies of a callback
};

/// Refuses a second thread in a handle that one thread at a time may use.
class Busy {
public:
    explicit Busy(std::atomic<bool>& flag) : flag_(flag), is_mine_(!flag.exchange(true)) {}
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
    ~Busy() {
        if (is_mine_) flag_ = false;
    }
    explicit operator bool() const { return is_mine_; }
    static Error error() { return {.code = Code::bad_state, .detail = "the handle is in use by another thread or by its own callback"}; }

private:
    std::atomic<bool>& flag_;
    bool               is_mine_;
};

/// What a callback left in its sink. @error callback_failed, or the code it set
Result<Octets> taken_from(cmpkit_sink& sink, cmpkit_rc rc);
/// What a requester is told whom a callback refused: its words, or `else_words`. `why` is for the operator.
Error refused(const cmpkit_sink& sink, const Error& why, const char* else_words);

}  // namespace cmpkit::capi
