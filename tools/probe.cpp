#include "probe.hpp"

#include <sys/random.h>

#include <array>
#include <ctime>

namespace tool {
namespace {

// PKIMessage { header { pvno cmp2000, sender and recipient NULL-DN, transactionID, senderNonce }, body genm { id-it-caCerts } }
constexpr std::array<std::uint8_t, 71> unprotected_genm = {
    0x30, 0x45, 0x30, 0x33, 0x02, 0x01, 0x02, 0xa4, 0x02, 0x30, 0x00, 0xa4, 0x02, 0x30, 0x00,                                       // header
    0xa4, 0x12, 0x04, 0x10, 0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,              // transactionID
    0xa5, 0x12, 0x04, 0x10, 0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,              // senderNonce
    0xb5, 0x0e, 0x30, 0x0c, 0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x04, 0x11};                                // body
constexpr std::size_t transaction_id_at = 19, sender_nonce_at = 39, random_size = 16;

std::string fill_at(Octets& message, std::size_t offset) {
    if (::getrandom(message.data() + offset, random_size, 0) != static_cast<ssize_t>(random_size)) throw system_failure("get random octets");
    return hex(text_of(message).substr(offset, random_size));
}

std::string before_number(const std::string& text) { return text.substr(0, text.find(" (")); }

std::string status_of(const Json& error) {
    const Json&       info = error["pKIStatusInfo"];
    std::string       text = before_number(info["status"].text());
    const std::string why  = info["failInfo"].text();
    return why.empty() ? text : text + ", " + why;
}

}  // namespace

Probe make_probe() {
    Probe probe{.message = {unprotected_genm.begin(), unprotected_genm.end()}, .transaction_id = {}, .sender_nonce = {}};
    probe.transaction_id = fill_at(probe.message, transaction_id_at);
    probe.sender_nonce   = fill_at(probe.message, sender_nonce_at);
    return probe;
}

Seen seen_in(const Buffer& answer) {
    const Buffer text  = make<Buffer>(cmpkit_show_json, cmpkit_buf_data(answer.get()), cmpkit_buf_size(answer.get()));
    const Json   whole = Json::parse(text_of(text)).value_or(Json());
    if (whole["type"].text() != "PKIMessage") throw Failure(Exit::network, "a PKIMessage was expected, and a " + whole["type"].text() + " came");
    Seen seen{.header = whole["value"]["header"], .body = {}, .status = {}};
    for (const auto& [name, value] : whole["value"]["body"].members())
        if (!name.starts_with('@')) seen.body = name, seen.status = status_of(value);
    return seen;
}

std::optional<std::int64_t> time_in(const std::string& text) {
    std::tm when{};
    if (!::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &when)) return std::nullopt;
    return ::timegm(&when);
}

}  // namespace tool
