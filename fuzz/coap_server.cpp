// A listener of the coap plugin, to which one peer sends up to eight datagrams: its handler sees no body but one that their payloads make, and whoever comes next
// with a good request is answered.
#include "carrier.hpp"
#include "coap_pieces.hpp"
#include "visitor.hpp"

using namespace cmpkit;
using namespace cmpkit::transport;

namespace {

constexpr std::size_t most = 1000;
const std::string        good = "a good request";
std::vector<std::string> said;  // since the last good request was answered

void judge(std::unique_ptr<Exchange> exchange, const Request& request, const Peer&) {
    const auto body = text_of(request.message);
    fuzz::hold(body.size() <= most && body.empty() == (request.kind == CMPKIT_TRANSPORT_LINKS) && (body == good || fuzz::is_made_of(said, body)));
    (void)exchange->respond(bytes_of("an answer of two blocks"), CMPKIT_TRANSPORT_ANSWERED);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Undisturbed guard;
    static const auto       listener = fuzz::listener_at("coap://127.0.0.1:0", judge, {{"max-message", std::to_string(most)}, {"block-size", "16"}});
    fuzz::Input             input({data, size});
    said.clear();
    for (std::uint16_t number = 0; !input.is_over() && said.size() < 8; ++number) {
        fuzz::Coap request = test::a_post("/.well-known/cmp", "");
        request.mid = number, request.token = "t";
        said.push_back(fuzz::next_datagram(input, std::move(request)));
    }
    const test::Socket peer(fuzz::connected_to(listener->url(), SOCK_DGRAM));
    for (const std::string& datagram : said) (void)!::send(peer.fd(), datagram.data(), datagram.size(), 0);
    const fuzz::Coap answer = test::Datagrams(listener->url()).ask("/.well-known/cmp", good);
    fuzz::hold(answer.code == test::code(2, 4) && answer.body == "an answer of two");
    return 0;
}
