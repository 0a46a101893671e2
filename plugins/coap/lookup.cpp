#include "lookup.hpp"

#include "kit/border.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>

namespace cmpkit_coap {

std::optional<coap_address_t> address_of(const std::string& host, std::uint16_t port, std::string& error) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo*  list   = nullptr;
    const int  failed = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    if (failed) return error = gai_strerror(failed), std::nullopt;
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(list, &freeaddrinfo);
    coap_address_t address;
    coap_address_init(&address);
    address.size = list->ai_addrlen;
    std::memcpy(&address.addr, list->ai_addr, std::min<std::size_t>(list->ai_addrlen, sizeof address.addr));
    return address;
}

void look_up(std::string host, std::uint16_t port, std::function<void(std::optional<coap_address_t>, std::string)> found) {
    auto thread = cmpkit_plugin::quiet_thread([host = std::move(host), port, found = std::move(found)] {
        (void)cmpkit_plugin::guarded([&] {
            std::string error;
            const auto  address = address_of(host, port, error);
            return found(address, error), CMPKIT_TRANSPORT_OK;
        });
    });
    thread.detach();
}

std::string text_of(const coap_address_t& address) {
    char       text[INET6_ADDRSTRLEN] = "";
    const bool v6 = address.addr.sa.sa_family == AF_INET6;
    inet_ntop(address.addr.sa.sa_family, v6 ? static_cast<const void*>(&address.addr.sin6.sin6_addr) : &address.addr.sin.sin_addr, text, sizeof text);
    return (v6 ? "[" + std::string(text) + "]" : std::string(text)) + ":" + std::to_string(coap_address_get_port(&address));
}

}  // namespace cmpkit_coap
