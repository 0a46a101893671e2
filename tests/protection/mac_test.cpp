#include "../data.hpp"
#include "der/encode.hpp"
#include "der/parse.hpp"
#include "protection/protect.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::protection;

namespace {

const Octets secret = copy_of(bytes_of("Correct-Horse-42"));

// Header of the computed values with another protectionAlg: everything but [1] stays as in t2a.
struct Computed {
    const char* algorithm;
    const char* protection;
};
constexpr Computed t2a{"303c06092a864886f67d07420d302f0410000102030405060708090a0b0c0d0e0f300b0609608648016503040201020203e8300a06082a864886f70d0209",
                       "e5806e234c8fcd31b461885f68fc9930d90cfa73e36b693827e3d4e3fa86ce59"};
constexpr Computed t2b{"303c06092a864886f67d07420d302f0410000102030405060708090a0b0c0d0e0f300b0609608648016503040201020201f4300a06082b06010505080102",
                       "a1ed09ff4ebe4fde87ab91fd1d5a5f7233b7d6d8"};
constexpr Computed t2c{"303706092a864886f67d07420d302a0410000102030405060708090a0b0c0d0e0f300706052b0e03021a020164300a06082a864886f70d0207",
                       "e2f93ca608e4c6ef2c8b6bf8308f50fa8f4a5f90"};
constexpr Computed t2d{"303c06092a864886f67d07420d302f0410000102030405060708090a0b0c0d0e0f300b060960864801650304020302020400300a06082a864886f70d020b",
                       "b26e78e94291d9facfa138a489fefa8f41a36177f457b6bb26695642de7207a97dc99176730bf60a5a31069dff4f2cf200518795c3010643449eb2ca3584d930"};
constexpr Computed t3{"305106092a864886f70d01050e3044303406092a864886f70d01050c30270410000102030405060708090a0b0c0d0e0f02022710020120300c06082a864886f70d020905003"
                      "00c06082a864886f70d02090500",
                      "3b949a8fc6450b20832dbc8b460124f5569b0eb9f9a43f27e96f9e8304884034"};

der::Parsed<PKIMessage> message(const char* name) {
    auto parsed = der::parse<PKIMessage>(from_hex(text_of(read_file(data_folder() / "oracles" / name))));
    REQUIRE(parsed);
    return std::move(*parsed);
}

AlgorithmIdentifier algorithm(const char* hex, der::Arena& arena) {
    auto parsed = der::parse<AlgorithmIdentifier>(arena.keep(from_hex(hex)), arena);
    REQUIRE(parsed);
    return *parsed;
}

// The computed message with another algorithm in its header, and what protects it.
Octets part_with(const PKIMessage& base, const AlgorithmIdentifier& chosen) {
    PKIHeader header     = base.header;
    header.protectionAlg = chosen;
    header.received      = {};
    return protected_part(der::encode(header), base.body.received);
}

Code refusal(const char* hex, const MacLimits& limits, std::string path) {
    der::Arena arena;
    auto       checked = check_mac_parameters(algorithm(hex, arena), limits);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().path.text() == path);
    CHECK(checked.error().fail_info == FailInfo::badAlg);
    return checked.error().code;
}

}  // namespace

TEST_CASE("MACs are those that independent programs computed", "[protection]") {
    const auto base = message("t2a.hex");
    for (const Computed& computed : {t2a, t2b, t2c, t2d, t3}) {
        der::Arena arena;
        const auto chosen = algorithm(computed.algorithm, arena);
        auto       key    = MacKey::derive(chosen, secret, {});
        REQUIRE(key);
        auto mac = key->mac(part_with(*base, chosen));
        REQUIRE(mac);
        CHECK(to_hex(*mac) == computed.protection);
    }
}

TEST_CASE("a message is verified over the octets as received", "[protection]") {
    const auto base = message("t2a.hex");
    auto       key  = MacKey::derive(*base->header.protectionAlg, secret, {});
    REQUIRE(key);
    CHECK(verify_mac(*base, *key));

    SECTION("one changed bit anywhere in header, body or MAC is noticed") {
        const Octets original = copy_of(base.octets());
        std::size_t  noticed  = 0;
        for (std::size_t i = 4; i < original.size(); ++i) {
            Octets changed = original;
            changed[i] ^= 0x01;
            auto parsed = der::parse<PKIMessage>(changed);
            if (!parsed || !(*parsed)->header.protectionAlg) continue;
            auto other = MacKey::derive(*(*parsed)->header.protectionAlg, secret, {});
            CHECK_FALSE((other && verify_mac(**parsed, *other)));
            ++noticed;
        }
        CHECK(noticed > 200);
    }
    SECTION("another secret does not verify") {
        auto other = MacKey::derive(*base->header.protectionAlg, bytes_of("correct-horse-42"), {});
        REQUIRE(other);
        auto checked = verify_mac(*base, *other);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code == Code::protection_mismatch);
        CHECK(checked.error().path.text() == "protection");
        CHECK(checked.error().fail_info == FailInfo::badMessageCheck);
    }
}

TEST_CASE("parameters outside the limits are refused before anything is derived", "[protection]") {
    CHECK(refusal(t2a.algorithm, {.max_iterations = 999}, "header.protectionAlg.parameters.iterationCount") == Code::algorithm_refused);
    CHECK(refusal(t2c.algorithm, {.min_iterations = 101}, "header.protectionAlg.parameters.iterationCount") == Code::algorithm_refused);
    CHECK(refusal(t2a.algorithm, {.min_salt = 17}, "header.protectionAlg.parameters.iterationCount") == Code::algorithm_refused);
    CHECK(refusal(t3.algorithm, {.max_iterations = 9'999}, "header.protectionAlg.parameters.keyDerivationFunc") == Code::algorithm_refused);
    // mac: AES-GMAC; owf: an unknown digest; a bare HMAC as protectionAlg
    CHECK(refusal("304d06092a864886f67d07420d30400410000102030405060708090a0b0c0d0e0f300b0609608648016503040201020203e8301b0609608648016503040109300e040c000102030405060708"
                  "090a0b",
                  {}, "header.protectionAlg.parameters.mac") == Code::algorithm_refused);
    CHECK(refusal("300c06082a864886f70d02090500", {}, "header.protectionAlg.algorithm") == Code::algorithm_refused);
    CHECK(refusal("300d06092a864886f67d07420d0500", {}, "header.protectionAlg.parameters") == Code::algorithm_refused);
}

TEST_CASE("what we seal under a MAC verifies, for both kinds", "[protection]") {
    const auto base = message("t2a.hex");
    for (const MacKind kind : {MacKind::pbm, MacKind::pbmac1}) {
        der::Arena arena;
        auto       key = MacKey::derive(mac_algorithm(kind, Octets(16, 7), 1000, arena), secret, {});
        REQUIRE(key);
        const Protector protector = Protector::by_mac(*key, "ref-1");
        PKIHeader       header    = base->header;
        auto            octets    = seal(header, base->body, &protector, {});
        REQUIRE(octets);
        auto parsed = der::parse<PKIMessage>(*octets);
        REQUIRE(parsed);
        CHECK(verify_mac(**parsed, *key));
        CHECK(text_of((*parsed)->header.senderKID->content) == "ref-1");
        CHECK_FALSE((*parsed)->extraCerts);
    }
}
