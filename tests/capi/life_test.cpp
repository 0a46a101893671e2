// A certificate's life within one process, over each transport that can be had there; and what its operations share.
#include "handles.hpp"

#include <ctime>
#include <mutex>
#include <set>

using namespace capi_test;

namespace {

/// Who asked, as the server's log tells it.
class Callers {
public:
    explicit Callers(const Context& context) {
        const auto note = [](void* self, cmpkit_log_level, const char* text) { static_cast<Callers*>(self)->note(text); };
        good(cmpkit_context_set_log, context.get(), CMPKIT_LOG_INFO, static_cast<cmpkit_log_fn>(note), static_cast<void*>(this), static_cast<cmpkit_destroy_fn>(nullptr));
    }
    std::set<std::string> addresses() const {
        const std::lock_guard lock(mutex_);
        return addresses_;
    }

private:
    void note(const std::string& text) {
        const std::string mark = "\"address\":\"";
        const auto        at   = text.find(mark);
        if (at == text.npos) return;
        const std::lock_guard lock(mutex_);
        addresses_.insert(text.substr(at + mark.size(), text.find('"', at + mark.size()) - at - mark.size()));
    }

    mutable std::mutex    mutex_;
    std::set<std::string> addresses_;
};

struct Device {
    const Ca&   ca;
    std::string url;
    Key         key{};
    std::string pem{}, chain{};

    void run(const Operation& operation) {
        good(cmpkit_operation_run, operation.get(), url.c_str(), static_cast<const cmpkit_tls*>(nullptr));
    }
    Credentials who() const { return made<Credentials>(cmpkit_credentials_new_certificate, static_cast<const cmpkit_key*>(key.get()), octets(pem), pem.size()); }
    void take(const Operation& operation) { pem = text(made<Buf>(cmpkit_operation_certificate_pem, static_cast<const cmpkit_operation*>(operation.get()))); }

    void enroll() {
        key                       = made<Key>(cmpkit_key_generate, "ec:P-256");
        const Operation operation = enrollment(ca, key);
        run(operation);
        take(operation);
    }
    void update() {
        const Credentials     old     = who();
        const Trust           trust   = trust_in(ca.root());
        cmpkit_enroll_options options = CMPKIT_ENROLL_OPTIONS_INIT;
        Key                   fresh   = made<Key>(cmpkit_key_generate, "ec:P-256");
        options.kind                  = CMPKIT_ENROLL_KUR;
        options.key                   = fresh.get();
        const Operation operation     = made<Operation>(cmpkit_operation_new_enroll, ca.context.get(), &options, old.get(), trust.get());
        run(operation);
        take(operation);
        key = std::move(fresh);
    }
    void revoke() {
        const Credentials     own     = who();
        const Trust           trust   = trust_in(ca.root());
        cmpkit_revoke_options options = CMPKIT_REVOKE_OPTIONS_INIT;
        run(made<Operation>(cmpkit_operation_new_revoke, ca.context.get(), &options, own.get(), trust.get()));
    }
};

}  // namespace

TEST_CASE("a certificate lives over each transport of one process", "[capi]") {
    for (const std::string url : {"http://127.0.0.1:0", "coap://127.0.0.1:0", "tcp://127.0.0.1:0", "nng+tcp://127.0.0.1:0", "nng+inproc://life"}) {
        INFO(url);
        const Ca       ca(std::time(nullptr));
        const Callers  callers(ca.context);
        const Listener listener = made<Listener>(cmpkit_listener_new, ca.responder.get(), url.c_str());
        Device         device{ca, cmpkit_listener_url(listener.get(), 0)};
        device.enroll();
        device.update();
        device.revoke();
        CHECK(text(made<Buf>(cmpkit_ca_list, ca.responder.get())).find("\"state\":\"revoked\"") != std::string::npos);
        // The three operations went over one connection.
        CHECK(callers.addresses().size() == 1);
    }
}

TEST_CASE("operations with other options go another way", "[capi]") {
    const Ca       ca(std::time(nullptr));
    const Callers  callers(ca.context);
    const Listener listener = made<Listener>(cmpkit_listener_new, ca.responder.get(), "tcp://127.0.0.1:0");
    Device         device{ca, cmpkit_listener_url(listener.get(), 0)};
    device.enroll();
    good(cmpkit_context_set_option, ca.context.get(), "tcp", "form", "rfc2510");
    device.update();
    CHECK(callers.addresses().size() == 2);
}
