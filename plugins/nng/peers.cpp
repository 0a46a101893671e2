#include "peers.hpp"

#include "engine.hpp"

#include <arpa/inet.h>
#include <array>

namespace cmpkit_nng {

namespace {

std::string text_of(const nng_sockaddr_in& address) {
    std::array<char, INET_ADDRSTRLEN> text{};
    (void)inet_ntop(AF_INET, &address.sa_addr, text.data(), text.size());
    return std::string(text.data()) + ":" + std::to_string(ntohs(address.sa_port));
}

std::string text_of(const nng_sockaddr_in6& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    (void)inet_ntop(AF_INET6, address.sa_addr, text.data(), text.size());
    return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(address.sa_port));
}

/// The kernel's word for the process at the other end.
std::string process_of(nng_pipe pipe) {
    std::uint64_t user = 0, process = 0;
    if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &user) != 0 || nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_PID, &process) != 0) return "ipc";
    return "ipc uid " + std::to_string(user) + " pid " + std::to_string(process);
}

std::string address_of(nng_pipe pipe, const Url& url) {
    if (url.is_ipc()) return process_of(pipe);
    nng_sockaddr address{};
    if (nng_pipe_get_addr(pipe, NNG_OPT_REMADDR, &address) != 0) return url.scheme;
    switch (address.s_family) {
        case NNG_AF_INET: return text_of(address.s_in);
        case NNG_AF_INET6: return text_of(address.s_in6);
        default: return "inproc";
    }
}

}  // namespace

Peer peer_of(nng_pipe pipe, const Url& url) {
    Peer peer{.address = address_of(pipe, url), .certificate = {}, .psk_identity = {}};
    if (url.is_tls()) take_identity(pipe, peer);
    return peer;
}

}  // namespace cmpkit_nng
