// A request as it comes in: parsed by Beast, judged by the rules of CMP over HTTP (RFC 9811, RFC 9112).
// It refuses by naming the HTTP status to answer with; it knows no socket.
#pragma once
#include "options.hpp"
#include "paths.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace cmpkit_http {

class Request {
public:
    static constexpr std::size_t header_limit = 16 * 1024;

    /// @param own_path  of the listener's URL
    Request(const Options& options, std::string_view own_path);
    ~Request();
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    /// @return octets taken; what is left must come again, with more behind it
    std::size_t feed(std::span<const char> octets);

    /// The status to refuse it with; nothing: so far it is good.
    std::optional<unsigned> refusal() const;
    bool is_complete() const;
    bool is_head() const;
    /// The peer holds its body back until it reads 100 (RFC 9110 10.1.1).
    bool wants_continue() const;

    /// Of a complete request.
    bool               keeps_alive() const;
    bool               is_1_0() const;
    std::int32_t       kind() const;
    const Route&       route() const;
    const std::string& body() const;
    void               replace_body(std::string body);
    /// Its content type, if it is a name that CMP had in drafts; else empty.
    std::string_view   draft_type() const;

private:
    std::size_t feed_header(std::span<const char> octets);
    std::size_t put(std::span<const char> octets);
    void        judge_content();

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace cmpkit_http
