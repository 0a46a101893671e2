// An end entity that rests between its steps: the outcome is that of one that never did, and octets that somebody bent give nothing away.
#include "at_rest.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;

namespace {

using Bodies = std::vector<BodyType>;

bool is_same(const Action& a, const Action& b) {
    const auto* one = std::get_if<Send>(&a);
    return a.index() == b.index() && (!one || (one->message == std::get<Send>(b).message && one->label == std::get<Send>(b).label));
}

/// From here on the operation rests before each of its actions, and another one goes on.
void let_rest(Play& play, const Credentials& who, const SignerPtr& key) {
    play.between = [&play, who, key](EndEntity& operation, Action next) {
        if (std::holds_alternative<Failed>(next)) return next;
        const Octets saved = value_of(operation.save());
        operation          = value_of(restored(play, saved, who, key));
        CHECK(value_of(operation.save()) == saved);
        Action again = operation.resume(now, play.random);
        CHECK(is_same(again, next));
        return again;
    };
}

struct Outcome {
    Bodies                    seen;
    std::vector<std::int64_t> waits;
    std::size_t               end;  // index of the last action
    std::optional<PKIStatus>  confirmed;
    std::optional<Code>       failed;
    std::optional<FailInfo>   fail_info;
    bool operator==(const Outcome&) const = default;
};

Outcome outcome(Play& play, const Order& order, const Credentials& who) {
    play.ca.seen.clear();
    play.waits.clear();
    play.ca.confirmed.reset();
    EndEntity    operation(order, who, play.trust());
    const Action end     = play.run(operation);
    const auto*  failure = std::get_if<Failed>(&end);
    if (const auto* done = std::get_if<Done>(&end); done && done->certificate) CHECK(done->certificate == play.ca.issued);
    return {play.ca.seen, play.waits, end.index(), play.ca.confirmed, failure ? std::optional(failure->error.code) : std::nullopt, failure ? failure->error.fail_info : std::nullopt};
}

SignerPtr key_of(const Order& order) {
    const auto* enrollment = std::get_if<Enrollment>(&order.what);
    return enrollment ? enrollment->key : nullptr;
}

/// `prepare` makes the CA what the case needs, before each of the two runs.
template <class Prepare> void check_same(Play& play, const Order& order, const Credentials& who, Prepare prepare) {
    play.between = nullptr;
    prepare();
    const Outcome awake = outcome(play, order, who);
    let_rest(play, who, key_of(order));
    prepare();
    const Outcome rested = outcome(play, order, who);
    CHECK(rested == awake);
    CHECK(awake.seen.size() >= 1);
}

}  // namespace

TEST_CASE("an enrollment that rests before each action ends as one that does not", "[operations]") {
    Play              play;
    const Forge       device = play.ca.issuing.issue({.subject = "CN=dev-0001"});
    const Credentials by_signature = Play::by_certificate(device);
    const auto        plain = [] {};
    SECTION("ir under a secret") { check_same(play, {Play::enrollment(), {}}, play.by_secret(), plain); }
    SECTION("ir under PBMAC1") {
        Credentials who = play.by_secret();
        who.mac         = protection::MacKind::pbmac1;
        check_same(play, {Play::enrollment(), {}}, who, plain);
    }
    SECTION("ir, cr and kur with a signature") {
        for (const BodyType type : {BodyType::ir, BodyType::cr, BodyType::kur}) check_same(play, {Play::enrollment(type), der::encode(device.certificate()->issuer)}, by_signature, plain);
    }
    SECTION("p10cr") { check_same(play, {Play::enrollment_with_csr(), {}}, by_signature, plain); }
    SECTION("with all that can be asked for") {
        der::Arena arena;
        Enrollment wanted = Play::enrollment();
        const auto name   = value_of(general_name_from_text("dns:dev1.plant", arena));
        const GeneralNames names(&name, 1);
        const Extension    san{oids::id_ce_subjectAltName, false, der::OpenOctets(der::Open::of(names))};
        wanted.extensions = der::encode(Extensions(&san, 1));
        wanted.profile    = "device";
        wanted.not_after  = now + 86400;
        check_same(play, {wanted, {}}, by_signature, plain);
    }
    SECTION("confirmed implicitly") {
        Enrollment wanted = Play::enrollment();
        wanted.implicit_confirm = play.ca.grants_implicit_confirm = true;
        check_same(play, {wanted, {}}, play.by_secret(), plain);
        CHECK(play.ca.seen == Bodies{BodyType::ir});
    }
}

TEST_CASE("what is polled for comes also to an operation that rests", "[operations]") {
    Play        play;
    const Forge device = play.ca.issuing.issue({.subject = "CN=dev-0001"});
    const auto  delay  = [&] { play.ca.delays = 2; };
    play.ca.names_first_nonce = GENERATE(false, true);
    SECTION("a certificate") { check_same(play, {Play::enrollment(), {}}, play.by_secret(), delay); }
    SECTION("a certificate after an error that says «waiting»") {
        play.ca.delays_by_error = true;
        check_same(play, {Play::enrollment_with_csr(), {}}, Play::by_certificate(device), delay);
    }
    SECTION("a confirmation") {
        play.ca.delays_confirmation = true;
        check_same(play, {Play::enrollment(), {}}, play.by_secret(), delay);
    }
    SECTION("a revocation") {
        const Revocation what{der::encode(device.certificate()->issuer), copy_of(device.certificate().serial()), Reason::keyCompromise};
        check_same(play, {what, {}}, Play::by_certificate(device), delay);
    }
}

TEST_CASE("a revocation that rests before each action ends as one that does not", "[operations]") {
    Play             play;
    const Forge      device = play.ca.issuing.issue({.subject = "CN=dev-0001"});
    const Revocation what{der::encode(device.certificate()->issuer), copy_of(device.certificate().serial()), Reason::keyCompromise};
    check_same(play, {what, {}}, Play::by_certificate(device), [] {});
    CHECK(play.ca.seen == Bodies{BodyType::rr});
}

TEST_CASE("a failure that the peer is still to be told of outlives a rest", "[operations]") {
    Play        play;
    const auto  plain  = [] {};
    const Order order{Play::enrollment(), {}};
    SECTION("the application does not want the certificate") { play.decision = {.accept = false, .fail_info = FailInfo::badCertTemplate, .text = "not ours"}; }
    SECTION("it could not be stored") { play.keeps = false; }
    SECTION("it is for another key") {
        play.ca.certify = [&](const CertTemplate&) { return play.ca.issuing.issue({.subject = "CN=dev-0001"}).certificate(); };
        EndEntity operation(order, play.by_secret(), play.trust());
        let_rest(play, play.by_secret(), key_of(order));
        const Action end = play.run(operation);
        REQUIRE(std::holds_alternative<Failed>(end));
        CHECK(std::get<Failed>(end).error.code == Code::wrong_certificate);
        CHECK(std::get<Failed>(end).error.text().find("not for the key that was sent") != std::string::npos);
        CHECK(play.ca.confirmed == PKIStatus::rejection);
        return;
    }
    SECTION("the answer breaks a rule") {
        play.ca.bend = [&](HeaderFields&, PKIBody& body) {
            if (body.is<"ip">()) play.ca.response().certReqId = 1;
        };
    }
    check_same(play, order, play.by_secret(), plain);
}

TEST_CASE("an operation that has not begun begins after a rest, one that is done stays done, one that has failed is not saved", "[operations]") {
    Play             play;
    const Enrollment wanted = Play::enrollment();
    EndEntity        idle({wanted, {}}, play.by_secret(), play.trust());
    EndEntity        operation = value_of(restored(play, value_of(idle.save()), play.by_secret(), wanted.key));
    CHECK(std::holds_alternative<Send>(operation.resume(now, play.random)));
    EndEntity ended({wanted, {}}, play.by_secret(), play.trust());
    REQUIRE(std::holds_alternative<Done>(play.run(ended)));
    EndEntity    done = value_of(restored(play, value_of(ended.save()), play.by_secret(), wanted.key));
    const Action same = done.resume(now, play.random);
    REQUIRE(std::holds_alternative<Done>(same));
    CHECK(std::get<Done>(same).certificate == play.ca.issued);
    (void)operation.step(Lost{{.code = Code::peer_gone}}, now, play.random);
    CHECK(test::refusal_of(operation.save()) == "bad_state");
}

TEST_CASE("a wait goes on with the time that is left", "[operations]") {
    const At<Wait> at(1);
    const auto     left = [&](std::int64_t time) {
        EndEntity operation = at.restore();
        return std::get<Wait>(operation.resume(time, at.play.random)).check_after;
    };
    CHECK(left(now) == 7);
    CHECK(left(now + 3) == 4);
    CHECK(left(now + 86400) == 0);
    CHECK(left(now - 86400) == 7);  // the clock was set back
    CHECK(left(0) == 7);            // there is no clock
}

TEST_CASE("what is sent again too late is made anew, once", "[operations]") {
    At<Send>   at;
    der::Arena arena;
    EndEntity  operation = at.restore();
    const auto error     = rejection(FailInfo::badTime, {}, arena);
    int        refusals  = 1;
    at.play.ca.bend      = [&](HeaderFields&, PKIBody& body) {
        if (refusals-- > 0) body.emplace<"error">().pKIStatusInfo = error;
    };
    const Action first = operation.resume(now, at.play.random);
    const Action again = operation.step(Received{at.play.ca.answer(std::get<Send>(first).message)}, now, at.play.random);
    REQUIRE(std::holds_alternative<Send>(again));
    CHECK_FALSE(is_same(first, again));
    SECTION("and then answered") { CHECK(std::holds_alternative<Decide>(operation.step(Received{at.play.ca.answer(std::get<Send>(again).message)}, now, at.play.random))); }
    SECTION("and then refused for good") {
        refusals         = 1;
        const Action end = operation.step(Received{at.play.ca.answer(std::get<Send>(again).message)}, now, at.play.random);
        REQUIRE(std::holds_alternative<Failed>(end));
        CHECK(std::get<Failed>(end).error.fail_info == FailInfo::badTime);
    }
}

TEST_CASE("a certificate that is no longer trusted after a rest is not handed on", "[operations]") {
    const At<Keep> at;
    EndEntity      late = at.restore();
    const Action   end  = late.resume(test::until + test::year, at.play.random);
    REQUIRE(std::holds_alternative<Failed>(end));
    CHECK(std::get<Failed>(end).error.code == Code::wrong_certificate);
    PeerTrust   other = at.play.trust();
    crypto::Trust anchors;
    anchors.anchors       = {Forge::root("CN=Other")};
    other.new_certificate = value_of(crypto::Verifier::make(anchors));
    EndEntity elsewhere   = value_of(EndEntity::restore(at.saved, at.who, other, at.wanted.key));
    CHECK(std::holds_alternative<Failed>(elsewhere.resume(now, at.play.random)));
}

TEST_CASE("a memo comes back with the operation, and the secret is nowhere in it", "[operations]") {
    const At<Wait>  at(1);
    const EndEntity operation = at.restore();
    const Octets    saved     = value_of(operation.save(bytes_of("where the results go")));
    CHECK(text_of(value_of(saved_memo(saved))) == "where the results go");
    CHECK(value_of(saved_memo(at.saved)).empty());
    CHECK(std::ranges::search(saved, ScriptedCa::secret()->view()).empty());
}
