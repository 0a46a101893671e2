// What an application that holds a CA says: names, information that comes later, dates of revocations.
#include "handles.hpp"

#include <cstring>

using namespace capi_test;

namespace {

/// Lets an operation go on until it ends or has to wait. @return the code of a failure, whose text is in `why`
cmpkit_rc go_on(const Ca& ca, cmpkit_operation* operation, cmpkit_action& next, std::string* why = nullptr) {
    cmpkit_rc rc = CMPKIT_OK;
    while (rc == CMPKIT_OK && next != CMPKIT_ACTION_DONE && next != CMPKIT_ACTION_WAIT) {
        if (next == CMPKIT_ACTION_SEND) {
            const Buf         message = made<Buf>(cmpkit_operation_message, operation);
            const std::string reply   = ca.answer(cmpkit_buf_data(message.get()), cmpkit_buf_size(message.get()));
            cmpkit_error*     error   = nullptr;
            rc = cmpkit_operation_receive(operation, octets(reply), reply.size(), now, &next, &error);
            const ErrorHandle held(error);
            if (why) *why = cmpkit_error_text(error);
        } else if (next == CMPKIT_ACTION_DECIDE) {
            rc = cmpkit_operation_decide(operation, CMPKIT_VERDICT_ACCEPT, nullptr, now, &next, nullptr);
        } else {
            rc = cmpkit_operation_kept(operation, now, &next, nullptr);
        }
    }
    return rc;
}
cmpkit_rc run(const Ca& ca, cmpkit_operation* operation, std::string* why = nullptr) {
    cmpkit_action next = 0;
    good(cmpkit_operation_begin, operation, now, &next);
    return go_on(ca, operation, next, why);
}

struct Answer {
    std::string subject, sans, refusal;  // what the callback says
    std::string asked;                   // what it heard
    int         released = 0;
};
cmpkit_rc name(void* user, const cmpkit_name_question* question, cmpkit_sink* subject, cmpkit_sink* sans) {
    auto& answer = *static_cast<Answer*>(user);
    answer.asked = std::string(question->requester) + " " + question->kind + " " + question->profile + " " + (question->subject ? question->subject : "nothing");
    for (const char* const* san = question->sans; *san; ++san) answer.asked += std::string(" ") + *san;
    answer.asked += question->certificate ? " certificate" : " secret";
    if (!answer.refusal.empty()) return cmpkit_sink_set_error(subject, CMPKIT_E_NOT_AUTHORIZED, answer.refusal.c_str()), CMPKIT_E_NOT_AUTHORIZED;
    cmpkit_sink_write(subject, octets(answer.subject), answer.subject.size());
    return cmpkit_sink_write(sans, octets(answer.sans), answer.sans.size());
}
void release(void* user) { ++static_cast<Answer*>(user)->released; }

struct NamedCa : Ca {
    Answer answer;
    NamedCa() { good(cmpkit_responder_set_naming, responder.get(), name, static_cast<void*>(&answer), release); }
    ~NamedCa() { responder.reset(); }
};

}  // namespace

TEST_CASE("the application names whoever wants a certificate", "[capi]") {
    NamedCa         ca;
    ca.answer.subject = "CN=press 4,O=Plant", ca.answer.sans = "dns:press4.plant\nip:192.0.2.4\n";
    const Key       key       = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Operation operation = enrollment(ca, key);
    REQUIRE(run(ca, operation.get()) == CMPKIT_OK);
    CHECK(ca.answer.asked == "secret:dev1 secret device CN=dev1 secret");
    CHECK(cmpkit_operation_with_mods(operation.get()));
    const std::string pem     = text(made<Buf>(cmpkit_operation_certificate_pem, static_cast<const cmpkit_operation*>(operation.get())));
    const std::string summary = text(made<Buf>(cmpkit_certificate_summary, octets(pem), pem.size()));
    CHECK(summary.find("\"CN=press 4,O=Plant\"") != std::string::npos);
    CHECK(summary.find("\"dns:press4.plant\",\"ip:192.0.2.4\"") != std::string::npos);
}

TEST_CASE("an application that refuses is heard by the requester, one that says nothing leaves it to the profile", "[capi]") {
    NamedCa   ca;
    const Key key = made<Key>(cmpkit_key_generate, "ec:P-256");
    ca.answer.refusal = "not before Monday";
    const Operation refused = enrollment(ca, key);
    std::string     why;
    CHECK(run(ca, refused.get(), &why) == CMPKIT_E_REJECTED);
    CHECK(why.find("not before Monday") != std::string::npos);
    ca.answer.refusal.clear();
    const Operation granted = enrollment(ca, key);
    CHECK(run(ca, granted.get()) == CMPKIT_OK);
    CHECK_FALSE(cmpkit_operation_with_mods(granted.get()));
}

TEST_CASE("names that are none fail the request, and the application is let go of once", "[capi]") {
    Answer answer;
    {
        Ca ca;
        good(cmpkit_responder_set_naming, ca.responder.get(), name, static_cast<void*>(&answer), release);
        for (const char* subject : {"no name", "CN=\xff"}) {
            answer.subject            = subject;
            const Key       key       = made<Key>(cmpkit_key_generate, "ec:P-256");
            const Operation operation = enrollment(ca, key);
            CHECK(run(ca, operation.get()) == CMPKIT_E_REJECTED);
        }
        good(cmpkit_responder_set_naming, ca.responder.get(), static_cast<cmpkit_name_fn>(nullptr), static_cast<void*>(nullptr), static_cast<cmpkit_destroy_fn>(nullptr));
        CHECK(answer.released == 1);
        const Key       key       = made<Key>(cmpkit_key_generate, "ec:P-256");
        const Operation operation = enrollment(ca, key);
        CHECK(run(ca, operation.get()) == CMPKIT_OK);
    }
    CHECK(answer.released == 1);
    CHECK(cmpkit_responder_set_naming(nullptr, name, &answer, release, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    CHECK(answer.released == 2);
}

namespace {

cmpkit_rc read_gauge(void* user, const char*, const std::uint8_t*, std::size_t, cmpkit_sink* answer) {
    constexpr std::uint8_t value[] = {4, 2, '4', '2'};
    if (--*static_cast<int*>(user) > 0) return cmpkit_sink_set_later(answer, 40, "the gauge is read");
    return cmpkit_sink_write(answer, value, sizeof value);
}

}  // namespace

TEST_CASE("information that is not known yet comes to who asks again", "[capi]") {
    const char* const type = "1.3.6.1.4.1.32473.3";
    Ca                ca;
    int               rounds = 3;
    good(cmpkit_responder_set_information, ca.responder.get(), type, read_gauge, static_cast<void*>(&rounds), static_cast<cmpkit_destroy_fn>(nullptr));
    cmpkit_get_options options  = CMPKIT_GET_OPTIONS_INIT;
    options.kind                = CMPKIT_GET_INFORMATION;
    options.info_type           = type;
    const Credentials who       = by_secret();
    const Trust       trust     = trust_in(ca.root());
    const Operation   operation = made<Operation>(cmpkit_operation_new_get, ca.context.get(), &options, who.get(), trust.get());
    cmpkit_action     next      = 0;
    good(cmpkit_operation_begin, operation.get(), now, &next);
    REQUIRE(go_on(ca, operation.get(), next) == CMPKIT_OK);  // its first pollReq asks how long
    REQUIRE(next == CMPKIT_ACTION_WAIT);
    CHECK(cmpkit_operation_check_after(operation.get()) == 40);
    CHECK(std::string(cmpkit_operation_peer_text(operation.get())) == "the gauge is read");
    good(cmpkit_operation_woken, operation.get(), now, &next);
    REQUIRE(go_on(ca, operation.get(), next) == CMPKIT_OK);
    CHECK(next == CMPKIT_ACTION_DONE);
    CHECK(text(made<Buf>(cmpkit_operation_information_value, static_cast<const cmpkit_operation*>(operation.get()), type)) == std::string("\x04\x02" "42"));
    CHECK(cmpkit_sink_set_later(nullptr, 40, nullptr) == CMPKIT_E_BAD_ARGUMENT);
}

TEST_CASE("who is not told information hears the application's words, or ours, and no number of a failure", "[capi]") {
    const char* const type  = "1.3.6.1.4.1.32473.3";
    const char*       words = GENERATE("the gauge is for plant staff", "");
    Ca                ca;
    const auto refuse = [](void* user, const char*, const std::uint8_t*, std::size_t, cmpkit_sink* answer) -> cmpkit_rc {
        const char* said = static_cast<const char*>(user);
        if (*said) cmpkit_sink_set_error(answer, CMPKIT_E_NOT_AUTHORIZED, said);
        return CMPKIT_E_CALLBACK_FAILED;
    };
    good(cmpkit_responder_set_information, ca.responder.get(), type, static_cast<cmpkit_inform_fn>(refuse), const_cast<void*>(static_cast<const void*>(words)),
         static_cast<cmpkit_destroy_fn>(nullptr));
    cmpkit_get_options options  = CMPKIT_GET_OPTIONS_INIT;
    options.kind                = CMPKIT_GET_INFORMATION;
    options.info_type           = type;
    const Credentials who       = by_secret();
    const Trust       trust     = trust_in(ca.root());
    const Operation   operation = made<Operation>(cmpkit_operation_new_get, ca.context.get(), &options, who.get(), trust.get());
    std::string       why;
    REQUIRE(run(ca, operation.get(), &why) == CMPKIT_E_REJECTED);
    CHECK_THAT(why, Catch::Contains("[notAuthorized]") && Catch::Contains(*words ? words : "this is not told to this requester") && !Catch::Contains("140"));
}

TEST_CASE("a revocation tells since when a certificate was not good, by the device and by the operator", "[capi]") {
    const Ca        ca;
    const Key       key       = made<Key>(cmpkit_key_generate, "ec:P-256");
    const Operation operation = enrollment(ca, key);
    REQUIRE(run(ca, operation.get()) == CMPKIT_OK);
    const std::string     pem     = text(made<Buf>(cmpkit_operation_certificate_pem, static_cast<const cmpkit_operation*>(operation.get())));
    const Credentials     who     = made<Credentials>(cmpkit_credentials_new_certificate, key.get(), octets(pem), pem.size());
    const Trust           trust   = trust_in(ca.root());
    cmpkit_revoke_options options = CMPKIT_REVOKE_OPTIONS_INIT;
    options.reason                = "certificateHold";
    options.invalid_since         = now - 100;
    const Operation revocation    = made<Operation>(cmpkit_operation_new_revoke, ca.context.get(), &options, who.get(), trust.get());
    REQUIRE(run(ca, revocation.get()) == CMPKIT_OK);
    const auto list = [&] { return text(made<Buf>(cmpkit_ca_list, ca.responder.get())); };
    CHECK(list().find("\"invalidSince\":" + std::to_string(now - 100)) != std::string::npos);

    const std::string summary = text(made<Buf>(cmpkit_certificate_summary, octets(pem), pem.size()));
    const auto        begin   = summary.find("\"serial\":\"") + 10;
    const std::string serial  = summary.substr(begin, summary.find('"', begin) - begin);
    CHECK(cmpkit_ca_revoke_since(ca.responder.get(), serial.c_str(), "keyCompromise", now + 1000, now, nullptr) == CMPKIT_E_BAD_REQUEST);
    CHECK(cmpkit_ca_revoke_since(ca.responder.get(), serial.c_str(), "keyCompromise", -1, now, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    good(cmpkit_ca_revoke_since, ca.responder.get(), serial.c_str(), "keyCompromise", now - 200, now);
    CHECK(list().find("\"invalidSince\":" + std::to_string(now - 200)) != std::string::npos);

    options.invalid_since = -1;
    cmpkit_operation* none = nullptr;
    CHECK(cmpkit_operation_new_revoke(ca.context.get(), &options, who.get(), trust.get(), &none, nullptr) == CMPKIT_E_BAD_ARGUMENT);
    options.struct_size = offsetof(cmpkit_revoke_options, invalid_since);  // a caller of before
    made<Operation>(cmpkit_operation_new_revoke, ca.context.get(), &options, who.get(), trust.get());
}
