// A transaction as its requester sees it: what its messages do. What the upstream's answers do is in passage_answers.cpp.
#include "responder/passage.hpp"

#include "crypto/digest.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/header_checks.hpp"
#include "operations/status_answers.hpp"

namespace cmpkit::responder {

using operations::Errand;
using operations::RelayAction;
using operations::RelayOperation;
using operations::RelayState;

namespace {

constexpr std::size_t most_exchanges = 8;  // of one transaction: more than an honest one has, few enough that nobody makes a record grow without end

Error spent_secret() {
    return {.code = Code::not_authorized, .fail_info = FailInfo::notAuthorized, .clause = "RFC 9483 3.5", .detail = "this secret is spent, expired or locked"};
}

Result<std::optional<der::Parsed<PKIMessage>>> message_in(const std::optional<der::OctetString>& octets) {
    if (!octets) return std::optional<der::Parsed<PKIMessage>>();
    auto parsed = der::parse<PKIMessage>(copy_of(octets->content));
    if (!parsed) return Error{.code = Code::store_failed, .detail = "a message in a transaction's record cannot be read"}.because_of(parsed.error());
    return std::optional(std::move(*parsed));
}

}  // namespace

Result<bool> Passage::load() {
    auto found = store_.get(store::Table::relayed, key_);
    if (!found) return found.error();
    if (!*found) return false;
    auto parsed = der::parse<Record>(std::move((*found)->value));
    if (!parsed) return Error{.code = Code::store_failed, .detail = "a relayed transaction's record cannot be read"}.because_of(parsed.error());
    version_     = (*found)->version;
    due_before_  = (*found)->due;
    before_      = std::move(*parsed);
    auto first   = message_in(record().first);
    auto current = message_in(record().current);
    if (!first) return first.error();
    if (!current) return current.error();
    first_   = std::move(*first);
    current_ = std::move(*current);
    return true;
}

// ---------------------------------------------------------------- a message of the requester

Result<Passed> Passage::visit(const Visit& visit) {
    auto found = load();
    if (!found) return found.error();
    // The very same octets again: the very same answer, also to a requester that slept longer than messageTime allows; or it is still being asked for.
    const auto before = std::ranges::find_if(record().exchanges, [&](const auto& each) { return equal(each.request.content, visit.hash); });
    if (before != record().exchanges.end()) return Passed{.step = {.reply = Reply{copy_of(before->reply.content)}, .key = key_}, .word = "repeated"};
    if (record().state == RelayState::asked && equal(current().received, visit.message.received))
        return Passed{.step = {.key = key_, .patience = upstream() ? upstream()->answer_seconds : 1}, .word = "repeated"};
    if (auto good = operations::check_time(visit.message.header, now_, doorway_.time_window); !good) return Passed{.word = "error", .refusal = good.error()};
    if (visit.sender.unrecognised) return Passed{.word = "error", .refusal = visit.sender.unrecognised};
    if (!*found && !visit.sender.for_new) return Passed{.word = "error", .refusal = spent_secret()};
    const std::string label = record().profile ? std::string(text_of(record().profile->content)) : visit.label;
    RelayOperation    operation(visit.message, visit.sender.requester, record(), first_ ? &first() : nullptr, label);
    return decide(operation, visit);
}

Octets unverified_key(Bytes hash) { return operations::transaction_key("message", hash); }
bool   is_unverified(Bytes key) { return text_of(key).starts_with(std::string_view("message\0", 8)); }

Result<Passed> Passage::pass_unverified(const PKIMessage& message, const std::string& label, Bytes hash) {
    auto found = load();
    if (!found) return found.error();
    if (*found && !record().exchanges.empty()) return Passed{.step = {.reply = Reply{copy_of(record().exchanges.front().reply.content)}, .key = key_}, .word = "repeated"};
    permission_ = authority_.judge_unverified(message, label);
    if (!permission_) return Error{.code = Code::not_found, .detail = "the rule that let it pass is gone"};
    if (*found && due_before_ > now_) return Passed{.step = {.key = key_, .patience = permission_->upstream->answer_seconds}, .word = "repeated"};
    Record record   = next(RelayState::asked);
    record.rule     = der::utf8_string(permission_->rule->name);
    record.upstream = der::utf8_string(permission_->upstream->name);
    record.request  = static_cast<std::int64_t>(type_of(message.body));
    record.first    = der::octet_string(message.received);
    record.outgoing = der::octet_string(message.received);
    record.profile  = der::utf8_string(label);
    record.until    = now_ + permission_->upstream->give_up_seconds;
    record.senderNonce = der::octet_string(Bytes());
    (void)hash;
    Parcel parcel = parcel_of(record, message.received, *permission_->upstream, message);
    parcel.claimed_until = now_ + permission_->upstream->retry_seconds;
    if (auto done = commit(record, parcel.claimed_until); !done) return done.error();
    deed_.route = "unverified to " + permission_->upstream->name + " by rule " + permission_->rule->name;
    return Passed{.step = {.parcel = std::move(parcel), .key = key_, .patience = permission_->upstream->answer_seconds}, .word = "forwarded", .deed = deed_};
}

Result<Passed> Passage::decide(RelayOperation& operation, const Visit& visit) {
    RelayAction next = operation.begin();
    for (;;) {
        if (std::holds_alternative<operations::Forward>(next)) return forward(visit);
        if (std::holds_alternative<operations::Deliver>(next)) return deliver(visit);
        if (const auto* answer = std::get_if<operations::RelayAnswer>(&next)) return reply(*answer, visit);
        if (std::holds_alternative<operations::AskToForget>(next)) {
            auto forgotten = authority_.abandon(operations::request_id(key_));
            if (!forgotten) return forgotten.error();
            std::ranges::move(*forgotten, std::back_inserter(writes_));
            next = operation.forgotten();
            continue;
        }
        auto asked = ask(operation, visit);
        if (!asked) return asked.error();
        next = std::move(*asked);
    }
}

Result<RelayAction> Passage::ask(RelayOperation& operation, const Visit& visit) {
    const auto*  enrollment = operation.enrollment();
    ra::Question question{.type = type_of(operation.first().body), .profile = {}, .route = record().profile ? std::string(text_of(record().profile->content)) : visit.label,
                          .enrollment = enrollment, .revocation = operation.revocation(), .inquiry = operation.inquiry(), .is_key_generation = operation.is_key_generation(),
                          .id = operations::request_id(key_)};
    question.profile = enrollment ? enrollment->profile : operation.inquiry() ? operation.inquiry()->profile : question.route;
    deed_.profile    = question.profile;
    if (enrollment && enrollment->subject) deed_.subject = to_text(*enrollment->subject);
    if (const auto* revocation = operation.revocation()) {
        deed_.serial = der::hex_integer(revocation->serialNumber.content);
        deed_.reason = name_of(revocation->reason);
    }
    auto judgement = authority_.judge(question, visit.sender.requester, now_);
    if (!judgement) return judgement.error();
    std::ranges::move(judgement->writes, std::back_inserter(writes_));
    if (const auto* refusal = std::get_if<operations::Refusal>(&judgement->outcome)) return operation.refused(*refusal);
    if (auto* waiting = std::get_if<operations::Waiting>(&judgement->outcome)) return operation.postponed(std::move(*waiting));
    permission_ = std::get<ra::Permission>(std::move(judgement->outcome));
    return operation.permitted();
}

Upward Passage::upward(const ra::Upstream& upstream, operations::Forwarding forwarding, bool confirms) const {
    return {.upstream = upstream, .protector = authority_.protector_for(upstream), .forwarding = forwarding, .confirms = confirms, .now = now_};
}

Result<Passed> Passage::forward(const Visit& visit) {
    const ra::Upstream* upstream = permission_ ? permission_->upstream : this->upstream();
    if (!upstream)
        return Passed{.word = "error", .refusal = Error{.code = Code::not_found, .fail_info = FailInfo::systemUnavail, .detail = "the upstream of this transaction is not configured any more"}};
    Record record = next(RelayState::asked);
    const PKIMessage& first = first_ ? this->first() : visit.message;
    Result<Octets> outgoing = Octets();
    if (permission_) {
        const auto asks = operations::asks_implicit_confirm(first.header);
        record.confirms = permission_->rule->implicit_confirm && asks && *asks;
        outgoing        = first_onward(first, *permission_, upward(*upstream, permission_->forwarding, record.confirms));
        record.rule       = der::utf8_string(permission_->rule->name);
        record.upstream   = der::utf8_string(upstream->name);
        record.forwarding = permission_->forwarding;
        record.request    = static_cast<std::int64_t>(type_of(first.body));
        record.first      = der::octet_string(first.received);
        record.profile    = this->record().profile ? this->record().profile : std::optional(der::utf8_string(visit.label));
        if (outgoing && permission_->rule->archive) writes_.push_back(archived(first, *outgoing));
    } else {
        outgoing = later_onward(visit.message, upward(*upstream, record.forwarding, record.confirms));
    }
    if (!outgoing) return outgoing.error();
    record.current.reset();
    if (&visit.message != &first) record.current = der::octet_string(visit.message.received);
    record.outgoing = der::octet_string(*outgoing);
    record.errand   = Errand::message;
    record.tries    = 1;
    record.until    = now_ + upstream->give_up_seconds;
    deed_.route     = std::string(name_of(record.forwarding)) + " to " + upstream->name + " by rule " + std::string(text_of(record.rule.content));
    if (permission_ && !permission_->rule->reason.empty()) deed_.route += ": " + permission_->rule->reason;
    if (permission_ && !permission_->changes.empty()) deed_.route += "; " + permission_->changes;
    // What travels for days is promised at once: the requester is told to wait, and the message is taken up when it is due.
    if (upstream->is_offline || upstream->batch) {
        const std::int64_t due = upstream->batch ? now_ + upstream->batch->seconds : now_;
        return tell_late(std::move(record), visit.message, first, &visit.sender.protector, due);
    }
    const std::int64_t claimed_until = now_ + upstream->retry_seconds;
    Parcel parcel = parcel_of(record, *outgoing, *upstream, first);
    parcel.claimed_until = claimed_until;
    if (auto done = commit(record, claimed_until); !done) return done.error();
    return Passed{.step = {.parcel = std::move(parcel), .key = key_, .patience = upstream->answer_seconds}, .word = "forwarded", .deed = deed_};
}

Parcel Passage::parcel_of(const Record& record, Bytes message, const ra::Upstream& upstream, const PKIMessage& first) const {
    // RFC 9483 6.1: the operation's label is that of its first message.
    static constexpr std::pair<BodyType, std::string_view> labels[] = {{BodyType::ir, "initialization"}, {BodyType::cr, "certification"}, {BodyType::kur, "keyupdate"},
                                                                       {BodyType::p10cr, "pkcs10"}, {BodyType::rr, "revocation"}};
    Parcel parcel{.key = key_, .upstream = upstream.name, .message = copy_of(message)};
    for (const auto& [type, label] : labels)
        if (type == type_of(first.body)) parcel.operation = label;
    if (record.profile && !authority_.upstream(text_of(record.profile->content))) parcel.profile = text_of(record.profile->content);
    if (record.forwarding == operations::Forwarding::nested) parcel.operation.clear();
    return parcel;
}

Result<Passed> Passage::deliver(const Visit& visit) {
    auto answer = der::parse<PKIMessage>(copy_of(record().answer->content));
    if (!answer) return Error{.code = Code::store_failed, .detail = "an upstream's answer cannot be read"}.because_of(answer.error());
    const auto     kind = operations::kind_of((*answer)->body, (*answer)->header);
    const Downward downward{.asked = visit.message, .first = first(), .protector = &visit.sender.protector, .always_ours = authority_.settings().answers_protected_here,
                            .confirms = record().confirms && kind == operations::AnswerKind::granted, .now = now_};
    auto reply = onto_requester(**answer, downward);
    if (!reply) return reply.error();
    note_answer(**answer);
    Record record      = next(kind == operations::AnswerKind::granted && !downward.confirms ? RelayState::open : RelayState::ended);
    record.senderNonce = der::octet_string((*answer)->header.senderNonce->content);
    keep_exchange(record, visit.hash, *reply);
    if (auto done = commit(record, due_of(record)); !done) return done.error();
    return Passed{.step = {.reply = Reply{std::move(*reply)}, .key = key_}, .word = std::string(name_of(type_of((*answer)->body))), .deed = deed_};
}

Result<Passed> Passage::reply(const operations::RelayAnswer& answer, const Visit& visit) {
    const PKIBody& body = *answer.body;
    auto octets = seal_own(body, visit.message, &visit.sender.protector);
    if (!octets) return octets.error();
    Passed passed{.step = {.reply = Reply{*octets}, .key = key_}, .word = std::string(name_of(type_of(body))), .refusal = answer.refusal, .deed = deed_};
    if (!answer.state) return passed;
    Record record = next(*answer.state);
    if (record.state == RelayState::ended) record.outgoing.reset();
    if (record.state == RelayState::undecided && !first_) {
        record.first   = der::octet_string(visit.message.received);
        record.request = static_cast<std::int64_t>(type_of(visit.message.body));
        record.profile = der::utf8_string(visit.label);
    }
    record.senderNonce = der::octet_string(nonce_);
    if (record.state == RelayState::undecided) record.until = now_ + answer.check_after + doorway_.undecided_seconds;
    keep_exchange(record, visit.hash, *octets);
    // One that polls for an upstream's answer leaves that message's own time as it is.
    const bool is_on_its_way = record.outgoing && record.state == RelayState::told;
    if (auto done = commit(record, is_on_its_way ? due_before_ : due_of(record)); !done) return done.error();
    return passed;
}

Result<Octets> Passage::seal_own(const PKIBody& body, const PKIMessage& asked, const protection::Protector* protector) {
    auto nonce = operations::random_octets(random_, 16);
    if (!nonce) return nonce.error();
    nonce_ = std::move(*nonce);
    der::Arena arena;
    const operations::HeaderFields fields{.pvno = asked.header.pvno == Pvno::cmp2021 ? Pvno::cmp2021 : Pvno::cmp2000, .recipient = asked.header.sender.get<"directoryName">(),
                                          .transaction_id = asked.header.transactionID->content, .sender_nonce = nonce_, .recip_nonce = asked.header.senderNonce->content,
                                          .now = now_, .general_info = {}};
    return protection::seal(operations::header_of(fields, arena), body, protector, {});
}

// ---------------------------------------------------------------- what is kept

Passage::Record Passage::next(RelayState state) const {
    Record record = this->record();
    record.state  = state;
    return record;
}

void Passage::keep_exchange(Record& record, Bytes hash, Bytes reply) {
    exchanges_.assign(this->record().exchanges.begin(), this->record().exchanges.end());
    if (exchanges_.size() == most_exchanges) exchanges_.erase(exchanges_.begin() + 1);  // the first message's answer stays longest
    kept_.push_back(copy_of(hash));
    kept_.push_back(copy_of(reply));
    exchanges_.push_back({der::octet_string(kept_[kept_.size() - 2]), der::octet_string(kept_.back())});
    record.exchanges = List<operations::Exchange>(exchanges_);
}

store::Write Passage::archived(const PKIMessage& first, Bytes sent) const {
    const operations::ArchivedRequest request{.request = der::octet_string(first.received), .sent = der::octet_string(sent), .rule = der::utf8_string(permission_->rule->name),
                                              .reason = der::utf8_string(permission_->rule->reason), .changes = der::utf8_string(permission_->changes),
                                              .upstream = der::utf8_string(permission_->upstream->name), .at = now_};
    return {.table = store::Table::archive, .key = key_, .read_version = 0, .value = der::encode(request), .index = {}, .due = 0};
}

std::int64_t Passage::due_of(const Record& record) const {
    if (record.outgoing) return now_ + 1;
    if (record.state == RelayState::ended) return now_ + doorway_.keep_seconds;
    return record.state == RelayState::undecided ? record.until : now_ + doorway_.answer_wait;
}

// What is over needs its messages no longer.
Result<void> Passage::commit(Record record, std::int64_t due, Octets index) {
    if (record.state == RelayState::ended && !record.outgoing) record.first.reset(), record.current.reset(), record.answer.reset();
    writes_.push_back({.table = store::Table::relayed, .key = key_, .read_version = version_, .value = der::encode(record), .index = std::move(index), .due = due});
    return store_.commit({std::move(writes_)});
}

}  // namespace cmpkit::responder
