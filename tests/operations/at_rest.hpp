// End entities that were saved in the middle of their operation.
#pragma once
#include "scripted_ca.hpp"

#include "operations/end_entity_state.hpp"

namespace cmpkit::operations {

using SignerPtr = std::shared_ptr<const crypto::Signer>;

inline Result<EndEntity> restored(const Play& play, Bytes saved, const Credentials& who, SignerPtr key) { return EndEntity::restore(saved, who, play.trust(), std::move(key)); }

/// An operation at rest in the state in which that happens next for the first time.
template <class Kind> struct At {
    Play       play;
    Enrollment wanted = Play::enrollment();
    Credentials who   = play.by_secret();
    Octets     saved;

    explicit At(std::optional<int> delays = {}) {
        play.ca.delays = delays;
        play.between   = [this](EndEntity& operation, Action next) {
            if (saved.empty() && std::holds_alternative<Kind>(next)) saved = value_of(operation.save());
            return next;
        };
        (void)play.run(wanted, who);
        play.between = nullptr;
        REQUIRE_FALSE(saved.empty());
    }
    Result<EndEntity> restore(Bytes octets) const { return restored(play, octets, who, wanted.key); }
    EndEntity restore() const { return value_of(restore(saved)); }
};

}  // namespace cmpkit::operations
