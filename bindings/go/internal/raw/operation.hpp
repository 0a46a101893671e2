// Operations of an end entity as classes, with the orders that they are made from. See cmpkit.i for what such classes are for.
#pragma once
#include "context.hpp"

#include <atomic>

namespace cmpkit {

/// Octets that outlive the call that brought them.
class Kept {
public:
    Kept() = default;
    void operator=(View octets) { octets_.assign(octets.data, octets.data + octets.size); }
    const std::uint8_t* data() const { return octets_.empty() ? nullptr : octets_.data(); }
    std::size_t         size() const { return octets_.size(); }

private:
    std::vector<std::uint8_t> octets_;
};

class EnrollOrder {
public:
    /// CMPKIT_ENROLL_…
    explicit EnrollOrder(int kind) : kind_(kind) {}
    void set_key(const Key& key) { key_ = key.handle(); }
    void set_csr(View pkcs10) { csr_ = pkcs10; }
    void set_subject(const std::string& subject) { subject_ = subject; }
    void add_san(const std::string& san) { sans_.push_back(san); }
    void set_profile(const std::string& profile) { profile_ = profile; }
    void set_recipient(const std::string& recipient) { recipient_ = recipient; }
    void set_implicit_confirm() { implicit_confirm_ = true; }
    void set_not_after(std::int64_t time) { not_after_ = time; }
    void set_template(View request_template) { template_ = request_template; }

    std::shared_ptr<cmpkit_operation> operation(const std::shared_ptr<cmpkit_context>& context, const Credentials& credentials, const Trust* trust) const {
        const auto            sans    = border::ended_by_null(sans_);
        cmpkit_enroll_options options = CMPKIT_ENROLL_OPTIONS_INIT;
        options.kind                  = kind_;
        options.key                   = key_.get();
        options.csr                   = csr_.data();
        options.csr_size              = csr_.size();
        options.subject               = border::optional(subject_);
        options.sans                  = sans_.empty() ? nullptr : sans.data();
        options.profile               = border::optional(profile_);
        options.recipient             = border::optional(recipient_);
        options.implicit_confirm      = implicit_confirm_;
        options.not_after             = not_after_;
        options.request_template      = template_.data();
        options.request_template_size = template_.size();
        return border::made_of(context, cmpkit_operation_free, cmpkit_operation_new_enroll, context.get(), &options, credentials.handle().get(), border::optional_handle(trust).get());
    }

private:
    int                         kind_;
    std::shared_ptr<cmpkit_key> key_;
    Kept                        csr_, template_;
    std::string                 subject_, profile_, recipient_;
    std::vector<std::string>    sans_;
    bool                        implicit_confirm_ = false;
    std::int64_t                not_after_        = 0;
};

class RevokeOrder {
public:
    void set_certificate(View certificate) { certificate_ = certificate; }
    void set_issuer_and_serial(const std::string& issuer, const std::string& serial) { issuer_ = issuer, serial_ = serial; }
    void set_reason(const std::string& reason) { reason_ = reason; }
    void set_recipient(const std::string& recipient) { recipient_ = recipient; }
    void set_invalid_since(std::int64_t time) { invalid_since_ = time; }

    std::shared_ptr<cmpkit_operation> operation(const std::shared_ptr<cmpkit_context>& context, const Credentials& credentials, const Trust* trust) const {
        cmpkit_revoke_options options = CMPKIT_REVOKE_OPTIONS_INIT;
        options.certificate           = certificate_.data();
        options.certificate_size      = certificate_.size();
        options.issuer                = border::optional(issuer_);
        options.serial                = border::optional(serial_);
        options.reason                = border::optional(reason_);
        options.recipient             = border::optional(recipient_);
        options.invalid_since         = invalid_since_;
        return border::made_of(context, cmpkit_operation_free, cmpkit_operation_new_revoke, context.get(), &options, credentials.handle().get(), border::optional_handle(trust).get());
    }

private:
    Kept         certificate_;
    std::string  issuer_, serial_, reason_, recipient_;
    std::int64_t invalid_since_ = 0;
};

class GetOrder {
public:
    /// CMPKIT_GET_…
    explicit GetOrder(int kind) : kind_(kind) {}
    void set_root(View certificate) { root_ = certificate; }
    void set_crl(View crl) { crl_ = crl; }
    void set_issuer(const std::string& issuer) { issuer_ = issuer; }
    void set_distribution_point(const std::string& uri) { distribution_point_ = uri; }
    void set_information(const std::string& info_type, View value) { info_type_ = info_type, info_value_ = value; }
    void set_profile(const std::string& profile) { profile_ = profile; }
    void set_recipient(const std::string& recipient) { recipient_ = recipient; }

    std::shared_ptr<cmpkit_operation> operation(const std::shared_ptr<cmpkit_context>& context, const Credentials& credentials, const Trust* trust) const {
        cmpkit_get_options options = CMPKIT_GET_OPTIONS_INIT;
        options.kind               = kind_;
        options.root               = root_.data();
        options.root_size          = root_.size();
        options.crl                = crl_.data();
        options.crl_size           = crl_.size();
        options.issuer             = border::optional(issuer_);
        options.distribution_point = border::optional(distribution_point_);
        options.info_type          = border::optional(info_type_);
        options.info_value         = info_value_.data();
        options.info_value_size    = info_value_.size();
        options.profile            = border::optional(profile_);
        options.recipient          = border::optional(recipient_);
        return border::made_of(context, cmpkit_operation_free, cmpkit_operation_new_get, context.get(), &options, credentials.handle().get(), border::optional_handle(trust).get());
    }

private:
    int         kind_;
    Kept        root_, crl_, info_value_;
    std::string issuer_, distribution_point_, info_type_, profile_, recipient_;
};

/// One thread at a time; cancel and close from any.
class Operation : public Owner<cmpkit_operation> {
public:
    static Operation* enroll(const Context& context, const EnrollOrder& order, const Credentials& credentials, const Trust* trust) {
        return new Operation(order.operation(context.handle(), credentials, trust));
    }
    static Operation* revoke(const Context& context, const RevokeOrder& order, const Credentials& credentials, const Trust* trust) {
        return new Operation(order.operation(context.handle(), credentials, trust));
    }
    static Operation* get(const Context& context, const GetOrder& order, const Credentials& credentials, const Trust* trust) {
        return new Operation(order.operation(context.handle(), credentials, trust));
    }
    static Operation* saved(const Context& context, View state, const Credentials& credentials, const Trust* trust, const Key* key) {
        const auto held = context.handle();
        return new Operation(border::made_of(held, cmpkit_operation_free, cmpkit_operation_new_saved, held.get(), state.data, state.size, credentials.handle().get(),
                                             border::optional_handle(trust).get(), border::optional_handle(key).get()));
    }

    void set_policy(Policy* policy) {
        const cmpkit_policy_fn accept = [](void* user, const std::uint8_t* certificate, std::size_t size, std::int32_t with_mods, const char* text) -> cmpkit_verdict {
            bool wanted = false;
            border::answer([&] { wanted = static_cast<Policy*>(user)->accept({certificate, size}, with_mods != 0, border::present(text)); });
            return wanted ? CMPKIT_VERDICT_ACCEPT : CMPKIT_VERDICT_REJECT;
        };
        set(cmpkit_operation_set_policy, policy, accept);
    }
    void set_keep(Keeper* keeper) {
        const cmpkit_keep_fn keep = [](void* user, const std::uint8_t* certificate, std::size_t size, const std::uint8_t* const* chain, const std::size_t* sizes, std::size_t count) {
            std::vector<std::uint8_t> issuers;
            for (std::size_t i = 0; i < count; ++i) issuers.insert(issuers.end(), chain[i], chain[i] + sizes[i]);
            return border::answered([&] { static_cast<Keeper*>(user)->keep({certificate, size}, {issuers.data(), issuers.size()}); });
        };
        set(cmpkit_operation_set_keep, keeper, keep);
    }
    void set_waiting(Waiter* waiter) {
        const cmpkit_waiting_fn wait = [](void* user, std::int64_t check_after, const char* text) {
            told<Waiter>(user, [&](Waiter& told) { told.wait(check_after, border::present(text)); });
        };
        tell(cmpkit_operation_set_waiting, waiter, wait);
    }
    void set_trace(Tracer* tracer) {
        const cmpkit_trace_fn trace = [](void* user, std::int32_t sent, const std::uint8_t* message, std::size_t size) {
            told<Tracer>(user, [&](Tracer& told) { told.trace(sent != 0, {message, size}); });
        };
        tell(cmpkit_operation_set_trace, tracer, trace);
    }
    void set_exchange(Carrier* carrier) {
        const cmpkit_exchange_fn exchange = [](void* user, const char* label, const std::uint8_t* request, std::size_t size, cmpkit_sink* answer) {
            Sink sink(answer);
            return border::answered([&] { static_cast<Carrier*>(user)->exchange(label, {request, size}, &sink); });
        };
        set(cmpkit_operation_set_exchange, carrier, exchange);
    }
    void set_save(Saver* saver) {
        const cmpkit_save_fn store = [](void* user, const std::uint8_t* state, std::size_t size) {
            return border::answered([&] { static_cast<Saver*>(user)->save({state, size}); });
        };
        set(cmpkit_operation_set_save, saver, store);
    }
    /// In milliseconds; 0: as it is.
    void set_timeouts(std::uint32_t connect, std::uint32_t exchange, std::uint32_t total) { use(cmpkit_operation_set_timeouts, connect, exchange, total); }
    void set_memo(View memo) { use(cmpkit_operation_set_memo, memo.data, memo.size); }

    void run(const std::string& url, const Tls* tls) { use(cmpkit_operation_run, border::optional(url), border::optional_handle(tls).get()); }
    void cancel() noexcept {
        try {
            cmpkit_operation_cancel(handle().get());
        } catch (const Failed&) {  // closed: nothing runs that this could end
        }
    }
    /// A run under way ends.
    void close() noexcept {
        cancel();
        Owner::close();
    }

    // Each gives the CMPKIT_ACTION_… that is next. now: Unix seconds.
    int begin(std::int64_t now) { return step(cmpkit_operation_begin, now); }
    int receive(View message, std::int64_t now) { return step(cmpkit_operation_receive, message.data, message.size, now); }
    int lost(const std::string& why, std::int64_t now) { return step(cmpkit_operation_lost, border::given(why), now); }
    int decide(bool accept, const std::string& text, std::int64_t now) {
        return step(cmpkit_operation_decide, accept ? CMPKIT_VERDICT_ACCEPT : CMPKIT_VERDICT_REJECT, border::optional(text), now);
    }
    int  kept(std::int64_t now) { return step(cmpkit_operation_kept, now); }
    int  woken(std::int64_t now) { return step(cmpkit_operation_woken, now); }
    int  fetched(View answer, std::int64_t now) { return step(cmpkit_operation_fetched, answer.data, answer.size, now); }
    Blob fetch() { return octets(cmpkit_operation_fetch); }
    Blob save() const { return octets(cmpkit_operation_save); }

    Blob         message() const { return octets(cmpkit_operation_message); }
    std::string  label() const { return words(cmpkit_operation_label); }
    std::string  fetch_url() const { return words(cmpkit_operation_fetch_url); }
    std::int64_t check_after() const { return number(cmpkit_operation_check_after); }
    bool         with_mods() const { return number(cmpkit_operation_with_mods) != 0; }
    std::string  peer_text() const { return words(cmpkit_operation_peer_text); }
    Blob         certificate() const { return octets(cmpkit_operation_certificate); }
    std::string  certificate_pem() const { return octets(cmpkit_operation_certificate_pem).text(); }
    std::string  chain_pem() const { return octets(cmpkit_operation_chain_pem).text(); }
    std::string  ca_pubs_pem() const { return octets(cmpkit_operation_ca_pubs_pem).text(); }
    std::string  found_pem() const { return octets(cmpkit_operation_found_pem).text(); }
    std::string  links_pem() const { return octets(cmpkit_operation_links_pem).text(); }
    Blob         request_template() const { return octets(cmpkit_operation_template); }
    Blob         information() const { return octets(cmpkit_operation_information); }
    Blob         information_value(const std::string& info_type) const {
        const Turn turn(*this);
        return border::octets(cmpkit_operation_information_value, turn.handle(), border::given(info_type));
    }

private:
    explicit Operation(std::shared_ptr<cmpkit_operation> handle) : Owner(std::move(handle)) {}

    /// The one thread that uses the operation now, its own callbacks excluded.
    class Turn {
    public:
        explicit Turn(const Operation& operation) : handle_(operation.handle()), is_taken_(operation.is_taken_) {
            if (is_taken_.exchange(true)) throw Failed(CMPKIT_E_BAD_STATE, "api: the operation is in use by another thread or by its own callback");
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        ~Turn() { is_taken_ = false; }
        cmpkit_operation* handle() const { return handle_.get(); }

    private:
        std::shared_ptr<cmpkit_operation> handle_;
        std::atomic<bool>&                is_taken_;
    };
    template <class Function, class... Arguments> void use(Function function, Arguments... arguments) {
        const Turn turn(*this);
        border::call(function, turn.handle(), arguments...);
    }
    template <class Function, class... Arguments> int step(Function function, Arguments... arguments) {
        cmpkit_action next = 0;
        use(function, arguments..., &next);
        return next;
    }
    template <class Function> Blob octets(Function function) const {
        const Turn turn(*this);
        return border::octets(function, turn.handle());
    }
    std::string words(const char* (*function)(const cmpkit_operation*)) const {
        const Turn turn(*this);
        return border::present(function(turn.handle()));
    }
    template <class Number> Number number(Number (*function)(const cmpkit_operation*)) const {
        const Turn turn(*this);
        return function(turn.handle());
    }

    template <class Function, class Callback, class Trampoline> void set(Function function, Callback* callback, Trampoline trampoline) {
        std::unique_ptr<Callback> owned(callback);
        const Turn                turn(*this);
        border::call(function, turn.handle(), callback ? trampoline : nullptr, owned.release(), border::release<Callback>);
    }
    /// A callback that cannot refuse: its exception ends the run instead.
    template <class Callback> struct Told {
        std::unique_ptr<Callback> callback;
        cmpkit_operation*         operation;
    };
    template <class Callback, class Function> static void told(void* user, Function function) noexcept {
        auto& told = *static_cast<Told<Callback>*>(user);
        if (!border::answer([&] { function(*told.callback); })) cmpkit_operation_cancel(told.operation);
    }
    template <class Function, class Callback, class Trampoline> void tell(Function function, Callback* callback, Trampoline trampoline) {
        std::unique_ptr<Callback> owned(callback);
        const Turn                turn(*this);
        border::call(function, turn.handle(), callback ? trampoline : nullptr, new Told<Callback>{std::move(owned), turn.handle()}, border::release<Told<Callback>>);
    }

    mutable std::atomic<bool> is_taken_{false};
};

}  // namespace cmpkit
