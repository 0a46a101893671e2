#include "responder/attempt.hpp"

#include "der/print.hpp"
#include "messages/names.hpp"
#include "operations/header_checks.hpp"

namespace cmpkit::responder {

using operations::Answer;
using operations::ServerAction;
using operations::ServerOperation;
using operations::Transaction;
using operations::TransactionState;

namespace {

constexpr std::size_t most_exchanges = 8;  // of one transaction: more than an honest one has, few enough that nobody makes a record grow without end

Error spent_secret() {
    return {.code = Code::not_authorized, .fail_info = FailInfo::notAuthorized, .clause = "RFC 9483 3.5", .detail = "this secret is spent, expired or locked"};
}

std::string words_for(const operations::EnrollmentRequest& request) {
    std::string words = request.ra_verified ? "raVerified" : "";
    if (request.has_original) words += words.empty() ? "origPKIMessage" : ", origPKIMessage";
    return words;
}

}  // namespace

Result<Outcome> Attempt::run() {
    if (auto loaded = load(); !loaded) return loaded.error();
    // The very same octets again: the very same reply, also to a client that slept longer than messageTime allows.
    if (const auto* before = answered_before()) return Outcome{copy_of(before->reply.content), "repeated", {}};
    if (auto good = check_times(); !good) return Outcome{{}, "error", good.error()};
    if (arrival_.sender.unrecognised) return Outcome{{}, "error", arrival_.sender.unrecognised};
    if (!before_ && !arrival_.sender.for_new) return Outcome{{}, "error", spent_secret()};
    if (!before_ && arrival_.destination.misdirected) return Outcome{{}, "error", arrival_.destination.misdirected};
    if (is_elsewhere()) return Error{.code = Code::conflict, .detail = "another CA has this transaction"};
    const std::string profile = before().profile ? std::string(text_of(before().profile->content)) : arrival_.destination.profile;
    ServerOperation   operation(arrival_.message, arrival_.sender.requester, before(), pending_ ? &**pending_ : nullptr, profile, approved_by());
    note_request(deed_, pending_ ? **pending_ : arrival_.message, before_ ? static_cast<BodyType>(before().request) : type_of(arrival_.message.body));
    auto answer = decide(operation);
    if (!answer) return answer.error();
    note_status(deed_, *answer->body);
    auto reply = seal(*answer);
    if (!reply) return reply.error();
    if (answer->state) writes_.push_back(record_of(*answer, *reply));
    if (auto done = writes_.empty() ? Result<void>() : store_.commit({std::move(writes_)}); !done) return done.error();
    return Outcome{std::move(*reply), std::string(name_of(type_of(*answer->body))), answer->refusal, std::move(deed_)};
}

Result<void> Attempt::load() {
    auto record = store_.get(store::Table::transactions, arrival_.key);
    if (!record) return record.error();
    if (!*record) return {};
    auto parsed = der::parse<Transaction>(std::move((*record)->value));
    if (!parsed) return Error{.code = Code::store_failed, .detail = "a transaction's record cannot be read"}.because_of(parsed.error());
    version_ = (*record)->version;
    before_  = std::move(*parsed);
    if (before().state != TransactionState::waiting) return {};
    auto pending = der::parse<PKIMessage>(before().pending ? copy_of(before().pending->content) : Octets());
    if (!pending) return Error{.code = Code::store_failed, .detail = "a transaction's first message cannot be read"}.because_of(pending.error());
    pending_ = std::move(*pending);
    return {};
}

// Of a nested message both.
Result<void> Attempt::check_times() const {
    auto good = operations::check_time(arrival_.message.header, arrival_.now, policy_.time_window);
    return good && arrival_.escort.header ? operations::check_time(*arrival_.escort.header, arrival_.now, policy_.time_window) : good;
}

// It is the first message that is approved or not, whatever brings the later ones.
std::string Attempt::approved_by() const {
    if (!before_) return arrival_.escort.approved_by;
    return before().approvedBy ? std::string(text_of(before().approvedBy->content)) : std::string();
}

// Of another CA, since the message came: certificates, desk and policy of this one would be the wrong ones. First messages need none of them.
bool Attempt::is_elsewhere() const {
    return operations::is_later(arrival_.message.body) && before_ && arrival_.directory.owner_of(before()) != arrival_.destination.member;
}

const operations::Exchange* Attempt::answered_before() const {
    const auto same = std::ranges::find_if(before().exchanges, [this](const auto& exchange) { return equal(exchange.request.content, arrival_.hash); });
    return same == before().exchanges.end() ? nullptr : &*same;
}

// ---------------------------------------------------------------- what the authority says

Result<Answer> Attempt::decide(ServerOperation& operation) {
    ServerAction next = operation.begin();
    while (const auto* question = std::get_if<operations::Ask>(&next)) {
        auto after = ask(operation, *question);
        if (!after) return after.error();
        next = std::move(*after);
    }
    return std::get<Answer>(std::move(next));
}

Result<ServerAction> Attempt::ask(ServerOperation& operation, const operations::Ask& question) {
    const std::int64_t now = arrival_.now;
    if (const auto* enrollment = std::get_if<operations::AskEnrollment>(&question)) return ask_to_enroll(operation, enrollment->request);
    if (const auto* revocation = std::get_if<operations::AskRevocation>(&question)) return ask_to_revoke(operation, revocation->request);
    if (const auto* inquiry = std::get_if<operations::AskInformation>(&question)) {
        auto decision = authority_.inform(inquiry->request, arrival_.sender.requester, now);
        if (!decision) return decision.error();
        collect(decision->writes);
        return operation.informed(std::move(*decision));
    }
    if (const auto* wanted = std::get_if<operations::AskCertificate>(&question)) return operation.certificate(find_certificate(wanted->key));
    if (const auto* abandoned = std::get_if<operations::AskAbandon>(&question)) {
        auto changed = authority_.abandon(abandoned->request_id);
        if (!changed) return changed.error();
        collect(*changed);
        return operation.abandoned();
    }
    const auto* confirm = std::get_if<operations::AskConfirm>(&question);
    const Bytes key     = confirm ? confirm->key : std::get<operations::AskWithdraw>(question).key;
    // What is confirmed was found and noted before, to compare its hash.
    if (deed_.serial.empty())
        if (auto known = find_certificate(key); !known) return known.error();
    auto changed = confirm ? authority_.confirm(key, now) : authority_.withdraw(key, now);
    if (!changed) return changed.error();
    collect(*changed);
    if (!confirm) note_withdrawal(deed_);
    return confirm ? operation.confirmed() : operation.withdrawn();
}

Result<ServerAction> Attempt::ask_to_enroll(ServerOperation& operation, const operations::EnrollmentRequest& request) {
    deed_.profile     = request.profile;
    deed_.approved_by = request.approved_by;
    deed_.vouched     = words_for(request);
    if (request.subject) deed_.subject = to_text(*request.subject);
    auto decision = authority_.enroll(request, arrival_.sender.requester, arrival_.now);
    if (!decision) return decision.error();
    if (const auto* issued = std::get_if<operations::Issued>(&decision->outcome)) note(deed_, issued->certificate);
    collect(decision->writes);
    return operation.issued(std::move(*decision));
}

Result<ServerAction> Attempt::ask_to_revoke(ServerOperation& operation, const operations::RevocationRequest& request) {
    deed_.serial      = der::hex_integer(request.serialNumber.content);
    deed_.approved_by = request.approved_by;
    deed_.reason      = name_of(request.reason);
    if (request.invalid_since) deed_.since = der::shown_time(*request.invalid_since);
    auto decision = authority_.revoke(request, arrival_.sender.requester, arrival_.now);
    if (!decision) return decision.error();
    collect(decision->writes);
    return operation.revoked(std::move(*decision));
}

Result<crypto::Cert> Attempt::find_certificate(Bytes key) {
    auto certificate = authority_.certificate(key);
    if (certificate) note(deed_, *certificate);
    return certificate;
}

// ---------------------------------------------------------------- what is sent and kept

// What an RA polled for is its owner's: the answer to the request itself. What says «not yet» is the RA's.
bool Attempt::is_for_owner(const Answer& answer) const { return arrival_.poller && pending_ && answer.state && *answer.state != TransactionState::waiting; }

Result<Octets> Attempt::seal(const Answer& answer) {
    auto nonce = operations::random_octets(random_, 16);
    if (!nonce) return nonce.error();
    nonce_ = std::move(*nonce);
    const bool       is_owners = is_for_owner(answer);
    const PKIHeader& asked     = is_owners ? (*pending_)->header : arrival_.message.header;
    const Sender&    asker     = is_owners || !arrival_.poller ? arrival_.sender : *arrival_.poller;
    const Pvno       pvno      = !is_owners ? answer.pvno : asked.pvno == Pvno::cmp2021 ? Pvno::cmp2021 : Pvno::cmp2000;
    der::Arena arena;
    const operations::HeaderFields fields{.pvno = pvno, .recipient = asked.sender.get<"directoryName">(), .transaction_id = asked.transactionID->content, .sender_nonce = nonce_,
                                          .recip_nonce = asked.senderNonce->content, .now = arrival_.now, .general_info = answer.general_info};
    return protection::seal(operations::header_of(fields, arena), *answer.body, &asker.protector, answer.extra_certs);
}

store::Write Attempt::record_of(const Answer& answer, Bytes reply) const {
    std::vector<operations::Exchange> exchanges;
    exchanges.reserve(before().exchanges.size() + 1);
    exchanges.assign(before().exchanges.begin(), before().exchanges.end());
    if (pending_) exchanges.resize(1);  // a client that polled has the answer to its last pollReq
    if (exchanges.size() == most_exchanges) exchanges.erase(exchanges.begin() + 1);
    exchanges.push_back({der::octet_string(arrival_.hash), der::octet_string(reply)});
    const auto  request = static_cast<std::int64_t>(type_of(arrival_.message.body));
    Transaction transaction{.state = *answer.state, .request = before_ ? before().request : request, .certReqId = answer.certificate || !before_ ? answer.cert_req_id : before().certReqId,
                            .senderNonce = der::octet_string(nonce_), .certificate = {}, .exchanges = exchanges, .pending = {}, .profile = {}, .authority = {}, .approvedBy = {}};
    const std::string& ca       = arrival_.destination.member->name;
    const std::string  approval = approved_by();
    if (!ca.empty()) transaction.authority = der::utf8_string(ca);
    if (transaction.state == TransactionState::waiting) {
        transaction.pending = before_ ? before().pending : der::octet_string(arrival_.message.received);
        transaction.profile = before_ ? before().profile : der::utf8_string(arrival_.destination.profile);
        if (!approval.empty()) transaction.approvedBy = der::utf8_string(approval);
    }
    if (answer.certificate) transaction.certificate = der::octet_string(*answer.certificate);
    return {.table = store::Table::transactions, .key = arrival_.key, .read_version = version_, .value = der::encode(transaction),
            .index = copy_of(arrival_.message.header.transactionID->content),
            .due = due_of(answer)};
}

std::int64_t Attempt::due_of(const Answer& answer) const {
    if (answer.state == TransactionState::waiting) return arrival_.now + answer.check_after + policy_.poll_seconds;
    return answer.due ? answer.due : arrival_.now + policy_.keep_seconds;
}

}  // namespace cmpkit::responder
