// States that somebody bent: whatever their octets are, they are refused with a word on what is wrong, or nothing is trusted that was not before.
#include "at_rest.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;
using test::refusal_of;

namespace {

/// The same octets with a change that the schema allows.
template <class Change> Octets changed(Bytes saved, Change change) {
    auto           outer = value_of(der::parse<SavedOperation>(copy_of(saved)));
    auto           inner = value_of(der::parse<EndEntityState>(copy_of(outer->content.content)));
    EndEntityState state = *inner;
    change(state);
    const Octets content = der::encode(state);
    return der::encode(SavedOperation{outer->version, der::octet_string(content), outer->memo});
}

template <class Kind, class Change> std::string refusal(const At<Kind>& at, Change change) { return refusal_of(at.restore(changed(at.saved, change))); }

/// The actions that restored operations ask for, one octet of each having been changed: those that are refused left out.
template <class Kind> std::vector<Action> actions_of_flipped(const At<Kind>& at) {
    std::vector<Action> actions;
    for (std::size_t i = 0; i < at.saved.size(); ++i) {
        Octets bent = at.saved;
        bent[i] ^= static_cast<std::uint8_t>(1u << i % 8);
        if (auto operation = at.restore(bent)) actions.push_back(operation->resume(now, at.play.random));
    }
    return actions;
}

}  // namespace

TEST_CASE("a state that is cut off is refused, wherever the cut is", "[operations]") {
    const At<Keep> at;
    for (std::size_t size = 0; size < at.saved.size(); ++size) {
        const auto cut = at.restore(Bytes(at.saved).first(size));
        REQUIRE_FALSE(cut);
        CHECK(cut.error().code == Code::truncated);
    }
    Octets more = at.saved;
    more.push_back(0);
    CHECK(refusal_of(at.restore(more)) == "unexpected");
}

TEST_CASE("no flipped bit of a state makes the operation send another message or keep another certificate", "[operations]") {
    SECTION("a message is on its way") {
        const At<Send> at;
        const Action   honest = at.restore().resume(now, at.play.random);
        for (const Action& action : actions_of_flipped(at)) {
            REQUIRE(std::holds_alternative<Send>(action));
            CHECK(std::get<Send>(action).message == std::get<Send>(honest).message);
        }
    }
    SECTION("a certificate is to be kept") {
        const At<Keep> at;
        for (const Action& action : actions_of_flipped(at)) {
            if (std::holds_alternative<Failed>(action)) continue;
            const auto* keep   = std::get_if<Keep>(&action);
            const auto* decide = std::get_if<Decide>(&action);  // one step back: it is judged again
            REQUIRE((keep || decide));
            CHECK((keep ? keep->certificate : decide->certificate) == at.play.ca.issued);
        }
    }
    SECTION("the answer is polled for") {
        const At<Wait> at(1);
        for (const Action& action : actions_of_flipped(at)) {
            const auto* wait = std::get_if<Wait>(&action);
            REQUIRE((wait || std::holds_alternative<Send>(action)));
            if (wait) CHECK(wait->check_after <= 366 * 86400);
        }
    }
}

TEST_CASE("a state of another version is told from one that is broken", "[operations]") {
    const At<Wait> at(1);
    auto           outer = value_of(der::parse<SavedOperation>(copy_of(at.saved)));
    const Octets   later = der::encode(SavedOperation{2, outer->content, {}});
    CHECK(refusal_of(at.restore(later)) == "unsupported at version");
    CHECK(refusal_of(saved_memo(later)) == "unsupported at version");
}

TEST_CASE("an operation goes on with its own key alone", "[operations]") {
    const At<Wait> at(1);
    CHECK(refusal_of(restored(at.play, at.saved, at.who, Play::enrollment().key)) == "bad_key at order.enrollment.key");
    CHECK(refusal_of(restored(at.play, at.saved, at.who, nullptr)) == "bad_key at order.enrollment.key");
    const Octets serial{5};
    CHECK(refusal(at, [&](EndEntityState& state) { state.order.emplace<"revocation">() = {Name(), der::integer_view(serial), Reason::unspecified, {}}; }) == "bad_key at order");
}

TEST_CASE("an operation goes on with its own credentials alone", "[operations]") {
    At<Wait>          at(1);
    const Forge       device = at.play.ca.issuing.issue({.subject = "CN=dev-0001"}), same_key = at.play.ca.issuing.issue({.subject = "CN=dev-0001", .signer = device.signer()});
    const Credentials by_signature = Play::by_certificate(device);
    const auto        with = [&](const Credentials& who) { return refusal_of(restored(at.play, at.saved, who, at.wanted.key)); };
    SECTION("under a secret") {
        Credentials other_secret = at.who, other_name = at.who;
        other_secret.secret  = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of("guessed")));
        other_name.reference = "ref-3079";
        CHECK(with(by_signature) == "wrong_protection at sent.header.protectionAlg");
        CHECK(with(Credentials()) == "wrong_protection at sent.header.protectionAlg");
        CHECK(with(other_secret) == "protection_mismatch at sent");
        CHECK(with(other_name) == "protection_mismatch at sent");
    }
    SECTION("with a signature") {
        EndEntity operation({at.wanted, {}}, by_signature, at.play.trust());
        (void)operation.step(Begin{}, now, at.play.random);
        at.saved = value_of(operation.save());
        CHECK(with(at.who) == "wrong_protection at sent.header.protectionAlg");
        CHECK(with(Play::by_certificate(same_key)) == "protection_mismatch at sent");
        CHECK(with(Credentials()) == "protection_mismatch at sent");
        CHECK(restored(at.play, at.saved, by_signature, at.wanted.key));
    }
}

TEST_CASE("the parameters of a MAC are held to the limits before a key is derived", "[operations]") {
    const At<Wait> at(1);
    PeerTrust      strict = at.play.trust();
    strict.peer.mac_limits.max_iterations = 99;
    strict.peer.mac_limits.min_iterations = 1;
    CHECK(refusal_of(EndEntity::restore(at.saved, at.who, strict, at.wanted.key)) == "algorithm_refused at header.protectionAlg.parameters.iterationCount");
}

TEST_CASE("a state whose parts do not fit together is refused", "[operations]") {
    using S = EndEntity::State;
    const At<Wait> waiting(1);
    const At<Keep> keeping;
    CHECK(refusal(waiting, [](EndEntityState& s) { s.state = S::awaiting_answer; }) == "bad_value at state");
    CHECK(refusal(waiting, [](EndEntityState& s) { s.state = S::awaiting_decision; }) == "bad_value at certificate");
    CHECK(refusal(waiting, [](EndEntityState& s) { s.state = S::awaiting_confirmation; }) == "bad_value at state");
    CHECK(refusal(waiting, [](EndEntityState& s) { s.state = S::done; }) == "bad_value at certificate");
    CHECK(refusal(waiting, [](EndEntityState& s) { s.state = S::failed; }) == "bad_value at state");
    CHECK(refusal(waiting, [](EndEntityState& s) { s.state = static_cast<S>(99); }) == "bad_value at state");
    CHECK(refusal(waiting, [](EndEntityState& s) { s.state = S::idle; }) == "bad_value at state");
    CHECK(refusal(waiting, [](EndEntityState& s) { s.sent.reset(); }) == "bad_value at sent");
    CHECK(refusal(waiting, [](EndEntityState& s) { s.polling.reset(); }) == "bad_value at polling");
    CHECK(refusal(waiting, [](EndEntityState& s) { s.isConfirming = true; }) == "bad_value at certificate");
    CHECK(refusal(waiting, [](EndEntityState& s) { s.certReqId = 1; }) == "bad_value at certReqId");
    CHECK(refusal(waiting, [&](EndEntityState& s) { s.certificate = *keeping.play.ca.issued; }) == "bad_value at polling");
    CHECK(refusal(keeping, [](EndEntityState& s) { s.certificate.reset(); }) == "bad_value at certificate");
    CHECK(refusal(keeping, [](EndEntityState& s) { s.isConfirming = true; }) == "bad_value at isConfirming");
    CHECK(refusal(keeping, [](EndEntityState& s) { s.failure = SavedFailure{Code::io, {}, {}}; }) == "bad_value at failure");
    CHECK(refusal(keeping, [](EndEntityState& s) { s.failure = SavedFailure{static_cast<Code>(0), {}, {}}; }) == "bad_value at failure.code");
    CHECK(refusal(keeping, [](EndEntityState& s) { s.failure = SavedFailure{Code::io, static_cast<FailInfo>(77), {}}; }) == "bad_value at failure.failInfo");
}

TEST_CASE("fields of a state that are out of all proportion are refused", "[operations]") {
    const At<Wait>            at(1);
    const Octets              huge(der::max_size + 1);
    const CMPCertificate      one = *at.play.ca.root.certificate();
    const std::vector<CMPCertificate> many(der::max_size / one.received.size() + 1, one);
    CHECK(refusal_of(at.restore(huge)) == "too_large");
    CHECK(refusal(at, [&](EndEntityState& s) { s.extraCerts = many; }) == "too_large");
    CHECK(refusal(at, [](EndEntityState& s) { s.polling->checkAfter = INT64_MAX; }) == "bad_value at polling.checkAfter");
    CHECK(refusal(at, [](EndEntityState& s) { s.polling->checkAfter = -1; }) == "bad_value at polling.checkAfter");
    CHECK(refusal(at, [](EndEntityState& s) { s.polling->wakeAt = INT64_MIN; }) == "bad_value at polling.wakeAt");
    EndEntity far = value_of(at.restore(changed(at.saved, [](EndEntityState& s) { s.polling->wakeAt = INT64_MAX; })));
    CHECK(std::get<Wait>(far.resume(now, at.play.random)).check_after == 7);
}
