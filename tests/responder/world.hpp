// A founded CA with its responder and real operations of devices against it, in one process: what crosses is octets.
#pragma once
#include "../forge/forge.hpp"
#include "ca/founding.hpp"
#include "operations/end_entity.hpp"
#include "responder/responder.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <mutex>

namespace cmpkit::responder {

using namespace operations;
using test::Forge;
using test::now;
using test::value_of;

inline Random system_random() {
    return [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };
}

inline const ca::Founded& founded() {  // once: keys cost more than what is tested with them
    static const ca::Founded plant = value_of(ca::found({.subject = "/O=Plant/CN=Plant Root", .ra_signer = true}, system_random(), now - 86400));
    return plant;
}

inline std::shared_ptr<const crypto::Secret> secret_of(std::string_view text) {
    return std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of(text)));
}

class World {
public:
    explicit World(std::unique_ptr<store::Store> kept = store::open_memory()) : store(std::move(kept)) {
        settings.issuing_certificate = founded().issuing.certificate;
        settings.issuing_key         = founded().issuing.key;
        settings.chain               = {founded().root.certificate};
        settings.cmp_certificate     = founded().cmp.certificate;
        settings.cmp_key             = founded().cmp.key;
        settings.external.anchors    = {maker};
        ca::Profile profile;
        profile.confirm_wait_seconds = 60;
        settings.profiles            = {profile};
        settings.secrets.push_back({.reference = "dev1", .value = secret_of("first secret"), .profile = {}, .subjects = {}, .sans = {}});
        settings.secrets.push_back({.reference = "many", .value = secret_of("shared"), .profile = {}, .subjects = {"*"}, .sans = {"*"}, .uses = 0});
        start();
    }
    void start() {  // again: what a new process would do
        responder.reset();
        authority = value_of(ca::CertificationAuthority::make(settings, *store, system_random()));
        responder = std::make_unique<Responder>(Member{.name = {}, .authority = authority.get(), .policy = policy, .profiles = {"default"}}, *store, system_random(), [this](const Incident& incident) {
            const std::lock_guard lock(mutex);
            incidents.push_back(incident);
        });
    }

    Octets answer(Bytes request) { return responder->answer(request, {.address = "127.0.0.1:1", .profile = {}}, time).message; }

    Credentials by_secret(std::string reference, std::string_view secret) const {
        Credentials who;
        who.secret     = secret_of(secret);
        who.reference  = std::move(reference);
        who.iterations = 100;
        return who;
    }
    Credentials by_certificate(std::shared_ptr<const crypto::Signer> key, crypto::Cert certificate) const {
        Credentials who;
        who.signer = std::move(key);
        who.chain  = {std::move(certificate), founded().issuing.certificate};
        return who;
    }
    Credentials by_maker(const Forge& device) const {
        Credentials who;
        who.signer = device.signer();
        who.chain  = {device.certificate()};
        return who;
    }
    PeerTrust trust() const {
        crypto::Trust anchors;
        anchors.anchors = {founded().root.certificate};
        PeerTrust peers;
        peers.anchors = peers.new_certificate = value_of(crypto::Verifier::make(anchors));
        return peers;
    }

    static Enrollment wanted(BodyType type, std::string_view subject, std::shared_ptr<const crypto::Signer> key = value_of(crypto::generate_key("ec:P-256"))) {
        Enrollment enrollment;
        enrollment.type = type;
        enrollment.key  = std::move(key);
        der::Arena arena;
        enrollment.subject = der::encode(value_of(name_from_text(subject, arena)));
        return enrollment;
    }
    static Revocation revocation_of(const crypto::Cert& certificate, Reason reason = Reason::keyCompromise) {
        return {der::encode(certificate->issuer), copy_of(certificate.serial()), reason};
    }

    /// Runs an operation against the responder to its end. `between` sees, and may change, each message on its way to the CA.
    Action run(EndEntity& operation, const std::function<Octets(const Octets&)>& between = {}) {
        const Random random = system_random();
        Action       next   = operation.step(Begin{}, time, random);
        for (;;) {
            if (const auto* send = std::get_if<Send>(&next)) next = operation.step(Received{answer(between ? between(send->message) : send->message)}, time, random);
            else if (std::holds_alternative<Decide>(next)) next = operation.step(Decided{}, time, random);
            else if (std::holds_alternative<Keep>(next)) next = operation.step(Stored{}, time, random);
            else if (std::holds_alternative<Wait>(next) && while_waiting) while_waiting(), next = operation.step(Woken{}, time, random);
            else return next;
        }
    }
    Action run(decltype(Order::what) what, Credentials who) {
        EndEntity operation({std::move(what), {}}, std::move(who), trust());
        return run(operation);
    }
    crypto::Cert enrolled(Enrollment what, Credentials who) {
        const Action end = run(std::move(what), std::move(who));
        if (const auto* failed = std::get_if<Failed>(&end)) FAIL(failed->error.text());
        return std::get<Done>(end).certificate;
    }
    Error failure(decltype(Order::what) what, Credentials who) {
        const Action end = run(std::move(what), std::move(who));
        REQUIRE(std::holds_alternative<Failed>(end));
        return std::get<Failed>(end).error;
    }
    ca::CertificateState state_of(const crypto::Cert& certificate) {
        for (const auto& listed : value_of(authority->list({}, 10'000)))
            if (listed.certificate == certificate) return listed.state;
        FAIL("the CA does not know the certificate");
        return {};
    }
    /// The octets of the first message of an operation.
    Octets first_message(decltype(Order::what) what, Credentials who) {
        EndEntity operation({std::move(what), {}}, std::move(who), trust());
        return std::get<Send>(operation.step(Begin{}, time, system_random())).message;
    }

    const Forge                                 maker = Forge::root("CN=Maker");
    std::unique_ptr<store::Store>               store;
    ca::Settings                                settings;
    Policy                                      policy;
    std::unique_ptr<ca::CertificationAuthority> authority;
    std::unique_ptr<Responder>                  responder;
    std::int64_t                                time = now;
    std::function<void()>                       while_waiting;  // what happens while an operation waits; empty: run() ends with Wait
    std::mutex                                  mutex;
    std::vector<Incident>                       incidents;
};

/// What a reply says: its body and, of a refusal, the first bit of failInfo.
struct Said {
    BodyType                type{};
    std::optional<FailInfo> fail_info;
    bool                    is_protected = false;
};
inline Said said(const Octets& reply) {
    auto parsed = der::parse<PKIMessage>(reply);
    REQUIRE(parsed);
    Said what{type_of((*parsed)->body), {}, (*parsed)->protection.has_value()};
    if (const auto* error = (*parsed)->body.get<"error">()) what.fail_info = first_fail_info(error->pKIStatusInfo);
    if (const auto* responses = cert_responses((*parsed)->body)) what.fail_info = first_fail_info(responses->response.front().status);
    if (const auto* revocation = (*parsed)->body.get<"rp">()) what.fail_info = first_fail_info(revocation->status.front());
    return what;
}

}  // namespace cmpkit::responder
