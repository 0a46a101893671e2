#include "protection/part.hpp"
#include "protection/protect.hpp"

namespace cmpkit::protection {

Result<void> verify_signature(const PKIMessage& message, const crypto::PublicKey& key) {
    if (!message.protection || !message.header.protectionAlg)
        return Error{.code = Code::protection_missing, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.2"};
    if (message.protection->unused)
        return Error{.code = Code::protection_mismatch, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9810 5.1.3"};
    der::Writer part;
    write_part(message.header.received, message.body.received, part);
    auto good = key.verify(*message.header.protectionAlg, part.written(), message.protection->bytes);
    if (good) return {};
    if (good.error().code == Code::algorithm_refused)
        return Error{.code = Code::algorithm_refused, .path = "header.protectionAlg", .fail_info = FailInfo::badAlg, .clause = "RFC 9810 5.1.3.3"}.because_of(
            good.error());
    return Error{.code = Code::protection_mismatch, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9810 5.1.3.3"}.because_of(
        good.error());
}

}  // namespace cmpkit::protection
