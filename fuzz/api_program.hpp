// Programs of calls into the C ABI. A call takes its arguments from the input by their types: handles from a few shelves, texts and octets that are known words or
// literal, callbacks of ours; NULL wherever the input says so. What every call promises is held after each, and at the end everything is freed.
#pragma once
#include "api_callbacks.hpp"
#include "api_plant.hpp"

#include <cstring>
#include <deque>
#include <tuple>

namespace cmpkit::fuzz {

/// The handles of a type that a program has: in a call, `fresh` is where a new one comes.
template <class Handle, void (*Free)(Handle*)> struct Shelf {
    std::array<Handle*, 3> handles{};
    Handle*                fresh = nullptr;

    Shelf() = default;
    Shelf(const Shelf&) = delete;
    Shelf& operator=(const Shelf&) = delete;
    ~Shelf() {
        for (Handle* handle : handles) Free(handle);
    }
    void put(std::size_t at) { Free(std::exchange(handles[at % handles.size()], std::exchange(fresh, nullptr))); }
};

class Program {
public:
    explicit Program(Bytes octets);
    bool           is_over() const { return input_.is_over(); }
    Input&         input() { return input_; }
    cmpkit_context* context() const { return context_.handles[0]; }
    template <class Handle> auto& shelf();

    template <class R, class... A> void call(R (*function)(A...)) {
        manner_ = input_.octet();
        const std::tuple<A...> arguments{take(std::type_identity<A>())...};
        if constexpr (std::is_void_v<R>) std::apply(function, arguments);
        else judge(std::apply(function, arguments), std::get<sizeof...(A) - 1>(arguments));
    }
    template <class Handle> void drop() { shelf<Handle>().put(input_.octet()); }
    /// A failure that may stand in `error_`, and what else such a call leaves.
    void judge(cmpkit_rc rc, cmpkit_error** given);

private:
    template <class R, class Last> void judge(R, Last) {}
    template <class Last> void judge(const char* text, Last) { hold(!text || std::strlen(text) < 1'000'000); }

    Octets carried(Bytes request);
    bool   is_odd(std::uint8_t manner) const { return manner_ == manner; }

    std::int64_t  take(std::type_identity<std::int64_t>) { const auto way = input_.octet(); return way < 2 ? -way : way == 2 ? INT64_MAX : founded + way - 100; }
    std::int32_t  take(std::type_identity<std::int32_t>) { return static_cast<std::int8_t>(input_.octet()); }
    std::uint32_t take(std::type_identity<std::uint32_t>) { return input_.octet() * 2u; }
    std::size_t   take(std::type_identity<std::size_t>) { return size_ ? *std::exchange(size_, std::nullopt) : input_.octet(); }
    const char*   take(std::type_identity<const char*>);
    const std::uint8_t* take(std::type_identity<const std::uint8_t*>);
    std::int32_t*  take(std::type_identity<std::int32_t*>) { return is_odd(254) ? nullptr : (has_number_ = true, &(number_ = 77)); }
    cmpkit_error** take(std::type_identity<cmpkit_error**>) { return is_odd(255) ? nullptr : &error_; }

    const cmpkit_enroll_options* take(std::type_identity<const cmpkit_enroll_options*>);
    const cmpkit_revoke_options* take(std::type_identity<const cmpkit_revoke_options*>);
    const cmpkit_get_options*    take(std::type_identity<const cmpkit_get_options*>);
    const cmpkit_ca_search*      take(std::type_identity<const cmpkit_ca_search*>);

    void*             take(std::type_identity<void*>) { return &users_.emplace_back(User{&input_, [this](Bytes request) { return carried(request); }}); }
    cmpkit_destroy_fn take(std::type_identity<cmpkit_destroy_fn>) { return users_.back().awaited = !is_odd(253), is_odd(253) ? nullptr : Callbacks::destroy; }
    cmpkit_log_fn      take(std::type_identity<cmpkit_log_fn>) { return or_null(Callbacks::log); }
    cmpkit_sign_fn     take(std::type_identity<cmpkit_sign_fn>) { return or_null(Callbacks::sign); }
    cmpkit_policy_fn   take(std::type_identity<cmpkit_policy_fn>) { return or_null(Callbacks::policy); }
    cmpkit_keep_fn     take(std::type_identity<cmpkit_keep_fn>) { return or_null(Callbacks::keep); }
    cmpkit_waiting_fn  take(std::type_identity<cmpkit_waiting_fn>) { return or_null(Callbacks::waiting); }
    cmpkit_trace_fn    take(std::type_identity<cmpkit_trace_fn>) { return or_null(Callbacks::trace); }
    cmpkit_exchange_fn take(std::type_identity<cmpkit_exchange_fn>) { return or_null(Callbacks::exchange); }  // and cmpkit_inform_fn, the same type
    cmpkit_save_fn     take(std::type_identity<cmpkit_save_fn>) { return or_null(Callbacks::save); }
    cmpkit_name_fn     take(std::type_identity<cmpkit_name_fn>) { return or_null(Callbacks::name); }
    cmpkit_overseer_fn take(std::type_identity<cmpkit_overseer_fn>) { return or_null(Callbacks::oversee); }
    cmpkit_adapter_fn  take(std::type_identity<cmpkit_adapter_fn>) { return or_null(Callbacks::adapt); }
    cmpkit_event_fn    take(std::type_identity<cmpkit_event_fn>) { return or_null(Callbacks::event); }
    template <class Function> Function* or_null(Function* function) const { return is_odd(252) ? nullptr : function; }

    cmpkit_context* take(std::type_identity<cmpkit_context*>) { return is_odd(251) ? nullptr : context(); }
    template <class Handle> const Handle* take(std::type_identity<const Handle*>) { return take(std::type_identity<Handle*>()); }
    template <class Handle> Handle* take(std::type_identity<Handle*>) {
        auto& handles = shelf<Handle>().handles;
        return handles[input_.octet() % handles.size()];
    }
    template <class Handle> Handle** take(std::type_identity<Handle**>) {
        if (is_odd(254)) return nullptr;
        auto& fresh = shelf<Handle>().fresh;
        fresh       = reinterpret_cast<Handle*>(&fresh);  // not NULL: the call makes it so if it fails
        put_        = [this, at = input_.octet()](bool is_good) {
            hold((shelf<Handle>().fresh != nullptr) == is_good);
            if (is_good) shelf<Handle>().put(at);
        };
        return &fresh;
    }

    // Users outlive what is theirs, and are looked at when that is gone.
    struct Users : std::deque<User> {
        ~Users() {
            for (const User& user : *this) hold(user.destroyed == user.awaited);
        }
    };
    Input                                               input_;
    Users                                               users_;
    Shelf<cmpkit_context, cmpkit_context_free>          context_;
    Shelf<cmpkit_buf, cmpkit_buf_free>                  bufs_;
    Shelf<cmpkit_key, cmpkit_key_free>                  keys_;
    Shelf<cmpkit_credentials, cmpkit_credentials_free>  credentials_;
    Shelf<cmpkit_trust, cmpkit_trust_free>              trusts_;
    Shelf<cmpkit_tls, cmpkit_tls_free>                  tls_;
    Shelf<cmpkit_responder, cmpkit_responder_free>      responders_;
    Shelf<cmpkit_operation, cmpkit_operation_free>      operations_;

    // Of the call under way.
    std::uint8_t                                 manner_ = 0;
    std::deque<std::string>                      texts_;
    std::optional<std::size_t>                   size_;
    cmpkit_error*                                error_ = nullptr;
    std::function<void(bool)>                    put_;
    std::int32_t                                 number_     = 0;
    bool                                         has_number_ = false;
    std::tuple<cmpkit_enroll_options, cmpkit_revoke_options, cmpkit_get_options, cmpkit_ca_search> options_;
    std::array<const char*, 3>                   sans_{};
};

}  // namespace cmpkit::fuzz
