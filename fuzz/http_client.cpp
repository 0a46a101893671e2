// The client of the http plugin, answered with the input: what it takes for the message stands in the answer, what it refuses has a cause and words, the time is
// bounded by the answer's end, and the next exchange succeeds. The first octet chooses what is asked for.
#include "answerer.hpp"
#include "carrier.hpp"
#include "http_framing.hpp"

using namespace cmpkit;
using namespace cmpkit::transport;

namespace {

constexpr std::string_view good = "HTTP/1.1 200 OK\r\nContent-Type: application/pkixcmp\r\nContent-Length: 3\r\n\r\nabc";
constexpr std::int32_t     kinds[] = {CMPKIT_TRANSPORT_CMP, CMPKIT_TRANSPORT_CRL, CMPKIT_TRANSPORT_OCSP, CMPKIT_TRANSPORT_ANNOUNCEMENT, CMPKIT_TRANSPORT_LINKS};

Result<Answer> exchange(std::int32_t kind, std::string_view answer) {
    static fuzz::Answerer server;
    static const auto     channel = fuzz::channel_to("http://" + server.place(), {{"max-message", "1000"}});
    server.say(answer);
    Request request;
    request.kind = kind;
    if (kind != CMPKIT_TRANSPORT_CRL && kind != CMPKIT_TRANSPORT_LINKS) request.message = bytes_of("a request");
    return channel->exchange(request, fuzz::patience, nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (!size) return 0;
    const std::string_view said   = text_of({data + 1, size - 1});
    const auto             answer = exchange(kinds[data[0] % std::size(kinds)], said);
    if (answer) {
        const std::string_view message = text_of(answer->message);
        fuzz::hold(message.size() <= 1000 && (said.find(message) != said.npos || (message.size() < said.size() && fuzz::lower_case(said).find("chunked") != std::string::npos)));
    } else fuzz::hold(answer.error().code != Code::deadline && answer.error().code != Code::internal && !answer.error().detail.empty());
    const auto next = exchange(CMPKIT_TRANSPORT_CMP, good);
    fuzz::hold(next && text_of(next->message) == "abc");
    return 0;
}
