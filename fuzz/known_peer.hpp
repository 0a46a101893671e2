// Somebody who knows a secret of the other side, so that what he says passes its MAC: bodies of the fuzzer's, headers that are right, and whole messages as they come.
#pragma once
#include "der_mutator.hpp"
#include "operations/compose.hpp"
#include "protection/protect.hpp"
#include "schema.hpp"

namespace cmpkit::fuzz {

inline constexpr std::int64_t     now       = 1'790'000'000;
inline constexpr std::string_view secret    = "a secret that the fuzzer knows";
inline constexpr std::string_view reference = "fuzzer";

inline std::shared_ptr<const crypto::Secret> shared_secret() {
    static const auto one = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of(secret)));
    return one;
}

/// Octets that are the same in each run.
inline operations::Random counting_random(std::uint8_t first = 1) {
    return [next = first](std::span<std::uint8_t> out) mutable -> Result<void> {
        for (std::uint8_t& octet : out) octet = next++;
        return {};
    };
}

/// A message with that body. @return empty: it is none
inline Octets sealed(Bytes body, Bytes transaction_id, Bytes sender_nonce, Bytes recip_nonce, const protection::Protector& protector, std::int64_t time) {
    der::Arena arena(der::arena_budget(body.size()));
    const auto parsed = der::parse<PKIBody>(body, arena);
    if (!parsed) return {};
    operations::HeaderFields fields;
    fields.transaction_id = transaction_id, fields.sender_nonce = sender_nonce, fields.recip_nonce = recip_nonce, fields.now = time;
    auto message = protection::seal(operations::header_of(fields, arena), *parsed, &protector, {});
    hold(bool(message));
    return std::move(*message);
}

/// An answer to `asked`, of its transaction: `element` is a body, or the OCTET STRING of a whole message.
inline Octets reply_to(const PKIMessage& asked, const der::Tlv& element, const protection::Protector& protector, std::int64_t time) {
    if (element.tag == der::tag::octet_string) return copy_of(element.content);
    const Octets nonce(16, 3);
    return sealed(element.whole, asked.header.transactionID->content, nonce, asked.header.senderNonce->content, protector, time);
}

/// How `asked` is answered by somebody who knows its secret. @pre it is under a MAC
inline protection::Protector protector_towards(const PKIMessage& asked) {
    const auto key = protection::MacKey::derive(*asked.header.protectionAlg, bytes_of(secret), {});
    hold(bool(key));
    return protection::Protector::by_mac(*key, std::string(reference));
}

inline Octets reply_to(Bytes request, const der::Tlv& element) {
    const auto asked = der::parse<PKIMessage>(copy_of(request));
    hold(asked && (*asked)->header.protectionAlg);
    return reply_to(**asked, element, protector_towards(**asked), now);
}

}  // namespace cmpkit::fuzz
