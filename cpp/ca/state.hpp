// What an authority is made of: its configuration, read once, and its way to the store. Shared by the files that decide; for this room alone.
#pragma once
#include "admission/desk.hpp"
#include "admission/naming.hpp"
#include "admission/secrets.hpp"
#include "ca/issuer.hpp"
#include "ca/records.hpp"
#include "ca/rules.hpp"

namespace cmpkit::ca {

/// Immutable but for what the store holds. Any thread.
struct Core {
    Settings                          settings;
    store::Store&                     store;
    Random                            random;
    std::vector<Rules>                profiles;  // as in the settings
    Secrets                           secrets;
    Records                           records;
    Desk                              desk;
    std::vector<crypto::Cert>         chain;     // the issuing certificate and its issuers, without a self-signed root
    crypto::Cert                      root;      // the last of them
    std::shared_ptr<crypto::Verifier> own;       // shared with nobody; a Verifier comes as shared_ptr
    std::shared_ptr<crypto::Verifier> external;  // null: nobody else's certificates are trusted
    protection::Protector             protector;

    const Name&  name() const { return settings.issuing_certificate->subject; }
    Issuer       issuer() const { return Issuer::of(settings.issuing_certificate, *settings.issuing_key); }
    const Rules* profile(std::string_view name) const;  // null: there is none of that name
    /// The profile that counts for a requester: the one that its secret fixes, else the one that it asks for, else the first; null: there is none of that name.
    const Rules* profile_for(const Secrets::Entry* secret, const std::string& asked) const;
    bool         is_reserved(const Name& subject) const;  // a name of the CA itself, of its issuers or of its CMP signer

    /// What our records say about a requester of kind own or ra; nothing: it is not in them (a signer made when the CA was founded).
    /// @error certificate_revoked, not_authorized  with failInfo: it is revoked, updated or not confirmed
    Result<std::optional<Stored>> good_record(const crypto::Cert& certificate) const;
};

/// What a requester may be called: as its secret says, else by the profile. Views.
struct Callings {
    Callings(const Rules& rules, operations::RequesterKind kind, const Secrets::Entry* secret);
    std::span<const NamePattern>        subjects;
    std::span<const GeneralNamePattern> sans;
};

/// Whether the holder may speak for others (RFC 9810 4.5).
inline bool is_registration_authority(const crypto::Cert& certificate) { return certificate.has_purpose(oids::id_kp_cmcRA); }

struct CertificationAuthority::State : Core {};

}  // namespace cmpkit::ca
