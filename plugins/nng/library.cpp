#include "library.hpp"

#include "kit/border.hpp"

#include <mutex>
#include <stdexcept>

extern "C" {
// Without guards of their own in NNG 1.5.
#include <nng/supplemental/tls/tls.h>
}

namespace cmpkit_nng {

// NNG's threads inherit the mask of the one that starts them; those of the application are to take its signals.
void start_library() {
    static std::once_flag once;
    std::call_once(once, [] { cmpkit_plugin::quiet_thread([] { (void)nng_tls_engine_name(); }).join(); });
}

void demand(int result) {
    if (result == NNG_ENOMEM) throw std::bad_alloc();
    if (result != 0) throw std::runtime_error(nng_strerror(result));
}

Message make_message(std::string_view head, std::string_view data) {
    nng_msg* made = nullptr;
    demand(nng_msg_alloc(&made, 0));
    Message message(made);
    demand(nng_msg_reserve(made, head.size() + data.size()));
    demand(nng_msg_append(made, head.data(), head.size()));
    demand(nng_msg_append(made, data.data(), data.size()));
    return message;
}

std::string_view octets_of(nng_msg* message) { return {static_cast<const char*>(nng_msg_body(message)), nng_msg_len(message)}; }

Message Aio::take_message() const {
    Message message(nng_aio_get_msg(aio_.get()));
    nng_aio_set_msg(aio_.get(), nullptr);
    return message;
}

void Line::send(Message message, nng_duration timeout) {
    nng_aio_set_timeout(aio_.get(), timeout);
    nng_aio_set_msg(aio_.get(), message.release());
    nng_ctx_send(context_, aio_.get());
}

void Line::receive(nng_duration timeout) {
    nng_aio_set_timeout(aio_.get(), timeout);
    nng_ctx_recv(context_, aio_.get());
}

void Line::close() {
    if (context_.id != 0) (void)nng_ctx_close(context_);
    context_.id = 0;
}

}  // namespace cmpkit_nng
