// An application that asks a CA which knows PKCS#10 alone.
#include "responder.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

namespace {

Result<Octets> ask(cmpkit_adapter_fn adapt, const User& user, const service::AdapterQuestion& question) {
    const cmpkit_adapter_question view{sizeof view, question.pkcs10.data(), question.pkcs10.size(), question.upstream.c_str(), question.profile.c_str(),
                                       question.transaction_id.c_str(), question.id.c_str()};
    cmpkit_sink certificates;
    const auto  rc = adapt(user.get(), &view, &certificates);
    if (rc == CMPKIT_OK && !certificates.error && certificates.later)
        return Error{.code = Code::transport_failed, .detail = "the application has no answer yet" + (certificates.later->reason.empty() ? "" : ": " + escaped(certificates.later->reason))};
    const std::string words = certificates.error ? certificates.error->detail : std::string();
    auto taken = taken_from(certificates, rc);
    return taken ? taken : service::refused_by_ca(words, taken.error());
}

}  // namespace

extern "C" {

cmpkit_rc cmpkit_responder_set_adapter(cmpkit_responder* responder, cmpkit_adapter_fn adapt, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        const User held(user, destroy);
        if (!responder) return no_handle;
        service::Adapter::Ask asked;
        if (adapt) asked = [adapt, held](const service::AdapterQuestion& question) { return ask(adapt, held, question); };
        responder->server->adapter().set(std::move(asked));
        return {};
    });
}

}  // extern "C"
