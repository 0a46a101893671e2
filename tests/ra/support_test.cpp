// Support messages that an RA answers from its own data, and those that go on: by rule.
#include "../responder/relay_world.hpp"

using namespace cmpkit;
using namespace cmpkit::responder;

namespace {

const Octets own_type   = {0x2b, 6, 1, 4, 1, 0x81, 0xfd, 0x59, 1};  // 1.3.6.1.4.1.32473.1
const Octets other_type = {0x2b, 6, 1, 4, 1, 0x81, 0xfd, 0x59, 2};

/// An RA that answers what it knows of the CA, and lets other questions go on.
struct SupportWorld : RelayWorld {
    SupportWorld() {
        settings.support.ca_certificates = {ca.issuing};
        settings.support.crls            = {ca.issuing.crl({.this_update = now - 100})};
        settings.support.items.push_back({own_type, {0x0c, 0x02, 'h', 'i'}});
        answers_with({.name = "answers", .reason = {}, .about = {.bodies = {BodyType::genm}}, .action = ra::Action::answer});
    }
    void answers_with(ra::Rule answer) {
        settings.rules = {std::move(answer), {.name = "on", .reason = {}, .about = {.bodies = {BodyType::genm}}, .action = ra::Action::unchanged}};
        start();
    }
    Done told(Inquiry inquiry, Credentials who) {
        EndEntity    operation = device(std::move(inquiry), std::move(who));
        const Action end       = run(operation);
        if (const auto* failed = std::get_if<Failed>(&end)) FAIL(failed->error.text());
        REQUIRE(std::holds_alternative<Done>(end));
        return std::get<Done>(end);
    }
    Done   told(Inquiry inquiry) { return told(std::move(inquiry), by_secret()); }
    Octets issuer() const { return der::encode(ca.issuing.certificate()->subject); }
};

}  // namespace

TEST_CASE("an RA answers from its own data, and nothing goes to the CA", "[ra]") {
    SupportWorld world;
    SECTION("CA certificates, to a device with a secret and to one with a certificate") {
        for (const Credentials& who : {world.by_secret(), world.by_own()}) {
            const auto certificates = value_of(ca_certificates(world.told(ask_ca_certificates(), who).information));
            REQUIRE(certificates.size() == 1);
            CHECK(certificates.front() == world.ca.issuing.certificate());
        }
    }
    SECTION("a CRL that is newer than the one which is held") {
        CHECK(value_of(certificate_lists(world.told(ask_crl(world.issuer(), 0)).information)).size() == 1);
        CHECK(value_of(certificate_lists(world.told(ask_crl(world.issuer(), now - 200)).information)).size() == 1);
        CHECK(value_of(certificate_lists(world.told(ask_crl(world.issuer(), now - 100)).information)).empty());
    }
    SECTION("an infoType of the site's own") {
        CHECK(value_of(value_of_type(world.told(value_of(ask(own_type, {}))).information, own_type)) == Octets{0x0c, 0x02, 'h', 'i'});
    }
    SECTION("all that there is") {
        const Octets all = world.told(Inquiry{}).information;
        CHECK(value_of(ca_certificates(all)).size() == 1);
        CHECK(value_of_type(all, own_type));
    }
    CHECK(world.sent.empty());
}

TEST_CASE("a new root is told to who holds the one before, and to nobody else", "[ra]") {
    SupportWorld world;
    const Forge  next = Forge::root("CN=Root 2"), other = Forge::root("CN=Other");
    const crypto::Cert& old = world.ca.root;
    const crypto::Cert  new_with_old = world.ca.root.issue({.subject = "CN=Root 2", .signer = next.signer(), .is_ca = true});
    const crypto::Cert  old_with_new = next.issue({.subject = to_text(old->subject), .signer = world.ca.root.signer(), .is_ca = true});
    world.settings.support.root_updates = {{next, new_with_old, old_with_new}};
    world.start();
    const auto update = value_of(root_update(world.told(ask_root_update(old)).information));
    REQUIRE(update);
    CHECK(update->new_with_new == next.certificate());
    CHECK_FALSE(value_of(root_update(world.told(ask_root_update(other)).information)));
    SECTION("links that are of another step are a mistake of the configuration") {
        for (const ra::RootUpdate& wrong : {ra::RootUpdate{other, new_with_old, old_with_new}, ra::RootUpdate{next, old_with_new, new_with_old}, ra::RootUpdate{next, next, old_with_new}}) {
            world.settings.support.root_updates = {wrong};
            const auto made = ra::RegistrationAuthority::make(world.settings, world.store);
            REQUIRE_FALSE(made);
            CHECK(made.error().code == Code::bad_configuration);
        }
    }
}

TEST_CASE("what an RA does not know is refused, and it does not say that there is nothing newer", "[ra]") {
    SupportWorld world;
    CHECK(world.failure(value_of(ask(other_type, {})), world.by_secret()).fail_info == FailInfo::badRequest);
    CHECK(world.failure(ask_request_template({}), world.by_secret()).fail_info == FailInfo::badRequest);
    CHECK(world.failure(ask_crl(name_octets("CN=Somebody else"), 0), world.by_secret()).fail_info == FailInfo::badRequest);
    CHECK(world.failure(ask_crl_at("http://crl.plant/ca.crl", 0), world.by_secret()).fail_info == FailInfo::badRequest);
    CHECK(world.sent.empty());
}

TEST_CASE("a rule can be about certain information, and all else goes on", "[ra]") {
    SupportWorld world;
    world.answers_with({.name = "answers", .reason = {}, .about = {.bodies = {BodyType::genm}, .information = {own_type}}, .action = ra::Action::answer});
    EndEntity known = world.device(value_of(ask(own_type, {})), world.by_own());
    CHECK(world.ask(world.first(known)).reply);
    for (const Inquiry& inquiry : {value_of(ask(other_type, {})), Inquiry{}, ask_ca_certificates()}) {
        EndEntity  other = world.device(inquiry, world.by_own());
        const Step step  = world.ask(world.first(other));
        CHECK_FALSE(step.reply);
        REQUIRE(step.parcel);
    }
}

TEST_CASE("a stranger is told nothing", "[ra]") {
    SupportWorld world;
    CHECK(world.failure(ask_ca_certificates(), world.by_secret("dev1", "guessed")).code != Code::internal);
    CHECK(world.failure(ask_ca_certificates(), RelayWorld::by_certificate(Forge::root("CN=Nobody").issue({.subject = "CN=dev1"}))).code != Code::internal);
    CHECK(world.incidents.back().outcome == "error");
    CHECK(world.sent.empty());
}

TEST_CASE("an answer for what is no genm, or from an upstream, is a mistake of the configuration", "[ra]") {
    SupportWorld world;
    const auto   is_refused = [&](ra::Rule rule) {
        world.settings.rules = {std::move(rule)};
        const auto made      = ra::RegistrationAuthority::make(world.settings, world.store);
        return !made && made.error().code == Code::bad_configuration;
    };
    CHECK(is_refused({.name = "a", .reason = {}, .about = {.bodies = {BodyType::genm, BodyType::ir}}, .action = ra::Action::answer}));
    CHECK(is_refused({.name = "a", .reason = {}, .about = {.bodies = {BodyType::genm}}, .action = ra::Action::answer, .upstream = "ca"}));
    CHECK(is_refused({.name = "a", .reason = {}, .about = {.bodies = {BodyType::ir}, .information = {own_type}}, .action = ra::Action::unchanged}));
    world.settings.support.crls.push_back({0x30, 0x00});
    CHECK(is_refused({.name = "a", .reason = {}, .about = {.bodies = {BodyType::genm}}, .action = ra::Action::answer}));
}

TEST_CASE("an overseer is asked before an RA answers", "[ra]") {
    SupportWorld world;
    const auto   overseer   = std::make_shared<ra::Overseer>();
    world.settings.overseer = overseer;
    world.start();
    std::string asked;
    overseer->set([&](const ra::Proposal& proposal) -> Result<ra::Overseer::Word> {
        asked = proposal.rule;
        return Error{.code = Code::not_authorized, .fail_info = FailInfo::notAuthorized, .detail = "not now"};
    });
    CHECK(world.failure(ask_ca_certificates(), world.by_secret()).fail_info == FailInfo::notAuthorized);
    CHECK(asked == "answers");
    SECTION("and one that fails lets nothing out") {
        overseer->set([](const ra::Proposal&) -> Result<ra::Overseer::Word> { return Error{.code = Code::callback_failed}; });
        CHECK(world.failure(ask_ca_certificates(), world.by_secret()).fail_info == FailInfo::systemFailure);
    }
}
