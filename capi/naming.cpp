// How an application names those who want a certificate.
#include "given_names.hpp"
#include "responder.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

/// A question in the words of the C ABI.
class Asked {
public:
    explicit Asked(const admission::NamingQuestion& question)
        : profile_(question.profile), kind_(name_of(question.requester.kind)), names_(question.subject, question.sans) {
        const crypto::Cert& certificate = question.requester.certificate;
        const Bytes         der         = certificate ? certificate.der() : Bytes();
        view_ = {sizeof view_, question.requester.id.c_str(), kind_.c_str(), der.data(), der.size(), profile_.c_str(), names_.subject(), names_.sans()};
    }

    const cmpkit_name_question& view() const { return view_; }

private:
    std::string          profile_, kind_;
    WantedNames          names_;
    cmpkit_name_question view_{};
};

Result<std::optional<admission::GivenNames>> ask(cmpkit_name_fn name, const User& user, const admission::NamingQuestion& question) {
    const Asked asked(question);
    cmpkit_sink subject, sans;
    const auto  rc = name(user.get(), &asked.view(), &subject, &sans);
    return names_taken_from(subject, sans, rc);
}

}  // namespace

extern "C" cmpkit_rc cmpkit_responder_set_naming(cmpkit_responder* responder, cmpkit_name_fn name, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        const User held(user, destroy);
        if (!responder) return no_handle;
        admission::Namer::Answer answer;
        if (name) answer = [name, held](const admission::NamingQuestion& question) { return ask(name, held, question); };
        responder->server->namer().set(std::move(answer));
        return {};
    });
}
