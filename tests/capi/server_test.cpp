// A server as a program that holds it sees it: other configurations, several CAs, certificates found again.
#include "handles.hpp"

using namespace capi_test;

namespace {

/// Lets a device enroll with the secret, to the end.
void enroll(const Ca& ca) {
    const Key       key       = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Operation operation = enrollment(ca, key);
    cmpkit_action   next      = 0;
    good(cmpkit_operation_begin, operation.get(), now, &next);
    while (next != CMPKIT_ACTION_DONE) {
        if (next == CMPKIT_ACTION_SEND) {
            const Buf         message = made<Buf>(cmpkit_operation_message, operation.get());
            const std::string reply   = ca.answer(cmpkit_buf_data(message.get()), cmpkit_buf_size(message.get()));
            good(cmpkit_operation_receive, operation.get(), octets(reply), reply.size(), now, &next);
        } else if (next == CMPKIT_ACTION_DECIDE) {
            good(cmpkit_operation_decide, operation.get(), CMPKIT_VERDICT_ACCEPT, static_cast<const char*>(nullptr), now, &next);
        } else {
            good(cmpkit_operation_kept, operation.get(), now, &next);
        }
    }
}

std::string found(const Ca& ca, const cmpkit_ca_search& search) { return text(made<Buf>(cmpkit_ca_find, ca.responder.get(), &search)); }

}  // namespace

TEST_CASE("a responder goes by another configuration, or stays as it was", "[capi]") {
    const Ca          ca;
    const std::string folder = ca.folder.path + "/ca", config = ca.folder.read("ca/cmpkit.toml");
    const auto        reload = [&](const std::string& to) { return text(made<Buf>(cmpkit_responder_reload, ca.responder.get(), to.c_str(), folder.c_str())); };
    CHECK(reload(config) == "[]");
    CHECK(reload(config + "\n[server]\nqueue = 7\n") == "[\"server.queue\"]");
    cmpkit_buf* unchanged = nullptr;
    CHECK(cmpkit_responder_reload(ca.responder.get(), "listen = [", folder.c_str(), &unchanged, nullptr) == CMPKIT_E_BAD_CONFIGURATION);
    CHECK(unchanged == nullptr);
    enroll(ca);
}

TEST_CASE("the desk is at the CA that was selected", "[capi]") {
    Ca ca;
    CHECK(cmpkit_ca_select(ca.responder.get(), "plant", nullptr) == CMPKIT_E_NOT_FOUND);
    std::string config = ca.folder.read("ca/cmpkit.toml");
    config.replace(config.find("[ca]\n"), 5, "[ca]\nname = \"plant\"\n");
    made<Buf>(cmpkit_responder_reload, ca.responder.get(), config.c_str(), (ca.folder.path + "/ca").c_str());
    good(cmpkit_ca_select, ca.responder.get(), "plant");
    enroll(ca);
    CHECK(text(made<Buf>(cmpkit_ca_list, ca.responder.get())).find("CN=dev1") != std::string::npos);
    good(cmpkit_ca_select, ca.responder.get(), static_cast<const char*>(nullptr));
    CHECK(text(made<Buf>(cmpkit_ca_list, ca.responder.get())).find("CN=dev1") != std::string::npos);
}

TEST_CASE("a search finds what all its members fit", "[capi]") {
    const Ca ca;
    enroll(ca);
    cmpkit_ca_search search = CMPKIT_CA_SEARCH_INIT;
    CHECK(found(ca, search).find("CN=dev1") != std::string::npos);
    search.state = "valid", search.subject = "dev1", search.requester = "secret:dev1", search.expires_before = now + 400 * 86400;
    CHECK(found(ca, search).find("CN=dev1") != std::string::npos);
    search.expires_before = now;
    CHECK(found(ca, search) == "[]");
    search.state = "lost";
    cmpkit_buf* json = nullptr;
    CHECK(cmpkit_ca_find(ca.responder.get(), &search, &json, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(cmpkit_ca_find(ca.responder.get(), nullptr, &json, nullptr) == CMPKIT_E_BAD_ARGUMENT);
}

TEST_CASE("a clock that no certificate can tell is refused", "[capi]") {
    const Ca          ca;
    cmpkit_responder* responder = ca.responder.get();
    cmpkit_buf*       out       = nullptr;
    for (const std::int64_t when : {INT64_MAX, INT64_MIN, std::int64_t{-1}, std::int64_t{253'402'300'800}}) {
        CHECK(cmpkit_responder_answer(responder, nullptr, 0, nullptr, nullptr, when, &out, nullptr) == CMPKIT_E_BAD_ARGUMENT);
        CHECK(cmpkit_responder_tick(responder, when, nullptr) == CMPKIT_E_BAD_ARGUMENT);
        CHECK(cmpkit_ca_crl(responder, when, &out, nullptr) == CMPKIT_E_BAD_ARGUMENT);
        CHECK(cmpkit_ca_revoke(responder, "01", nullptr, when, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    }
    made<Buf>(cmpkit_ca_crl, responder, std::int64_t{253'402'300'799});  // the CRL would be good for a week
}
