#include "responder/responder.hpp"

#include "crypto/digest.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "operations/header_checks.hpp"
#include "operations/server.hpp"

namespace cmpkit::responder {

using operations::ServerAction;
using operations::ServerOperation;
using operations::Transaction;
using operations::TransactionState;

namespace {

constexpr int max_conflicts = 16;  // other writers may win that often before we say systemUnavail

std::string transaction_text(const PKIMessage& message) { return message.header.transactionID ? to_hex(message.header.transactionID->content) : std::string(); }

/// A transaction as it was read, with the octets that its views look into.
struct Loaded {
    std::optional<der::Parsed<Transaction>> parsed;
    std::uint64_t                           version = 0;
    const Transaction& value() const {
        static const Transaction fresh;
        return parsed ? **parsed : fresh;
    }
};

Result<Loaded> load(store::Store& store, Bytes key) {
    Loaded loaded;
    auto   record = store.get(store::Table::transactions, key);
    if (!record) return record.error();
    if (!*record) return loaded;
    auto parsed = der::parse<Transaction>(std::move((*record)->value));
    if (!parsed) return Error{.code = Code::store_failed, .detail = "a transaction's record cannot be read"}.because_of(parsed.error());
    loaded.version = (*record)->version;
    loaded.parsed  = std::move(*parsed);
    return loaded;
}

Error server_failure(const Error& cause) {
    const bool busy = cause.code == Code::conflict;
    return Error{.code = cause.code, .fail_info = busy ? FailInfo::systemUnavail : FailInfo::systemFailure, .detail = busy ? "try again" : "the server failed"}.because_of(cause);
}

}  // namespace

/// Who sent the message, as its protection proved, and how the answer is protected.
struct Responder::Authenticated {
    operations::Requester requester;
    protection::Protector protector;
    bool                  for_new = true;
};

/// One message on its way through.
struct Responder::Work {
    const PKIMessage&    message;
    const Authenticated& from;
    const Origin&        origin;
    std::int64_t         now;
    Octets               key;   // of the transaction's record
    Octets               hash;  // of the message as received
};

Responder::Responder(operations::Authority& authority, store::Store& store, Policy policy, operations::Random random, Log log)
    : authority_(authority), store_(store), policy_(policy), random_(std::move(random)), log_(std::move(log)), nobodys_secret_(Octets(16, 0x2a)) {}
Responder::~Responder() = default;

Reply Responder::answer(Bytes request, const Origin& origin, std::int64_t now) {
    Incident incident{.transaction_id = {}, .requester = {}, .address = origin.address, .body = {}, .outcome = "error", .problem = {}};
    const auto refused = [&](const PKIMessage* message, const Error& error, const protection::Protector* protector) {
        incident.problem = error;
        if (log_) log_(incident);
        return refuse(message, error, protector, now);
    };
    auto parsed = der::parse<PKIMessage>(copy_of(request));
    if (!parsed) return refused(nullptr, parsed.error(), nullptr);
    const PKIMessage& message = **parsed;
    incident.transaction_id   = transaction_text(message);
    incident.body             = name_of(type_of(message.body));
    if (auto good = operations::check_header(message, now, policy_.time_window); !good) return refused(&message, good.error(), nullptr);
    // A signed request gets a signed refusal. One under a MAC that did not verify gets none under the secret: it would let anybody guess at it.
    const bool signed_request = message.header.protectionAlg && !protection::is_mac(*message.header.protectionAlg);
    auto from = authenticate(message, now);
    if (!from) return refused(&message, from.error(), signed_request ? &authority_.protector() : nullptr);
    incident.requester = from->requester.id;
    Work work{message, *from, origin, now, operations::transaction_key(from->requester.id, message.header.transactionID->content), crypto::sha256(request)};
    auto reply = run(work, incident);
    if (!reply) return refused(&message, server_failure(reply.error()), &from->protector);
    if (log_) log_(incident);
    return std::move(*reply);
}

Octets Responder::unavailable(Bytes request, std::int64_t now) {
    auto parsed = der::parse<PKIMessage>(copy_of(request));
    if (!parsed) return {};
    return refuse(&**parsed, Error{.code = Code::conflict, .fail_info = FailInfo::systemUnavail}, nullptr, now).message;
}

// ---------------------------------------------------------------- who sent it

Result<Responder::Authenticated> Responder::authenticate(const PKIMessage& message, std::int64_t now) {
    if (!message.protection || !message.header.protectionAlg)
        return Error{.code = Code::protection_missing, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.2", .detail = "requests are protected"};
    return protection::is_mac(*message.header.protectionAlg) ? authenticate_mac(message, now) : authenticate_signature(message, now);
}

Result<Responder::Authenticated> Responder::authenticate_mac(const PKIMessage& message, std::int64_t now) {
    // Parameters are judged and the reference is looked up before anything is derived; an unknown reference costs and answers as a wrong MAC does.
    if (auto good = protection::check_mac_parameters(*message.header.protectionAlg, policy_.mac_limits); !good) return good.error();
    std::string reference;
    if (message.header.senderKID) reference = text_of(message.header.senderKID->content);
    else if (const auto* sender = message.header.sender.get<"directoryName">()) reference = attribute_text(*sender, oids::id_at_commonName);
    auto secret = authority_.secret(bytes_of(reference), now);
    if (!secret) return secret.error();
    const bool known = secret->value != nullptr;
    auto key = protection::MacKey::derive(*message.header.protectionAlg, known ? secret->value->view() : nobodys_secret_.view(), policy_.mac_limits);
    if (!key) return key.error();
    auto good = protection::verify_mac(message, *key);
    if (!good || !known) {
        auto tries = authority_.failed_try(bytes_of(reference), now);
        if (tries && !tries->empty()) (void)store_.commit({std::move(*tries)});  // a conflict means that another try was counted
        return Error{.code = Code::protection_mismatch, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.5"};
    }
    operations::Requester requester{.kind = operations::RequesterKind::secret, .id = "secret:" + escaped(reference), .reference = reference, .certificate = {}};
    return Authenticated{std::move(requester), protection::Protector::by_mac(*key, reference, der::encode(authority_.name())), secret->for_new};
}

Result<Responder::Authenticated> Responder::authenticate_signature(const PKIMessage& message, std::int64_t now) {
    std::vector<crypto::Cert> certs;
    for (std::size_t i = 0; message.extraCerts && i < message.extraCerts->size() && i < 20; ++i) {
        auto cert = certificates_.get((*message.extraCerts)[i].received);
        if (!cert) return cert.error();
        certs.push_back(*cert);
    }
    const auto bad = [](const char* path, const char* detail) {
        return Error{.code = Code::sender_mismatch, .path = path, .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.5", .detail = detail};
    };
    if (certs.empty()) return bad("extraCerts", "the protection certificate is missing");
    const crypto::Cert& signer = certs.front();
    // RFC 9483 3.1: sender is the subject of the protection certificate, senderKID its subject key identifier.
    const auto* sender = message.header.sender.get<"directoryName">();
    if (!sender || !same_name(*sender, signer->subject)) return bad("header.sender", "it is not the subject of extraCerts[0]");
    const Octets* ski = signer.subject_key_identifier();
    if (ski && message.header.senderKID && !equal(*ski, message.header.senderKID->content)) return bad("header.senderKID", "it is not the SKI of extraCerts[0]");
    if (!signer.allows(KeyUsageBit::digitalSignature)) return bad("extraCerts[0]", "its keyUsage lacks digitalSignature");
    auto key = signer.key();
    if (!key) return key.error();
    if (auto good = protection::verify_signature(message, *key); !good) return good.error();
    auto requester = authority_.recognise(signer, std::span(certs).subspan(1), now);
    if (!requester) return requester.error();
    return Authenticated{std::move(*requester), authority_.protector(), true};
}

// ---------------------------------------------------------------- the operation

namespace {

/// Runs the operation against the authority until it has an answer; collects what is to be written.
Result<operations::Answer> decide(ServerOperation& operation, operations::Authority& authority, const operations::Requester& requester, std::int64_t now,
                                  std::vector<store::Write>& writes) {
    const auto collect = [&writes](std::vector<store::Write>& more) { std::ranges::move(more, std::back_inserter(writes)); };
    ServerAction next  = operation.begin();
    while (const auto* ask = std::get_if<operations::Ask>(&next)) {
        if (const auto* enrollment = std::get_if<operations::AskEnrollment>(ask)) {
            auto decision = authority.enroll(enrollment->request, requester, now);
            if (!decision) return decision.error();
            collect(decision->writes);
            next = operation.issued(std::move(*decision));
        } else if (const auto* revocation = std::get_if<operations::AskRevocation>(ask)) {
            auto decision = authority.revoke(revocation->request, requester, now);
            if (!decision) return decision.error();
            collect(decision->writes);
            next = operation.revoked(std::move(*decision));
        } else if (const auto* wanted = std::get_if<operations::AskCertificate>(ask)) {
            next = operation.certificate(authority.certificate(wanted->key));
        } else {
            const auto* confirm = std::get_if<operations::AskConfirm>(ask);
            auto changed = confirm ? authority.confirm(confirm->key, now) : authority.withdraw(std::get<operations::AskWithdraw>(*ask).key, now);
            if (!changed) return changed.error();
            collect(*changed);
            next = confirm ? operation.confirmed() : operation.withdrawn();
        }
    }
    return std::get<operations::Answer>(std::move(next));
}

store::Write write_of(const Octets& key, const Loaded& before, const operations::Answer& answer, Bytes nonce, Bytes hash, Bytes reply, BodyType request,
                      std::int64_t now, const Policy& policy) {
    const Transaction&                 old = before.value();
    std::vector<operations::Exchange>  exchanges(old.exchanges.begin(), old.exchanges.end());
    exchanges.push_back({der::octet_string(hash), der::octet_string(reply)});
    Transaction transaction{.state = *answer.state, .request = old.exchanges.empty() ? static_cast<std::int64_t>(request) : old.request,
                            .certReqId = old.exchanges.empty() ? answer.cert_req_id : old.certReqId, .senderNonce = der::octet_string(nonce),
                            .certificate = {}, .exchanges = exchanges};
    if (answer.certificate) transaction.certificate = der::octet_string(*answer.certificate);
    return {.table = store::Table::transactions, .key = key, .read_version = before.version, .value = der::encode(transaction), .index = {},
            .due = answer.due ? answer.due : now + policy.keep_seconds};
}

}  // namespace

Result<Reply> Responder::run(Work& work, Incident& incident) {
    std::optional<Error> conflict;
    for (int tries = 0; tries < max_conflicts; ++tries) {
        auto loaded = load(store_, work.key);
        if (!loaded) return loaded.error();
        for (const operations::Exchange& exchange : loaded->value().exchanges)
            if (equal(exchange.request.content, work.hash)) {  // the very same octets again: the very same reply
                incident.outcome = "repeated";
                return Reply{copy_of(exchange.reply.content)};
            }
        if (loaded->value().state == TransactionState::fresh && !work.from.for_new)
            return refuse(&work.message, *(incident.problem = Error{.code = Code::not_authorized, .fail_info = FailInfo::notAuthorized, .clause = "RFC 9483 3.5",
                          .detail = "this secret is spent, expired or locked"}), &work.from.protector, work.now);
        ServerOperation           operation(work.message, work.from.requester, loaded->value(), work.origin.profile);
        std::vector<store::Write> writes;
        auto answer = decide(operation, authority_, work.from.requester, work.now, writes);
        if (!answer) return answer.error();
        auto nonce = operations::random_octets(random_, 16);
        if (!nonce) return nonce.error();
        der::Arena  arena;
        const auto* sender = work.message.header.sender.get<"directoryName">();
        const operations::HeaderFields fields{.pvno = answer->pvno, .recipient = sender, .transaction_id = work.message.header.transactionID->content, .sender_nonce = *nonce,
                                              .recip_nonce = work.message.header.senderNonce->content, .now = work.now, .general_info = answer->general_info};
        auto reply = protection::seal(operations::header_of(fields, arena), *answer->body, &work.from.protector, answer->extra_certs);
        if (!reply) return reply.error();
        if (answer->state)
            writes.push_back(write_of(work.key, *loaded, *answer, *nonce, work.hash, *reply, type_of(work.message.body), work.now, policy_));
        auto done = writes.empty() ? Result<void>() : store_.commit({std::move(writes)});
        if (done) {
            incident.outcome = name_of(type_of(*answer->body));
            incident.problem = answer->refusal;
            return Reply{std::move(*reply)};
        }
        if (done.error().code != Code::conflict) return done.error();
        conflict = done.error();
    }
    return *conflict;
}

// RFC 9483 3.6.4. What could not be authenticated is answered without protection where we cannot sign for the same kind of message.
Reply Responder::refuse(const PKIMessage* message, const Error& error, const protection::Protector* protector, std::int64_t now) {
    Octets id, nonce;
    auto   fresh_nonce = operations::random_octets(random_, 16);
    nonce              = fresh_nonce ? std::move(*fresh_nonce) : Octets(16);
    const bool has_id  = message && message->header.transactionID && !message->header.transactionID->content.empty();
    // RFC 9810 5.1.1: a message whose header cannot be read is answered under a new transactionID.
    id = has_id ? copy_of(message->header.transactionID->content) : nonce;
    der::Arena arena;
    const auto* sender = message ? message->header.sender.get<"directoryName">() : nullptr;
    const bool  higher = message && message->header.pvno == Pvno::cmp2021;
    const operations::HeaderFields fields{.pvno = higher || (message && message->header.pvno > Pvno::cmp2021) ? Pvno::cmp2021 : Pvno::cmp2000, .recipient = sender, .transaction_id = id,
                                          .sender_nonce = nonce, .recip_nonce = message && message->header.senderNonce ? message->header.senderNonce->content : Bytes(),
                                          .now = now, .general_info = {}};
    PKIHeader header = operations::header_of(fields, arena);
    header.sender    = directory_name(authority_.name());
    PKIBody body;
    // The peer learns the bit and, once it is authenticated, the words (style: little to the peer, everything to the operator).
    body.emplace<"error">().pKIStatusInfo = rejection(error.fail_info.value_or(FailInfo::systemFailure), protector ? error.detail : std::string(), arena);
    auto octets = protection::seal(header, body, protector, {});
    if (!octets) octets = protection::seal(header, body, nullptr, {});
    return {octets ? std::move(*octets) : Octets(), message ? Reply::Status::answered : Reply::Status::not_a_message};
}

}  // namespace cmpkit::responder
