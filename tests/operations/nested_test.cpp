// What an outer message must say for what is in it.
#include "operations/nested.hpp"

#include "../forge/value_of.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/compose.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;
using test::refusal_of;
using test::value_of;

namespace {

/// Messages that nobody protected: protection is not what these rules look at.
class Post {
public:
    PKIMessage message(std::string_view id, std::string_view nonce, std::string_view recip_nonce = {}) {
        PKIMessage one;
        one.header = header_of({.transaction_id = kept(id), .sender_nonce = kept(nonce), .recip_nonce = kept(recip_nonce), .general_info = {}}, arena);
        one.header.protectionAlg = AlgorithmIdentifier{oids::id_Ed25519, {}};
        one.protection           = der::BitString{0, kept("signature")};
        one.body.emplace<"genm">();
        return one;
    }
    PKIMessage around(PKIMessage outer, std::vector<PKIMessage> inner) {
        auto* place = arena.make<PKIMessage>(inner.size());
        std::ranges::copy(inner, place);
        outer.body.emplace<"nested">() = PKIMessages(place, inner.size());
        return outer;
    }

private:
    Bytes      kept(std::string_view text) { return arena.keep(bytes_of(text)); }
    der::Arena arena;
};

std::vector<std::string> faults(const PKIMessage& outer) {
    std::vector<std::string> told;
    for (const auto& fault : faults_of_batch(outer)) told.push_back(fault ? std::string(name_of(*fault->fail_info)) : "");
    return told;
}

}  // namespace

TEST_CASE("one message whose transactionID the outer one repeats is approved, all else is a batch", "[operations]") {
    Post post;
    const auto one = post.message("one", "nonce 1"), two = post.message("two", "nonce 2");
    CHECK(nesting_of(post.around(post.message("one", "nonce 1"), {one})) == Nesting::approval);
    CHECK(nesting_of(post.around(post.message("one", "another"), {one})) == Nesting::approval);
    CHECK(nesting_of(post.around(post.message("fresh", "nonce 1"), {one})) == Nesting::batch);
    CHECK(nesting_of(post.around(post.message("one", "nonce 1"), {one, two})) == Nesting::batch);
}

TEST_CASE("an approval has ID and nonces of what it approves", "[operations]") {
    Post       post;
    const auto first = post.message("one", "nonce 1"), later = post.message("one", "nonce 1", "theirs");
    CHECK(check_nesting(post.around(post.message("one", "nonce 1"), {first})));
    CHECK(check_nesting(post.around(post.message("one", "nonce 1", "theirs"), {later})));
    const auto refused = [&](const PKIMessage& outer, const PKIMessage& inner) { return check_nesting(post.around(outer, {inner})); };
    CHECK(refusal_of(refused(post.message("one", "nonce 2"), first)) == "nonce_mismatch at header.senderNonce");
    CHECK(refused(post.message("one", "nonce 2"), first).error().fail_info == FailInfo::badSenderNonce);
    CHECK(refusal_of(refused(post.message("one", "nonce 1", "theirs"), first)) == "nonce_mismatch at header.recipNonce");
    CHECK(refusal_of(refused(post.message("one", "nonce 1"), later)) == "nonce_mismatch at header.recipNonce");
    CHECK(refusal_of(refused(post.message("one", "nonce 1", "mine"), later)) == "nonce_mismatch at header.recipNonce");
}

TEST_CASE("what is approved is protected, and no nested message", "[operations]") {
    Post post;
    auto bare = post.message("one", "nonce 1");
    bare.protection.reset();
    CHECK(refusal_of(check_nesting(post.around(post.message("one", "nonce 1"), {bare}))) == "protection_missing at body.nested[0].protection");
    const auto nested = post.around(post.message("one", "nonce 1"), {post.message("one", "nonce 1")});
    CHECK(refusal_of(check_nesting(post.around(post.message("one", "nonce 1"), {nested}))) == "bad_request at body");
}

TEST_CASE("a batch answers nothing, and has its bounds", "[operations]") {
    Post post;
    const auto one = post.message("one", "nonce 1");
    CHECK(check_nesting(post.around(post.message("fresh", "nonce 0"), {one})));
    CHECK(check_nesting(post.around(post.message("fresh", "nonce 0", "theirs"), {one})).error().fail_info == FailInfo::badRecipientNonce);
    CHECK(check_nesting(post.around(post.message("fresh", "nonce 0"), std::vector(most_nested, one))));
    CHECK(refusal_of(check_nesting(post.around(post.message("fresh", "nonce 0"), std::vector(most_nested + 1, one)))) == "bad_request at body.nested");
}

TEST_CASE("of two messages of a batch with one ID or nonce the later is at fault", "[operations]") {
    Post       post;
    const auto one = post.message("one", "nonce 1"), two = post.message("two", "nonce 2");
    const auto in_batch = [&](std::vector<PKIMessage> inner) { return faults(post.around(post.message("fresh", "nonce 0"), std::move(inner))); };
    using Told = std::vector<std::string>;
    CHECK(in_batch({one, two}) == Told{"", ""});
    CHECK(in_batch({one, two, one}) == Told{"", "", "transactionIdInUse"});
    CHECK(in_batch({one, post.message("two", "nonce 1"), two}) == Told{"", "badSenderNonce", "transactionIdInUse"});
    CHECK(in_batch({post.message("fresh", "nonce 1"), post.message("one", "nonce 0"), two}) == Told{"transactionIdInUse", "badSenderNonce", ""});
    CHECK(in_batch({one, post.around(post.message("two", "nonce 2"), {one}), two}) == Told{"", "badRequest", ""});
}

TEST_CASE("what has no ID or nonce in a batch is at fault by itself", "[operations]") {
    Post post;
    auto bare = post.message("one", "nonce 1");
    bare.header.transactionID.reset();
    bare.header.senderNonce.reset();
    CHECK(faults(post.around(post.message("fresh", "nonce 0"), {bare, bare})) == std::vector<std::string>{"", ""});
}

TEST_CASE("only an RA nests messages, and by its signature", "[operations]") {
    for (const auto kind : {RequesterKind::secret, RequesterKind::external, RequesterKind::own})
        CHECK(check_nester({.kind = kind, .id = {}, .reference = {}, .certificate = {}}).error().fail_info == FailInfo::notAuthorized);
    CHECK(check_nester({.kind = RequesterKind::ra, .id = {}, .reference = {}, .certificate = {}}));
    Post       post;
    der::Arena arena;
    auto       outer = post.around(post.message("fresh", "nonce 0"), {post.message("one", "nonce 1")});
    CHECK(check_nesting_is_signed(outer));
    outer.header.protectionAlg = protection::mac_algorithm(protection::MacKind::pbm, Octets(16), 100, arena);
    CHECK(refusal_of(check_nesting_is_signed(outer)) == "wrong_protection at header.protectionAlg");
    CHECK(check_nesting_is_signed(outer).error().fail_info == FailInfo::wrongIntegrity);
}
