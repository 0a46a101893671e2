#include "relay_world.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

Bytes id_of(const Message& message) { return message->header.transactionID->content; }
Bytes nonce_of(const Message& message) { return message->header.senderNonce->content; }

const CertReqMsg& request_in(const Message& message) { return cert_requests(message->body)->front(); }

}  // namespace

TEST_CASE("what is forwarded unchanged reaches the upstream octet for octet, and its answer the device", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::unchanged);
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets ir = world.first(device), ip = world.exchange(ir), confirmation = world.next(device, ip), pkiconf = world.exchange(confirmation);
    CHECK(world.sent == std::vector{ir, confirmation});
    CHECK(world.answers[ir] == ip);
    CHECK(world.answers[confirmation] == pkiconf);
    CHECK(std::holds_alternative<Done>(world.step(device, Received{pkiconf})));
}

TEST_CASE("what is protected anew keeps transactionID, senderNonce and proof of possession", "[responder][relay]") {
    RelayWorld world;
    world.settings.upstreams[0].recipient = name_octets("CN=The CA");
    world.forwards(ra::Action::reprotect);
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets ir     = world.first(device);
    const Octets ip     = world.exchange(ir);
    const auto   before = read(ir), after = read(world.sent.at(0));
    CHECK(is_signed_by(after, world.ra));
    CHECK(equal(id_of(before), id_of(after)));
    CHECK(equal(nonce_of(before), nonce_of(after)));
    CHECK(equal(before->body.received, after->body.received));
    CHECK(equal(after->header.senderKID->content, *world.ra.certificate().subject_key_identifier()));
    CHECK(to_text(*after->header.recipient.get<"directoryName">()) == "CN=The CA");
    REQUIRE(after->extraCerts);
    CHECK(equal(after->extraCerts->front().received, world.ra.certificate().der()));
    CHECK(std::ranges::none_of(*after->extraCerts, [&](const auto& each) { return equal(each.received, before->extraCerts->front().received); }));
    CHECK(world.answers[world.sent[0]] == ip);  // the device can verify the CA's signature
}

TEST_CASE("each later message goes on as the first did", "[responder][relay]") {
    RelayWorld world;
    for (const auto action : {ra::Action::unchanged, ra::Action::reprotect, ra::Action::nest}) {
        world.forwards(action);
        world.sent.clear();
        world.enrolled(wanted(BodyType::ir), world.by_maker());
        REQUIRE(world.sent.size() == 2);
        const auto confirmation = read(world.sent[1]);
        CHECK(confirmation->body.is<"certConf">());
        CHECK(is_signed_by(confirmation, world.ra) == (action == ra::Action::reprotect));
    }
}

TEST_CASE("a changed template goes with raVerified, the new names and, if wanted, the request as it came", "[responder][relay]") {
    RelayWorld world;
    for (const bool keeps : {false, true}) {
        world.rule({.name = "all", .reason = {}, .about = {.bodies = {BodyType::ir}}, .action = ra::Action::modify, .keep_original = keeps, .forced_subject = "O=Plant"});
        world.sent.clear();
        const auto certificate = world.enrolled(wanted(BodyType::ir), world.by_maker());
        CHECK(to_text(certificate->subject).find("O=Plant") != std::string::npos);
        const auto after = read(world.sent.at(0));
        CHECK(request_in(after).popo->is<"raVerified">());
        CHECK(to_text(*request_in(after).certReq.certTemplate.subject) == to_text(certificate->subject));
        const auto* original = find_info(after->header.generalInfo, oids::id_it_origPKIMessage);
        CHECK((original != nullptr) == keeps);
        if (keeps) CHECK(original->infoValue->get<PKIMessages>()->size() == 1);
    }
}

TEST_CASE("an origPKIMessage that a device made up does not go on under the RA's protection", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::reprotect);
    const auto   who    = world.by_maker();
    EndEntity    device = world.device(wanted(BodyType::ir), who);
    const auto   honest = read(world.first(device));
    auto         header = honest->header;
    const PKIMessage  other = *honest;
    const PKIMessages list(&other, 1);
    const InfoTypeAndValue item{oids::id_it_origPKIMessage, der::Open::of(list)};
    header.generalInfo = GeneralInfo(&item, 1);
    const auto protector = protection::Protector::by_signature(who.signer, who.chain);
    world.exchange(value_of(protection::seal(header, honest->body, &protector, {})));
    CHECK_FALSE(find_info(read(world.sent.at(0))->header.generalInfo, oids::id_it_origPKIMessage));
}

TEST_CASE("a nested message holds the request octet for octet under the RA's signature", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::nest);
    for (const auto& who : {world.by_maker(), world.by_secret()}) {
        world.sent.clear();
        EndEntity    device = world.device(wanted(BodyType::ir), who);
        const Octets ir = world.first(device);
        if (who.secret) {  // what answers is under the secret that the device shares with the CA
            const auto asked       = read(ir);
            world.ca.protector = protection::Protector::by_mac(value_of(protection::MacKey::derive(*asked->header.protectionAlg, who.secret->view(), {})), "dev1");
        }
        const Octets ip    = world.exchange(ir);
        const auto   outer = read(world.sent.at(0));
        REQUIRE(outer->body.is<"nested">());
        CHECK(outer->body.get<"nested">()->size() == 1);
        CHECK(equal(outer->body.get<"nested">()->front().received, ir));
        CHECK(is_signed_by(outer, world.ra));
        CHECK(equal(id_of(outer), id_of(read(ir))));
        CHECK(equal(nonce_of(outer), nonce_of(read(ir))));
        CHECK(world.answers[world.sent[0]] == ip);
        world.next(device, ip);
    }
}

TEST_CASE("a MAC downstream becomes a signature upstream, and its answer a MAC again", "[responder][relay]") {
    RelayWorld world;
    world.forwards(ra::Action::reprotect);
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_secret());
    const Octets ip     = world.exchange(world.first(device));
    CHECK(is_signed_by(read(world.sent.at(0)), world.ra));
    CHECK(is_by_mac(read(ip)));
    const Octets pkiconf = world.exchange(world.next(device, ip));
    CHECK(is_signed_by(read(world.sent.at(1)), world.ra));
    CHECK(std::holds_alternative<Done>(world.step(device, Received{pkiconf})));
}

TEST_CASE("a signature downstream becomes a MAC upstream where that is what the CA speaks", "[responder][relay]") {
    RelayWorld world;
    world.settings.upstreams[0].credentials = world.by_secret(ScriptedCa::reference, "Correct-Horse-42");
    world.forwards(ra::Action::reprotect);
    for (const auto& who : {world.by_maker(), world.by_secret()}) {
        world.sent.clear();
        world.enrolled(wanted(BodyType::ir), who);
        REQUIRE(world.sent.size() == 2);
        CHECK(is_by_mac(read(world.sent[0])));
        CHECK(text_of(read(world.sent[0])->header.senderKID->content) == ScriptedCa::reference);
    }
}

TEST_CASE("under a MAC on either side the device's answer is under its own secret", "[responder][relay]") {
    RelayWorld world;
    world.settings.upstreams[0].credentials = world.by_secret(ScriptedCa::reference, "Correct-Horse-42");
    world.forwards(ra::Action::reprotect);
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_secret());
    const Octets ip     = world.exchange(world.first(device));
    CHECK(text_of(read(ip)->header.senderKID->content) == "dev1");
    CHECK(ip != world.answers[world.sent.at(0)]);
    world.next(device, ip);
}

TEST_CASE("a MAC that goes on unchanged is answered under the secret that CA and device share", "[responder][relay]") {
    RelayWorld world;
    // The RA's own secret with that CA is another one.
    world.settings.upstreams[0].credentials = world.by_secret("ra", "another secret");
    world.settings.secrets = {{.reference = ScriptedCa::reference, .value = ScriptedCa::secret()}};
    world.forwards(ra::Action::unchanged);
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_secret(ScriptedCa::reference, "Correct-Horse-42"));
    const Octets ip     = world.exchange(world.first(device));
    CHECK(ip == world.answers[world.sent.at(0)]);
    world.next(device, ip);
}

TEST_CASE("a signature that answers a MAC counts where the upstream's profile says so", "[responder][relay]") {
    for (const bool takes : {false, true}) {
        RelayWorld world;
        world.settings.upstreams[0].credentials = world.by_secret(ScriptedCa::reference, "Correct-Horse-42");
        world.settings.upstreams[0].trust.peer.signature_for_mac = takes;
        world.ca.protector = protection::Protector::by_signature(world.ca.signer.signer(), {world.ca.signer, world.ca.issuing});
        world.forwards(ra::Action::reprotect);
        EndEntity  device = world.device(wanted(BodyType::ir), world.by_maker());
        const Step asked  = world.ask(world.first(device));
        CHECK(world.relay->returned(*asked.parcel, world.upstream(asked.parcel->message), world.time).reply.has_value() == takes);
    }
}

TEST_CASE("all answers go under the RA's protection where the configuration says so", "[responder][relay]") {
    RelayWorld world;
    world.settings.answers_protected_here = true;
    world.forwards(ra::Action::reprotect);
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets ip     = world.exchange(world.first(device));
    CHECK(is_signed_by(read(ip), world.ra));
    CHECK(std::holds_alternative<Done>(world.step(device, Received{world.exchange(world.next(device, ip))})));
}

TEST_CASE("cr, p10cr, rr and genm go through", "[responder][relay]") {
    RelayWorld world;
    const auto   own     = world.ca.issuing.issue({.subject = "CN=dev1"});
    const auto   who     = RelayWorld::by_certificate(own, {world.ca.issuing});
    for (const auto action : {ra::Action::unchanged, ra::Action::reprotect, ra::Action::nest}) {
        world.forwards(action);
        world.enrolled(wanted(BodyType::cr), who);
        EndEntity p10 = world.device(wanted(BodyType::p10cr), who);
        CHECK(std::holds_alternative<Done>(world.run(p10)));
        EndEntity rr = world.device(Revocation{der::encode(own.certificate()->issuer), copy_of(own.certificate().serial())}, who);
        CHECK(std::holds_alternative<Done>(world.run(rr)));
    }
}

TEST_CASE("who is unknown here goes through where a rule lets it, message by message", "[responder][relay]") {
    RelayWorld world;
    world.rule({.name = "others", .reason = {}, .about = {.key_generation = true, .unverified = true}, .action = ra::Action::unchanged});
    const auto stranger = RelayWorld::by_certificate(Forge::self_signed({.subject = "CN=dev9"}));
    EndEntity    device = world.device(wanted(BodyType::ir, "CN=dev9"), stranger);
    const Octets ir = world.first(device), ip = world.exchange(ir), confirmation = world.next(device, ip);
    CHECK(world.exchange(ir) == ip);  // without another question
    CHECK(std::holds_alternative<Done>(world.step(device, Received{world.exchange(confirmation)})));
    CHECK(world.sent == std::vector{ir, confirmation});

    SECTION("but nobody goes through whose protection is wrong by what is known here") {
        world.sent.clear();
        Octets bent = world.first(device = world.device(wanted(BodyType::ir), world.by_secret("dev1", "wrong")));
        CHECK(said(world.exchange(bent)).fail_info == FailInfo::badMessageCheck);
        CHECK(world.sent.empty());
    }
    SECTION("an answer that somebody else signed does not") {
        world.ca.protector = protection::Protector::by_signature(world.maker.issue({.subject = "CN=CMP"}).signer(), {world.maker.issue({.subject = "CN=CMP"})});
        EndEntity  other = world.device(wanted(BodyType::ir, "CN=dev9"), stranger);
        const Step step  = world.ask(world.first(other));
        CHECK_FALSE(world.relay->returned(*step.parcel, world.upstream(step.parcel->message), world.time).reply);
    }
}

TEST_CASE("a first message that is archived is kept with what was decided, each time", "[responder][relay]") {
    RelayWorld world;
    world.rule({.name = "kept", .reason = "why not", .about = {.bodies = {BodyType::ir}}, .action = ra::Action::reprotect, .archive = true});
    EndEntity    device = world.device(wanted(BodyType::ir), world.by_maker());
    const Octets ir     = world.first(device);
    world.exchange(ir);
    auto records = value_of(world.store.scan(store::Table::archive, {}, 10));
    REQUIRE(records.size() == 1);
    const auto kept = value_of(der::parse<ArchivedRequest>(records.front().value));
    CHECK(equal(kept->request.content, ir));
    CHECK(equal(kept->sent.content, world.sent.at(0)));
    CHECK(text_of(kept->rule.content) == "kept");

    SECTION("also when the ID is used again after it was forgotten") {
        world.time += world.doorway.answer_wait + world.doorway.keep_seconds + 2;
        while (!value_of(world.store.scan(store::Table::relayed, {}, 1)).empty()) world.time += 10'000, world.carry();
        EndEntity again = world.device(wanted(BodyType::ir), world.by_maker());
        const auto message = read(world.first(again));
        world.doorway.time_window = 0;
        world.start();
        (void)world.exchange(ir);
        CHECK(value_of(world.store.scan(store::Table::archive, {}, 10)).size() == 2);
    }
}

TEST_CASE("an RA without a signer of its own verifies and forwards nevertheless", "[responder][relay]") {
    RelayWorld world;
    world.settings.signer = nullptr;
    world.settings.chain.clear();
    world.forwards(ra::Action::unchanged);
    world.enrolled(wanted(BodyType::ir), world.by_maker());
    EndEntity    device  = world.device(wanted(BodyType::ir, "CN=somebody"), RelayWorld::by_certificate(Forge::self_signed({.subject = "CN=dev9"})));
    const Octets refusal = world.exchange(world.first(device));
    CHECK(said(refusal).fail_info == FailInfo::signerNotTrusted);
    CHECK_FALSE(said(refusal).is_protected);
    EndEntity  late = world.device(wanted(BodyType::ir), world.by_maker());
    const Step step = world.ask(world.first(late));
    CHECK(said(world.relay->lapsed(step.key, world.time).reply->message).fail_info == FailInfo::systemUnavail);
}
