// An RA that has nothing but a secret, and its CA, which answers in the same process.
#pragma once
#include "running.hpp"

#include "service/renewal.hpp"

namespace cmpkit::service {

inline constexpr std::string_view ra_profile = R"(
[[profile]]
name               = "ra"
requesters         = ["secret", "own"]
secret_subjects    = ["CN={reference}"]
extended_key_usage = ["id-kp-cmcRA"]
validity           = "90d"
backdate           = "0s"

[[secret]]
reference = "RA"
secret    = "second"
profile   = "ra"
uses      = 0
)";

/// A CA that answers in this process, and an RA that has nothing but a secret.
struct Beginner {
    const Plant             plant;
    std::unique_ptr<Server> ca = make();
    SignerEnrollment        enroll = settings();
    std::int64_t            now    = Plant::founded;
    int                     lost   = 0;  // of messages: this one of them, counted from 1, brings no answer
    bool                    arrives = true;  // the lost one does, and its answer does not
    int                     sent   = 0;
    std::vector<std::string> outcomes;
    transport::Cancel       cancel;
    Renewal                 renewal{[this](const responder::Incident& incident) { outcomes.push_back(incident.outcome + (incident.problem ? ": " + incident.problem->text() : "")); }};

    std::unique_ptr<Server> make() const {
        auto made = Server::make(configuration_of(plant, plant.text + std::string(ra_profile)), {});
        if (!made) FAIL(made.error().text());
        return std::move(*made);
    }
    SignerEnrollment settings() const {
        SignerEnrollment wanted;
        wanted.file = plant.folder + "/signer.pem";
        wanted.first.secret     = std::make_shared<const crypto::Secret>(crypto::Secret::copy_of(bytes_of("second")));
        wanted.first.reference  = "RA";
        wanted.first.iterations = 100;
        wanted.profile          = "ra";
        der::Arena arena;
        wanted.subject = der::encode(*name_from_text("CN=RA", arena));
        return wanted;
    }
    Road road() {
        crypto::Trust trust;
        trust.anchors    = *crypto::read_certificates(*read_file(plant.folder + "/root.pem"));
        trust.revocation = crypto::Revocation::none;
        Road road{.carry = {}, .way = Way::online, .trust = {}};
        road.trust.anchors = *crypto::Verifier::make(trust);
        road.carry = [this](const operations::Send& send, std::chrono::milliseconds) -> Result<Octets> {
            const bool is_lost = ++sent == lost;
            if (is_lost && !arrives) return Error{.code = Code::cancelled};
            auto answer = ca->answer(send.message, {.address = {}, .profile = send.profile}, now).message;
            if (is_lost) return Error{.code = Code::cancelled};
            return answer;
        };
        return road;
    }
    Result<OwnSigner> obtain() { return obtain_signer(enroll, enroll.current, road(), [this] { return now; }, cancel); }
    OwnSigner obtained() {
        auto signer = obtain();
        if (!signer) FAIL(signer.error().text());
        return *signer;
    }
    std::optional<OwnSigner> turn() {
        auto signer = renewal.turn(enroll, [this] { return Result<Road>(road()); }, [this] { return now; }, cancel);
        if (signer) enroll.before = std::exchange(enroll.current, *signer);
        return signer;
    }
};

}  // namespace cmpkit::service
