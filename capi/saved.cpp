// Operations at rest: saved between two steps, and going on in another process.
#include "operation.hpp"
#include "operations/end_entity_state.hpp"

using namespace cmpkit;
using namespace cmpkit::capi;

extern "C" {

cmpkit_rc cmpkit_operation_set_memo(cmpkit_operation* operation, const uint8_t* memo, size_t size, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        auto octets = bytes_in(memo, size);
        if (!operation || !octets) return operation ? octets.error() : no_handle;
        const Busy busy(operation->busy);
        if (!busy) return Busy::error();
        operation->memo = copy_of(*octets);
        return {};
    });
}

cmpkit_rc cmpkit_operation_set_save(cmpkit_operation* operation, cmpkit_save_fn save, void* user, cmpkit_destroy_fn destroy, cmpkit_error** error) {
    return guard(error, [&]() -> Result<void> {
        const User held(user, destroy);
        if (!operation) return no_handle;
        const Busy busy(operation->busy);
        if (!busy) return Busy::error();
        operation->application.save = nullptr;
        if (!save) return {};
        operation->application.save = [save, held, operation](const operations::EndEntity& machine) -> Result<void> {
            auto state = machine.save(operation->memo);
            if (!state) return state.error();
            const auto rc = save(held.get(), state->data(), state->size());
            if (rc == CMPKIT_OK) return {};
            return Error{.code = Code::callback_failed, .detail = "the operation's state was not saved: the callback returned " + std::to_string(rc)};
        };
        return {};
    });
}

cmpkit_rc cmpkit_operation_save(const cmpkit_operation* operation, cmpkit_buf** state, cmpkit_error** error) {
    return guard_out(state, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        if (!operation) return no_handle;
        auto saved = operation->machine.save(operation->memo);
        if (!saved) return saved.error();
        return buf_of(*saved);
    });
}

cmpkit_rc cmpkit_saved_memo(const uint8_t* state, size_t size, cmpkit_buf** memo, cmpkit_error** error) {
    return guard_out(memo, error, [&]() -> Result<std::unique_ptr<cmpkit_buf>> {
        auto octets = bytes_in(state, size);
        if (!octets) return octets.error();
        auto found = operations::saved_memo(*octets);
        if (!found) return found.error();
        return buf_of(*found);
    });
}

cmpkit_rc cmpkit_operation_new_saved(cmpkit_context* context, const uint8_t* state, size_t size, const cmpkit_credentials* credentials, const cmpkit_trust* trust, const cmpkit_key* key,
                                     cmpkit_operation** out, cmpkit_error** error) {
    return guard_out(out, error, [&]() -> Result<std::unique_ptr<cmpkit_operation>> {
        if (!context || !credentials) return Error{.code = Code::bad_argument, .detail = "context and credentials are needed"};
        auto octets = bytes_in(state, size);
        if (!octets) return octets.error();
        auto peers = peer_trust(trust);
        if (!peers) return peers.error();
        auto machine = operations::EndEntity::restore(*octets, credentials->value, std::move(*peers), key ? key->signer : nullptr);
        if (!machine) return machine.error();
        auto memo = operations::saved_memo(*octets);
        if (!memo) return memo.error();
        auto operation         = std::make_unique<cmpkit_operation>(context, std::move(*machine), trust);
        operation->is_restored = true;
        operation->memo        = std::move(*memo);
        if (operation->machine.has_certificate()) operation->peer_text = escaped(operation->machine.peer_text());
        return operation;
    });
}

}  // extern "C"
