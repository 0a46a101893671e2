#include "guard.hpp"

#include "crypto/secret.hpp"
#include "der/types.hpp"

cmpkit_buf::~cmpkit_buf() { const cmpkit::crypto::Secret wiped(std::move(octets)); }

namespace cmpkit::capi {

cmpkit_error* no_memory() {
    static cmpkit_error error(Error{.code = Code::no_memory});
    return &error;
}

cmpkit_rc give(const Error& error, cmpkit_error** out) {
    if (out) *out = new cmpkit_error(error);
    return static_cast<cmpkit_rc>(error.code);
}

std::unique_ptr<cmpkit_buf> buf_of(Bytes octets) {
    auto buf = std::make_unique<cmpkit_buf>();
    buf->octets.reserve(octets.size() + 1);
    buf->octets.assign(octets.begin(), octets.end());
    buf->octets.push_back(0);
    return buf;
}

Result<Bytes> bytes_in(const std::uint8_t* data, std::size_t size) {
    if (!data && size) return Error{.code = Code::bad_argument, .detail = "octets are NULL, yet have a size"};
    return Bytes(data, size);
}

Result<std::string> text_in(const char* text, const char* name) {
    if (!text) return Error{.code = Code::bad_argument, .detail = std::string(name) + " is NULL"};
    if (!der::valid_utf8(bytes_of(text))) return Error{.code = Code::bad_argument, .detail = std::string(name) + " is not UTF-8"};
    return std::string(text);
}

Result<std::optional<std::int64_t>> time_in(std::int64_t seconds, const char* name) {
    if (seconds < 0 || seconds > der::last_second) return Error{.code = Code::bad_argument, .detail = std::string(name) + " is no time from 1970 to 9999"};
    return seconds ? std::optional(seconds) : std::nullopt;
}

Result<void> check_now(std::int64_t now) {
    const auto time = time_in(now, "now");
    return time ? Result<void>() : time.error();
}

Result<Octets> taken_from(cmpkit_sink& sink, cmpkit_rc rc) {
    if (rc == CMPKIT_OK && !sink.error && !sink.later) return std::move(sink.octets);
    if (rc == CMPKIT_OK && !sink.error) return Error{.code = Code::callback_failed, .detail = "this cannot be answered later"};
    const Error failed{.code = Code::callback_failed, .detail = "it returned " + std::to_string(rc)};
    return sink.error ? failed.because_of(*sink.error) : failed;
}

Error refused(const cmpkit_sink& sink, const Error& why, const char* else_words) {
    const std::string words = sink.error && !sink.error->detail.empty() ? sink.error->detail : else_words;
    return Error{.code = Code::not_authorized, .fail_info = FailInfo::notAuthorized, .detail = words}.because_of(why);
}

}  // namespace cmpkit::capi
