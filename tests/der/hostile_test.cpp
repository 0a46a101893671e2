#include "data.hpp"
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "messages/general.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;

namespace {

Octets t1() { return from_hex(text_of(read_file(data_folder() / "oracles/t1.hex"))); }
Octets ip() { return read_file(data_folder() / "openssl/mac-ec-ip.der"); }

/// Accepted octets come back the same, but for the zeros of a named bit list; a refusal points into them.
bool is_sound(const Octets& octets) {
    der::Arena arena(der::arena_budget(octets.size()));
    PKIMessage message;
    const auto done = der::parse(der::describe<PKIMessage>(), octets, &message, arena);
    if (!done) return done.error().offset <= octets.size();
    return der::encode(message) == octets && der::rebuild(message).size() <= octets.size();
}

Octets list_of_empties(std::string_view tag, std::size_t count) {
    Octets content;
    for (std::size_t i = 0; i < count; ++i) content.insert(content.end(), {0x30, 0x00});
    der::Writer out;
    out.octets(content);
    out.header(der::tag::sequence, out.size());
    if (!tag.empty()) out.header(from_hex(tag)[0], out.size());
    return out.finish();
}

}  // namespace

TEST_CASE("a message cut at any octet is refused within its size", "[der]") {
    for (const Octets& whole : {t1(), ip()})
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            const auto   message = der::parse<PKIMessage>(cut);
            REQUIRE_FALSE(message);
            REQUIRE(message.error().code == Code::truncated);
            REQUIRE(message.error().offset <= size);
        }
}

TEST_CASE("a message with any one octet changed is refused or is another message", "[der]") {
    for (Octets octets : {t1(), ip()})
        for (std::uint8_t& octet : octets) {
            const std::uint8_t original = octet;
            for (unsigned change = 1; change < 256; change += octets.size() < 700 ? 1 : 14) {
                octet = static_cast<std::uint8_t>(original ^ change);
                REQUIRE(is_sound(octets));
            }
            octet = original;
        }
}

TEST_CASE("messages nested too deep are refused", "[der]") {
    Octets octets = from_hex("3011300b020102a4023000a4023000b3020500");
    std::size_t depth = 0;
    for (; der::parse<PKIMessage>(octets); ++depth) {
        REQUIRE(depth < 100);
        der::Writer out;
        out.octets(octets);
        out.header(der::tag::sequence, out.size());
        out.header(0xb4, out.size());
        out.octets(from_hex("300b020102a4023000a4023000"));
        out.header(der::tag::sequence, out.size());
        octets = out.finish();
    }
    CHECK(depth > 5);
    const auto refused = der::parse<PKIMessage>(octets);
    CHECK(refused.error().code == Code::too_deep);
    CHECK(refused.error().path.text().ends_with("body.nested[0].header.sender"));
    CHECK(refused.error().offset < octets.size());
}

TEST_CASE("open types nested too deep stay undecoded or are refused", "[der]") {
    der::Writer out;
    out.octets(from_hex("0500"));
    for (int i = 0; i < 1000; ++i) {
        out.octets(from_hex("06092b0601050507050107"));  // id-regCtrl-altCertTemplate: holds one of its kind
        out.header(der::tag::sequence, out.size());
    }
    const auto refused = der::parse<AttributeTypeAndValue>(out.finish());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::bad_value);
    CHECK(refused.error().path.text() == "value");
}

TEST_CASE("a million empty elements cost no more than the budget", "[der]") {
    const auto requests = der::parse<CertReqMessages>(list_of_empties("", 1000000));
    REQUIRE_FALSE(requests);
    CHECK(requests.error().code == Code::too_large);
    CHECK(requests.error().offset == 0);
    const auto replies = der::parse<PKIBody>(list_of_empties("b1", 10));
    REQUIRE_FALSE(replies);
    const auto points = der::parse<CRLDistributionPoints>(list_of_empties("", 1000000));
    REQUIRE(points);
    CHECK((*points)->size() == 1000000);
    CHECK(1000000 * sizeof(DistributionPoint) <= der::arena_budget(points->octets().size()));
}

TEST_CASE("an input larger than the limit is refused before it is read", "[der]") {
    Octets octets(der::max_size + 1, 0xff);
    const auto message = der::parse<PKIMessage>(std::move(octets));
    REQUIRE_FALSE(message);
    CHECK(message.error().code == Code::too_large);
    CHECK(message.error().path.empty());
}

TEST_CASE("a length beyond the input is no invitation to read on", "[der]") {
    for (const char* hex : {"3084ffffffff", "30847fffffff00", "3083ffffff", "3082ffff", "3081ff", "307f"}) {
        const auto message = der::parse<PKIMessage>(from_hex(hex));
        REQUIRE_FALSE(message);
        CHECK(message.error().code == Code::truncated);
        CHECK(message.error().offset == 0);
    }
}
