// A listener of the http plugin, to which a connection brings the input: it answers with HTTP or closes, its handler sees no body but one that the framing carried,
// and whoever comes next with a good request is answered.
#include "carrier.hpp"
#include "http_framing.hpp"
#include "visitor.hpp"

using namespace cmpkit;
using namespace cmpkit::transport;

namespace {

constexpr std::size_t most = 1000;
constexpr std::string_view good =
    "POST /.well-known/cmp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pkixcmp\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
std::string_view said;  // on the connection under way

void judge(std::unique_ptr<Exchange> exchange, const Request& request, const Peer&) {
    const auto body = text_of(request.message);
    fuzz::hold(body.size() <= most && body.empty() == (request.kind == CMPKIT_TRANSPORT_LINKS) && (body.empty() || fuzz::frames(said, body)));
    (void)exchange->respond(bytes_of("an answer"), CMPKIT_TRANSPORT_ANSWERED);
}

std::string answer_to(std::string_view octets) {
    static const auto listener = fuzz::listener_at("http://127.0.0.1:0", judge, {{"max-message", std::to_string(most)}});
    test::Socket      socket   = fuzz::visitor_of(listener->url());
    said                       = octets;
    (void)socket.send(octets);
    if (octets != good) socket.stop_sending();
    return socket.read_rest();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string answer = answer_to(text_of({data, size}));
    fuzz::hold(answer.empty() || answer.starts_with("HTTP/1."));
    const std::string served = answer_to(good);
    fuzz::hold(served.starts_with("HTTP/1.1 200 ") && served.ends_with("\r\n\r\nan answer"));
    return 0;
}
