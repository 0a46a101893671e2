// An application beside a registration authority: it has a say in what goes on, and hears what came of it.
#include "handles.hpp"

#include <ctime>
#include <cstring>

using namespace capi_test;

namespace {

constexpr const char* registration = R"(
[ra]
certificate = ["ra-signer.pem"]
key         = "ra-signer.key.pem"
chain       = ["issuing.pem"]
[pki]
trust         = ["root.pem"]
intermediates = ["issuing.pem"]
revocation    = "none"
[[secret]]
reference = "press-4"
secret    = "device"
uses      = 0
[[upstream]]
name       = "ca"
url        = "@URL@"
trust      = ["root.pem"]
revocation = "none"
[[rule]]
name   = "@RULE@"
bodies = ["ir"]
action = "@ACTION@"
@MORE@
)";

/// What an overseer says and hears.
struct Overseer {
    std::string subject, sans, refusal, asked;
    int         later = 0;  // times that it has no word yet
    int         calls = 0, released = 0;
    std::vector<std::string> events{};
};
cmpkit_rc oversee(void* user, const cmpkit_overseer_question* question, cmpkit_sink* subject, cmpkit_sink* sans) {
    auto& here = *static_cast<Overseer*>(user);
    ++here.calls;
    here.asked = std::string(question->requester) + " " + question->kind + " " + question->body + " " + (question->subject ? question->subject : "nothing") + " " + question->rule + " " +
                 question->upstream + (question->certificate ? " certificate" : " secret") + (question->serial ? " serial" : "") + question->profile;
    for (const char* const* san = question->sans; *san; ++san) here.asked += std::string(" ") + *san;
    if (here.later-- > 0) return cmpkit_sink_set_later(subject, 40, "the plant is asked");
    if (!here.refusal.empty()) return cmpkit_sink_set_error(subject, CMPKIT_E_NOT_AUTHORIZED, here.refusal.c_str()), CMPKIT_E_NOT_AUTHORIZED;
    cmpkit_sink_write(subject, octets(here.subject), here.subject.size());
    return cmpkit_sink_write(sans, octets(here.sans), here.sans.size());
}
void hear(void* user, const char* event) { static_cast<Overseer*>(user)->events.emplace_back(event); }
void release(void* user) { ++static_cast<Overseer*>(user)->released; }

void replace(std::string& text, const std::string& mark, const std::string& with) { text.replace(text.find(mark), mark.size(), with); }

/// A CA that serves on the loopback, an RA before it that answers in this process, and its overseer.
struct Plant {
    explicit Plant(const std::string& action = "modify", const std::string& more = {}) : context(made<Context>(cmpkit_context_new)) {
        cmpkit_ca_options options = CMPKIT_CA_OPTIONS_INIT;
        options.subject           = "/O=Plant/CN=Plant Root";
        options.ra_signer         = 1;
        good(cmpkit_ca_init, context.get(), path().c_str(), &options, time);
        ca       = made<Responder>(cmpkit_responder_new, context.get(), folder.read("ca/cmpkit.toml").c_str(), path().c_str());
        listener = made<Listener>(cmpkit_listener_new, ca.get(), "http://127.0.0.1:0");
        std::string text = registration;
        replace(text, "@URL@", cmpkit_listener_url(listener.get(), 0));
        replace(text, "@RULE@", "first");
        replace(text, "@ACTION@", action);
        replace(text, "@MORE@", more);
        ra = made<Responder>(cmpkit_responder_new, context.get(), text.c_str(), path().c_str());
        good(cmpkit_responder_set_overseer, ra.get(), oversee, static_cast<void*>(&overseer), release);
        good(cmpkit_responder_set_events, ra.get(), hear, static_cast<void*>(&overseer), release);
    }
    ~Plant() { ra.reset(); }
    std::string path() const { return folder.path + "/ca"; }

    Operation device(const char* subject = "/CN=press-4") const {
        const Key             key     = made<Key>(cmpkit_key_generate, "ec:P-256");
        cmpkit_enroll_options options = CMPKIT_ENROLL_OPTIONS_INIT;
        options.key                   = key.get();
        options.subject               = subject;
        const Credentials who         = by_secret("press-4", "device");
        const Trust       trust       = trust_in(folder.read("ca/root.pem"));
        return made<Operation>(cmpkit_operation_new_enroll, context.get(), &options, who.get(), trust.get());
    }
    /// Lets it go on until it ends or waits.
    cmpkit_rc go_on(cmpkit_operation* operation, cmpkit_action& next, std::string* why = nullptr) const {
        cmpkit_rc rc = CMPKIT_OK;
        while (rc == CMPKIT_OK && next != CMPKIT_ACTION_DONE && next != CMPKIT_ACTION_WAIT) {
            cmpkit_error* error = nullptr;
            if (next == CMPKIT_ACTION_SEND) {
                const Buf         message = made<Buf>(cmpkit_operation_message, operation);
                const std::string reply = text(made<Buf>(cmpkit_responder_answer, ra.get(), cmpkit_buf_data(message.get()), cmpkit_buf_size(message.get()), "here", nullptr, time));
                rc = cmpkit_operation_receive(operation, octets(reply), reply.size(), time, &next, &error);
            } else if (next == CMPKIT_ACTION_DECIDE) {
                rc = cmpkit_operation_decide(operation, CMPKIT_VERDICT_ACCEPT, nullptr, time, &next, &error);
            } else {
                rc = cmpkit_operation_kept(operation, time, &next, &error);
            }
            const ErrorHandle held(error);
            if (why && error) *why = cmpkit_error_text(error);
        }
        return rc;
    }
    cmpkit_rc run(cmpkit_operation* operation, std::string* why = nullptr) const {
        cmpkit_action next = 0;
        good(cmpkit_operation_begin, operation, time, &next);
        return go_on(operation, next, why);
    }
    std::string summary(cmpkit_operation* operation) const {
        const std::string pem = text(made<Buf>(cmpkit_operation_certificate_pem, static_cast<const cmpkit_operation*>(operation)));
        return text(made<Buf>(cmpkit_certificate_summary, octets(pem), pem.size()));
    }
    std::string event(std::size_t i, const std::string& member) const {
        const std::string& line = overseer.events.at(i);
        const auto         at   = line.find("\"" + member + "\":\"");
        if (at == std::string::npos) return {};
        const auto begin = at + member.size() + 4;
        return line.substr(begin, line.find('"', begin) - begin);
    }

    const std::int64_t time = std::time(nullptr);
    Overseer           overseer;
    Folder             folder;
    Context            context;
    Responder          ca;
    Listener           listener;
    Responder          ra;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the overseer lets a request go on as it is, and hears of the certificate", "[capi]") {
    Plant           plant;
    const Operation operation = plant.device();
    REQUIRE(plant.run(operation.get()) == CMPKIT_OK);
    CHECK(plant.overseer.calls == 1);
    CHECK(plant.overseer.asked == "secret:press-4 secret ir CN=press-4 first ca secret");
    REQUIRE(plant.overseer.events.size() == 1);
    CHECK(plant.event(0, "event") == "enrolled");
    CHECK(plant.event(0, "device") == "press-4");
    CHECK(plant.event(0, "rule") == "first");
    CHECK(plant.event(0, "upstream") == "ca");
    CHECK(plant.event(0, "asked") == "ir");
    CHECK(has(plant.summary(operation.get()), plant.event(0, "serial").substr(2)));
}

TEST_CASE("the overseer names the device, whatever it asked for", "[capi]") {
    Plant plant;
    plant.overseer.subject = "CN=press 4,O=Plant", plant.overseer.sans = "dns:press4.plant\n";
    const Operation operation = plant.device("/CN=somebody else");
    REQUIRE(plant.run(operation.get()) == CMPKIT_OK);
    CHECK(has(plant.summary(operation.get()), "\"CN=press 4,O=Plant\""));
    CHECK(has(plant.summary(operation.get()), "\"dns:press4.plant\""));
    SECTION("and without its word the rule's own names hold") {
        plant.overseer.subject.clear(), plant.overseer.sans.clear();
        const Operation refused = plant.device("/CN=somebody else");
        CHECK(plant.run(refused.get()) == CMPKIT_E_REJECTED);
    }
    SECTION("but not by names that are none") {
        plant.overseer.subject  = "no name";
        const Operation refused = plant.device();
        CHECK(plant.run(refused.get()) == CMPKIT_E_REJECTED);
        CHECK(plant.event(1, "event") == "failed");
    }
}

TEST_CASE("names for what goes on unchanged are an error of the overseer, and nothing goes on", "[capi]") {
    Plant plant("reprotect");
    plant.overseer.subject    = "CN=press 4";
    const Operation operation = plant.device();
    CHECK(plant.run(operation.get()) == CMPKIT_E_REJECTED);
    REQUIRE(plant.overseer.events.size() == 1);
    CHECK(plant.event(0, "event") == "failed");
    CHECK_FALSE(has(text(made<Buf>(cmpkit_ca_list, plant.ca.get())), "press"));
}

TEST_CASE("whoever asks for a name that is not its own is refused before the overseer hears of it", "[capi]") {
    Plant           plant("reprotect");
    const Operation operation = plant.device("/CN=press-5");
    CHECK(plant.run(operation.get()) == CMPKIT_E_REJECTED);
    CHECK(plant.overseer.calls == 0);
    CHECK(plant.event(0, "event") == "refused");
    CHECK(plant.event(0, "subject") == "CN=press-5");
}

TEST_CASE("the overseer refuses in its own words", "[capi]") {
    Plant plant;
    plant.overseer.refusal    = "stolen on Monday";
    const Operation operation = plant.device();
    std::string     why;
    CHECK(plant.run(operation.get(), &why) == CMPKIT_E_REJECTED);
    CHECK(has(why, "stolen on Monday"));
    REQUIRE(plant.overseer.events.size() == 1);
    CHECK(plant.event(0, "event") == "refused");
    CHECK(has(plant.event(0, "reason"), "stolen on Monday"));
    CHECK_FALSE(has(text(made<Buf>(cmpkit_ca_list, plant.ca.get())), "press"));
}

TEST_CASE("a device waits for an overseer that has no word yet", "[capi]") {
    Plant plant;
    plant.overseer.later   = 3;
    plant.overseer.subject = "CN=press 4";
    const Operation operation = plant.device("/CN=not known yet");
    cmpkit_action   next      = 0;
    good(cmpkit_operation_begin, operation.get(), plant.time, &next);
    REQUIRE(plant.go_on(operation.get(), next) == CMPKIT_OK);
    REQUIRE(next == CMPKIT_ACTION_WAIT);
    CHECK(cmpkit_operation_check_after(operation.get()) == 40);
    CHECK(std::string(cmpkit_operation_peer_text(operation.get())) == "the plant is asked");
    for (int rounds = 0; rounds < 5 && next == CMPKIT_ACTION_WAIT; ++rounds) {
        good(cmpkit_operation_woken, operation.get(), plant.time, &next);
        REQUIRE(plant.go_on(operation.get(), next) == CMPKIT_OK);
    }
    CHECK(next == CMPKIT_ACTION_DONE);
    CHECK(plant.overseer.calls == 4);
    REQUIRE(plant.overseer.events.size() == 2);
    CHECK(plant.event(0, "event") == "waiting");
    CHECK(plant.event(1, "event") == "enrolled");
    CHECK(plant.event(1, "subject") == "CN=press 4");
    CHECK(plant.event(0, "transactionID") == plant.event(1, "transactionID"));
}

TEST_CASE("an officer's word comes after the overseer's, and is an event", "[capi]") {
    Plant           plant("reprotect", "approve_by_hand = true\npoll_after = \"1s\"\n");
    const Operation operation = plant.device();
    cmpkit_action   next      = 0;
    good(cmpkit_operation_begin, operation.get(), plant.time, &next);
    REQUIRE(plant.go_on(operation.get(), next) == CMPKIT_OK);
    REQUIRE(next == CMPKIT_ACTION_WAIT);
    const std::string pending = text(made<Buf>(cmpkit_ra_pending, plant.ra.get()));
    const std::string id      = pending.substr(pending.find("\"id\":\"") + 6, 32);
    SECTION("that lets it go on") {
        good(cmpkit_ra_approve, plant.ra.get(), id.c_str());
        good(cmpkit_operation_woken, operation.get(), plant.time, &next);
        REQUIRE(plant.go_on(operation.get(), next) == CMPKIT_OK);
        CHECK(next == CMPKIT_ACTION_DONE);
        CHECK(plant.event(1, "event") == "approved");
        CHECK(plant.event(2, "event") == "enrolled");
    }
    SECTION("that does not") {
        good(cmpkit_ra_reject, plant.ra.get(), id.c_str(), "no such machine");
        good(cmpkit_operation_woken, operation.get(), plant.time, &next);
        CHECK(plant.go_on(operation.get(), next) == CMPKIT_E_REJECTED);
        CHECK(plant.event(1, "event") == "rejected");
        CHECK(plant.event(1, "reason") == "no such machine");
        CHECK(plant.event(2, "event") == "refused");
    }
    CHECK(plant.event(0, "event") == "waiting");
    CHECK(plant.event(1, "requester") == "secret:press-4");
    CHECK(plant.event(1, "subject") == "CN=press-4");
    CHECK(has(plant.event(1, "by"), "officer"));
    CHECK(plant.overseer.events.size() == 3);
}

TEST_CASE("an application that is let go of is neither asked nor told any more, and is released once for each", "[capi]") {
    Overseer overseer;
    {
        Plant plant;
        good(cmpkit_responder_set_overseer, plant.ra.get(), static_cast<cmpkit_overseer_fn>(nullptr), static_cast<void*>(nullptr), static_cast<cmpkit_destroy_fn>(nullptr));
        CHECK(plant.overseer.released == 1);
        good(cmpkit_responder_set_events, plant.ra.get(), hear, static_cast<void*>(&overseer), release);
        CHECK(plant.overseer.released == 2);
        const Operation operation = plant.device();
        CHECK(plant.run(operation.get()) == CMPKIT_OK);
        CHECK(plant.overseer.calls == 0);
        CHECK(plant.overseer.events.empty());
        CHECK(overseer.events.size() == 1);
        CHECK(overseer.released == 0);
    }
    CHECK(overseer.released == 1);
    CHECK(cmpkit_responder_set_overseer(nullptr, oversee, &overseer, release, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(cmpkit_responder_set_events(nullptr, hear, &overseer, release, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(overseer.released == 3);
}
