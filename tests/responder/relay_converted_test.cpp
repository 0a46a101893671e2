// A CA that knows PKCS#10 alone behind a registration authority (RFC 9483 4.1.4): it is asked once, by the request alone, and everything else of CMP is the RA's.
#include "relay_world.hpp"

#include "der/print.hpp"
#include "responder/onward.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

const Error not_yet{.code = Code::transport_failed, .detail = "the operator sleeps"};

/// The world with such a CA as the upstream: ca.issuing, asked by a scripted adapter.
struct Legacy : RelayWorld {
    Legacy() {
        settings.upstreams[0].converts = true;
        adapter = [this](const Parcel& parcel) -> Result<Octets> { return chain_of(certify(parcel.message)); };
        permit();
    }
    void permit(bool implicit = false) {
        rule({.name = "legacy", .reason = {}, .about = {.bodies = {BodyType::p10cr}}, .action = ra::Action::reprotect, .implicit_confirm = implicit});
    }
    /// The same request gets the same certificate.
    crypto::Cert certify(const Octets& pkcs10) {
        auto& kept = issued[pkcs10];
        if (kept) return kept;
        const auto  request = value_of(der::parse<CertificationRequest>(copy_of(pkcs10)));
        const auto& info    = request->certificationRequestInfo;
        kept = ca.issuing.certify({.subject = subject.empty() ? to_text(info.subject) : subject}, value_of(crypto::PublicKey::from(info.subjectPKInfo)));
        return kept;
    }
    Octets chain_of(const crypto::Cert& certificate) const {
        Octets all = copy_of(certificate.der());
        for (const crypto::Cert& each : {ca.issuing.certificate(), ca.root.certificate()}) all.insert(all.end(), each.der().begin(), each.der().end());
        return all;
    }
    Step ask_adapter(Parcel parcel) {
        asked.push_back(parcel);
        return relay->returned(parcel, adapter(parcel), time);
    }
    Octets exchange(Bytes request) {
        Step step = ask(request);
        if (step.parcel) step = ask_adapter(*step.parcel);
        INFO((incidents.empty() || !incidents.back().problem ? "" : incidents.back().problem->text()));
        REQUIRE(step.reply);
        return step.reply->message;
    }
    std::size_t carry() {
        const auto parcels = value_of(relay->due(time, 100));
        for (const Parcel& parcel : parcels) ask_adapter(parcel);
        return parcels.size();
    }
    Action run(EndEntity& operation, int most = 30) {
        Action action = step(operation, Begin{});
        for (; most > 0; --most) {
            if (const auto* send = std::get_if<Send>(&action)) action = step(operation, Received{exchange(send->message)});
            else if (std::holds_alternative<Wait>(action)) time += 60, carry(), action = step(operation, Woken{});
            else break;
        }
        return action;
    }
    crypto::Cert enrolled(EndEntity operation) {
        const Action end = run(operation);
        if (const auto* failed = std::get_if<Failed>(&end)) FAIL(failed->error.text());
        REQUIRE(std::holds_alternative<Done>(end));
        return std::get<Done>(end).certificate;
    }
    std::string problem() const { return incidents.back().problem ? incidents.back().problem->text() : std::string(); }
    bool        has_nothing_to_carry() { return value_of(relay->due(time + 366 * 86400, 100)).empty(); }

    std::function<Result<Octets>(const Parcel&)> adapter;
    std::string                    subject;  // empty: as asked for
    std::map<Octets, crypto::Cert> issued;
    std::vector<Parcel>            asked;
    const Forge                    own = maker.issue({.subject = "CN=dev1"});  // the device's
};

/// A device that is to send a p10cr, and what it has sent and got so far.
struct Enrolling {
    explicit Enrolling(Legacy& w, bool implicit = false) : world(w), who(RelayWorld::by_certificate(w.own)), device(w.device(wanted(BodyType::p10cr, "CN=dev1", implicit), who)) {
        request = world.first(device);
    }
    Octets ask() { return reply = world.exchange(request); }
    Octets confirmation() { return world.next(device, reply); }
    /// A message of the device's, bent and signed anew.
    Octets bent(const Octets& octets, const std::function<void(PKIMessage&)>& bend) const {
        const auto message = read(octets);
        PKIMessage copy    = *message;
        copy.header.received = copy.body.received = {};
        bend(copy);
        const auto protector = protection::Protector::by_signature(who.signer, who.chain);
        return value_of(protection::seal(copy.header, copy.body, &protector, {}));
    }
    Octets withdrawal(const Octets& confirmation) const {
        return bent(confirmation, [](PKIMessage& message) { message.body.emplace<"error">().pKIStatusInfo = {.status = PKIStatus::rejection, .statusString = {}, .failInfo = {}}; });
    }

    Legacy&     world;
    Credentials who;
    EndEntity   device;
    Octets      request, reply;
};

std::string text_in(const Octets& reply) {
    const auto message = read(reply);
    return joined(cert_responses(message->body)->response.front().status.statusString);
}

}  // namespace

TEST_CASE("a CA that knows PKCS#10 alone gets the request alone, and its certificate comes back as a cp under the RA's protection", "[responder][relay]") {
    Legacy     world;
    Enrolling  it(world);
    const auto p10cr = read(it.request);
    const auto cp    = read(it.ask());
    REQUIRE(world.asked.size() == 1);
    CHECK(world.asked[0].is_converted);
    CHECK(world.asked[0].message == copy_of(p10cr->body.get<"p10cr">()->received));
    CHECK(type_of(cp->body) == BodyType::cp);
    const CertResponse& response = cert_responses(cp->body)->response.front();
    CHECK(response.certReqId == -1);
    CHECK(response.status.status == PKIStatus::accepted);
    CHECK_FALSE(cert_responses(cp->body)->caPubs);
    CHECK(is_signed_by(cp, world.ra));
    CHECK(equal(cp->header.recipNonce->content, p10cr->header.senderNonce->content));
    CHECK(find_info(cp->header.generalInfo, oids::id_it_confirmWaitTime));
    CHECK(world.incidents.back().deed.serial == der::hex_integer(world.issued.begin()->second.serial()));
    const auto conf = world.ask(it.confirmation());
    REQUIRE(conf.reply);
    CHECK_FALSE(conf.parcel);
    CHECK(said(conf.reply->message).type == BodyType::pkiconf);
    CHECK(world.asked.size() == 1);
    CHECK(world.has_nothing_to_carry());
}

TEST_CASE("the issuers of a converted certificate go along without the root", "[responder][relay]") {
    Legacy     world;
    const auto cp = read(Enrolling(world).ask());
    REQUIRE(cp->extraCerts);
    const auto has = [&](const crypto::Cert& wanted) {
        return std::ranges::any_of(*cp->extraCerts, [&](const CMPCertificate& each) { return equal(each.received, wanted.der()); });
    };
    CHECK(has(world.ca.issuing));
    CHECK_FALSE(has(world.ca.root));
}

TEST_CASE("a device with a secret gets a converted certificate under its MAC", "[responder][relay]") {
    Legacy    world;
    EndEntity device = world.device(wanted(BodyType::p10cr), world.by_secret());
    const auto cp    = read(world.exchange(world.first(device)));
    CHECK(is_by_mac(cp));
    CHECK(world.enrolled(world.device(wanted(BodyType::p10cr), world.by_secret()))->subject.received.size() > 0);
}

TEST_CASE("the adapter writes PEM or DER", "[responder][relay]") {
    Legacy world;
    world.adapter = [&world](const Parcel& parcel) -> Result<Octets> {
        const std::string pem = "subject=CN = dev1\n" + crypto::write_pem("CERTIFICATE", world.certify(parcel.message).der()) + crypto::write_pem("CERTIFICATE", world.ca.issuing.certificate().der());
        return copy_of(bytes_of(pem));
    };
    CHECK(said(Enrolling(world).ask()).status == PKIStatus::accepted);
}

TEST_CASE("a converted certificate of another name than the one asked for is granted with modifications", "[responder][relay]") {
    Legacy world;
    world.subject = "CN=dev1,O=Legacy";
    CHECK(said(Enrolling(world).ask()).status == PKIStatus::grantedWithMods);
}

TEST_CASE("what an adapter answers is never handed out unless it is for the key and of the CA, and it is not asked again", "[responder][relay]") {
    Legacy       world;
    const Forge  other = Forge::root("CN=Other");
    const auto   key   = value_of(crypto::generate_key("ec:P-256"));
    Octets       answer;
    Code         code{};
    SECTION("another key") {
        answer = world.chain_of(world.ca.issuing.certify({.subject = "CN=dev1"}, key->public_key()));
        code   = Code::wrong_certificate;
    }
    SECTION("another CA") {
        world.adapter = [&](const Parcel& parcel) -> Result<Octets> {
            const auto request = value_of(der::parse<CertificationRequest>(copy_of(parcel.message)));
            return copy_of(other.certify({.subject = "CN=dev1"}, value_of(crypto::PublicKey::from(request->certificationRequestInfo.subjectPKInfo))).der());
        };
        code = Code::signer_not_trusted;
    }
    SECTION("expired") {
        world.adapter = [&](const Parcel& parcel) -> Result<Octets> {
            const auto request = value_of(der::parse<CertificationRequest>(copy_of(parcel.message)));
            return world.chain_of(world.ca.issuing.certify({.subject = "CN=dev1", .not_after = test::now - 1}, value_of(crypto::PublicKey::from(request->certificationRequestInfo.subjectPKInfo))));
        };
        code = Code::certificate_expired;
    }
    SECTION("nothing") { code = Code::bad_certificate; }
    SECTION("junk") {
        answer = Octets(1000, 0x30);
        code   = Code::bad_tag;
    }
    SECTION("words") {
        answer = copy_of(bytes_of("all is well"));
        code   = Code::bad_tag;
    }
    if (code != Code::signer_not_trusted && code != Code::certificate_expired) world.adapter = [&](const Parcel&) -> Result<Octets> { return answer; };
    Enrolling    it(world);
    const Octets reply = it.ask();
    const Said   what  = said(reply);
    CHECK(what.type == BodyType::cp);
    CHECK(what.status == PKIStatus::rejection);
    CHECK(what.fail_info == FailInfo::systemFailure);
    CHECK(text_in(reply) == "the CA's answer cannot be used");
    CHECK_FALSE(certificate_in(*read(reply)));
    REQUIRE(world.incidents.back().problem);
    INFO(world.problem());
    if (code != Code::bad_tag) CHECK(world.incidents.back().problem->code == code);  // junk is junk
    CHECK(world.incidents.back().problem->cause);
    CHECK(world.exchange(it.request) == reply);
    CHECK(world.asked.size() == 1);
    CHECK(world.has_nothing_to_carry());
}

TEST_CASE("a refusal of such a CA reaches the requester in its words, and is final", "[responder][relay]") {
    Legacy world;
    world.adapter = [](const Parcel&) -> Result<Octets> { return Error{.code = Code::rejected, .fail_info = FailInfo::badRequest, .detail = "no such machine"}; };
    Enrolling    it(world);
    const Octets reply = it.ask();
    CHECK(said(reply).status == PKIStatus::rejection);
    CHECK(said(reply).fail_info == FailInfo::badRequest);
    CHECK(text_in(reply) == "no such machine");
    CHECK(world.has_nothing_to_carry());
}

TEST_CASE("a requester waits for a CA that has no answer yet, which is asked the same again", "[responder][relay]") {
    Legacy world;
    int    later  = 3;
    auto   honest = world.adapter;
    world.adapter = [&](const Parcel& parcel) { return later-- > 0 ? not_yet : honest(parcel); };
    const auto certificate = world.enrolled(world.device(wanted(BodyType::p10cr), world.by_maker()));
    CHECK(world.asked.size() == 4);
    for (const Parcel& each : world.asked) {
        CHECK(each.message == world.asked[0].message);
        CHECK(each.key == world.asked[0].key);
    }
    CHECK(certificate == world.issued.begin()->second);
    SECTION("and a refusal that comes late ends its waiting") {
        later         = 1;
        world.adapter = [&](const Parcel&) -> Result<Octets> { return later-- > 0 ? not_yet : Error{.code = Code::rejected, .fail_info = FailInfo::badRequest, .detail = "no"}; };
        EndEntity    device = world.device(wanted(BodyType::p10cr), world.by_maker());
        const Action end    = world.run(device);
        REQUIRE(std::holds_alternative<Failed>(end));
        CHECK(std::get<Failed>(end).error.code == Code::rejected);
    }
}

TEST_CASE("a requester that is not kept waiting gets its converted certificate by polling", "[responder][relay]") {
    Legacy    world;
    Enrolling it(world);
    const Step asked = world.ask(it.request);
    REQUIRE(asked.parcel);
    const Step late = world.relay->lapsed(asked.key, world.time);
    REQUIRE(late.reply);
    CHECK(said(late.reply->message).status == PKIStatus::waiting);
    CHECK_FALSE(world.ask_adapter(*asked.parcel).reply);
    const auto cp = read(world.exchange(world.next(it.device, late.reply->message)));
    CHECK(certificate_in(*cp) == world.issued.begin()->second);
    CHECK(is_signed_by(cp, world.ra));
}

TEST_CASE("the same answer twice changes nothing, nor does another one", "[responder][relay]") {
    Legacy    world;
    Enrolling it(world);
    it.ask();
    CHECK_FALSE(world.ask_adapter(world.asked[0]).reply);
    CHECK_FALSE(world.relay->returned(world.asked[0], Error{.code = Code::rejected, .fail_info = FailInfo::badRequest, .detail = "no"}, world.time).reply);
    CHECK(world.exchange(it.request) == it.reply);
    CHECK(said(world.exchange(it.confirmation())).type == BodyType::pkiconf);
}

TEST_CASE("a certConf with another hash ends the transaction, and the operator learns which certificate the CA must be told of", "[responder][relay]") {
    Legacy       world;
    Enrolling    it(world);
    it.ask();
    const Octets honest = it.confirmation();
    const Octets hash(32, 7);
    const auto   with = [&](Bytes certHash, std::int64_t id, std::optional<PKIStatusInfo> info) {
        return it.bent(honest, [&, status = CertStatus{der::octet_string(certHash), id, info, {}}](PKIMessage& message) {
            message.body.emplace<"certConf">() = CertConfirmContent(&status, 1);
        });
    };
    const auto serial = der::hex_integer(world.issued.begin()->second.serial());
    SECTION("another hash") {
        const Octets forged = with(hash, -1, {});
        CHECK(said(world.exchange(forged)).fail_info == FailInfo::badCertId);
        CHECK(world.problem().find(serial) != std::string::npos);
        CHECK(world.incidents.back().deed.is_trouble);
        CHECK(said(world.exchange(honest)).type == BodyType::error);
        CHECK(said(world.exchange(forged)).fail_info == FailInfo::badCertId);
    }
    SECTION("a rejection") {
        const auto   right  = value_of(crypto::certificate_hash(*world.issued.begin()->second));
        const Octets forged = with(right, -1, PKIStatusInfo{.status = PKIStatus::rejection, .statusString = {}, .failInfo = {}});
        CHECK(said(world.exchange(forged)).type == BodyType::pkiconf);
        CHECK(world.problem().find("must be told by hand") != std::string::npos);
        CHECK(world.incidents.back().deed.serial == serial);
    }
    SECTION("an error message") {
        CHECK(said(world.exchange(it.withdrawal(honest))).type == BodyType::pkiconf);
        CHECK(world.problem().find(serial) != std::string::npos);
    }
    SECTION("a certReqId that is nobody's, which ends nothing") {
        CHECK(said(world.exchange(with(hash, 3, {}))).fail_info == FailInfo::badRequest);
        CHECK(said(world.exchange(honest)).type == BodyType::pkiconf);
    }
    SECTION("a pollReq, which ends nothing") {
        const PollReq poll{-1};
        CHECK(said(world.exchange(it.bent(honest, [&](PKIMessage& message) { message.body.emplace<"pollReq">() = PollReqContent(&poll, 1); }))).fail_info == FailInfo::badRequest);
        CHECK(said(world.exchange(honest)).type == BodyType::pkiconf);
    }
    CHECK(world.asked.size() == 1);
    CHECK(world.has_nothing_to_carry());
}

TEST_CASE("a certificate that comes when its requester has withdrawn is told to the operator", "[responder][relay]") {
    Legacy    world;
    Enrolling it(world);
    const Step asked = world.ask(it.request);
    const Step late  = world.relay->lapsed(asked.key, world.time);
    CHECK(said(world.exchange(it.withdrawal(world.next(it.device, late.reply->message)))).type == BodyType::pkiconf);
    world.ask_adapter(*asked.parcel);
    CHECK(world.incidents.back().outcome == "not wanted any more");
    CHECK(world.problem().find(der::hex_integer(world.issued.begin()->second.serial())) != std::string::npos);
    CHECK(world.incidents.back().deed.is_trouble);
}

TEST_CASE("a converted certificate that nobody confirms is told of by its serial number", "[responder][relay]") {
    Legacy world;
    Enrolling(world).ask();
    world.time += 2 * world.doorway.answer_wait;
    world.carry();
    CHECK(world.incidents.back().outcome == "expired");
    CHECK(world.incidents.back().deed.serial == der::hex_integer(world.issued.begin()->second.serial()));
}

TEST_CASE("an RA grants implicit confirmation of a converted certificate where its rule says so", "[responder][relay]") {
    for (const bool implicit : {true, false}) {
        Legacy world;
        world.permit(implicit);
        Enrolling  it(world, true);
        const auto cp = read(it.ask());
        CHECK((find_info(cp->header.generalInfo, oids::id_it_implicitConfirm) != nullptr) == implicit);
        const Action next = world.step(it.device, Received{it.reply});
        CHECK(std::holds_alternative<Done>(next) == implicit);
        CHECK(world.has_nothing_to_carry());
    }
}

TEST_CASE("an adapter learns the profile that the request names, else the one of its path", "[responder][relay]") {
    Legacy     world;
    Enrollment named = wanted(BodyType::p10cr);
    named.profile    = "press";
    world.label      = "line-3";
    EndEntity device = world.device(std::move(named), world.by_maker());
    world.exchange(world.first(device));
    Enrolling(world).ask();
    CHECK(world.asked.at(0).profile == "press");
    CHECK(world.asked.at(1).profile == "line-3");
}

TEST_CASE("nothing but a p10cr goes to a CA that knows PKCS#10 alone", "[responder][relay]") {
    Legacy world;
    for (const BodyType type : {BodyType::ir, BodyType::cr}) {
        EndEntity  device = world.device(wanted(type), type == BodyType::ir ? world.by_maker() : world.by_own());
        const Said what   = said(world.exchange(world.first(device)));
        CHECK(what.status == PKIStatus::rejection);
        CHECK(what.fail_info == FailInfo::notAuthorized);
    }
    SECTION("nor one for a name that is not its requester's") {
        EndEntity device = world.device(wanted(BodyType::p10cr, "CN=somebody else"), world.by_maker());
        CHECK(said(world.exchange(world.first(device))).status == PKIStatus::rejection);
    }
    SECTION("nor one whose proof of possession is wrong") {
        Enrollment forged = wanted(BodyType::p10cr);
        forged.csr.back() ^= 1;
        EndEntity device = world.device(std::move(forged), world.by_maker());
        CHECK(said(world.exchange(world.first(device))).fail_info == FailInfo::badPOP);
    }
    CHECK(world.asked.empty());
}

TEST_CASE("a CA is not asked for a certificate that could not be handed over", "[responder][relay]") {
    Legacy world;
    world.settings.signer = nullptr;
    world.settings.chain.clear();
    world.start();
    CHECK(said(world.exchange(Enrolling(world).request)).fail_info == FailInfo::systemUnavail);
    CHECK(world.asked.empty());
    CHECK(said(world.exchange(world.first(*std::make_unique<EndEntity>(world.device(wanted(BodyType::p10cr), world.by_secret()))))).status == PKIStatus::accepted);
}

TEST_CASE("an upstream that knows PKCS#10 alone needs trust, and by itself takes p10cr", "[responder][relay]") {
    Legacy world;
    world.settings.rules.clear();
    world.start();
    CHECK(said(Enrolling(world).ask()).status == PKIStatus::accepted);
    world.settings.upstreams[0].trust.anchors = nullptr;
    const auto made = ra::RegistrationAuthority::make(world.settings, world.store);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == Code::bad_configuration);
    CHECK(made.error().text().find("trust is needed") != std::string::npos);
}

// ---------------------------------------------------------------- crashes

namespace {

enum class Fate : std::uint8_t { good, killed_after, killed_before_storing, twice };

/// The same, and each call may be the last one of its process.
struct Frail : Legacy {
    std::vector<Fate>        plan;
    std::size_t              call = 0;
    std::map<Octets, Octets> replies;

    bool call_of(const std::function<void()>& deed) {
        const Fate fate = call < plan.size() ? plan[call] : Fate::good;
        ++call;
        store.is_broken = fate == Fate::killed_before_storing;
        deed();
        store.is_broken = false;
        if (fate == Fate::twice) deed();
        if (fate == Fate::good || fate == Fate::twice) return true;
        start();
        return false;
    }
    void note_reply(const Octets& request, const Step& done) {
        if (!done.reply || said(done.reply->message).fail_info == FailInfo::systemFailure) return;
        auto& before = replies[request];
        if (!before.empty()) CHECK(before == done.reply->message);
        before = done.reply->message;
    }
    void bring(const Octets& request, const Parcel& parcel) {
        asked.push_back(parcel);
        const auto answer = adapter(parcel);
        call_of([&] { note_reply(request, relay->returned(parcel, answer, time)); });
    }
    void carry_all(const Octets& request) {
        std::vector<Parcel> parcels;
        if (call_of([&] {
                auto due = relay->due(time, 10);
                if (due) std::ranges::move(*due, std::back_inserter(parcels));
            }))
            for (const Parcel& parcel : parcels) bring(request, parcel);
    }
    Octets persist(const Octets& request) {
        for (int tries = 0; tries < 40; ++tries) {
            std::optional<Step> step;
            if (!call_of([&] { note_reply(request, *(step = ask(request))); })) continue;
            if (step->reply && !(said(step->reply->message).fail_info == FailInfo::systemFailure)) return step->reply->message;
            if (step->parcel) bring(request, *step->parcel);
            else time += 31, carry_all(request);
        }
        FAIL("no answer comes");
        return {};
    }
    void enroll() {
        EndEntity who(device(wanted(BodyType::p10cr), by_certificate(own)));
        Action    next = step(who, Begin{});
        for (int i = 0; i < 40 && !std::holds_alternative<Done>(next); ++i) {
            if (const auto* failed = std::get_if<Failed>(&next)) FAIL(failed->error.text());
            if (const auto* send = std::get_if<Send>(&next)) next = step(who, Received{persist(send->message)});
            else time += 31, carry_all({}), next = step(who, Woken{});
        }
        REQUIRE(std::holds_alternative<Done>(next));
        CHECK(issued.size() == 1);
        CHECK(std::get<Done>(next).certificate == issued.begin()->second);
        for (const Parcel& each : asked) CHECK((each.message == asked[0].message && each.key == asked[0].key));
        for (const auto& [request, reply] : replies) CHECK(ask(request).reply->message == reply);
    }
};

}  // namespace

TEST_CASE("a node that dies between any two steps of a converted enrollment asks for the same certificate again, and for no other", "[responder][relay]") {
    for (const int later : {0, 1})
        for (std::size_t at = 0; at < 8; ++at)
            for (const Fate fate : {Fate::killed_after, Fate::killed_before_storing, Fate::twice}) {
                Frail world;
                world.doorway.time_window = 0;
                world.start();
                auto honest   = world.adapter;
                world.adapter = [&, left = later](const Parcel& parcel) mutable { return left-- > 0 ? not_yet : honest(parcel); };
                world.plan.assign(at, Fate::good);
                world.plan.push_back(fate);
                INFO("later " << later << ", call " << at << ", fate " << int(fate));
                world.enroll();
            }
}
