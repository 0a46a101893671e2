// An authority in the application: responder, its listeners, the desks of its operators. See cmpkit.i for what such classes are for.
#pragma once
#include "context.hpp"

#include <tuple>

namespace cmpkit {

/// Which certificates: cmpkit_ca_search. "" and 0: any.
struct Search {
    std::string  state, subject, requester, serial;
    std::int64_t expires_before = 0;
};

/// Any thread.
class Responder : public Owner<cmpkit_responder> {
public:
    Responder(const Context& context, const std::string& config, const std::string& folder)
        : Owner(border::made_of(context.handle(), cmpkit_responder_free, cmpkit_responder_new, context.handle().get(), border::given(config), border::optional(folder))) {}

    Blob answer(View request, const std::string& address, const std::string& profile, std::int64_t now) {
        return border::octets(cmpkit_responder_answer, handle().get(), request.data, request.size, border::optional(address), border::optional(profile), now);
    }
    void        tick(std::int64_t now) { border::call(cmpkit_responder_tick, handle().get(), now); }
    std::string reload(const std::string& config, const std::string& folder) {
        return border::text(cmpkit_responder_reload, handle().get(), border::given(config), border::optional(folder));
    }

    void set_information(const std::string& info_type, Informer* informer) {
        const cmpkit_inform_fn inform = [](void* user, const char* requester, const std::uint8_t* value, std::size_t size, cmpkit_sink* answer) {
            return with_sinks([&](Sink& sink) { static_cast<Informer*>(user)->inform(requester, {value, size}, &sink); }, answer);
        };
        std::unique_ptr<Informer> owned(informer);
        const char*               type = border::given(info_type);
        set(cmpkit_responder_set_information, owned.release(), inform, type);
    }
    void set_naming(Namer* namer) {
        const cmpkit_name_fn name = [](void* user, const cmpkit_name_question* question, cmpkit_sink* subject, cmpkit_sink* sans) {
            return with_sinks([&](Sink& to_subject, Sink& to_sans) { static_cast<Namer*>(user)->name(Question(question), &to_subject, &to_sans); }, subject, sans);
        };
        set(cmpkit_responder_set_naming, namer, name);
    }
    void set_overseer(Overseer* overseer) {
        const cmpkit_overseer_fn oversee = [](void* user, const cmpkit_overseer_question* question, cmpkit_sink* subject, cmpkit_sink* sans) {
            return with_sinks([&](Sink& to_subject, Sink& to_sans) { static_cast<Overseer*>(user)->oversee(Question(question), &to_subject, &to_sans); }, subject, sans);
        };
        set(cmpkit_responder_set_overseer, overseer, oversee);
    }
    void set_adapter(Adapter* adapter) {
        const cmpkit_adapter_fn adapt = [](void* user, const cmpkit_adapter_question* q, cmpkit_sink* certificates) {
            return with_sinks(
                [&](Sink& sink) { static_cast<Adapter*>(user)->adapt({q->pkcs10, q->pkcs10_size}, q->upstream, q->profile, q->transaction_id, q->request_id, &sink); }, certificates);
        };
        set(cmpkit_responder_set_adapter, adapter, adapt);
    }
    void set_events(Audience* audience) {
        const cmpkit_event_fn hear = [](void* user, const char* event) { border::answer_apart([&] { static_cast<Audience*>(user)->hear(event); }); };
        set(cmpkit_responder_set_events, audience, hear);
    }

    // The desk of the CA of that name; "": of the default one.
    std::string ca_find(const std::string& ca, const Search& search) {
        cmpkit_ca_search options = CMPKIT_CA_SEARCH_INIT;
        options.state            = border::optional(search.state);
        options.subject          = border::optional(search.subject);
        options.requester        = border::optional(search.requester);
        options.serial           = border::optional(search.serial);
        options.expires_before   = search.expires_before;
        return border::text(cmpkit_ca_find, Desk(*this, ca).handle(), &options);
    }
    /// invalid_since 0: not told.
    void ca_revoke(const std::string& ca, const std::string& serial, const std::string& reason, std::int64_t invalid_since, std::int64_t now) {
        border::call(cmpkit_ca_revoke_since, Desk(*this, ca).handle(), border::given(serial), border::optional(reason), invalid_since, now);
    }
    std::string ca_pending(const std::string& ca) { return border::text(cmpkit_ca_pending, Desk(*this, ca).handle()); }
    void        ca_approve(const std::string& ca, const std::string& id) { border::call(cmpkit_ca_approve, Desk(*this, ca).handle(), border::given(id)); }
    void        ca_reject(const std::string& ca, const std::string& id, const std::string& reason) {
        border::call(cmpkit_ca_reject, Desk(*this, ca).handle(), border::given(id), border::optional(reason));
    }
    std::string ca_crl(const std::string& ca, std::int64_t now) { return border::text(cmpkit_ca_crl, Desk(*this, ca).handle(), now); }
    std::string ca_rollover(const std::string& ca, const Key& root, const Key& fresh, std::uint32_t days, std::int64_t now) {
        return border::text(cmpkit_ca_rollover, Desk(*this, ca).handle(), root.handle().get(), fresh.handle().get(), days, now);
    }

    std::string ra_pending() { return border::text(cmpkit_ra_pending, handle().get()); }
    void        ra_approve(const std::string& id) { border::call(cmpkit_ra_approve, handle().get(), border::given(id)); }
    void        ra_reject(const std::string& id, const std::string& reason) { border::call(cmpkit_ra_reject, handle().get(), border::given(id), border::optional(reason)); }

private:
    /// A selection holds for the whole handle: one call at a time goes by it.
    class Desk {
    public:
        Desk(Responder& responder, const std::string& ca) : lock_(responder.desk_), handle_(responder.handle()) {
            border::call(cmpkit_ca_select, handle_.get(), border::optional(ca));
        }
        cmpkit_responder* handle() const { return handle_.get(); }

    private:
        std::lock_guard<std::mutex>       lock_;
        std::shared_ptr<cmpkit_responder> handle_;
    };

    /// The server goes on whatever the application throws. A refusal is the requester's to hear.
    template <class Function, class... Sinks> static cmpkit_rc with_sinks(Function function, Sinks*... to) noexcept {
        bool       is_refused = false;
        const bool well       = border::answer_apart([&] {
            std::tuple<std::conditional_t<true, Sink, Sinks>...> sinks(to...);
            std::apply(function, sinks);
            std::apply([&](const auto&... sink) { is_refused = (sink.is_refused() || ...); }, sinks);
        });
        return well && !is_refused ? CMPKIT_OK : CMPKIT_E_CALLBACK_FAILED;
    }
    template <class Function, class Callback, class Trampoline, class... First> void set(Function function, Callback* callback, Trampoline trampoline, First... first) {
        std::unique_ptr<Callback> owned(callback);
        const auto                responder = handle();
        border::call(function, responder.get(), first..., callback ? trampoline : nullptr, owned.release(), border::release<Callback>);
    }

    std::mutex desk_;
};

/// Any thread. Closing it stops it.
class Listener : public Owner<cmpkit_listener> {
public:
    /// url "": every one of the configuration.
    Listener(const Responder& responder, const std::string& url)
        : Owner(border::made_of(responder.handle(), cmpkit_listener_free, cmpkit_listener_new, responder.handle().get(), border::optional(url))) {}
    int         size() const { return static_cast<int>(cmpkit_listener_count(handle().get())); }
    std::string url(int index) const { return border::present(index < 0 ? nullptr : cmpkit_listener_url(handle().get(), static_cast<std::size_t>(index))); }
    void        stop(std::uint32_t grace_ms) { cmpkit_listener_stop(handle().get(), grace_ms); }
};

}  // namespace cmpkit
