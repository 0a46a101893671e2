// What the end entities of the fuzz targets ask for, and as whom.
#pragma once
#include "known_peer.hpp"
#include "operations/end_entity.hpp"

namespace cmpkit::fuzz {

/// kind: ir, cr, kur, then a support message. @param key  to be certified
inline operations::Order order_of(std::uint8_t kind, std::shared_ptr<const crypto::Signer> key) {
    if (kind % 4 == 3) return {operations::Inquiry{}, {}};
    operations::Enrollment wanted;
    wanted.type = kind % 4 == 0 ? BodyType::ir : kind % 4 == 1 ? BodyType::cr : BodyType::kur;
    wanted.key  = std::move(key);
    return {std::move(wanted), {}};
}

inline operations::Credentials known_credentials() {
    operations::Credentials who;
    who.secret     = shared_secret();
    who.reference  = reference;
    who.iterations = 100;
    return who;
}

}  // namespace cmpkit::fuzz
