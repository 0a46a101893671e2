// NNG's objects with owners, and the order in which they may go: stop the aio, close the context, close the socket, free the aio.
// It knows no protocol; who talks to whom is in client.cpp and server.cpp.
#pragma once
#include <memory>
#include <nng/nng.h>
#include <nng/supplemental/util/platform.h>
#include <string>
#include <string_view>

namespace cmpkit_nng {

/// Starts NNG, once a process, with threads that take no signal. Any thread.
void start_library();

/// @throws std::bad_alloc, std::runtime_error with NNG's words, if `result` is not 0
void demand(int result);

struct FreeNng {
    void operator()(nng_msg* message) const { nng_msg_free(message); }
    void operator()(nng_aio* aio) const { nng_aio_free(aio); }
};
using Message = std::unique_ptr<nng_msg, FreeNng>;

/// @throws std::bad_alloc
Message          make_message(std::string_view head, std::string_view data);
std::string_view octets_of(nng_msg* message);

class Socket {
public:
    explicit Socket(int (*open)(nng_socket*)) { demand(open(&socket_)); }
    ~Socket() { close(); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    nng_socket get() const { return socket_; }
    /// After each of its contexts. Blocks until its connections are gone. May be called again.
    void       close() { (void)nng_close(socket_); }
    /// Before close, when little comes in any more: lets what is coming in come to its end.
    ///
    /// NNG 1.5.2 waits for ever in nng_close, and in the one thread that ends connections, if a connection is closed in the moment between the length of a
    /// message and the message: its next read is refused, and nobody is told.
    void       settle() const { nng_msleep(20); }

private:
    nng_socket socket_{};
};

using Callback = void (*)(void*);

/// An aio that calls `callback(user)` from one of NNG's threads.
class Aio {
public:
    Aio(Callback callback, void* user) {
        nng_aio* aio = nullptr;
        demand(nng_aio_alloc(&aio, callback, user));
        aio_.reset(aio);
    }
    nng_aio* get() const { return aio_.get(); }
    int      result() const { return nng_aio_result(aio_.get()); }
    /// Of a receive that went well, or of a send that did not.
    Message  take_message() const;

private:
    std::unique_ptr<nng_aio, FreeNng> aio_;
};

/// One conversation on a socket: a context and the aio that drives it.
class Line {
public:
    Line(nng_socket socket, Callback callback, void* user) : aio_(callback, user) { demand(nng_ctx_open(&context_, socket)); }
    ~Line() { close(); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    /// @param timeout  NNG_DURATION_INFINITE: none
    void send(Message message, nng_duration timeout);
    void receive(nng_duration timeout);
    /// Asks; the callback comes with `result`, unless it was under way.
    void abort(int result) { nng_aio_abort(aio_.get(), result); }
    /// Returns after the last callback; nothing can be sent or received any more.
    void stop() { nng_aio_stop(aio_.get()); }
    void close();
    const Aio& aio() const { return aio_; }

private:
    Aio     aio_;
    nng_ctx context_{};
};

}  // namespace cmpkit_nng
