#include "../data.hpp"
#include "der/parse.hpp"
#include "protection/protect.hpp"

#include <catch2/catch.hpp>

using namespace cmpkit;
using namespace cmpkit::protection;

namespace {

der::Parsed<PKIMessage> t1() {
    auto parsed = der::parse<PKIMessage>(from_hex(text_of(read_file(data_folder() / "oracles" / "t1.hex"))));
    REQUIRE(parsed);
    return std::move(*parsed);
}

crypto::PublicKey key_of(const PKIMessage& message) {
    auto cert = crypto::Cert::parse(message.extraCerts->front().received);
    REQUIRE(cert);
    auto key = cert->key();
    REQUIRE(key);
    return *key;
}

}  // namespace

TEST_CASE("a signature that another program made verifies", "[protection]") {
    const auto message = t1();
    CHECK(verify_signature(*message, key_of(*message)));
}

TEST_CASE("a signature under another key is refused with the clause", "[protection]") {
    const auto message = t1();
    auto       other   = crypto::generate_key("ed25519");
    REQUIRE(other);
    auto checked = verify_signature(*message, (*other)->public_key());
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == Code::protection_mismatch);
    CHECK(checked.error().path.text() == "protection");
    CHECK(checked.error().fail_info == FailInfo::badMessageCheck);
    CHECK(std::string(checked.error().clause) == "RFC 9810 5.1.3.3");
}

TEST_CASE("a key of another kind than protectionAlg says is refused", "[protection]") {
    const auto message = t1();
    auto       other   = crypto::generate_key("ec:P-256");
    REQUIRE(other);
    auto checked = verify_signature(*message, (*other)->public_key());
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == Code::algorithm_refused);
    CHECK(checked.error().path.text() == "header.protectionAlg");
}

TEST_CASE("a message without protection is refused", "[protection]") {
    const auto message = t1();
    PKIMessage bare    = *message;
    bare.protection.reset();
    auto checked = verify_signature(bare, key_of(*message));
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == Code::protection_missing);
}
