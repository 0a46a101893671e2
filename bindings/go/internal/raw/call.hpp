// How a call crosses the border: octets, failures, failures of callbacks on their way back, handles that may be closed at any time. SWIG does not read it.
#pragma once
#include <cmpkit/cmpkit.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace cmpkit {

/// Octets of the language, borrowed for one call.
struct View {
    const std::uint8_t* data = nullptr;
    std::size_t         size = 0;
};

/// Octets of the library; copies share them.
class Blob {
public:
    Blob() = default;
    explicit Blob(cmpkit_buf* buf) : buf_(buf, cmpkit_buf_free) {}
    const std::uint8_t* data() const { return buf_ ? cmpkit_buf_data(buf_.get()) : nullptr; }
    std::size_t         size() const { return buf_ ? cmpkit_buf_size(buf_.get()) : 0; }
    std::string         text() const { return {reinterpret_cast<const char*>(data()), size()}; }

private:
    std::shared_ptr<cmpkit_buf> buf_;
};

/// What goes wrong, thrown: the library's error, or one of this layer's own.
class Failed {
public:
    Failed(cmpkit_rc rc, cmpkit_error* of_library) : code(rc), error(of_library, cmpkit_error_free) {}
    Failed(cmpkit_rc rc, std::string of_layer) : code(rc), words(std::move(of_layer)) {}

    cmpkit_rc                     code;
    std::shared_ptr<cmpkit_error> error;  // or null:
    std::string                   words;
};

/// An exception of the language on its way through C++, out of a callback.
struct Foreign {
    virtual ~Foreign() = default;
    /// It happened in a thread of the library: no call will bring it back.
    virtual void report() const noexcept {}
};

namespace border {

/// The call of this thread that waits for the library; callbacks of the same thread leave their first failure in it.
struct Frame {
    Frame() : outer(std::exchange(innermost, this)) {}
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    ~Frame() { innermost = outer; }

    std::exception_ptr                failure;
    Frame* const                      outer;
    inline static thread_local Frame* innermost = nullptr;
};

inline thread_local int callbacks_open = 0;  // on this thread
/// The failure of a callback whose language cannot throw through C++: left here before it returns.
inline thread_local std::exception_ptr left_behind;

/// A handle that a callback dropped is freed later: to free it may mean to wait for that very callback.
class Graveyard {
public:
    template <class Free> static void bury(Free free) {
        if (callbacks_open == 0) return free();
        const std::lock_guard lock(mutex());
        graves().emplace_back(std::move(free));
    }
    static void clear() {
        if (callbacks_open) return;
        std::vector<std::function<void()>> now;
        {
            const std::lock_guard lock(mutex());
            now.swap(graves());
        }
        for (const auto& free : now) free();
    }

private:
    // Both outlive the threads that are there at the end of the process.
    static std::mutex& mutex() {
        static auto* const one = new std::mutex;
        return *one;
    }
    static std::vector<std::function<void()>>& graves() {
        static auto* const all = new std::vector<std::function<void()>>;
        return *all;
    }
};

/// Calls the library with `arguments` and the error's place behind. @throws Failed, or what a callback of this call has thrown
template <class Function, class... Arguments> void call(Function function, Arguments... arguments) {
    Graveyard::clear();
    Frame           frame;
    cmpkit_error*   error = nullptr;
    const cmpkit_rc rc    = function(arguments..., &error);
    if (rc == CMPKIT_OK && !frame.failure) return;
    const Failed failed(rc, error);
    if (frame.failure) std::rethrow_exception(frame.failure);
    throw failed;
}
/// The same for a function that brings octets, or text.
template <class Function, class... Arguments> Blob octets(Function function, Arguments... arguments) {
    cmpkit_buf* buf = nullptr;
    call(function, arguments..., &buf);
    return Blob(buf);
}
template <class Function, class... Arguments> std::string text(Function function, Arguments... arguments) { return octets(function, arguments...).text(); }

inline void report(std::exception_ptr failure) noexcept {
    try {
        std::rethrow_exception(failure);
    } catch (const Foreign& foreign) {
        foreign.report();
    } catch (...) {  // of this layer, and there is nobody to tell
    }
}
template <class Function, class Fail> bool run_callback(Function&& function, Fail&& fail) noexcept {
    ++callbacks_open;
    bool well = true;
    try {
        function();
        if (left_behind) std::rethrow_exception(std::exchange(left_behind, nullptr));
    } catch (...) {
        well = false;
        fail(std::current_exception());
    }
    --callbacks_open;
    return well;
}
/// Lets the language answer. What it throws is brought back by the call of this thread; where none waits, it is reported. @return whether it threw nothing
template <class Function> bool answer(Function&& function) noexcept {
    return run_callback(std::forward<Function>(function), [](std::exception_ptr failure) {
        if (!Frame::innermost) return report(failure);
        if (!Frame::innermost->failure) Frame::innermost->failure = failure;
    });
}
/// The same where the call goes on whatever happens: a server's, a log's.
template <class Function> bool answer_apart(Function&& function) noexcept { return run_callback(std::forward<Function>(function), report); }

/// The same for a callback that returns a code.
template <class Function> cmpkit_rc answered(Function&& function) noexcept { return answer(std::forward<Function>(function)) ? CMPKIT_OK : CMPKIT_E_CALLBACK_FAILED; }

/// For cmpkit_destroy_fn.
template <class T> void release(void* user) { delete static_cast<T*>(user); }

/// Text of the language for C, which would read it up to a NUL only: other words than were given. @throws Failed  there is one
inline const char* given(const std::string& text) {
    if (text.find('\0') != std::string::npos) throw Failed(CMPKIT_E_BAD_ARGUMENT, "api: there is a NUL in the text");
    return text.c_str();
}
/// Text that may be absent: "" is.
inline const char* optional(const std::string& text) { return text.empty() ? nullptr : given(text); }
inline std::vector<const char*> ended_by_null(const std::vector<std::string>& texts) {
    std::vector<const char*> all;
    for (const std::string& text : texts) all.push_back(given(text));
    all.push_back(nullptr);
    return all;
}
/// How many there are before the NULL.
inline int count(const char* const* texts) {
    int n = 0;
    while (texts && texts[n]) ++n;
    return n;
}
inline const char* present(const char* text) { return text ? text : ""; }

/// What a C function makes, with its owner, who frees it before `needed`.
template <class T, class Needed, class Function, class... Arguments> std::shared_ptr<T> made_of(Needed needed, void (*free)(T*), Function function, Arguments... arguments) {
    T* handle = nullptr;
    call(function, arguments..., &handle);
    return std::shared_ptr<T>(handle, [needed, free](T* gone) {
        Graveyard::bury([needed, free, gone]() mutable {
            free(gone);
            needed = nullptr;
        });
    });
}
template <class T, class Function, class... Arguments> std::shared_ptr<T> made(void (*free)(T*), Function function, Arguments... arguments) {
    return made_of<T>(nullptr, free, function, arguments...);
}

}  // namespace border

/// A handle that any thread may close while others use it: it is freed when the last call ends.
template <class T> class Owner {
public:
    using Handle = T;

    void close() noexcept {
        std::shared_ptr<T>    gone;
        const std::lock_guard lock(mutex_);
        gone.swap(handle_);
    }
    /// @throws Failed  CMPKIT_E_BAD_STATE: closed
    std::shared_ptr<T> handle() const {
        const std::lock_guard lock(mutex_);
        if (!handle_) throw Failed(CMPKIT_E_BAD_STATE, "api: it is closed");
        return handle_;
    }

protected:
    explicit Owner(std::shared_ptr<T> handle) : handle_(std::move(handle)) {}
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;

private:
    mutable std::mutex mutex_;
    std::shared_ptr<T> handle_;
};

namespace border {

template <class T> auto optional_handle(const T* object) { return object ? object->handle() : nullptr; }

}  // namespace border

}  // namespace cmpkit
