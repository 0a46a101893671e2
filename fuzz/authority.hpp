// A CA that one shared secret opens, and whose requests may have any name. Its keys are made once for the process.
#pragma once
#include "ca/founding.hpp"
#include "known_peer.hpp"
#include "responder/responder.hpp"

namespace cmpkit::fuzz {

inline const ca::Founded& founded() {
    static const auto plant = ca::found({.subject = "/O=Plant/CN=Plant Root", .ra_signer = true}, counting_random(), now - 86400);
    hold(bool(plant));
    return *plant;
}

/// @param whom  of the issuing CA
inline protection::Protector signer_of(const ca::Founded::Pair& whom) { return protection::Protector::by_signature(whom.key, {whom.certificate, founded().issuing.certificate}); }

class Authority {
public:
    /// @param store  outlives this
    explicit Authority(store::Store& store) {
        ca::Settings settings;
        settings.issuing_certificate = founded().issuing.certificate;
        settings.issuing_key         = founded().issuing.key;
        settings.chain               = {founded().root.certificate};
        settings.cmp_certificate     = founded().cmp.certificate;
        settings.cmp_key             = founded().cmp.key;
        settings.profiles            = {ca::Profile()};
        settings.secrets.push_back({.reference = std::string(reference), .value = shared_secret(), .profile = {}, .subjects = {"*"}, .sans = {"*"}, .uses = 0});
        auto made = ca::CertificationAuthority::make(std::move(settings), store, counting_random());
        hold(bool(made));
        authority_ = std::move(*made);
        responder_.emplace(responder::Member{.name = {}, .authority = authority_.get(), .policy = {}, .profiles = {"default"}}, store, counting_random(), responder::Log());
    }

    /// @return a PKIMessage, whatever is asked
    der::Parsed<PKIMessage> answer(Bytes request, std::int64_t time) {
        auto parsed = der::parse<PKIMessage>(responder_->answer(request, {.address = "127.0.0.1:1", .profile = {}}, time).message);
        hold(bool(parsed));
        return std::move(*parsed);
    }
    void end_overdue(std::int64_t time) { hold(bool(responder_->end_overdue(time))); }

private:
    std::unique_ptr<ca::CertificationAuthority> authority_;
    std::optional<responder::Responder>         responder_;
};

}  // namespace cmpkit::fuzz
