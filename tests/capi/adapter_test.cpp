// An application that asks a CA which knows PKCS#10 alone. The CA of these tests is one of ours, which the application asks by CMP.
#include "handles.hpp"

#include <ctime>
#include <thread>

using namespace capi_test;

namespace {

// openssl ecparam -name prime256v1 -genkey -noout -out key.pem; openssl req -new -key key.pem -subj /CN=dev1
constexpr const char* pkcs10 = R"(-----BEGIN CERTIFICATE REQUEST-----
MIHJMHECAQAwDzENMAsGA1UEAwwEZGV2MTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABIgvmLTMPJ9Y8NK7+/zgVjoLGmnEG17fvoZwnUySphrVBsVqXgN8jVVGOgnF
J0D1deVGvxJVRA7E7BrVIU5vTWSgADAKBggqhkjOPQQDAgNIADBFAiEAs+XS+Lan
sqww7B/8K1OsQrmMt7xW0Oq3Ogtbosih5nQCIGaNxgpcnpEQPEWGe8mFYbQw3Wqz
vd574+mw/EocjRj9
-----END CERTIFICATE REQUEST-----
)";

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
reference = "dev1"
secret    = "plant"
uses      = 0
[[upstream]]
name          = "legacy"
adapter       = "application"
trust         = ["root.pem"]
intermediates = ["issuing.pem"]
revocation    = "none"
)";

/// Lets an operation go on with that server until it ends or waits.
cmpkit_rc go_on(cmpkit_operation* operation, cmpkit_responder* server, std::int64_t time, cmpkit_action& next, std::string* why = nullptr, const char* profile = "press") {
    cmpkit_rc rc = CMPKIT_OK;
    while (rc == CMPKIT_OK && next != CMPKIT_ACTION_DONE && next != CMPKIT_ACTION_WAIT) {
        cmpkit_error* error = nullptr;
        if (next == CMPKIT_ACTION_SEND) {
            const Buf         message = made<Buf>(cmpkit_operation_message, operation);
            const std::string reply   = text(made<Buf>(cmpkit_responder_answer, server, cmpkit_buf_data(message.get()), cmpkit_buf_size(message.get()), "here", profile, time));
            rc                        = cmpkit_operation_receive(operation, octets(reply), reply.size(), time, &next, &error);
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

struct Plant;
cmpkit_rc adapt(void* user, const cmpkit_adapter_question* question, cmpkit_sink* certificates);
void      release(void* user);

/// An RA before a CA that it knows by an application alone.
struct Plant {
    Plant() : context(made<Context>(cmpkit_context_new)) {
        cmpkit_ca_options options = CMPKIT_CA_OPTIONS_INIT;
        options.subject           = "/O=Plant/CN=Plant Root";
        options.reference         = "dev1";
        options.secret            = "of the CA";
        options.ra_signer         = 1;
        good(cmpkit_ca_init, context.get(), path().c_str(), &options, time);
        ca = made<Responder>(cmpkit_responder_new, context.get(), folder.read("ca/cmpkit.toml").c_str(), path().c_str());
        ra = made<Responder>(cmpkit_responder_new, context.get(), registration, path().c_str());
    }
    ~Plant() { ra.reset(); }
    std::string path() const { return folder.path + "/ca"; }
    /// Here, for the application is asked in a thread where nothing may be checked.
    void        set_adapter() {
        issued = certificate_for(pkcs10);
        good(cmpkit_responder_set_adapter, ra.get(), adapt, static_cast<void*>(this), release);
    }

    Operation request(const std::string& secret, const std::string& csr) const {
        cmpkit_enroll_options options = CMPKIT_ENROLL_OPTIONS_INIT;
        options.kind                  = CMPKIT_ENROLL_P10CR;
        options.csr                   = octets(csr);
        options.csr_size              = csr.size();
        const Credentials who         = by_secret("dev1", secret);
        const Trust       trust       = trust_in(folder.read("ca/root.pem"));
        return made<Operation>(cmpkit_operation_new_enroll, context.get(), &options, who.get(), trust.get());
    }
    Operation device() const { return request("plant", pkcs10); }
    cmpkit_rc run(cmpkit_operation* operation, std::string* why = nullptr) const {
        cmpkit_action next = 0;
        good(cmpkit_operation_begin, operation, time, &next);
        return go_on(operation, ra.get(), time, next, why);
    }
    static std::string certificate_of(cmpkit_operation* operation) { return text(made<Buf>(cmpkit_operation_certificate_pem, static_cast<const cmpkit_operation*>(operation))); }
    std::string certificate_for(const std::string& csr) const {
        const Operation operation = request("of the CA", csr);
        cmpkit_action   next      = 0;
        good(cmpkit_operation_begin, operation.get(), time, &next);
        REQUIRE(go_on(operation.get(), ca.get(), time, next, nullptr, "") == CMPKIT_OK);
        return certificate_of(operation.get());
    }

    const std::int64_t       time = std::time(nullptr);
    std::vector<std::string> asked{};
    std::string              issued;            // by the CA
    std::string              refusal, instead;  // of that
    std::size_t              size  = 0;         // of the request that the application saw
    cmpkit_rc                code  = CMPKIT_E_REJECTED;
    int                      later = 0, released = 0;
    Folder                   folder;
    Context                  context;
    Responder                ca, ra;
};

cmpkit_rc adapt(void* user, const cmpkit_adapter_question* question, cmpkit_sink* certificates) {
    auto& plant = *static_cast<Plant*>(user);
    plant.asked.push_back(std::string(question->upstream) + " " + question->profile + " " + question->transaction_id + " " + question->request_id);
    if (plant.later-- > 0) return cmpkit_sink_set_later(certificates, 1, "the CA sleeps");
    if (!plant.refusal.empty()) return cmpkit_sink_set_error(certificates, plant.code, plant.refusal.c_str()), plant.code;
    plant.size            = question->pkcs10_size;
    const std::string pem = plant.instead.empty() ? plant.issued : plant.instead;
    return cmpkit_sink_write(certificates, octets(pem), pem.size());
}
void release(void* user) { ++static_cast<Plant*>(user)->released; }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an application gets a certificate from a CA that knows no CMP, for a device that knows nothing else", "[capi]") {
    Plant plant;
    plant.set_adapter();
    const Operation operation = plant.device();
    std::string     why;
    REQUIRE(plant.run(operation.get(), &why) == CMPKIT_OK);
    CHECK(plant.certificate_of(operation.get()) == plant.issued);
    CHECK(plant.size == 204);
    REQUIRE(plant.asked.size() == 1);
    CHECK(plant.asked[0].starts_with("legacy press "));
    CHECK(plant.asked[0].size() == std::string("legacy press ").size() + 32 + 1 + 32);
}

TEST_CASE("an application that has no answer yet is asked the same again", "[capi]") {
    Plant plant;
    plant.set_adapter();
    plant.later               = 1;
    const Operation operation = plant.device();
    cmpkit_action   next      = 0;
    good(cmpkit_operation_begin, operation.get(), plant.time, &next);
    REQUIRE(go_on(operation.get(), plant.ra.get(), plant.time, next) == CMPKIT_OK);
    REQUIRE(next == CMPKIT_ACTION_WAIT);
    const std::int64_t        soon = plant.time + 60;
    const auto                end  = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (next == CMPKIT_ACTION_WAIT && std::chrono::steady_clock::now() < end) {
        good(cmpkit_responder_tick, plant.ra.get(), soon);
        good(cmpkit_operation_woken, operation.get(), soon, &next);
        REQUIRE(go_on(operation.get(), plant.ra.get(), soon, next) == CMPKIT_OK);
    }
    CHECK(next == CMPKIT_ACTION_DONE);
    REQUIRE(plant.asked.size() == 2);
    CHECK(plant.asked[0] == plant.asked[1]);
}

TEST_CASE("an application refuses in its own words, if they are harmless", "[capi]") {
    Plant plant;
    plant.set_adapter();
    plant.refusal             = "no such machine";
    const Operation operation = plant.device();
    std::string     why;
    SECTION("by the code of a refusal") {
        CHECK(plant.run(operation.get(), &why) == CMPKIT_E_REJECTED);
        CHECK(has(why, "no such machine"));
    }
    SECTION("by any other") {
        plant.code = CMPKIT_E_IO;
        CHECK(plant.run(operation.get(), &why) == CMPKIT_E_REJECTED);
        CHECK(has(why, "no such machine"));
    }
    SECTION("and not in an escape sequence") {
        plant.refusal = "no \x1b[31m";
        CHECK(plant.run(operation.get(), &why) == CMPKIT_E_REJECTED);
        CHECK(has(why, "the CA refused the request"));
    }
    CHECK(plant.asked.size() == 1);
}

TEST_CASE("a certificate for another key never reaches the device, whatever the application says", "[capi]") {
    Plant plant;
    plant.set_adapter();
    plant.instead             = plant.folder.read("ca/ra-signer.pem");
    const Operation operation = plant.device();
    std::string     why;
    CHECK(plant.run(operation.get(), &why) == CMPKIT_E_REJECTED);
    CHECK(has(why, "cannot be used"));
}

TEST_CASE("an RA whose CA is asked by an application does not listen without one", "[capi]") {
    Plant            plant;
    cmpkit_listener* listener = nullptr;
    cmpkit_error*    error    = nullptr;
    CHECK(cmpkit_listener_new(plant.ra.get(), "http://127.0.0.1:0", &listener, &error) == CMPKIT_E_BAD_STATE);
    const ErrorHandle held(error);
    CHECK(has(cmpkit_error_text(error), "legacy"));
    plant.set_adapter();
    CHECK(made<Listener>(cmpkit_listener_new, plant.ra.get(), "http://127.0.0.1:0"));
    good(cmpkit_responder_set_adapter, plant.ra.get(), static_cast<cmpkit_adapter_fn>(nullptr), static_cast<void*>(nullptr), static_cast<cmpkit_destroy_fn>(nullptr));
    CHECK(plant.released == 1);
    CHECK(cmpkit_responder_set_adapter(nullptr, adapt, &plant, release, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(plant.released == 2);
}
