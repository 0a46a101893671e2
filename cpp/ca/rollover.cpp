#include "ca/rollover.hpp"

#include "ca/issuer.hpp"

namespace cmpkit::ca {
namespace {

Error unfit(std::string detail) { return {.code = Code::bad_certificate, .clause = "RFC 9810 4.4", .detail = std::move(detail)}; }

/// A CA certificate that says what `like` says, for that key, from another issuer.
Result<crypto::Cert> certificate_like(const crypto::Cert& like, const crypto::PublicKey& key, std::int64_t not_before, std::int64_t not_after, const Issuer& issuer, const Random& random) {
    auto serial = fresh_serial(random);
    if (!serial) return serial.error();
    Statement   statement;
    const auto* constraints = extension_value<BasicConstraints>(like->extensions, oids::id_ce_basicConstraints);
    const auto* usage       = extension_value<KeyUsage>(like->extensions, oids::id_ce_keyUsage);
    statement.subject          = like->subject;
    statement.key              = key;
    statement.not_before       = not_before;
    statement.not_after        = not_after;
    statement.basicConstraints = constraints ? *constraints : BasicConstraints{true, {}};
    statement.keyUsage         = usage ? *usage : KeyUsage::of({KeyUsageBit::keyCertSign, KeyUsageBit::cRLSign});
    return certify(statement, issuer, *serial);
}

Result<void> check(const RolloverOrder& order) {
    auto certified = order.old_root.key();
    if (!certified) return certified.error();
    if (!equal(certified->spki(), order.old_key.public_key().spki())) return Error{.code = Code::bad_key, .detail = "the key is not that of the root"};
    if (equal(certified->spki(), order.new_key.public_key().spki())) return Error{.code = Code::bad_key, .detail = "the new key is the old one"};
    if (!crypto::is_issued_by(order.old_root, order.old_root)) return unfit("the root does not sign itself");
    if (!crypto::is_issued_by(order.issuing, order.old_root) || order.issuing == order.old_root) return unfit("the root did not certify the CA below it");
    if (order.validity_seconds <= 0 || order.validity_seconds > longest_validity) return Error{.code = Code::bad_argument, .detail = "the validity is outside 1 second to 200 years"};
    return {};
}

}  // namespace

Result<Rollover> roll_over(const RolloverOrder& order, const Random& random, std::int64_t now) {
    if (auto good = check(order); !good) return good.error();
    const crypto::PublicKey& new_key = order.new_key.public_key();
    const std::int64_t       begin = now - own_backdate_seconds, end = now + order.validity_seconds;
    auto new_with_new = certificate_like(order.old_root, new_key, begin, end, {order.old_root->subject, new_key.key_identifier(), order.new_key}, random);
    if (!new_with_new) return new_with_new.error();
    const Issuer old_issuer = Issuer::of(order.old_root, order.old_key), new_issuer = Issuer::of(*new_with_new, order.new_key);
    // RFC 9810 4.4.1: a link reaches as far as the key that signs it, or that it certifies, is trusted.
    auto new_with_old = certificate_like(order.old_root, new_key, begin, std::min(end, order.old_root.not_after()), old_issuer, random);
    if (!new_with_old) return new_with_old.error();
    auto old_with_new = certificate_like(order.old_root, order.old_key.public_key(), order.old_root.not_before(), order.old_root.not_after(), new_issuer, random);
    if (!old_with_new) return old_with_new.error();
    auto issuing_key = order.issuing.key();
    if (!issuing_key) return issuing_key.error();
    auto issuing = certificate_like(order.issuing, *issuing_key, begin, std::min(end, order.issuing.not_after()), new_issuer, random);
    if (!issuing) return issuing.error();
    return Rollover{order.old_root, std::move(*new_with_new), std::move(*new_with_old), std::move(*old_with_new), std::move(*issuing)};
}

}  // namespace cmpkit::ca
