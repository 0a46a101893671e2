#include "handles.hpp"

#include <ctime>

using namespace capi_test;

extern "C" int cmpkit_header_is_c99(void);

namespace {

// A transport of the application's own: the responder in this process.
cmpkit_rc exchange(void* user, const char*, const std::uint8_t* request, std::size_t size, cmpkit_sink* answer) {
    const std::string reply = static_cast<const Ca*>(user)->answer(request, size);
    return cmpkit_sink_write(answer, octets(reply), reply.size());
}
cmpkit_rc failing_exchange(void*, const char*, const std::uint8_t*, std::size_t, cmpkit_sink* answer) {
    cmpkit_sink_set_error(answer, CMPKIT_E_NOT_FOUND, "the line is cut");
    return CMPKIT_E_NOT_FOUND;
}
void count(void* user) { ++*static_cast<int*>(user); }

struct Failure {
    cmpkit_rc   rc;
    std::string text;
};
template <class Function, class... A> Failure failure(Function function, A... arguments) {
    cmpkit_error*     error = nullptr;
    const cmpkit_rc   rc    = function(arguments..., &error);
    const ErrorHandle held(error);
    CHECK(cmpkit_error_code(error) == rc);
    return {rc, cmpkit_error_text(error)};
}

// Runs an operation step by step against the CA; no callback, no I/O. @return the code it ends with
cmpkit_rc steps(const Ca& ca, cmpkit_operation* operation, cmpkit_verdict verdict = CMPKIT_VERDICT_ACCEPT) {
    cmpkit_action next = 0;
    cmpkit_rc     rc   = cmpkit_operation_begin(operation, now, &next, nullptr);
    while (rc == CMPKIT_OK && next != CMPKIT_ACTION_DONE) {
        if (next == CMPKIT_ACTION_SEND) {
            const Buf         message = made<Buf>(cmpkit_operation_message, operation);
            const std::string reply   = ca.answer(cmpkit_buf_data(message.get()), cmpkit_buf_size(message.get()));
            rc = cmpkit_operation_receive(operation, octets(reply), reply.size(), now, &next, nullptr);
        } else if (next == CMPKIT_ACTION_DECIDE) {
            rc = cmpkit_operation_decide(operation, verdict, nullptr, now, &next, nullptr);
        } else {
            rc = cmpkit_operation_kept(operation, now, &next, nullptr);
        }
    }
    return rc;
}

}  // namespace

TEST_CASE("the header is C99 and its init macros say the size", "[capi]") { CHECK(cmpkit_header_is_c99() == 1); }

TEST_CASE("an operation goes step by step without I/O", "[capi]") {
    const Ca        ca;
    const Key       key       = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Operation operation = enrollment(ca, key);
    CHECK(steps(ca, operation.get()) == CMPKIT_OK);
    const std::string certificate = text(made<Buf>(cmpkit_operation_certificate_pem, operation.get()));
    CHECK(certificate.starts_with("-----BEGIN CERTIFICATE-----"));
    const std::string summary = text(made<Buf>(cmpkit_certificate_summary, octets(certificate), certificate.size()));
    CHECK(summary.find("\"subject\":\"CN=dev1\"") != std::string::npos);
    CHECK(text(made<Buf>(cmpkit_ca_list, ca.responder.get())).find("\"state\":\"valid\"") != std::string::npos);
}

TEST_CASE("a certificate that the application refuses is revoked", "[capi]") {
    const Ca        ca;
    const Key       key       = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Operation operation = enrollment(ca, key);
    CHECK(steps(ca, operation.get(), CMPKIT_VERDICT_REJECT) == CMPKIT_E_WRONG_CERTIFICATE);
    CHECK(text(made<Buf>(cmpkit_ca_list, ca.responder.get())).find("\"state\":\"revoked\"") != std::string::npos);
}

TEST_CASE("words that are not UTF-8 and times beyond the year 9999 leave an operation as it was", "[capi]") {
    const Ca        ca;
    const Key       key       = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Operation operation = enrollment(ca, key);
    cmpkit_action   next      = 0;
    CHECK(cmpkit_operation_begin(operation.get(), INT64_MAX, &next, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(cmpkit_operation_decide(operation.get(), CMPKIT_VERDICT_REJECT, "\xff", now, &next, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(steps(ca, operation.get()) == CMPKIT_OK);
}

TEST_CASE("a new root is found where it was asked for, as only there it is proved", "[capi]") {
    const Ca          ca;
    const std::string pem      = ca.folder.read("ca/root.key.pem");
    const Key         root_key = made<Key>(cmpkit_key_load, octets(pem), pem.size(), nullptr, std::size_t{0}), new_key = made<Key>(cmpkit_key_generate, "ec:P-256");
    const std::string told     = text(made<Buf>(cmpkit_ca_rollover, ca.responder.get(), root_key.get(), new_key.get(), 0u, now));
    const Credentials who      = by_secret();
    const Trust       trust    = trust_in(ca.root());
    const auto        found    = [&](cmpkit_get_kind kind) {
        cmpkit_get_options options = CMPKIT_GET_OPTIONS_INIT;
        options.kind               = kind;
        const Operation operation  = made<Operation>(cmpkit_operation_new_get, ca.context.get(), &options, who.get(), trust.get());
        CHECK(steps(ca, operation.get()) == CMPKIT_OK);
        return std::pair(text(made<Buf>(cmpkit_operation_found_pem, operation.get())), text(made<Buf>(cmpkit_operation_links_pem, operation.get())));
    };
    const auto [new_root, links] = found(CMPKIT_GET_ROOT_UPDATE);
    CHECK(told.starts_with(new_root));
    CHECK(told.find(links) == new_root.size());
    const auto [all, no_links] = found(CMPKIT_GET_ALL);
    CHECK(all.find(new_root) == std::string::npos);
    CHECK(no_links.empty());
}

TEST_CASE("a blocking run takes the application's own transport", "[capi]") {
    Ca              ca(std::time(nullptr));
    ca.time         = std::time(nullptr);
    const Key       key       = made<Key>(cmpkit_key_generate, "ed25519");
    const Operation operation = enrollment(ca, key);
    int             destroyed = 0;
    good(cmpkit_operation_set_exchange, operation.get(), &exchange, static_cast<void*>(&ca), static_cast<cmpkit_destroy_fn>(nullptr));
    SECTION("and succeeds") { good(cmpkit_operation_run, operation.get(), nullptr, nullptr); }
    SECTION("and ends with the callback's error as its cause") {
        good(cmpkit_operation_set_exchange, operation.get(), &failing_exchange, static_cast<void*>(&destroyed), &count);
        const auto failed = failure(cmpkit_operation_run, operation.get(), nullptr, nullptr);
        CHECK(failed.rc == CMPKIT_E_CALLBACK_FAILED);
        CHECK(failed.text.find("the line is cut") != std::string::npos);
        good(cmpkit_operation_set_exchange, operation.get(), nullptr, nullptr, static_cast<cmpkit_destroy_fn>(nullptr));
        CHECK(destroyed == 1);
    }
}

TEST_CASE("an enrollment crosses HTTP", "[capi]") {
    Ca             ca(std::time(nullptr));
    const Listener listener = made<Listener>(cmpkit_listener_new, ca.responder.get(), nullptr);
    REQUIRE(cmpkit_listener_count(listener.get()) == 1);
    const std::string url       = cmpkit_listener_url(listener.get(), 0);
    const Key         key       = made<Key>(cmpkit_key_generate, "ec:P-384");
    const Operation   operation = enrollment(ca, key);
    good(cmpkit_operation_run, operation.get(), url.c_str(), nullptr);
    CHECK(text(made<Buf>(cmpkit_operation_chain_pem, operation.get())).find("BEGIN CERTIFICATE") != std::string::npos);
    cmpkit_listener_stop(listener.get(), 1000);
}

TEST_CASE("a cancelled run says so", "[capi]") {
    const Ca        ca;
    const Key       key       = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Operation operation = enrollment(ca, key);
    cmpkit_operation_cancel(operation.get());
    CHECK(failure(cmpkit_operation_run, operation.get(), "http://127.0.0.1:1", nullptr).rc == CMPKIT_E_CANCELLED);
}

TEST_CASE("a key in the application's hands signs through a callback", "[capi]") {
    const Ca  ca;
    const Key real = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Buf spki = made<Buf>(cmpkit_key_public, real.get());
    int       destroyed = 0;
    // It signs badly: the library notices before anything leaves.
    const cmpkit_sign_fn bad = [](void*, const std::uint8_t*, std::size_t, const std::uint8_t*, std::size_t, cmpkit_sink* signature) {
        const std::uint8_t octet = 0;
        return cmpkit_sink_write(signature, &octet, 1);
    };
    Key key = made<Key>(cmpkit_key_new_callback, cmpkit_buf_data(spki.get()), cmpkit_buf_size(spki.get()), bad, static_cast<void*>(&destroyed), &count);
    CHECK(failure([&](cmpkit_error** error) {
              cmpkit_buf* pem = nullptr;
              return cmpkit_key_pem(key.get(), nullptr, 0, &pem, error);
          }).rc == CMPKIT_E_UNSUPPORTED);
    {
        const Operation operation = enrollment(ca, key);
        CHECK(steps(ca, operation.get()) == CMPKIT_E_SIGNING_FAILED);
    }
    key.reset();
    CHECK(destroyed == 1);
}

TEST_CASE("a user that a refused callback brought is given back", "[capi]") {
    const cmpkit_sign_fn sign      = [](void*, const std::uint8_t*, std::size_t, const std::uint8_t*, std::size_t, cmpkit_sink*) -> cmpkit_rc { return CMPKIT_OK; };
    int                  destroyed = 0;
    CHECK(cmpkit_key_new_callback(nullptr, 0, sign, &destroyed, count, nullptr, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(destroyed == 1);
}

TEST_CASE("misuse is a code, never a crash", "[capi]") {
    const Ca    ca;
    const Key   key = made<Key>(cmpkit_key_generate, "ec:P-256");
    const auto  bad = CMPKIT_E_BAD_ARGUMENT;
    cmpkit_key* out = nullptr;
    CHECK(failure(cmpkit_key_generate, nullptr, &out).rc == bad);
    CHECK(failure(cmpkit_key_generate, "ec:P-257", &out).rc == bad);
    CHECK(failure(cmpkit_key_generate, "ec:P-256", static_cast<cmpkit_key**>(nullptr)).rc == bad);
    CHECK(failure(cmpkit_key_load, nullptr, std::size_t{5}, nullptr, std::size_t{0}, &out).rc == bad);
    cmpkit_operation*     operation = nullptr;
    cmpkit_enroll_options options   = CMPKIT_ENROLL_OPTIONS_INIT;
    const Credentials     who       = by_secret();
    CHECK(failure(cmpkit_operation_new_enroll, ca.context.get(), &options, who.get(), nullptr, &operation).rc == bad);  // no key
    options.struct_size = 4;
    CHECK(failure(cmpkit_operation_new_enroll, ca.context.get(), &options, who.get(), nullptr, &operation).rc == bad);
    CHECK(failure(cmpkit_operation_run, nullptr, "http://127.0.0.1:1", nullptr).rc == bad);
    const Operation made_operation = enrollment(ca, key);
    cmpkit_buf*     pem            = nullptr;
    CHECK(failure(cmpkit_operation_certificate_pem, made_operation.get(), &pem).rc == CMPKIT_E_BAD_STATE);
    CHECK(cmpkit_operation_begin(made_operation.get(), now, nullptr, nullptr) == bad);
    cmpkit_key_free(nullptr);
    cmpkit_operation_free(nullptr);
    cmpkit_error_free(nullptr);
    CHECK(std::string(cmpkit_error_text(nullptr)).empty());
    CHECK(cmpkit_error_fail_info(nullptr) == -1);
}

TEST_CASE("an error names layer, path, clause and the peer's failInfo", "[capi]") {
    const Ca        ca;
    const Key       key       = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Operation operation = enrollment(ca, key);
    cmpkit_action   next      = 0;
    REQUIRE(cmpkit_operation_begin(operation.get(), now, &next, nullptr) == CMPKIT_OK);
    const Buf   message = made<Buf>(cmpkit_operation_message, operation.get());
    std::string request(reinterpret_cast<const char*>(cmpkit_buf_data(message.get())), cmpkit_buf_size(message.get()));
    request.back() = static_cast<char>(request.back() ^ 1);  // the MAC is wrong now
    const std::string reply = ca.answer(octets(request), request.size());
    cmpkit_error*     error = nullptr;
    CHECK(cmpkit_operation_receive(operation.get(), octets(reply), reply.size(), now, &next, &error) == CMPKIT_E_PROTECTION_MISSING);
    const ErrorHandle held(error);
    CHECK(std::string(cmpkit_error_layer(error)) == "protection");
    CHECK(std::string(cmpkit_error_path(error)) == "body.error");
    CHECK(std::string(cmpkit_error_clause(error)) == "RFC 9483 3.6");
    CHECK(std::string(cmpkit_error_fail_info_name(error)) == "badMessageCheck");
}

TEST_CASE("a CA is not founded twice in one folder", "[capi]") {
    const Ca          ca;
    cmpkit_ca_options options = CMPKIT_CA_OPTIONS_INIT;
    options.subject           = "/CN=Other";
    CHECK(failure(cmpkit_ca_init, ca.context.get(), (ca.folder.path + "/ca").c_str(), &options, now).rc == CMPKIT_E_EXISTS);
}

TEST_CASE("what a CA promised is known to the one that is started next", "[capi]") {
    Ca        ca;
    const Key key = made<Key>(cmpkit_key_generate, "ec:P-256");
    CHECK(steps(ca, enrollment(ca, key).get()) == CMPKIT_OK);
    ca.start();
    CHECK(text(made<Buf>(cmpkit_ca_list, ca.responder.get())).find("CN=dev1") != std::string::npos);
    CHECK(steps(ca, enrollment(ca, key).get()) != CMPKIT_OK);  // the secret stays spent
}

TEST_CASE("a certificate is revoked by the serial number that the list shows", "[capi]") {
    const Ca  ca;
    const Key key = made<Key>(cmpkit_key_generate, "ec:P-256");
    CHECK(steps(ca, enrollment(ca, key).get()) == CMPKIT_OK);
    const std::string list  = text(made<Buf>(cmpkit_ca_list, ca.responder.get()));
    const std::size_t start = list.find("\"0x") + 1;
    const std::string serial(list, start, list.find('"', start) - start);
    const auto        revoke = [&](const char* text) { return failure(cmpkit_ca_revoke, ca.responder.get(), text, "keyCompromise", now); };

    CHECK(revoke("0x12").rc == CMPKIT_E_BAD_CERT_ID);
    for (const char* text : {"", "0x", "0xfg", "12a", "-1"}) CHECK(revoke(text).rc == CMPKIT_E_BAD_ARGUMENT);
    CHECK(cmpkit_ca_revoke(ca.responder.get(), serial.c_str(), "keyCompromise", now, nullptr) == CMPKIT_OK);
    CHECK(text(made<Buf>(cmpkit_ca_list, ca.responder.get())).find("\"revoked\"") != std::string::npos);
}
