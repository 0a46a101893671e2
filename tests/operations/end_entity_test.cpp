#include "scripted_ca.hpp"

using namespace cmpkit;
using namespace cmpkit::operations;

namespace {
using Bodies = std::vector<BodyType>;
}

TEST_CASE("an enrollment under a secret is ir, ip, certConf, pkiconf", "[operations]") {
    Play play;
    const Action end = play.run(Play::enrollment(), play.by_secret());
    REQUIRE(std::holds_alternative<Done>(end));
    CHECK(std::get<Done>(end).certificate == play.ca.issued);
    CHECK(play.ca.seen == Bodies{BodyType::ir, BodyType::certConf});
    CHECK(play.ca.confirmed == PKIStatus::accepted);
    CHECK(play.kept == std::vector<crypto::Cert>{play.ca.issued});
}

TEST_CASE("every kind of enrollment works with a signature", "[operations]") {
    Play play;
    const Forge device = play.ca.issuing.issue({.subject = "CN=dev-0001"});
    for (const BodyType type : {BodyType::ir, BodyType::cr, BodyType::kur}) {
        const Action end = play.run(Play::enrollment(type), Play::by_certificate(device));
        REQUIRE(std::holds_alternative<Done>(end));
        const auto& path = std::get<Done>(end).chain;
        REQUIRE(path.size() == 2);
        CHECK(path[1] == play.ca.root.certificate());
    }
    CHECK(play.ca.seen == Bodies{BodyType::ir, BodyType::certConf, BodyType::cr, BodyType::certConf, BodyType::kur, BodyType::certConf});
}

TEST_CASE("certConf is left out only if implicit confirmation was asked for and granted", "[operations]") {
    Play play;
    Enrollment wanted = Play::enrollment();
    SECTION("asked and granted") {
        wanted.implicit_confirm = play.ca.grants_implicit_confirm = true;
        CHECK(std::holds_alternative<Done>(play.run(wanted, play.by_secret())));
        CHECK(play.ca.seen == Bodies{BodyType::ir});
    }
    SECTION("asked, not granted") {
        wanted.implicit_confirm = true;
        CHECK(std::holds_alternative<Done>(play.run(wanted, play.by_secret())));
        CHECK(play.ca.seen == Bodies{BodyType::ir, BodyType::certConf});
    }
    SECTION("granted unasked") {
        play.ca.grants_implicit_confirm = true;
        CHECK(std::holds_alternative<Done>(play.run(wanted, play.by_secret())));
        CHECK(play.ca.seen == Bodies{BodyType::ir, BodyType::certConf});
    }
}

TEST_CASE("an ip whose recipNonce differs is refused and certConf is not sent", "[operations]") {
    Play         play;
    const Octets other(16, 9);
    play.ca.bend = [&](HeaderFields& header, PKIBody& body) {
        if (body.is<"ip">()) header.recip_nonce = other;
    };
    const Error error = play.failure(Play::enrollment(), play.by_secret());
    CHECK(error.code == Code::nonce_mismatch);
    CHECK(error.path.text() == "header.recipNonce");
    CHECK(play.ca.seen == Bodies{BodyType::ir, BodyType::error});
    CHECK(play.kept.empty());
}

TEST_CASE("an answer of another transaction is refused", "[operations]") {
    Play         play;
    const Octets other(16, 9);
    play.ca.bend      = [&](HeaderFields& header, PKIBody&) { header.transaction_id = other; };
    const Error error = play.failure(Play::enrollment(), play.by_secret());
    CHECK(error.code == Code::transaction_mismatch);
    CHECK(error.path.text() == "header.transactionID");
}

TEST_CASE("headers that break a rule are refused with code and path", "[operations]") {
    Play  play;
    Error error;
    SECTION("pvno 1") {
        play.ca.bend_header = [](PKIHeader& header) { header.pvno = Pvno::cmp1999; };
        error = play.failure(Play::enrollment(), play.by_secret());
        CHECK((error.code == Code::version_mismatch && error.path.text() == "header.pvno"));
    }
    SECTION("a short senderNonce") {
        play.ca.bend_header = [](PKIHeader& header) { header.senderNonce->content = header.senderNonce->content.first(15); };
        error = play.failure(Play::enrollment(), play.by_secret());
        CHECK((error.code == Code::nonce_mismatch && error.path.text() == "header.senderNonce"));
    }
    SECTION("no transactionID") {
        play.ca.bend_header = [](PKIHeader& header) { header.transactionID.reset(); };
        error = play.failure(Play::enrollment(), play.by_secret());
        CHECK((error.code == Code::missing && error.path.text() == "header.transactionID"));
    }
    SECTION("messageTime ten minutes ago") {
        play.ca.bend = [](HeaderFields& header, PKIBody&) { header.now = now - 600; };
        error = play.failure(Play::enrollment(), play.by_secret());
        CHECK((error.code == Code::time_mismatch && error.path.text() == "header.messageTime"));
    }
}

TEST_CASE("an answer that is protected otherwise than the request is refused", "[operations]") {
    Play play;
    SECTION("not at all") {
        play.ca.is_unprotected = true;
        const Error error = play.failure(Play::enrollment(), play.by_secret());
        CHECK((error.code == Code::protection_missing && error.path.text() == "protection"));
    }
    SECTION("with a signature instead of the MAC") {
        play.ca.protector = protection::Protector::by_signature(play.ca.signer.signer(), {play.ca.signer, play.ca.issuing});
        const Error error = play.failure(Play::enrollment(), play.by_secret());
        CHECK((error.code == Code::wrong_protection && error.path.text() == "header.protectionAlg"));
        CHECK(error.fail_info == FailInfo::wrongIntegrity);
    }
    SECTION("with another secret") {
        der::Arena arena;
        auto key = value_of(protection::MacKey::derive(protection::mac_algorithm(protection::MacKind::pbm, Octets(16, 1), 100, arena), bytes_of("guessed"), {}));
        play.ca.protector = protection::Protector::by_mac(key, ScriptedCa::reference);
        const Error error = play.failure(Play::enrollment(), play.by_secret());
        CHECK((error.code == Code::protection_mismatch && error.path.text() == "protection"));
    }
    SECTION("with a million iterations") {
        der::Arena arena;
        auto key = value_of(protection::MacKey::derive(protection::mac_algorithm(protection::MacKind::pbm, Octets(16, 1), 100'001, arena), bytes_of("guessed"), {.max_iterations = 200'000}));
        play.ca.protector = protection::Protector::by_mac(key, ScriptedCa::reference);
        const Error error = play.failure(Play::enrollment(), play.by_secret());
        CHECK((error.code == Code::algorithm_refused && error.path.text() == "header.protectionAlg.parameters.iterationCount"));
    }
}

TEST_CASE("an unprotected error ends the operation, shown as not verified", "[operations]") {
    Play play;
    play.ca.is_unprotected = true;
    play.ca.bend = [](HeaderFields&, PKIBody& body) {
        static der::Arena arena;
        body.emplace<"error">().pKIStatusInfo = rejection(FailInfo::systemUnavail, "later \x1b[31m", arena);
    };
    const Error error = play.failure(Play::enrollment(), play.by_secret());
    CHECK(error.code == Code::protection_missing);
    CHECK(error.fail_info == FailInfo::systemUnavail);
    CHECK(error.detail == "an unprotected answer, not verified, says: rejection, \"later \\x1b[31m\"");
    CHECK(play.ca.seen == Bodies{BodyType::ir});
}

TEST_CASE("only who may sign answers is believed", "[operations]") {
    Play        play;
    const Forge device = play.ca.issuing.issue({.subject = "CN=dev-0001", .eku = {oids::id_kp_clientAuth}});
    const auto  signs  = [&](const Forge& who) { play.ca.protector = protection::Protector::by_signature(who.signer(), {who, play.ca.issuing}); };
    SECTION("a device of the same PKI is not") {
        signs(play.ca.issuing.issue({.subject = "CN=dev-0002", .eku = {oids::id_kp_clientAuth, oids::id_kp_serverAuth}}));
        const Error error = play.failure(Play::enrollment(), Play::by_certificate(device));
        CHECK((error.code == Code::signer_not_trusted && error.path.text() == "extraCerts[0]"));
        CHECK(error.fail_info == FailInfo::signerNotTrusted);
    }
    SECTION("a signer of another PKI is not") {
        const Forge other = Forge::root("CN=Other");
        signs(other.issue({.subject = "CN=CMP", .eku = {oids::id_kp_cmcCA}}));
        CHECK(play.failure(Play::enrollment(), Play::by_certificate(device)).code == Code::signer_not_trusted);
    }
    SECTION("a signer without digitalSignature is not") {
        signs(play.ca.issuing.issue({.subject = "CN=CMP", .usage = KeyUsage::of({KeyUsageBit::keyAgreement}), .eku = {oids::id_kp_cmcCA}}));
        CHECK(play.failure(Play::enrollment(), Play::by_certificate(device)).code == Code::signer_not_trusted);
    }
    SECTION("an expired signer is not") {
        signs(play.ca.issuing.issue({.subject = "CN=CMP", .not_after = now - 1, .eku = {oids::id_kp_cmcCA}}));
        CHECK(play.failure(Play::enrollment(), Play::by_certificate(device)).code == Code::signer_not_trusted);
    }
    SECTION("with a pin, nobody else is, however well certified") {
        PeerTrust trust = play.trust();
        trust.pinned    = {Forge::self_signed({.subject = "CN=Pinned"})};
        EndEntity    operation({Play::enrollment(), {}}, Play::by_certificate(device), trust);
        const Action end = play.run(operation);
        REQUIRE(std::holds_alternative<Failed>(end));
        CHECK(std::get<Failed>(end).error.code == Code::signer_not_trusted);
    }
    SECTION("the pinned one is, without any anchor") {
        PeerTrust trust;
        trust.pinned = {play.ca.signer};
        EndEntity operation({Play::enrollment(), {}}, Play::by_certificate(device), trust);
        CHECK(std::holds_alternative<Done>(play.run(operation)));
    }
}

TEST_CASE("a certificate for another key is refused through certConf and not kept", "[operations]") {
    Play play;
    play.ca.certify = [&](const CertTemplate&) { return play.ca.issuing.issue({.subject = "CN=dev-0001"}).certificate(); };
    const Error error = play.failure(Play::enrollment(), play.by_secret());
    CHECK(error.code == Code::wrong_certificate);
    CHECK(error.path.text() == "body.response[0].certifiedKeyPair");
    CHECK(play.ca.confirmed == PKIStatus::rejection);
    CHECK(play.kept.empty());
}

TEST_CASE("a certificate that was accepted with another subject is refused", "[operations]") {
    Play play;
    play.ca.certify = [&](const CertTemplate& wanted) { return play.ca.issuing.certify({.subject = "CN=dev-0002"}, value_of(crypto::PublicKey::from(*wanted.publicKey))); };
    SECTION("accepted") { CHECK(play.failure(Play::enrollment(), play.by_secret()).code == Code::wrong_certificate); }
    SECTION("grantedWithMods is the application's to judge") {
        play.ca.bend = [&](HeaderFields&, PKIBody& body) {
            if (body.is<"ip">()) play.ca.response().status.status = PKIStatus::grantedWithMods;
        };
        const Action end = play.run(Play::enrollment(), play.by_secret());
        REQUIRE(std::holds_alternative<Done>(end));
        CHECK(std::get<Done>(end).with_mods);
    }
}

TEST_CASE("what the application does not want is refused", "[operations]") {
    Play play;
    play.decision = {.accept = false, .fail_info = FailInfo::badCertTemplate, .text = "not ours"};
    SECTION("through certConf") {
        CHECK(play.failure(Play::enrollment(), play.by_secret()).code == Code::wrong_certificate);
        CHECK(play.ca.confirmed == PKIStatus::rejection);
    }
    SECTION("through an error where certConf was waived") {
        Enrollment wanted = Play::enrollment();
        wanted.implicit_confirm = play.ca.grants_implicit_confirm = true;
        CHECK(play.failure(wanted, play.by_secret()).code == Code::wrong_certificate);
        CHECK(play.ca.seen == Bodies{BodyType::ir, BodyType::error});
    }
}

TEST_CASE("a certificate that could not be stored is refused", "[operations]") {
    Play play;
    play.keeps = false;
    CHECK(play.failure(Play::enrollment(), play.by_secret()).code == Code::io);
    CHECK(play.ca.confirmed == PKIStatus::rejection);
}

TEST_CASE("a rejection ends the operation with the CA's reason", "[operations]") {
    Play play;
    play.ca.bend = [&](HeaderFields&, PKIBody& body) {
        static der::Arena arena;
        if (!body.is<"ip">()) return;
        play.ca.response().status = rejection(FailInfo::badCertTemplate, "no such name", arena);
        play.ca.response().certifiedKeyPair.reset();
    };
    const Error error = play.failure(Play::enrollment(), play.by_secret());
    CHECK(error.code == Code::rejected);
    CHECK(error.fail_info == FailInfo::badCertTemplate);
    CHECK(error.path.text() == "body.response[0].status");
    CHECK(play.ca.seen == Bodies{BodyType::ir});
}

TEST_CASE("answers that do not belong to the request are refused", "[operations]") {
    Play play;
    SECTION("cp for ir") {
        play.ca.bend = [](HeaderFields&, PKIBody& body) {
            if (!body.is<"ip">()) return;
            const CertRepMessage content = *body.get<"ip">();
            body.emplace<"cp">() = content;
        };
        const Error error = play.failure(Play::enrollment(), play.by_secret());
        CHECK((error.code == Code::unexpected_body && error.path.text() == "body"));
    }
    SECTION("certReqId 1") {
        play.ca.bend = [&](HeaderFields&, PKIBody& body) {
            if (body.is<"ip">()) play.ca.response().certReqId = 1;
        };
        const Error error = play.failure(Play::enrollment(), play.by_secret());
        CHECK((error.code == Code::bad_request && error.path.text() == "body.response[0].certReqId"));
    }
    SECTION("no response at all") {
        play.ca.bend = [](HeaderFields&, PKIBody& body) {
            if (body.is<"ip">()) body.emplace<"ip">();
        };
        const Error error = play.failure(Play::enrollment(), play.by_secret());
        CHECK((error.code == Code::bad_request && error.path.text() == "body.response"));
    }
    SECTION("octets that are no message") {
        Play      other;
        EndEntity operation({Play::enrollment(), {}}, other.by_secret(), other.trust());
        (void)operation.step(Begin{}, now, other.random);
        Action next = operation.step(Received{Octets{0x30, 0x03, 0x02, 0x01}}, now, other.random);
        CHECK(std::holds_alternative<Send>(next));  // the error that tells the peer
        next = operation.step(Lost{{.code = Code::peer_gone}}, now, other.random);
        REQUIRE(std::holds_alternative<Failed>(next));
        CHECK(std::get<Failed>(next).error.code == Code::truncated);
    }
}

TEST_CASE("a revocation is rr, rp", "[operations]") {
    Play        play;
    const Forge device = play.ca.issuing.issue({.subject = "CN=dev-0001"});
    EndEntity   operation({Revocation{der::encode(device.certificate()->issuer), copy_of(device.certificate().serial()), Reason::keyCompromise}, {}}, Play::by_certificate(device), play.trust());
    SECTION("accepted") { CHECK(std::holds_alternative<Done>(play.run(operation))); }
    SECTION("refused") {
        play.ca.bend = [](HeaderFields&, PKIBody& body) {
            static der::Arena arena;
            static PKIStatusInfo status;
            status = rejection(FailInfo::certRevoked, {}, arena);
            body.emplace<"rp">().status = List<PKIStatusInfo, non_empty>(&status, 1);
        };
        const Action end = play.run(operation);
        REQUIRE(std::holds_alternative<Failed>(end));
        CHECK(std::get<Failed>(end).error.fail_info == FailInfo::certRevoked);
        CHECK(std::get<Failed>(end).error.path.text() == "body.rp.status[0]");
    }
    CHECK(play.ca.seen == Bodies{BodyType::rr});
}

TEST_CASE("an event that does not belong to the state changes nothing", "[operations]") {
    Play         play;
    EndEntity    operation({Play::enrollment(), {}}, play.by_secret(), play.trust());
    const Action next = operation.step(Stored{}, now, play.random);
    REQUIRE(std::holds_alternative<Failed>(next));
    CHECK(std::get<Failed>(next).error.code == Code::bad_state);
    CHECK(operation.state() == EndEntity::State::idle);
    CHECK(std::holds_alternative<Send>(operation.step(Begin{}, now, play.random)));
}

TEST_CASE("a certificate that has not come cannot be refused", "[operations]") {
    Play      play;
    EndEntity operation({Play::enrollment(), {}}, play.by_secret(), play.trust());
    REQUIRE(std::holds_alternative<Send>(operation.step(Begin{}, now, play.random)));
    const Action next = operation.step(Decided{.accept = false, .text = {}}, now, play.random);
    REQUIRE(std::holds_alternative<Failed>(next));
    CHECK(std::get<Failed>(next).error.code == Code::bad_state);
    CHECK(operation.state() == EndEntity::State::awaiting_answer);
}

TEST_CASE("a message that comes while the application decides is not read", "[operations]") {
    Play         play;
    EndEntity    operation({Play::enrollment(), {}}, play.by_secret(), play.trust());
    const Action begun  = operation.step(Begin{}, now, play.random);
    const Octets answer = play.ca.answer(std::get<Send>(begun).message);
    REQUIRE(std::holds_alternative<Decide>(operation.step(Received{answer}, now, play.random)));
    const Action again = operation.step(Received{answer}, now, play.random);
    REQUIRE(std::holds_alternative<Failed>(again));
    CHECK(std::get<Failed>(again).error.code == Code::bad_state);
    CHECK(operation.state() == EndEntity::State::awaiting_decision);
}

TEST_CASE("what is lost before anything was sent does not fail what comes after", "[operations]") {
    Play         play;
    EndEntity    operation({Play::enrollment(), {}}, play.by_secret(), play.trust());
    const Action next = operation.step(Lost{Error{.code = Code::transport_failed}}, now, play.random);
    REQUIRE(std::holds_alternative<Failed>(next));
    CHECK(std::get<Failed>(next).error.code == Code::bad_state);
    CHECK(std::holds_alternative<Done>(play.run(operation)));
}
