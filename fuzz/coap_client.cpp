// The client of the coap plugin, answered with the input: what it takes for the message is made of what came, what it refuses has a cause and words, and the next
// exchange succeeds. The first octet chooses the request: small, of several blocks, or for links.
#include "carrier.hpp"
#include "coap_answerer.hpp"

using namespace cmpkit;
using namespace cmpkit::transport;

namespace {

Result<Answer> exchange(fuzz::CoapAnswerer& server, std::int32_t kind, std::string_view message) {
    static const auto channel = fuzz::channel_to("coap://" + server.place(), {{"max-message", "1000"}, {"block-size", "16"}});
    Request request;
    request.kind = kind;
    if (kind == CMPKIT_TRANSPORT_CMP) request.message = bytes_of(message);
    return channel->exchange(request, fuzz::patience, nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::CoapAnswerer server;
    if (!size) return 0;
    const fuzz::Undisturbed guard;
    const std::int32_t      kind    = data[0] % 3 == 2 ? CMPKIT_TRANSPORT_LINKS : CMPKIT_TRANSPORT_CMP;
    const fuzz::Coap        refusal = {.code = test::code(5, 0)};
    server.say({data + 1, size - 1}, refusal);
    const auto answer = exchange(server, kind, data[0] % 3 ? "a request of more than two blocks, or three" : "a request");
    if (answer) fuzz::hold(answer->message.size() <= 1000 && (kind == CMPKIT_TRANSPORT_LINKS || fuzz::is_made_of(server.said(), text_of(answer->message))));
    else fuzz::hold(answer.error().code != Code::deadline && answer.error().code != Code::internal && !answer.error().detail.empty());
    fuzz::Coap good = {.code = test::code(2, 4), .body = "abc"};
    server.say({}, good.with(test::content_format, 259u));
    const auto next = exchange(server, CMPKIT_TRANSPORT_CMP, "a request");
    fuzz::hold(next && text_of(next->message) == "abc");
    return 0;
}
