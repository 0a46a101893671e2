// How an upstream's answer is read against the message that it should answer.
#include "operations/header_checks.hpp"
#include "responder/passage.hpp"
#include "responder/upstream_answer.hpp"

namespace cmpkit::responder {
namespace {

// Of an answer to a requester that is unknown here, which goes as it came, a signature alone can be judged.
bool is_judged_by_place(const PKIMessage& answer, const ra::Upstream& upstream) { return !answer.protection || is_under_mac(answer) || !upstream.trust.anchors; }

Result<void> check_place(const PKIMessage& answer, const PKIMessage& sent, std::int64_t now) {
    if (auto good = operations::check_header_of_any_version(answer, now, 0); !good) return good;
    return operations::check_answer(answer.header, sent.header.transactionID->content, sent.header.senderNonce->content);
}

}  // namespace

// Whose secret may protect the answer: that of whoever protected the message which it answers.
std::shared_ptr<const crypto::Secret> Passage::secret_of(const Departure& outgoing, const PKIMessage& sent) {
    if (!is_under_mac(sent)) return nullptr;
    if (operations::is_ours(record().forwarding) || outgoing.errand != operations::Errand::message) return upstream()->credentials.secret;
    auto of_requester = authority_.secret(bytes_of(reference_of(sent.header)), now_);
    return of_requester ? of_requester->value : nullptr;
}

Result<Answered> Passage::read_answer(Bytes sent, Bytes octets) {
    auto found = load();
    if (!found) return found.error();
    if (!*found || !is_on_its_way(sent)) return Answered{};
    const ra::Upstream* upstream = this->upstream();
    if (!upstream) return Error{.code = Code::not_found, .detail = "the upstream of a transaction is not configured any more"};
    auto answer = der::parse<PKIMessage>(copy_of(operations::without_prefix(octets, upstream->trust.peer.octets_before_message)));
    if (!answer) return answer.error();
    auto outgoing = der::parse<PKIMessage>(copy_of(sent));
    if (!outgoing) return outgoing.error();
    const PKIMessage& one = answered_one(**outgoing);
    if (is_unverified(key_) && is_judged_by_place(**answer, *upstream)) {
        auto good = check_place(**answer, one, now_);
        return good ? Result<Answered>(Answered{std::move(*answer), {}}) : good.error();
    }
    auto missing = believe(**answer, {.sent = one, .first = answered_one(first()), .awaited = one.body.is<"pollReq">() ? current() : one, .upstream = *upstream,
                                      .secret = secret_of(*record().outgoing, one), .time_window = doorway_.time_window, .now = now_, .is_nested = &one != &**outgoing});
    if (!missing) return missing.error();
    return Answered{std::move(*answer), std::move(*missing)};
}

}  // namespace cmpkit::responder
