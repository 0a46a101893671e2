// CoAP messages written and read by hand over bare sockets on 127.0.0.1, for saying what no well-behaved library would say.
// Every read gives up after a while, so that a test fails and does not hang.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace cmpkit::transport::test {

enum Type : std::uint8_t { con, non, ack, rst };
constexpr std::uint8_t get = 0x01, post = 0x02, put = 0x03, remove_it = 0x04;
constexpr std::uint8_t code(unsigned hundreds, unsigned detail) { return static_cast<std::uint8_t>(hundreds << 5 | detail); }

/// Numbers of options.
enum Number : std::uint16_t { etag = 4, observe = 6, uri_path = 11, content_format = 12, uri_query = 15, accept_format = 17, block2 = 23, block1 = 27, size2 = 28, size1 = 60, tag = 292 };

struct Coap {
    Type         type = con;
    std::uint8_t code = 0;
    std::uint16_t mid = 0;
    std::string   token{};
    std::vector<std::pair<std::uint16_t, std::string>> options{};  // by rising numbers
    std::string   body{};

    Coap& with(std::uint16_t number, const std::string& value);
    Coap& with(std::uint16_t number, std::uint32_t value);
    Coap& with_path(const std::string& path);
    Coap& with_block(std::uint16_t number, std::uint32_t num, bool more, unsigned szx) { return with(number, num << 4 | (more ? 8u : 0u) | szx); }

    std::optional<std::uint32_t> number(std::uint16_t option) const;
    std::string                  path() const;
    std::string                  queries() const;
};

std::string         octets_of(const Coap& message);
std::optional<Coap> coap_of(const std::string& octets);

/// A client's side.
class Datagrams {
public:
    /// @param url  of a listener
    explicit Datagrams(const std::string& url);
    ~Datagrams();
    Datagrams(const Datagrams&) = delete;
    Datagrams& operator=(const Datagrams&) = delete;

    void send(const std::string& octets);
    /// A fresh message ID, and a fresh token if it has none; confirmable unless it says otherwise.
    Coap send(Coap message);
    /// The next message; nothing came in time.
    std::optional<Coap> receive();
    /// The answer to it: an acknowledgement that has a code, or the message that follows an empty one, which is acknowledged.
    Coap ask(Coap message);
    /// A message by POST of CMP.
    Coap ask(const std::string& path, const std::string& body);

private:
    int fd_;
};

Coap a_post(const std::string& path, const std::string& body);
Coap a_get(const std::string& path);

/// A server that says what it is told to: `answer` gets each message, and what it returns is sent back.
class ScriptedCoap {
public:
    using Script = std::function<std::vector<Coap>(const Coap&)>;
    explicit ScriptedCoap(Script answer);
    ~ScriptedCoap();

    const std::string& url() const { return url_; }
    std::vector<Coap>  received();

private:
    void run();

    const Script      answer_;
    std::string       url_;
    int               fd_;  // filling in url_
    std::atomic<bool> stopping_ = false;
    std::mutex        mutex_;
    std::vector<Coap> received_;
    std::thread       thread_;
};

/// An acknowledgement that answers.
Coap reply_to(const Coap& request, std::uint8_t code, const std::string& body = "");

}  // namespace cmpkit::transport::test
