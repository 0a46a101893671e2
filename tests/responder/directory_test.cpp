// Several CAs behind one responder: which of them a message is for, and that each keeps to itself.
#include "admission/desk.hpp"
#include "der/encode.hpp"
#include "nesting.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

const ca::Founded& founded_lab() {
    static const ca::Founded lab = value_of(ca::found({.subject = "/O=Lab/CN=Lab Root"}, system_random(), now - 86400));
    return lab;
}

Octets der_of(const Name& name) { return der::encode(name); }

/// The plant of World and a lab behind one responder and over one store; the plant is the standard.
class TwoCas : public RaWorld {
public:
    TwoCas() {
        settings.name = "plant";
        lab_settings  = settings;
        lab_settings.name                = "lab";
        lab_settings.is_first            = false;
        lab_settings.issuing_certificate = founded_lab().issuing.certificate;
        lab_settings.issuing_key         = founded_lab().issuing.key;
        lab_settings.chain               = {founded_lab().root.certificate};
        lab_settings.cmp_certificate     = founded_lab().cmp.certificate;
        lab_settings.cmp_key             = founded_lab().cmp.key;
        lab_settings.profiles.push_back(lab_settings.profiles.front());
        lab_settings.profiles.back().name = "bench";
        lab_settings.secrets.clear();
        lab_settings.secrets.push_back({.reference = "dev2", .value = secret_of("second secret"), .profile = {}, .subjects = {"*"}, .sans = {}, .uses = 0});
        open();
    }
    void open() {
        const auto log = [this](const Incident& incident) { incidents.push_back(incident); };
        authority = value_of(ca::CertificationAuthority::make(settings, *store, system_random()));
        lab       = value_of(ca::CertificationAuthority::make(lab_settings, *store, system_random()));
        std::vector<Member> members{{.name = "plant", .authority = authority.get(), .policy = policy, .profiles = {"default"}},
                                    {.name = "lab", .authority = lab.get(), .policy = policy, .profiles = {"default", "bench"}}};
        if (!has_lab) members.pop_back();
        responder = std::make_unique<Responder>(std::move(members), 0, *store, system_random(), log);
    }
    /// The name of the CA that answered the first message of an enrollment, as the log tells it.
    std::string asked(const std::string& label, const Credentials& who, const std::function<void(Enrollment&)>& wish = {}, Octets recipient = {}) {
        auto enrollment = wanted(BodyType::ir, "CN=dev1");
        if (wish) wish(enrollment);
        EndEntity operation({std::move(enrollment), std::move(recipient)}, who, trust());
        (void)responder->answer(std::get<Send>(operation.step(Begin{}, time, system_random())).message, {.address = {}, .profile = label}, time);
        return incidents.back().authority;
    }
    Credentials device() const { return by_maker(maker.issue({.subject = "CN=dev1"})); }
    std::size_t certificates_of(ca::CertificationAuthority& ca) { return value_of(ca.list({}, 100)).size(); }
    PeerTrust trust_in_both() const {
        crypto::Trust anchors;
        anchors.anchors = {founded().root.certificate, founded_lab().root.certificate};
        PeerTrust peers;
        peers.anchors = peers.new_certificate = value_of(crypto::Verifier::make(anchors));
        return peers;
    }
    /// Runs an enrollment, its first message to `first`, the others to `later`: labels.
    Action run_over(EndEntity& operation, const std::string& first, const std::string& later) {
        Action next = operation.step(Begin{}, time, system_random());
        std::string label = first;
        for (;;) {
            if (const auto* send = std::get_if<Send>(&next))
                next = operation.step(Received{responder->answer(send->message, {.address = {}, .profile = std::exchange(label, later)}, time).message}, time, system_random());
            else if (std::holds_alternative<Decide>(next)) next = operation.step(Decided{}, time, system_random());
            else if (std::holds_alternative<Keep>(next)) next = operation.step(Stored{}, time, system_random());
            else if (std::holds_alternative<Wait>(next) && while_waiting) while_waiting(), next = operation.step(Woken{}, time, system_random());
            else return next;
        }
    }

    ca::Settings                                lab_settings;
    std::unique_ptr<ca::CertificationAuthority> lab;
    bool                                        has_lab = true;
};

}  // namespace

TEST_CASE("a first message is for the CA of its label, else of its profile, issuer, recipient, else for the standard", "[responder]") {
    TwoCas     world;
    const auto who   = world.device();
    const auto bench = [](Enrollment& enrollment) { enrollment.profile = "bench"; };
    const Octets lab = der_of(world.lab->name()), signer = der_of(founded_lab().cmp.certificate->subject), plant = der_of(world.authority->name());
    CHECK(world.asked("lab", who) == "lab");
    CHECK(world.asked("bench", who) == "lab");
    CHECK(world.asked("plant", who, bench, lab) == "plant");
    CHECK(world.asked("", who, bench, plant) == "lab");
    CHECK(world.asked("", who, {}, lab) == "lab");
    CHECK(world.asked("", who, {}, signer) == "lab");
    CHECK(world.asked("", who, {}, plant) == "plant");
    CHECK(world.asked("", who) == "plant");
}

TEST_CASE("a profile that two CAs have leads to none of them, and the next rule counts", "[responder]") {
    TwoCas world;
    CHECK(world.asked("default", world.device(), {}, der_of(world.lab->name())) == "lab");
    CHECK(world.asked("default", world.device()) == "plant");
}

TEST_CASE("an update and a revocation go to the CA that issued the certificate", "[responder]") {
    TwoCas     world;
    const auto key = value_of(crypto::generate_key("ec:P-256"));
    EndEntity  first({World::wanted(BodyType::ir, "CN=dev1", key), {}}, world.device(), world.trust_in_both());
    const auto done = world.run_over(first, "lab", "");
    REQUIRE(std::holds_alternative<Done>(done));
    const auto cert = std::get<Done>(done).certificate;
    Credentials own = world.by_certificate(key, cert);
    own.chain       = {cert, founded_lab().issuing.certificate};
    EndEntity update({World::wanted(BodyType::kur, "CN=dev1"), {}}, own, world.trust_in_both());
    const auto updated = world.run_over(update, "", "");
    REQUIRE(std::holds_alternative<Done>(updated));
    CHECK(same_name(std::get<Done>(updated).certificate->issuer, founded_lab().issuing.certificate->subject));
    CHECK(world.certificates_of(*world.lab) == 2);
    CHECK(world.certificates_of(*world.authority) == 0);
    EndEntity revocation({World::revocation_of(std::get<Done>(updated).certificate), {}}, own, world.trust_in_both());
    (void)world.run_over(revocation, "", "");
    CHECK(world.incidents.back().authority == "lab");
}

TEST_CASE("a label that names neither a CA nor a profile is refused, to the requester alone", "[responder]") {
    TwoCas       world;
    const Octets request = world.first_message(World::wanted(BodyType::ir, "CN=dev1"), world.by_secret("dev1", "first secret"));
    const auto   reply   = said(world.responder->answer(request, {.address = {}, .profile = "nowhere"}, now).message);
    CHECK(reply.type == BodyType::error);
    CHECK(reply.fail_info == FailInfo::badCertTemplate);
    CHECK(reply.is_protected);
    CHECK(std::string(world.incidents.back().problem->clause) == "RFC 9483 6.1");
    CHECK(world.certificates_of(*world.authority) == 0);
    SECTION("whatever octets it is made of") {
        const Octets strange = world.responder->answer(request, {.address = {}, .profile = "\xff\x1b[2J" + std::string(1000, 'x')}, now).message;
        CHECK(said(strange).is_protected);
        CHECK(to_hex(strange).find("1b5b") == std::string::npos);
    }
}

TEST_CASE("later messages go to the CA that has the transaction, whatever they say", "[responder]") {
    TwoCas world;
    for (const char* label : {"plant", "nowhere", "default", ""}) {
        EndEntity  operation({World::wanted(BodyType::ir, "CN=dev1"), der_of(world.authority->name())}, world.device(), world.trust_in_both());
        const auto end = world.run_over(operation, "lab", label);
        if (const auto* failed = std::get_if<Failed>(&end)) FAIL(failed->error.text());
    }
    CHECK(world.certificates_of(*world.lab) == 4);
    for (const auto& listed : value_of(world.lab->list({}, 100))) CHECK(listed.state == ca::CertificateState::valid);
}

TEST_CASE("a requester of one CA is a stranger at the other", "[responder]") {
    TwoCas     world;
    const auto key = value_of(crypto::generate_key("ec:P-256"));
    CHECK(world.asked("lab", world.by_secret("dev1", "first secret")) == "lab");
    CHECK(world.incidents.back().problem->fail_info == FailInfo::badMessageCheck);

    EndEntity  first({World::wanted(BodyType::ir, "CN=dev1", key), {}}, world.by_secret("dev2", "second secret"), world.trust_in_both());
    const auto done = world.run_over(first, "lab", "lab");
    REQUIRE(std::holds_alternative<Done>(done));
    Credentials own = world.by_certificate(key, std::get<Done>(done).certificate);
    own.chain       = {std::get<Done>(done).certificate, founded_lab().issuing.certificate};
    CHECK(world.asked("plant", own, [](Enrollment& enrollment) { enrollment.type = BodyType::cr; }) == "plant");
    CHECK(world.incidents.back().problem->fail_info == FailInfo::signerNotTrusted);
    CHECK(world.certificates_of(*world.authority) == 0);
    SECTION("unless that one trusts the root of the first") {
        world.settings.external.anchors.push_back(founded_lab().root.certificate);
        world.open();
        CHECK(world.asked("plant", own) == "plant");
        CHECK(world.incidents.back().outcome == "ip");
        CHECK(world.certificates_of(*world.authority) == 1);
    }
}

TEST_CASE("an operator sees and decides only what waits at the own CA", "[responder]") {
    TwoCas world;
    world.lab_settings.profiles.front().approve_by_hand = true;
    world.open();
    EndEntity operation({World::wanted(BodyType::ir, "CN=dev1"), {}}, world.device(), world.trust_in_both());
    world.while_waiting = [&] {
        CHECK(value_of(world.authority->desk().list()).empty());
        const auto waiting = value_of(world.lab->desk().list());
        REQUIRE(waiting.size() == 1);
        CHECK(world.authority->desk().complete(to_hex(waiting[0].id)).error().code == Code::not_found);
        CHECK(world.lab->desk().decide(waiting[0].id, ca::Verdict::approved, ""));
    };
    const auto end = world.run_over(operation, "lab", "plant");
    if (const auto* failed = std::get_if<Failed>(&end)) FAIL(failed->error.text());
    CHECK(world.certificates_of(*world.lab) == 1);
}

TEST_CASE("what is overdue is ended by the CA that has it", "[responder]") {
    TwoCas world;
    CHECK(world.asked("lab", world.device()) == "lab");
    CHECK(world.asked("plant", world.device()) == "plant");
    SECTION("each its own") {
        CHECK(value_of(world.responder->end_overdue(now + 61)) == 2);
        CHECK(value_of(world.lab->list({}, 10))[0].state == ca::CertificateState::revoked);
        CHECK(value_of(world.authority->list({}, 10))[0].state == ca::CertificateState::revoked);
    }
    SECTION("and waits for that CA while the configuration does not have it") {
        world.has_lab = false;
        world.open();
        CHECK(value_of(world.responder->end_overdue(now + 61)) == 2);
        CHECK(value_of(world.responder->end_overdue(now + 61)) == 0);
        CHECK(value_of(world.lab->list({}, 10))[0].state == ca::CertificateState::unconfirmed);
        world.has_lab = true;
        world.open();
        CHECK(value_of(world.responder->end_overdue(now + 7200)) >= 1);
        CHECK(value_of(world.lab->list({}, 10))[0].state == ca::CertificateState::revoked);
    }
}

TEST_CASE("requests and transactions that name no CA are the first one's", "[responder]") {
    TwoCas world;
    world.settings.name.clear();
    world.settings.profiles.front().approve_by_hand = true;
    world.start();  // one CA without a name, as before there were several
    EndEntity operation({World::wanted(BodyType::ir, "CN=dev1"), {}}, world.device(), world.trust_in_both());
    world.while_waiting = [&] {
        world.settings.name = "plant";
        world.open();
        const auto waiting = value_of(world.authority->desk().list());
        REQUIRE(waiting.size() == 1);
        CHECK(value_of(world.lab->desk().list()).empty());
        CHECK(world.authority->desk().decide(waiting[0].id, ca::Verdict::approved, ""));
    };
    const auto end = world.run_over(operation, "", "lab");
    if (const auto* failed = std::get_if<Failed>(&end)) FAIL(failed->error.text());
    CHECK(world.certificates_of(*world.authority) == 1);
}

TEST_CASE("each message of a batch goes to its own CA, whichever CA's RA brings it", "[responder]") {
    TwoCas     world;
    const auto first = [&](const Octets& recipient) {
        EndEntity operation({World::wanted(BodyType::ir, "CN=dev1"), recipient}, world.device(), world.trust());
        return std::get<Send>(operation.step(Begin{}, world.time, system_random())).message;
    };
    const Octets outer   = world.batch({first(der_of(world.lab->name())), first(der_of(world.authority->name()))});
    const auto   replies = unbundled(world.answer(outer));
    CHECK_FALSE(said(replies[0]).fail_info);
    CHECK_FALSE(said(replies[1]).fail_info);
    CHECK(begins_with(parsed(replies[0]), founded_lab().cmp.certificate));
    CHECK(begins_with(parsed(replies[1]), founded().cmp.certificate));
    CHECK(world.certificates_of(*world.lab) == 1);
    CHECK(world.certificates_of(*world.authority) == 1);
}

TEST_CASE("an approval counts at the CA whose RA it is, and at no other", "[responder]") {
    TwoCas     world;
    EndEntity  operation({World::wanted(BodyType::ir, "CN=dev1"), der_of(world.lab->name())}, world.device(), world.trust());
    const auto inner = std::get<Send>(operation.step(Begin{}, world.time, system_random())).message;
    CHECK(said(world.answer(world.approved(inner))).fail_info == FailInfo::signerNotTrusted);
    CHECK(world.certificates_of(*world.lab) == 0);
    CHECK_FALSE(said(world.answer(inner)).fail_info);
}

TEST_CASE("an RA's poll for a device finds the CA that has the transaction", "[responder]") {
    TwoCas world;
    world.settings.profiles.front().approve_by_hand = true;
    world.open();
    EndEntity    operation({World::wanted(BodyType::ir, "CN=dev1"), {}}, world.device(), world.trust());
    const Octets request = std::get<Send>(operation.step(Begin{}, world.time, system_random())).message;
    const auto   told    = parsed(world.responder->answer(request, {.address = {}, .profile = "plant"}, world.time).message);
    der::Arena    arena;
    PKIBody       body;
    const PollReq asked{0};
    body.emplace<"pollReq">() = PollReqContent(&asked, 1);
    const auto nonce = RaWorld::fresh();
    const auto poll  = value_of(protection::seal(header_of({.recipient = &world.lab->name(), .transaction_id = told->header.transactionID->content, .sender_nonce = nonce,
                                                            .recip_nonce = told->header.senderNonce->content, .now = world.time, .general_info = {}}, arena), body, &world.ra, {}));
    CHECK(said(world.responder->answer(poll, {.address = {}, .profile = {}}, world.time).message).type == BodyType::pollRep);
    CHECK(world.incidents.back().authority == "plant");
}
