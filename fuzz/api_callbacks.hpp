// What an application hands to the C ABI: callbacks that answer as the program says, and a user pointer that learns how often it was given back.
#pragma once
#include "cmpkit.h"
#include "input.hpp"

#include <functional>

namespace cmpkit::fuzz {

struct User {
    Input*                        input;
    std::function<Octets(Bytes)>  carry;  // a message to somebody who answers
    int                           awaited = 0, destroyed = 0;
};

class Callbacks {
public:
    static void destroy(void* user) { ++of(user).destroyed; }
    static void log(void*, cmpkit_log_level level, const char* text) { hold(level >= CMPKIT_LOG_ERROR && level <= CMPKIT_LOG_DEBUG && text); }
    static void event(void*, const char* line) { hold(line && *line == '{'); }
    static void waiting(void*, std::int64_t, const char* text) { hold(text != nullptr); }
    static void trace(void*, std::int32_t, const std::uint8_t* message, std::size_t size) { hold(message || !size); }
    static cmpkit_rc save(void* user, const std::uint8_t*, std::size_t size) { return hold(size > 0), code(user); }
    static cmpkit_rc keep(void* user, const std::uint8_t* certificate, std::size_t size, const std::uint8_t* const*, const std::size_t*, std::size_t) {
        return hold(certificate && size > 0), code(user);
    }
    static cmpkit_verdict policy(void* user, const std::uint8_t* certificate, std::size_t size, std::int32_t, const char* text) {
        return hold(certificate && size > 0 && text), of(user).input->octet();
    }
    static cmpkit_rc exchange(void* user, const char* label, const std::uint8_t* request, std::size_t size, cmpkit_sink* answer) {
        hold(label != nullptr);
        const Octets reply = of(user).carry({request, size});
        return reply.empty() ? answered(user, answer) : cmpkit_sink_write(answer, reply.data(), reply.size());
    }
    static cmpkit_rc sign(void* user, const std::uint8_t*, std::size_t, const std::uint8_t*, std::size_t, cmpkit_sink* signature) { return answered(user, signature); }
    static cmpkit_rc adapt(void* user, const cmpkit_adapter_question* question, cmpkit_sink* certificates) { return hold(question->pkcs10_size > 0), answered(user, certificates); }
    static cmpkit_rc name(void* user, const cmpkit_name_question* question, cmpkit_sink* subject, cmpkit_sink* sans) {
        hold(question->requester && question->kind && question->profile);
        return answered(user, subject), answered(user, sans);
    }
    static cmpkit_rc oversee(void* user, const cmpkit_overseer_question* question, cmpkit_sink* subject, cmpkit_sink* sans) {
        hold(question->requester && question->body && question->rule);
        return answered(user, subject), answered(user, sans);
    }

private:
    static User&     of(void* user) { return *static_cast<User*>(user); }
    static cmpkit_rc code(void* user) { return -static_cast<cmpkit_rc>(of(user).input->octet() % 4); }
    /// Octets, words for the requester, or that there is no answer yet.
    static cmpkit_rc answered(void* user, cmpkit_sink* sink) {
        Input&             input = *of(user).input;
        const std::uint8_t way   = input.octet();
        const std::string  text(text_of(input.octets(way / 4)));
        if (way % 4 == 1) (void)cmpkit_sink_set_later(sink, input.octet(), text.c_str());
        if (way % 4 == 2) return cmpkit_sink_set_error(sink, code(user), text.c_str()), code(user);
        return cmpkit_sink_write(sink, bytes_of(text).data(), text.size());
    }
};

}  // namespace cmpkit::fuzz
