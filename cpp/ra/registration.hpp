// A registration authority, local or central: who may ask through it, what goes on to which CA, and as what. It decides only what its configuration
// and its records say; it carries nothing and keeps nothing in memory that the store does not hold.
#pragma once
#include "admission/desk.hpp"
#include "admission/secrets.hpp"
#include "operations/peer.hpp"
#include "operations/end_entity.hpp"
#include "ra/batch.hpp"
#include "ra/overseer.hpp"
#include "ra/support.hpp"

namespace cmpkit::ra {

/// When an upstream does not answer in time.
enum class Patience : std::uint8_t {
    wait,   // the requester is told to wait, and polls (RFC 9483 4.4; seed 5.1.4)
    refuse, // it is told systemUnavail
};

/// Which nonce a final answer has after polling.
enum class FinalNonce : std::uint8_t {
    request,    // that of the message polled for, where the upstream's octets have it; what is protected here has the last pollReq's (RFC 9483 4.4)
    last_poll,  // of the last pollReq in any case, as older peers and draft-ietf-lamps-lightweight-cmp-profile-04 4.1.7 want it
};

/// A CA, or the next RA before it.
struct Upstream {
    std::string             name;
    operations::Credentials credentials{};  // how what we protect for it is protected; neither signer nor secret: nothing is
    operations::PeerTrust   trust{};        // whose answers count
    Octets                  recipient{};    // DER of its Name; empty: as the requester said
    bool                    is_offline = false;  // answers may take days
    bool                    converts   = false;  // it knows PKCS#10 requests alone
    Patience                patience   = Patience::wait;
    std::int64_t            answer_seconds = 10;      // until the requester is told
    std::int64_t            retry_seconds  = 30;      // between tries of carrying one message
    std::int64_t            give_up_seconds = 7 * 86400;  // after which a transaction without an answer is over
    std::optional<BatchLimits> batch{};     // its messages travel together

    /// Seconds after which a message without an answer is given up.
    std::int64_t patience_in_all() const { return batch ? batch->seconds + batch->lost_after : give_up_seconds; }
};

struct Settings {
    std::shared_ptr<const crypto::Signer> signer;  // protects answers of our own; null: they have no protection
    std::vector<crypto::Cert>             chain;   // its certificate (id-kp-cmcRA), then its issuers
    crypto::Trust                         external{};  // makers' PKIs: who may ask for a first certificate
    crypto::Trust                         pki{};       // the CAs that this RA is for: who has one of their certificates
    std::vector<std::string>              entities{};  // name patterns of other RAs under `pki` whose word counts; "*": any with id-kp-cmcRA
    std::vector<SecretEntry>              secrets{};
    std::vector<Upstream>                 upstreams;   // not empty; the first is the default
    std::vector<Rule>                     rules{};     // empty: usual_rules
    Support                               support{};   // what is told to whoever asks, where a rule answers
    std::shared_ptr<const Overseer>       overseer{};  // shared with the application that sets its answer; null: there is none
    bool                                  answers_protected_here = false;  // all answers go under our protection, also where the upstream's would do
    FinalNonce                            final_nonce = FinalNonce::request;
};

/// It goes on, or is answered from what is known here.
struct Permission {
    const ReadRule*        rule     = nullptr;  // lives in the authority
    const Upstream*        upstream = nullptr;  // the same
    operations::Forwarding forwarding = operations::Forwarding::unchanged;
    std::string            changes{};           // of a modified request, in words
    std::optional<Octets>  subject{};           // DER of the Name that takes the place of the template's
    std::optional<Octets>  subjectAltName{};    // DER of GeneralNames; empty octets: none
    std::optional<operations::Information> information{};  // the answer: nothing goes on
};
using Judgement = operations::Decision<Permission>;

/// Threads: any.
class RegistrationAuthority : public operations::Gatekeeper {
public:
    /// @error bad_configuration, bad_certificate …  detail says which part
    static Result<std::unique_ptr<RegistrationAuthority>> make(Settings settings, store::Store& store);
    ~RegistrationAuthority() override;

    Result<operations::SharedSecret>         secret(Bytes reference, std::int64_t now) override;
    Result<std::vector<store::Write>>        failed_try(Bytes reference, std::int64_t now) override;
    /// @error signer_not_trusted  also for an RA that is not one of `entities`
    Result<operations::Requester>            recognise(const crypto::Cert& signer, std::span<const crypto::Cert> extra, std::int64_t now) override;
    std::optional<operations::MissingStatus> missing_status(const crypto::Cert& signer, std::span<const crypto::Cert> extra, std::int64_t now) override;
    /// One that protects nothing if there is none: ask has_protector().
    const protection::Protector& protector() const override;
    bool                         has_protector() const;
    const Name&                  name() const override;

    /// Whether a first message goes on, by the first rule that is about it.
    Result<Judgement> judge(const Question& question, const operations::Requester& requester, std::int64_t now);
    /// The same for a message whose sender is unknown here; nothing: it does not go on.
    std::optional<Permission> judge_unverified(const PKIMessage& message, const std::string& route);
    /// The CA refused what was asked for with that secret: it is good for another try.
    Result<std::vector<store::Write>> give_back(Bytes reference);
    /// The requester waits no longer for an officer.
    Result<std::vector<store::Write>> abandon(Bytes request_id);

    const Upstream* upstream(std::string_view name) const;  // null: there is none of that name
    const ReadRule* rule(std::string_view name) const;      // the same
    /// How what we protect for that upstream is protected; null: not at all.
    const protection::Protector* protector_for(const Upstream& upstream) const;
    const Settings& settings() const;
    const Desk&     desk() const;
    /// Who judges certificates of others, and learns whether they are revoked.
    std::vector<std::shared_ptr<crypto::Verifier>> verifiers() const;

private:
    struct State;
    explicit RegistrationAuthority(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace cmpkit::ra
