// Who takes part in an enrollment: a maker of devices, a plant whose CA trusts the maker, and a device that asks.
#pragma once
#include "ca/founding.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "meter.hpp"
#include "operations/end_entity.hpp"
#include "responder/responder.hpp"

namespace cmpkit::bench {

inline const std::int64_t now = std::time(nullptr);

inline const operations::Random& random_source() {
    static const operations::Random source = [](std::span<std::uint8_t> out) { return crypto::random_octets(out); };
    return source;
}

inline crypto::Trust trust_in(const crypto::Cert& root) {
    crypto::Trust trust;
    trust.anchors = {root};
    return trust;
}

/// A CA in this process; one without a trusted maker makes device certificates for whoever knows the secret of its line.
struct Ca {
    ca::Founded                                 founded;
    std::unique_ptr<store::Store>               records;
    std::unique_ptr<ca::CertificationAuthority> authority;
    std::unique_ptr<responder::Responder>       responder;

    Ca(const char* subject, const crypto::Cert& external, std::unique_ptr<store::Store> store = store::open_memory())
        : founded(sure(ca::found({.subject = subject, .ra_signer = true}, random_source(), now - 86400))), records(std::move(store)) {
        ca::Settings settings;
        settings.issuing_certificate = founded.issuing.certificate;
        settings.issuing_key         = founded.issuing.key;
        settings.chain               = {founded.root.certificate};
        settings.cmp_certificate     = founded.cmp.certificate;
        settings.cmp_key             = founded.cmp.key;
        settings.profiles            = {ca::Profile{}};
        if (external) settings.external = trust_in(external);
        else settings.secrets.push_back({.reference = "line", .value = secret(), .profile = {}, .subjects = {"*"}, .sans = {}, .uses = 0});
        authority = sure(ca::CertificationAuthority::make(std::move(settings), *records, random_source()));
        responder = std::make_unique<responder::Responder>(responder::Member{.name = {}, .authority = authority.get(), .policy = {}, .profiles = {"default"}}, *records, random_source(), responder::Log());
    }
    static std::shared_ptr<const crypto::Secret> secret() {
        static const auto shared = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of("secret of the line")));
        return shared;
    }
    Octets answer(Bytes message) const { return responder->answer(message, {.address = "bench", .profile = {}}, now).message; }
};

/// Whose answers a device believes, and which root its new certificate is to lead to.
inline operations::PeerTrust trust_of_device(const crypto::Cert& root) {
    operations::PeerTrust peers;
    peers.anchors = peers.new_certificate = sure(crypto::Verifier::make(trust_in(root)));
    return peers;
}

inline std::shared_ptr<crypto::PrivateKey> fresh_key() { return sure(crypto::generate_key("ec:P-256")); }

/// An operation that asks for CN=dev1 with a key.
inline operations::EndEntity enrollment_of(const std::shared_ptr<const crypto::Signer>& key, operations::Credentials who, operations::PeerTrust trust) {
    operations::Enrollment wanted;
    der::Arena             arena;
    wanted.key     = key;
    wanted.subject = der::encode(sure(name_from_text("CN=dev1", arena)));
    return operations::EndEntity({std::move(wanted), {}}, std::move(who), std::move(trust));
}

/// Drives it to its end. @param step  of an Event, the next Action  @param exchange  of a message, its answer
template <class Step, class Exchange> crypto::Cert driven(const Step& step, const Exchange& exchange) {
    using namespace operations;
    Action next = step(Begin{});
    for (;;) {
        if (const auto* send = std::get_if<Send>(&next)) next = step(Received{exchange(send->message)});
        else if (std::holds_alternative<Decide>(next)) next = step(Decided{});
        else if (std::holds_alternative<Keep>(next)) next = step(Stored{});
        else break;
    }
    if (const auto* failed = std::get_if<Failed>(&next)) require(false, failed->error.text());
    return std::get<Done>(next).certificate;
}

template <class Exchange> crypto::Cert enrolled(operations::EndEntity operation, std::int64_t time, const Exchange& exchange) {
    return driven([&](const operations::Event& event) { return operation.step(event, time, random_source()); }, exchange);
}

/// A device as its maker sends it out.
inline operations::Credentials device_of(const Ca& maker) {
    operations::Credentials on_the_line, device;
    on_the_line.secret     = Ca::secret();
    on_the_line.reference  = "line";
    on_the_line.iterations = 100;
    const auto key = fresh_key();
    device.signer  = key;
    device.chain   = {enrolled(enrollment_of(key, on_the_line, {}), now, [&](const Octets& message) { return maker.answer(message); }), maker.founded.issuing.certificate};
    return device;
}

}  // namespace cmpkit::bench
