// Fills the header that every message of an operation begins with.
#pragma once
#include "crypto/certificate.hpp"
#include "messages/general.hpp"

namespace cmpkit::operations {

/// Random octets are an argument, like time.
using Random = std::function<Result<void>(std::span<std::uint8_t>)>;

Result<Octets> random_octets(const Random& random, std::size_t count);

/// What the header of one message says beyond its sender, whom the protector names. Views.
struct HeaderFields {
    Pvno        pvno = Pvno::cmp2000;
    const Name* recipient = nullptr;  // null: NULL-DN, nobody is known yet
    Bytes       transaction_id;
    Bytes       sender_nonce;
    Bytes       recip_nonce;       // empty: absent
    std::int64_t now = 0;          // 0: no clock, messageTime is left out
    std::span<const InfoTypeAndValue> general_info;
};
/// The views in it live in the arena and in `fields`.
PKIHeader header_of(const HeaderFields& fields, der::Arena& arena);

InfoTypeAndValue implicit_confirm();
InfoTypeAndValue confirm_wait_time(std::int64_t until, der::Arena& arena);
InfoTypeAndValue cert_profile(std::string_view profile, der::Arena& arena);

}  // namespace cmpkit::operations
