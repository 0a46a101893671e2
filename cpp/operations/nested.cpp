#include "operations/nested.hpp"

#include "operations/forwarding.hpp"

#include <set>

namespace cmpkit::operations {
namespace {

Bytes octets_of(const std::optional<der::OctetString>& field) { return field ? field->content : Bytes(); }

Error broken(Code code, FailInfo info, const char* path, const char* clause, const char* detail) {
    return {.code = code, .path = path, .fail_info = info, .clause = clause, .detail = detail};
}

Error nested_twice() { return broken(Code::bad_request, FailInfo::badRequest, "body", "RFC 9483 5.2.2.2", "a nested message stands within another"); }

// RFC 9483 5.2.2.1: transactionID, senderNonce and recipNonce are copied.
Result<void> check_approval(const PKIMessage& outer) {
    const PKIMessage& inner = nested_messages(outer).front();
    if (inner.body.is<"nested">()) return nested_twice();
    if (!inner.protection || !inner.header.protectionAlg)
        return broken(Code::protection_missing, FailInfo::badMessageCheck, "body.nested[0].protection", "RFC 9483 5.2.2.1", "what is approved is protected itself");
    if (!inner.header.senderNonce || !equal(octets_of(outer.header.senderNonce), octets_of(inner.header.senderNonce)))
        return broken(Code::nonce_mismatch, FailInfo::badSenderNonce, "header.senderNonce", "RFC 9483 5.2.2.1", "it is not that of the nested message");
    if (outer.header.recipNonce.has_value() == inner.header.recipNonce.has_value() && equal(octets_of(outer.header.recipNonce), octets_of(inner.header.recipNonce))) return {};
    return broken(Code::nonce_mismatch, FailInfo::badRecipientNonce, "header.recipNonce", "RFC 9483 5.2.2.1", "it is not that of the nested message");
}

Result<void> check_batch(const PKIMessage& outer) {
    if (nested_messages(outer).size() > most_nested) return broken(Code::bad_request, FailInfo::badRequest, "body.nested", "RFC 9483 5.2.2.2", "there are more messages in it than are taken at once");
    if (!outer.header.recipNonce) return {};
    return broken(Code::nonce_mismatch, FailInfo::badRecipientNonce, "header.recipNonce", "RFC 9483 5.2.2.2", "a first message answers nothing");
}

/// What was seen so far in a batch. Views of it.
class Seen {
public:
    explicit Seen(const PKIHeader& outer) {
        ids_.insert(text_of(octets_of(outer.transactionID)));
        nonces_.insert(text_of(octets_of(outer.senderNonce)));
    }
    std::optional<Error> fault_of(const PKIMessage& inner) {
        if (inner.body.is<"nested">()) return nested_twice();
        // What has no ID or no nonce breaks a rule of its own.
        const bool is_new_id    = !inner.header.transactionID || ids_.insert(text_of(octets_of(inner.header.transactionID))).second;
        const bool is_new_nonce = !inner.header.senderNonce || nonces_.insert(text_of(octets_of(inner.header.senderNonce))).second;
        if (!is_new_id)
            return broken(Code::transaction_mismatch, FailInfo::transactionIdInUse, "header.transactionID", "RFC 9483 5.2.2.2", "another message of the batch has this transactionID");
        if (is_new_nonce) return std::nullopt;
        return broken(Code::nonce_mismatch, FailInfo::badSenderNonce, "header.senderNonce", "RFC 9483 5.2.2.2", "another message of the batch has this senderNonce");
    }

private:
    std::set<std::string_view> ids_, nonces_;
};

}  // namespace

const PKIMessages& nested_messages(const PKIMessage& outer) { return *outer.body.get<"nested">(); }

Nesting nesting_of(const PKIMessage& outer) {
    const PKIMessages& inner = nested_messages(outer);
    const bool is_copied = inner.size() == 1 && outer.header.transactionID && inner.front().header.transactionID &&
                           equal(outer.header.transactionID->content, inner.front().header.transactionID->content);
    return is_copied ? Nesting::approval : Nesting::batch;
}

Result<void> check_nesting_is_signed(const PKIMessage& outer) {
    if (!outer.header.protectionAlg || !protection::is_mac(*outer.header.protectionAlg)) return {};
    return broken(Code::wrong_protection, FailInfo::wrongIntegrity, "header.protectionAlg", "RFC 9483 5.2.2", "a nested message is signed");
}

Result<void> check_nester(const Requester& requester) {
    if (requester.kind == RequesterKind::ra) return {};
    return broken(Code::not_authorized, FailInfo::notAuthorized, "body.nested", "RFC 9483 5.2.2", "only an RA nests messages");
}

Result<void> check_nesting(const PKIMessage& outer) { return nesting_of(outer) == Nesting::approval ? check_approval(outer) : check_batch(outer); }

std::vector<std::optional<Error>> faults_of_batch(const PKIMessage& outer) {
    Seen                              seen(outer.header);
    std::vector<std::optional<Error>> faults;
    for (const PKIMessage& inner : nested_messages(outer)) faults.push_back(seen.fault_of(inner));
    return faults;
}

Result<Octets> answer_to_batch(const PKIMessage& outer, std::span<const Octets> replies, Bytes nonce, const protection::Protector& protector, std::int64_t now) {
    const PKIHeader& asked = outer.header;
    return bundle(std::vector<Bytes>(replies.begin(), replies.end()),
                  {.pvno = asked.pvno, .recipient = asked.sender.get<"directoryName">(), .transaction_id = asked.transactionID->content, .sender_nonce = nonce,
                   .recip_nonce = asked.senderNonce->content, .now = now, .general_info = {}},
                  protector);
}

Error batch_id_in_use() { return broken(Code::transaction_mismatch, FailInfo::transactionIdInUse, "header.transactionID", "RFC 9483 5.2.2.2", "this transactionID is in use"); }

}  // namespace cmpkit::operations
