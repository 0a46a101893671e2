// Octets to values: one walk over a type's table. Values are views into the octets; lists and decoded open types live in the arena.
// It refuses everything that is not DER or not of the type, and says where; it decides no policy.
//
//     auto message = der::parse<PKIMessage>(std::move(octets));      // owns octets and arena
//     if (!message) log(message.error().text());                     // der: … at body.ir[0].certReq.certTemplate (offset 181)
#pragma once
#include "der/schema.hpp"

namespace cmpkit::der {

inline constexpr int         max_depth = 40;        // elements inside elements
inline constexpr std::size_t max_size  = 16u << 20;  // octets of one input

/// Fills `*out`, a default value of `type`. The views in it live as long as `input` and `arena`.
///
/// @error truncated, bad_length, bad_tag, missing, unexpected, bad_value, default_encoded, empty_list, too_deep
/// @error too_large  more than max_size octets, or more list elements than the arena's budget allows
Result<void> parse(const Type& type, Bytes input, void* out, Arena& arena);

/// Enough for every honest message of `size` octets; a bound for the others.
constexpr std::size_t arena_budget(std::size_t size) { return (128u << 10) + 48 * size; }

template <class T> Result<T> parse(Bytes input, Arena& arena) {
    T value{};
    if (auto done = parse(describe<T>(), input, &value, arena); !done) return done.error();
    return value;
}

/// A value together with the octets and the arena that it looks into. Move-only; the value stays where it is when moved.
template <class T> class Parsed {
public:
    const T& operator*() const { return state_->value; }
    const T* operator->() const { return &state_->value; }
    Bytes    octets() const { return state_->octets; }

    static Result<Parsed> from(Octets octets) {
        Parsed parsed(std::move(octets));
        State& state = *parsed.state_;
        if (auto done = parse(describe<T>(), state.octets, &state.value, state.arena); !done) return done.error();
        return parsed;
    }

private:
    struct State {
        explicit State(Octets o) : octets(std::move(o)), arena(arena_budget(octets.size())) {}
        Octets octets;
        Arena  arena;
        T      value{};
    };
    explicit Parsed(Octets octets) : state_(std::make_unique<State>(std::move(octets))) {}
    std::unique_ptr<State> state_;
};
template <class T> Result<Parsed<T>> parse(Octets octets) { return Parsed<T>::from(std::move(octets)); }

}  // namespace cmpkit::der
