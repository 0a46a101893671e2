// A transport that is part of the program: scheme "fuzz:", a client alone, whose answer is there before submit returns.
#pragma once
#include "schema.hpp"
#include "transport/contract.h"

#include <functional>

namespace cmpkit::fuzz {

class Wire {
public:
    /// Who answers.
    static inline std::function<Octets(Bytes)> carry;

    static const cmpkit_transport_plugin& table() {
        static constexpr const char*             schemes[] = {"fuzz", nullptr};
        static constexpr cmpkit_transport_plugin one{
            .magic = CMPKIT_TRANSPORT_MAGIC, .major = CMPKIT_TRANSPORT_MAJOR, .minor = CMPKIT_TRANSPORT_MINOR, .size = sizeof one, .name = "fuzz", .version = "1",
            .schemes = schemes, .options = nullptr, .traits = 0, .create = create, .set = set, .destroy = [](cmpkit_transport_instance*) {}, .open = open, .submit = submit,
            .cancel = [](cmpkit_transport_channel*, std::uint64_t) {}, .channel_free = [](cmpkit_transport_channel*) {}, .listen = nullptr, .listener_url = nullptr,
            .respond = nullptr, .listener_stop = nullptr, .listener_free = nullptr, .observe = nullptr, .announce = nullptr};
        return one;
    }

private:
    // Nothing is behind the handles.
    static cmpkit_transport_rc create(const cmpkit_transport_host*, cmpkit_transport_instance** out) { return *out = nullptr, CMPKIT_TRANSPORT_OK; }
    static cmpkit_transport_rc set(cmpkit_transport_instance*, const char*, const char*) { return CMPKIT_TRANSPORT_OK; }
    static cmpkit_transport_rc open(cmpkit_transport_instance*, const char*, const cmpkit_transport_tls*, cmpkit_transport_channel** out, char*, std::size_t) {
        return *out = nullptr, CMPKIT_TRANSPORT_OK;
    }
    static cmpkit_transport_rc submit(cmpkit_transport_channel*, const cmpkit_transport_message* request, std::uint32_t, std::uint64_t, cmpkit_transport_done done, void* user) {
        const Octets                octets = carry({request->data, request->data_size});
        const cmpkit_transport_peer peer{sizeof peer, "here", nullptr, 0, nullptr};
        cmpkit_transport_message    answer{};
        answer.size = sizeof answer, answer.kind = request->kind, answer.data = octets.data(), answer.data_size = octets.size(), answer.peer = &peer;
        const bool is_there = !octets.empty();
        done(user, is_there ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_CONNECT, is_there ? &answer : nullptr, is_there ? nullptr : "nobody is there");
        return CMPKIT_TRANSPORT_OK;
    }
};

}  // namespace cmpkit::fuzz
