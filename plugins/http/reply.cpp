#include "reply.hpp"

#include "media.hpp"

#include <array>
#include <string_view>

namespace cmpkit_http {

namespace {

struct Word {
    unsigned    status;
    const char* reason;
    const char* sentence;
};
constexpr Word words[] = {
    {200, "OK", ""},
    {201, "Created", ""},
    {202, "Accepted", ""},
    {400, "Bad Request", "The request is not HTTP as RFC 9112 has it, or holds no message."},
    {404, "Not Found", "CMP is spoken at /.well-known/cmp."},
    {405, "Method Not Allowed", "CMP messages come by POST (RFC 9811)."},
    {413, "Content Too Large", "The message is larger than this server takes."},
    {415, "Unsupported Media Type", "CMP messages have the content type application/pkixcmp."},
    {431, "Request Header Fields Too Large", "The header is larger than this server takes."},
    {500, "Internal Server Error", "The server failed."},
    {501, "Not Implemented", "Of transfer codings this server knows chunked alone."},
    {503, "Service Unavailable", "The server is busy; come again later."},
    {505, "HTTP Version Not Supported", "This server speaks HTTP/1.1 and HTTP/1.0."},
};

const Word& word_of(unsigned status) {
    for (const Word& word : words)
        if (word.status == status) return word;
    return word_of(500);
}

// RFC 9110 6.6.1: an origin server with a clock MUST send Date. Not strftime, which the process's locale changes.
std::string date(std::time_t now) {
    static constexpr const char* days[]   = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d GMT", days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon],
                  utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    return text.data();
}

}  // namespace

namespace {

unsigned status_of(const cmpkit_transport_message& answer) {
    switch (answer.status) {
        case CMPKIT_TRANSPORT_ANSWERED: return 200;
        case CMPKIT_TRANSPORT_STORED: return 201;
        case CMPKIT_TRANSPORT_ACCEPTED: return 202;
        case CMPKIT_TRANSPORT_BAD: return 400;
        case CMPKIT_TRANSPORT_NOT_OFFERED: return answer.kind == CMPKIT_TRANSPORT_LINKS ? 404 : 415;
        case CMPKIT_TRANSPORT_BUSY: return 503;
        default: return 500;
    }
}

}  // namespace

Reply reply_of(const cmpkit_transport_message& answer) {
    const char* const type = answer_type(answer.kind);
    return {.status = status_of(answer), .type = type ? type : "application/octet-stream", .body = std::string(reinterpret_cast<const char*>(answer.data), answer.data_size)};
}

Reply refusal(unsigned status) {
    const Word& word = word_of(status);
    return {.status = word.status, .type = "text/plain", .body = std::string(word.sentence) + "\n"};
}

std::string head_of(const Reply& reply, Persistence persistence, std::time_t now) {
    const Word& word = word_of(reply.status);
    std::string head = "HTTP/1.1 " + std::to_string(word.status) + " " + word.reason + "\r\nDate: " + date(now) + "\r\n";
    if (!reply.body.empty()) head += "Content-Type: " + reply.type + "\r\n";
    head += "Content-Length: " + std::to_string(reply.body.size()) + "\r\nCache-Control: no-store\r\n";
    if (word.status == 405) head += "Allow: POST\r\n";
    if (persistence == Persistence::close) head += "Connection: close\r\n";
    // OpenSSL's client speaks HTTP/1.0 and keeps the connection only if it reads this.
    if (persistence == Persistence::keep_1_0) head += "Connection: keep-alive\r\n";
    return head + "\r\n";
}

}  // namespace cmpkit_http
