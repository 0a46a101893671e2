// Bare sockets on 127.0.0.1, for saying what no well-behaved library would say.
// Every read gives up after a while, so that a test fails and does not hang.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace cmpkit::transport::test {

class Socket {
public:
    explicit Socket(int fd);
    ~Socket();
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&&) = delete;

    /// @param url  of a listener
    static Socket to(const std::string& url);

    bool        send(std::string_view octets);
    /// One HTTP message: header, and as much body as Content-Length says. Short if the peer closed or went silent.
    std::string read_message();
    /// Up to `size` octets; fewer if the peer closed or went silent.
    std::string read(std::size_t size);
    /// All that comes until the peer closes.
    std::string read_rest();
    /// The peer closed, and sent nothing before.
    bool        is_closed() { return read_rest().empty() && !timed_out_; }
    /// The same, without waiting longer; what was sent before is passed over.
    bool        is_closed_within(std::chrono::milliseconds time);
    void        stop_sending();
    int         fd() const { return fd_; }

private:
    bool read_some();

    int         fd_;
    std::string input_;
    bool        timed_out_ = false;
};

/// Answers every request with the same octets, then closes; remembers the requests.
class ScriptedServer {
public:
    /// @param request_size  0: a request is one of HTTP
    explicit ScriptedServer(std::string answer, const std::string& scheme = "http", std::size_t request_size = 0);
    ~ScriptedServer();

    const std::string&       url() const { return url_; }
    std::vector<std::string> requests();

private:
    void run();

    const std::string        answer_;
    const std::size_t        request_size_;
    std::string              url_;
    int                      fd_;  // filling in url_
    std::mutex               mutex_;
    std::vector<std::string> requests_;
    std::thread              thread_;
};

/// Listens, and accepts nothing; its queue is full.
class DeafServer {
public:
    explicit DeafServer(const std::string& scheme = "http");
    ~DeafServer();
    const std::string& url() const { return url_; }

private:
    std::string      url_;
    int              fd_;  // filling in url_
    std::vector<int> waiting_;
};

}  // namespace cmpkit::transport::test
