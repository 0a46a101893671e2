// What a passage reads and keeps, and what it composes. What its events do is in passage_visit.cpp, passage_answers.cpp and passage_time.cpp.
#include "responder/passage.hpp"

#include "der/encode.hpp"
#include "messages/names.hpp"

namespace cmpkit::responder {

using operations::Errand;
using operations::RelayState;

namespace {

constexpr std::size_t  most_exchanges = 8;      // of one transaction: more than an honest one has, few enough that nobody makes a record grow without end
constexpr std::int64_t a_while        = 3600;   // seconds until what cannot be taken up now is looked at again

Error unreadable(const char* what, const Error& why) { return Error{.code = Code::store_failed, .detail = std::string(what) + " in a relayed transaction's record cannot be read"}.because_of(why); }

Result<std::optional<der::Parsed<PKIMessage>>> message_in(const std::optional<der::OctetString>& octets) {
    if (!octets) return std::optional<der::Parsed<PKIMessage>>();
    auto parsed = der::parse<PKIMessage>(copy_of(octets->content));
    if (!parsed) return unreadable("a message", parsed.error());
    return std::optional(std::move(*parsed));
}

}  // namespace

Result<bool> Passage::load() {
    auto found = store_.get(store::Table::relayed, key_);
    if (!found) return found.error();
    if (!*found) return false;
    auto parsed = der::parse<Record>(std::move((*found)->value));
    if (!parsed) return unreadable("what is", parsed.error());
    version_    = (*found)->version;
    due_before_ = (*found)->due;
    before_     = std::move(*parsed);
    const std::pair<const std::optional<der::OctetString>*, std::optional<der::Parsed<PKIMessage>>*> all[] = {
        {&record().first, &first_}, {&record().current, &current_}, {&record().poll, &poll_}};
    for (const auto& [octets, place] : all) {
        auto message = message_in(*octets);
        if (!message) return message.error();
        *place = std::move(*message);
    }
    if (!first_ && record().state != RelayState::ended) return unreadable("the first message", Error{.code = Code::missing});
    if (first_ && !is_unverified(key_)) note_request(deed_, first(), static_cast<BodyType>(record().request));
    deed_.rule     = text_of(record().rule.content);
    deed_.upstream = text_of(record().upstream.content);
    return true;
}

Passage::Record Passage::next(RelayState state) const {
    Record record = this->record();
    record.state  = state;
    return record;
}

void Passage::keep_exchange(Record& record, Bytes hash, Bytes reply) {
    exchanges_.assign(this->record().exchanges.begin(), this->record().exchanges.end());
    if (exchanges_.size() == most_exchanges) exchanges_.erase(exchanges_.begin() + 1);  // the first message's answer stays longest
    const Octets& request = kept_.emplace_back(copy_of(hash));
    const Octets& sent    = kept_.emplace_back(copy_of(reply));
    exchanges_.push_back({der::octet_string(request), der::octet_string(sent)});
    record.exchanges = List<operations::Exchange>(exchanges_);
}

void Passage::depart(Record& record, Octets message, Errand errand, std::int64_t due, std::int64_t until) {
    const Octets& kept = kept_.emplace_back(std::move(message));
    record.outgoing    = Departure{.message = der::octet_string(kept), .errand = errand, .due = due, .until = until, .tries = 0, .batch = {}};
}

Octets queue_index(std::string_view upstream) { return operations::transaction_key("batch", bytes_of(upstream)); }

// One that is due much later, as a pollReq, joins the others when its time has come.
Octets Passage::queue_of(const Record& record) const {
    const ra::Upstream* upstream = record.outgoing && !record.outgoing->batch ? authority_.upstream(text_of(record.upstream.content)) : nullptr;
    return upstream && upstream->batch && record.outgoing->due <= departure(*upstream) ? queue_index(upstream->name) : Octets();
}

// What is over needs its messages no longer.
Result<void> Passage::commit(Record record) {
    if (record.state == RelayState::ended && !record.outgoing) record.first.reset(), record.current.reset(), record.poll.reset(), record.answer.reset();
    writes_.push_back({.table = store::Table::relayed, .key = key_, .read_version = version_, .value = der::encode(record), .index = queue_of(record),
                       .due = record.outgoing ? record.outgoing->due : record.until});
    return store_.commit({std::move(writes_)});
}

Result<void> Passage::postpone() {
    auto found = store_.get(store::Table::relayed, key_);
    if (!found) return found.error();
    if (!*found) return {};
    return store_.commit({{{.table = store::Table::relayed, .key = key_, .read_version = (*found)->version, .value = (*found)->value, .index = (*found)->index, .due = now_ + a_while}}});
}

// ---------------------------------------------------------------- what is composed

Result<Octets> Passage::seal_own(const PKIBody& body, const PKIMessage& asked, const Protector* protector, Bytes nonce) {
    auto fresh = nonce.empty() ? operations::random_octets(random_, 16) : Result<Octets>(copy_of(nonce));
    if (!fresh) return fresh.error();
    nonce_ = std::move(*fresh);
    der::Arena arena;
    const operations::HeaderFields fields{.pvno = asked.header.pvno == Pvno::cmp2021 ? Pvno::cmp2021 : Pvno::cmp2000, .recipient = asked.header.sender.get<"directoryName">(),
                                          .transaction_id = asked.header.transactionID->content, .sender_nonce = nonce_, .recip_nonce = asked.header.senderNonce->content,
                                          .now = now_, .general_info = {}};
    return protection::seal(operations::header_of(fields, arena), body, protector, {});
}

Result<protection::Protector> Passage::protector_towards(const PKIMessage& asked) {
    if (!is_under_mac(asked)) {
        if (authority_.has_protector()) return authority_.protector();
        return Error{.code = Code::bad_state, .fail_info = FailInfo::systemUnavail, .detail = "this RA has no CMP signer to answer with"};
    }
    const std::string reference = reference_of(asked.header);
    auto secret = authority_.secret(bytes_of(reference), now_);
    if (!secret) return secret.error();
    if (!secret->value) return Error{.code = Code::not_found, .fail_info = FailInfo::systemUnavail, .detail = "the secret of this transaction is not configured any more"};
    auto key = protection::MacKey::derive(*asked.header.protectionAlg, secret->value->view(), doorway_.mac_limits);
    if (!key) return key.error();
    return Protector::by_mac(*key, reference, der::encode(authority_.name()));
}

Downward Passage::downward(const PKIMessage& asked, const Protector* protector, bool confirms) const {
    const bool wants_last_poll = authority_.settings().final_nonce == ra::FinalNonce::last_poll;
    return {.asked = asked, .awaited = current(), .protector = protector, .is_from_us = operations::is_ours(record().forwarding), .always_ours = authority_.settings().answers_protected_here,
            .with_last_nonce = wants_last_poll, .confirms = confirms, .has_changes = record().forwarding == operations::Forwarding::modified, .now = now_};
}

Upward Passage::upward(const ra::Upstream& upstream, const Record& record) const {
    return {.upstream = upstream, .protector = authority_.protector_for(upstream), .forwarding = record.forwarding, .confirms = record.confirms, .now = now_};
}

Parcel Passage::parcel_of(const Record& record, const ra::Upstream& upstream) const {
    // RFC 9483 6.1: the operation's label is that of its first message.
    static constexpr std::pair<BodyType, std::string_view> labels[] = {{BodyType::ir, "initialization"}, {BodyType::cr, "certification"}, {BodyType::kur, "keyupdate"},
                                                                       {BodyType::p10cr, "pkcs10"}, {BodyType::rr, "revocation"}};
    Parcel parcel{.key = key_, .upstream = upstream.name, .message = copy_of(record.outgoing->message.content), .claimed_until = record.outgoing->due};
    for (const auto& [type, label] : labels)
        if (type == static_cast<BodyType>(record.request)) parcel.operation = label;
    // A label that chose the upstream is not for the upstream.
    if (record.profile && !authority_.upstream(text_of(record.profile->content))) parcel.profile = text_of(record.profile->content);
    if (record.forwarding == operations::Forwarding::nested) parcel.operation.clear();
    if (record.forwarding == operations::Forwarding::converted) convert_parcel(parcel, record);
    return parcel;
}

}  // namespace cmpkit::responder
