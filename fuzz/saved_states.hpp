// What operations save between their steps, from the first to the last, against a CA that answers them: where the fuzzer begins.
#pragma once
#include "authority.hpp"
#include "orders.hpp"

namespace cmpkit::fuzz {

/// To be certified; the same in every process, so that what is saved with it can be restored in another.
inline const std::shared_ptr<crypto::PrivateKey>& constant_key() {
    static const auto one = [] {
        Octets pkcs8{0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20};  // RFC 8410 7
        pkcs8.resize(pkcs8.size() + 32, 1);
        auto parsed = crypto::PrivateKey::parse(pkcs8, nullptr);
        hold(bool(parsed));
        return *parsed;
    }();
    return one;
}

using Carry = std::function<Result<Octets>(Bytes)>;

/// @return nothing: it has ended
inline std::optional<operations::Action> next_action(operations::EndEntity& operation, const operations::Action& last, const Carry& carry) {
    using namespace operations;
    const Random random = counting_random();
    if (const auto* send = std::get_if<Send>(&last)) {
        auto answer = carry(send->message);
        return answer ? operation.step(Received{*std::move(answer)}, now, random) : operation.step(Lost{answer.error()}, now, random);
    }
    if (std::holds_alternative<Decide>(last)) return operation.step(Decided{}, now, random);
    if (std::holds_alternative<Keep>(last)) return operation.step(Stored{}, now, random);
    if (std::holds_alternative<Wait>(last)) return operation.step(Woken{}, now, random);
    return std::nullopt;
}

inline void save_states(std::uint8_t kind, const Carry& carry, std::vector<Octets>& out) {
    operations::EndEntity             operation(order_of(kind, kind % 4 == 3 ? nullptr : constant_key()), known_credentials(), {});
    std::optional<operations::Action> action = operation.step(operations::Begin{}, now, counting_random());
    for (int turns = 0; turns < 12 && action; ++turns, action = next_action(operation, *action, carry))
        if (auto saved = operation.save()) out.push_back(std::move(*saved));
}

/// Of each kind of order: one is answered by the CA, one told to wait before.
inline const std::vector<Octets>& saved_states() {
    static const auto all = [] {
        static constexpr std::uint8_t waiting[] = {0xb7, 7, 0x30, 5, 0x30, 3, 2, 1, 3};  // an error whose status says so
        std::vector<Octets>           states;
        der::Tlv                      body;
        Bytes                         row(waiting);
        hold(!der::take(row, body));
        for (std::uint8_t kind = 0; kind < 4; ++kind) {
            const auto store = store::open_memory();
            Authority  authority(*store);
            const auto by_ca = [&](Bytes message) -> Result<Octets> { return copy_of(authority.answer(message, now)->received); };
            save_states(kind, by_ca, states);
            save_states(kind, [&, first = true](Bytes message) mutable { return std::exchange(first, false) ? Result<Octets>(reply_to(message, body)) : by_ca(message); }, states);
        }
        return states;
    }();
    return all;
}

}  // namespace cmpkit::fuzz
