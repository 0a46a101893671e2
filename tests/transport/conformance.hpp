// What every transport plugin must do, whatever carries its messages. A plugin's own test calls conform() once with its Carrier.
//
//     TEST_CASE("the http plugin conforms", "[transport]") { conform({.name = "http", .listen_url = [] { return "http://127.0.0.1:0"; }}); }
#pragma once
#include "transport/registry.hpp"

namespace cmpkit::transport::test {

struct Carrier {
    std::string                  name;
    std::function<std::string()> listen_url;  // one nobody else uses; called once a section
    Options                      options{};         // of both sides
    Options                      client_options{};  // besides
    Options                      server_options{};  // besides
    const Tls*                   tls = nullptr;
    bool sees_peer_leave = true;  // it learns that a client left before its answer
    bool carries_hints   = true;  // operation and profile arrive at the handler
    std::size_t at_a_time = 200;  // exchanges that are open at once; the others wait for them
    /// A server whose answer ends in its middle, and its URL; the server goes with what is returned.
    std::function<std::pair<std::string, std::shared_ptr<void>>()> truncating{};
};

/// Runs the suite; each section is a behaviour.
void conform(const Carrier& carrier);

}  // namespace cmpkit::transport::test
