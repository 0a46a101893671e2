// What one reading of the configuration makes: the CAs and the responder in front of them, or an RA with its relay and couriers. It never changes; a reload makes another, and what
// began under this one keeps it until it is done.
#pragma once
#include "service/audit.hpp"
#include "service/config.hpp"
#include "service/couriers.hpp"
#include "service/events.hpp"
#include "service/standing.hpp"

namespace cmpkit::service {

/// Threads: any number at once.
class Edition {
public:
    /// Borrows the store and the registry, which must outlive it. @param registry  for an RA's ways to its upstreams; null: there is no RA
    /// @error bad_configuration, tls_failed
    static Result<std::shared_ptr<const Edition>> make(Configuration configuration, store::Store& store, responder::Log log, transport::Registry* registry);

    const Configuration&  configuration() const { return configuration_; }
    responder::Responder& responder() const { return *responder_; }  // of CAs
    responder::Relay*     relay() const { return relay_.get(); }     // null: there are CAs, and no RA
    Couriers&             couriers() const { return *couriers_; }    // of the relay
    ra::RegistrationAuthority* registration() const { return registration_.get(); }  // null: as relay
    /// First messages to an RA that have to wait until it has a signer.
    std::span<const BodyType>  withheld() const { return standing_.withheld; }
    const std::optional<crypto::TlsServer>& tls() const { return tls_; }
    /// Whether each TLS handshake has to fail: there is neither a certificate yet, nor a secret.
    bool                  awaits_tls() const { return configuration_.tls && configuration_.tls->chain.empty() && configuration_.tls->secrets.empty(); }
    /// Who judges the certificates of other PKIs, for the CAs and for TLS.
    std::vector<std::shared_ptr<crypto::Verifier>> verifiers_of_others() const;

    /// One CA and what is its own of the configuration.
    struct Office {
        ca::CertificationAuthority&   authority;
        const AuthorityConfiguration& configuration;
    };
    /// @param name  empty: the CA that answers what is for nobody in particular  @error not_found  detail names those that are here
    Result<Office> office(std::string_view name) const;

    /// Keeps what an operator decided, where an audit log is wanted, and tells who hears of events. @error io
    Result<void> audit(const responder::Incident& incident, std::int64_t now) const;

    /// Renews the CRLs that are due, and their files; one CA that fails does not hinder the others. @error the first failure
    Result<void> renew_crls(std::int64_t now) const;
    /// Erases what no CA keeps any longer, a little at each call. @error the first failure
    Result<void> forget_expired(std::int64_t now) const;

private:
    Edition() = default;
    Result<responder::Audit> open_files(responder::Log log);
    Result<void> make_authorities(store::Store& store, const operations::Random& random, responder::Log log, responder::Audit audit);
    Result<void> make_registration(store::Store& store, const operations::Random& random, responder::Log log, responder::Audit audit, transport::Registry* registry);

    Configuration                                            configuration_;
    std::vector<std::unique_ptr<ca::CertificationAuthority>> authorities_;  // as in the configuration
    std::shared_ptr<LineFile>                                audit_;   // shared with the responder's function; null: none
    std::shared_ptr<const Events>                            events_;  // the same, and there is one
    std::unique_ptr<responder::Responder>                    responder_;
    std::optional<crypto::TlsServer>                         tls_;
    Standing                                                 standing_;  // of an RA
    std::unique_ptr<ra::RegistrationAuthority>               registration_;
    std::unique_ptr<responder::Relay>                        relay_;
    std::unique_ptr<Couriers>                                couriers_;  // goes first: its threads tell the relay what came
};

/// Writes it where the configuration wants it, if it does.
Result<void> write_crl(Bytes crl, const AuthorityConfiguration& configuration);

}  // namespace cmpkit::service
