// What a server's operation asks of an authority, and what it gets: the border between message flow and policy. An authority decides and
// names the records to be written; it writes nothing itself, so that its decision and the transaction are committed together or not at all.
#pragma once
#include "crypto/chain.hpp"
#include "messages/body.hpp"
#include "protection/protect.hpp"
#include "store/store.hpp"

namespace cmpkit::operations {

enum class RequesterKind : std::uint8_t {
    secret,    // MAC of a shared secret
    external,  // certificate of a PKI that is trusted for first requests
    own,       // certificate of an end entity that this authority issued and that is good now
    ra,        // certificate of another PKI management entity (id-kp-cmcRA) that may speak for others here
};
std::string_view name_of(RequesterKind kind);

/// Who asked, as the protection of its message proved.
struct Requester {
    RequesterKind kind = RequesterKind::secret;
    std::string   id;           // "secret:<reference>" or "certificate:<SHA-256, hex>": names the transaction's owner
    std::string   reference;    // secret only
    crypto::Cert  certificate;  // signature only
};

/// A secret that may protect messages now. `for_new` is false when it is spent, expired or locked: then it only ends transactions that it began.
struct SharedSecret {
    std::shared_ptr<const crypto::Secret> value;  // shared with the authority that owns it
    bool                                  for_new = false;
};

/// One request for one certificate, from a CertTemplate or a PKCS#10 request; proof of possession is verified already, here or by an RA. Views of the message.
struct EnrollmentRequest {
    Octets                      id;                   // names the request as long as its transaction lives
    BodyType                    type = BodyType::ir;  // ir, cr, kur or p10cr
    const Name*                 subject    = nullptr;  // null: not said
    const SubjectPublicKeyInfo* publicKey  = nullptr;
    crypto::PublicKey           key;                   // the same, usable
    const Extensions*           extensions = nullptr;
    const OptionalValidity*     validity   = nullptr;
    const CertId*               oldCertID  = nullptr;
    std::string                 profile;               // certProfile, else the path label, else empty
    bool                        confirms_implicitly = false;  // the request asks for implicitConfirm
    std::vector<std::string_view> ignored{};           // members of the template that say what is the authority's to choose; literals
    bool                        ra_verified  = false;  // by the RA that asks (raVerified), not here
    bool                        has_original = false;  // that RA sent along what it got (origPKIMessage); nobody has verified it
    std::string                 approved_by{};         // id of the RA that put its signature around the request (nested); empty: none did
};

struct RevocationRequest {
    Octets       id;  // as above
    der::Integer serialNumber;
    const Name*  issuer = nullptr;
    Reason       reason = Reason::unspecified;
    std::optional<std::int64_t> invalid_since{};  // Unix seconds of the invalidityDate (RFC 5280 5.3.2)
    std::string  approved_by{};  // as above
};

/// What somebody asks the authority about (genm, RFC 9483 4.3).
struct InformationRequest {
    Octets               id;               // as above
    const GenMsgContent* items = nullptr;  // empty: all that it tells everybody (RFC 9810 D.5)
    std::string          profile;          // as above
};

struct Refusal {
    FailInfo    fail_info = FailInfo::badRequest;
    std::string text;        // for the peer: little
    Error       for_operator;
};

struct Issued {
    crypto::Cert              certificate;
    Octets                    key;          // of its record in Table::certificates
    bool                      with_mods = false;
    std::string               mods;         // what was changed, for the peer: "notAfter is earlier than asked"
    std::vector<crypto::Cert> chain;        // its issuers without the root, for extraCerts
    std::optional<crypto::Cert> root;       // for caPubs, where the kind of request allows it
    bool                      confirmed_implicitly = false;  // granted; else certConf is due by confirm_by
    std::int64_t              confirm_by = 0;  // Unix seconds
};

struct Information {
    Octets items;  // DER of a GenRepContent
};

/// Not decided yet: the requester polls, and the authority is asked the same again.
struct Waiting {
    std::int64_t check_after = 0;  // seconds
    std::string  reason;           // for the peer; empty: none
};

template <class T> struct Decision {
    std::variant<T, Refusal, Waiting> outcome;
    std::vector<store::Write>         writes;  // to be committed with the transaction, also with a refusal
};
struct Nothing {};

/// What is to be asked before a signer can be recognised, and who learns the answer.
struct MissingStatus {
    crypto::StatusQuery               query;
    std::shared_ptr<crypto::Verifier> verifier;  // shared with the authority
};

/// Who may ask at all, and how answers are protected: the border between a message's protection and policy.
/// Threads: any. Every function may be called again for the same request when a commit met a conflict.
class Gatekeeper {
public:
    virtual ~Gatekeeper() = default;

    /// The secret of that reference; null: none. The caller derives a key in both cases, so that an unknown reference costs what a wrong MAC does.
    virtual Result<SharedSecret> secret(Bytes reference, std::int64_t now) = 0;
    /// A MAC under that reference was wrong: counts towards the limit of tries. @return the write to be committed, if the reference is known
    virtual Result<std::vector<store::Write>> failed_try(Bytes reference, std::int64_t now) = 0;

    /// Whether a path leads from the signer to a PKI trusted for requests, or to this authority itself.
    /// @error signer_not_trusted, certificate_expired, certificate_revoked (also: it was updated already)
    /// @error status_unknown  whether it is revoked is needed and not known
    virtual Result<Requester> recognise(const crypto::Cert& signer, std::span<const crypto::Cert> extra, std::int64_t now) = 0;

    /// What may be asked to know the signer better; nothing: recognise() goes by all that can be known. Ask until there is nothing.
    virtual std::optional<MissingStatus> missing_status(const crypto::Cert& signer, std::span<const crypto::Cert> extra, std::int64_t now) = 0;

    /// How answers to signed requests are protected.
    virtual const protection::Protector& protector() const = 0;
    /// Sender of answers under a MAC. Lives as long as the gatekeeper.
    virtual const Name& name() const = 0;
};

/// Who decides what is asked for. Threads: as above.
class Authority : public Gatekeeper {
public:
    virtual Result<Decision<Issued>>  enroll(const EnrollmentRequest& request, const Requester& requester, std::int64_t now) = 0;
    virtual Result<Decision<Nothing>> revoke(const RevocationRequest& request, const Requester& requester, std::int64_t now) = 0;

    virtual Result<Decision<Information>> inform(const InformationRequest& request, const Requester& requester, std::int64_t now) = 0;

    /// The requester no longer waits for the decision on that request.
    virtual Result<std::vector<store::Write>> abandon(Bytes request_id) = 0;

    /// The certificate under that key of Table::certificates.
    virtual Result<crypto::Cert> certificate(Bytes key) = 0;
    /// The requester has confirmed it: it becomes valid, what it updates becomes updated.
    virtual Result<std::vector<store::Write>> confirm(Bytes key, std::int64_t now) = 0;
    /// The requester refused it, or did not confirm it in time: it is revoked.
    virtual Result<std::vector<store::Write>> withdraw(Bytes key, std::int64_t now) = 0;
};

}  // namespace cmpkit::operations
