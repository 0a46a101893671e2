// A registration authority between devices and an upstream, in one process and without a clock: what crosses is octets, and each test carries them itself.
// The upstream is scripted (answers of an honest CA that can be bent) or whatever a test puts into `upstream`.
#pragma once
#include "../operations/scripted_ca.hpp"
#include "responder/relay.hpp"

#include <map>
#include <set>

namespace cmpkit::responder {

using namespace operations;
using test::Forge;
using test::now;
using test::value_of;

using Message = der::Parsed<PKIMessage>;

inline Message read(Bytes octets) { return value_of(der::parse<PKIMessage>(copy_of(octets))); }

inline Random system_random() {
    return [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };
}

inline std::shared_ptr<const crypto::Secret> secret_of(std::string_view text) {
    return std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of(text)));
}

inline crypto::Trust trust_in(const crypto::Cert& root) {
    crypto::Trust trust;
    trust.anchors = {root};
    return trust;
}

inline Octets name_octets(std::string_view text) {
    der::Arena arena;
    return der::encode(value_of(name_from_text(text, arena)));
}

inline Enrollment wanted(BodyType type, std::string_view subject = "CN=dev1", bool implicit = false) {
    Enrollment enrollment;
    enrollment.type             = type;
    enrollment.key              = value_of(crypto::generate_key("ec:P-256"));
    enrollment.subject          = name_octets(subject);
    enrollment.implicit_confirm = implicit;
    if (type != BodyType::p10cr) return enrollment;
    enrollment.csr = test::pkcs10_of(*enrollment.key, subject);
    enrollment.key = nullptr;
    return enrollment;
}

/// A store whose commits can meet another writer, or go wrong.
class FaultyStore : public store::Store {
public:
    explicit FaultyStore(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}
    Result<std::optional<store::Record>> get(store::Table table, Bytes key) override { return inner_->get(table, key); }
    Result<std::vector<store::Record>>   find(store::Table table, Bytes index, std::size_t limit) override { return inner_->find(table, index, limit); }
    Result<std::vector<store::Record>>   due(store::Table table, std::int64_t at, std::size_t limit) override { return inner_->due(table, at, limit); }
    Result<std::vector<store::Record>>   scan(store::Table table, Bytes after, std::size_t limit) override { return inner_->scan(table, after, limit); }
    Result<void>                         commit(const store::Batch& batch) override {
        ++commits;
        if (conflicts > 0) return --conflicts, Error{.code = Code::conflict};
        if (is_broken || breaks_after == 0) return Error{.code = Code::store_failed};
        if (breaks_after > 0) --breaks_after;
        return inner_->commit(batch);
    }
    void reopen(const std::function<std::unique_ptr<store::Store>()>& open) {
        inner_.reset();
        inner_ = open();
    }
    int  commits = 0, conflicts = 0;  // the next commits that are refused
    int  breaks_after = -1;  // that many good ones; negative: never
    bool is_broken    = false;

private:
    std::unique_ptr<store::Store> inner_;
};

class RelayWorld {
public:
    explicit RelayWorld(std::unique_ptr<store::Store> kept = store::open_memory()) : store(std::move(kept)) {
        ca.certify        = [this](const CertTemplate& t) { return ca.issuing.certify({.subject = to_text(*t.subject)}, value_of(crypto::PublicKey::from(*t.publicKey))); };
        settings.signer   = ra.signer();
        settings.chain    = {ra, ca.issuing};
        settings.external = trust_in(maker);
        settings.pki      = trust_in(ca.root);
        settings.secrets  = {{.reference = "dev1", .value = secret_of("first secret"), .uses = 0}};
        settings.upstreams.resize(1);
        settings.upstreams[0].name = "ca";
        settings.upstreams[0].trust.anchors = value_of(crypto::Verifier::make(trust_in(ca.root)));
        upstream = [this](const Octets& message) { return answered_once(message); };
        start();
    }
    /// Again: what a new process would do.
    void start() {
        relay.reset();
        authority = value_of(ra::RegistrationAuthority::make(settings, store));
        relay     = std::make_unique<Relay>(*authority, doorway, store, system_random(), [this](const Incident& incident) { incidents.push_back(incident); });
    }
    void rule(ra::Rule rule) {
        if (rule.name.empty()) rule.name = "all";
        settings.rules = {std::move(rule)};
        start();
    }
    void forwards(ra::Action action) { rule({.name = "all", .reason = "the test wants it", .about = {.bodies = every_body(), .key_generation = action != ra::Action::reprotect}, .action = action}); }
    static std::vector<BodyType> every_body() { return {BodyType::ir, BodyType::cr, BodyType::p10cr, BodyType::rr, BodyType::genm}; }

    // ---------------------------------------------------------------- who asks

    Credentials by_secret(std::string reference = "dev1", std::string_view secret = "first secret") const {
        Credentials who;
        who.secret     = secret_of(secret);
        who.reference  = std::move(reference);
        who.iterations = 100;
        return who;
    }
    static Credentials by_certificate(const Forge& device, std::vector<crypto::Cert> issuers = {}) {
        Credentials who;
        who.signer = device.signer();
        who.chain  = {device};
        who.chain.insert(who.chain.end(), issuers.begin(), issuers.end());
        return who;
    }
    Credentials by_maker(std::string subject = "CN=dev1") const { return by_certificate(maker.issue({.subject = std::move(subject)})); }
    Credentials by_own(std::string subject = "CN=dev1") const { return by_certificate(ca.issuing.issue({.subject = std::move(subject)}), {ca.issuing}); }
    PeerTrust trust() const {
        PeerTrust peers;
        peers.anchors = peers.new_certificate = settings.upstreams[0].trust.anchors;
        return peers;
    }
    EndEntity device(decltype(Order::what) what, Credentials who) const { return EndEntity({std::move(what), {}}, std::move(who), trust()); }

    // ---------------------------------------------------------------- what crosses

    Step ask(Bytes request) { return relay->arrived(request, {.address = "127.0.0.1:1", .profile = label}, time); }
    /// The scripted CA; to the same octets the same answer.
    Octets answered_once(const Octets& message) {
        sent.push_back(message);
        auto& answer = answers[message];
        if (answer.empty()) answer = ca.answer(unwrapped(message));
        return answer;
    }
    static Octets unwrapped(const Octets& message) {
        const auto outer = read(message);
        const auto* nested = outer->body.get<"nested">();
        return nested ? copy_of(nested->front().received) : message;
    }
    /// A message and its way up and down.
    Octets exchange(Bytes request) {
        Step step = ask(request);
        if (step.parcel) step = relay->returned(*step.parcel, upstream(step.parcel->message), time);
        INFO((incidents.empty() || !incidents.back().problem ? "" : incidents.back().problem->text()));
        REQUIRE(step.reply);
        return step.reply->message;
    }
    /// Carries what is due, once.
    std::size_t carry() {
        const auto parcels = value_of(relay->due(time, 1000));
        for (const Parcel& parcel : parcels) relay->returned(parcel, upstream(parcel.message), time);
        return parcels.size();
    }

    // ---------------------------------------------------------------- what devices do

    /// One step of a device: what it sends, after whatever it decides and keeps; Wait, Done or Failed end it.
    Action settle(EndEntity& operation, Action next) const {
        const Random random = system_random();
        while (std::holds_alternative<Decide>(next) || std::holds_alternative<Keep>(next))
            next = std::holds_alternative<Decide>(next) ? operation.step(Decided{}, time, random) : operation.step(Stored{}, time, random);
        return next;
    }
    Action step(EndEntity& operation, const Event& event) const { return settle(operation, operation.step(event, time, system_random())); }
    Octets first(EndEntity& operation) const { return std::get<Send>(step(operation, Begin{})).message; }
    Octets poll(EndEntity& operation) const { return std::get<Send>(step(operation, Woken{})).message; }
    /// What the device sends after that reply.
    Octets next(EndEntity& operation, const Octets& reply) const {
        const Action action = step(operation, Received{reply});
        if (const auto* failed = std::get_if<Failed>(&action)) FAIL(failed->error.text());
        REQUIRE(std::holds_alternative<Send>(action));
        return std::get<Send>(action).message;
    }
    Action run(EndEntity& operation, int most = 30) {
        Action action = step(operation, Begin{});
        for (; most > 0; --most) {
            if (const auto* send = std::get_if<Send>(&action)) action = step(operation, Received{exchange(send->message)});
            else if (std::holds_alternative<Wait>(action)) time += 60, carry(), action = step(operation, Woken{});
            else break;
        }
        return action;
    }
    crypto::Cert enrolled(decltype(Order::what) what, Credentials who) {
        EndEntity    operation = device(std::move(what), std::move(who));
        const Action end       = run(operation);
        if (const auto* failed = std::get_if<Failed>(&end)) FAIL(failed->error.text());
        REQUIRE(std::holds_alternative<Done>(end));
        return std::get<Done>(end).certificate;
    }
    Error failure(decltype(Order::what) what, Credentials who) {
        EndEntity    operation = device(std::move(what), std::move(who));
        const Action end       = run(operation);
        REQUIRE(std::holds_alternative<Failed>(end));
        return std::get<Failed>(end).error;
    }

    ScriptedCa                   ca;
    const Forge                  maker = Forge::root("CN=Maker");
    const Forge                  ra    = ca.issuing.issue({.subject = "CN=RA", .eku = {oids::id_kp_cmcRA}});
    FaultyStore                  store;
    ra::Settings                 settings;
    Doorway                      doorway;
    std::unique_ptr<ra::RegistrationAuthority> authority;
    std::unique_ptr<Relay>       relay;
    std::function<Octets(const Octets&)> upstream;
    std::string                  label;  // of the path that devices use
    std::int64_t                 time = now;
    std::vector<Incident>        incidents;
    std::vector<Octets>          sent;  // to the upstream, in its order
    std::map<Octets, Octets>     answers;
};

/// What a message says: its body and, of a refusal, the first bit of failInfo.
struct Said {
    BodyType                 type{};
    std::optional<FailInfo>  fail_info{};
    std::optional<PKIStatus> status{};
    bool                     is_protected = false;
};
inline Said said(Bytes octets) {
    const auto message = read(octets);
    Said       what{type_of(message->body), {}, {}, message->protection.has_value()};
    const auto note = [&](const PKIStatusInfo& info) { what.fail_info = first_fail_info(info), what.status = info.status; };
    if (const auto* error = message->body.get<"error">()) note(error->pKIStatusInfo);
    if (const auto* responses = cert_responses(message->body)) note(responses->response.front().status);
    if (const auto* revocation = message->body.get<"rp">()) note(revocation->status.front());
    return what;
}

inline bool is_by_mac(const Message& message) { return protection::is_mac(*message->header.protectionAlg); }
inline bool is_signed_by(const Message& message, const crypto::Cert& signer) {
    return message->protection && static_cast<bool>(protection::verify_signature(*message, value_of(signer.key()))) && same_name(*message->header.sender.get<"directoryName">(), signer->subject);
}

}  // namespace cmpkit::responder
