// What an application answers to those who ask a CA for information of its own kind.
#include "responder.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

using Told = ca::Informants::Told;

extern "C" cmpkit_rc cmpkit_responder_set_information(cmpkit_responder* responder, const char* info_type, cmpkit_inform_fn inform, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        const User held(user, destroy);
        auto       type = type_in(info_type);
        if (!responder || !type) return responder ? type.error() : no_handle;
        ca::Informants::Informant informant;
        if (inform)
            informant = [inform, held](const operations::Requester& requester, Bytes value) -> Result<Told> {
                cmpkit_sink sink;
                const auto  rc = inform(held.get(), requester.id.c_str(), value.data(), value.size(), &sink);
                if (rc == CMPKIT_OK && !sink.error && sink.later) return Told(operations::Waiting{sink.later->check_after, sink.later->reason});
                auto answer = taken_from(sink, rc);
                if (answer) return Told(std::move(*answer));
                return refused(sink, answer.error(), "this is not told to this requester");
            };
        responder->server->informants().set(*type, std::move(informant));
        return {};
    });
}
