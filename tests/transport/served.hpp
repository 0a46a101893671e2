// A listener of the http plugin, and the requests that tests send to it by hand.
#pragma once
#include "answering.hpp"
#include "loopback.hpp"

#include <catch2/catch.hpp>

namespace cmpkit::transport::test {

/// A listener that answers with what it was told: "<operation>|<profile>|<message>".
struct Served {
    Served() : Served(Options{}) {}
    explicit Served(const Options& options, const std::string& url = "http://127.0.0.1:0") : registry(built_plugins()) {
        auto listening = registry.listen(url, nullptr, tell, options);
        if (!listening) FAIL(listening.error().text());
        listener = std::move(*listening);
    }
    static void tell(std::unique_ptr<Exchange> exchange, const Request& request, const Peer&) {
        const std::string told = request.operation + "|" + request.profile + "|" + std::string(text_of(request.message));
        (void)exchange->respond(bytes_of(told), CMPKIT_TRANSPORT_ANSWERED);
    }
    Socket connect() const { return Socket::to(listener->url()); }

    Registry                  registry;
    std::unique_ptr<Listener> listener;
};

inline std::string post(const std::string& path, const std::string& fields, const std::string& body, const std::string& version = "1.1") {
    return "POST " + path + " HTTP/" + version + "\r\nHost: localhost\r\n" + fields + "\r\n" + body;
}

inline const std::string cmp = "Content-Type: application/pkixcmp\r\n";

inline std::string post_message(const std::string& path = "/.well-known/cmp", const std::string& body = "abc", const std::string& fields = cmp) {
    return post(path, fields + "Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}

inline std::string status_of(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }
inline std::string body_of(const std::string& answer) { return answer.substr(std::min(answer.size(), answer.find("\r\n\r\n") + 4)); }

inline std::string ask(const Served& served, const std::string& request) {
    Socket socket = served.connect();
    (void)socket.send(request);
    return socket.read_message();
}

}  // namespace cmpkit::transport::test
