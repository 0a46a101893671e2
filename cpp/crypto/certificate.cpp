#include "crypto/certificate.hpp"

#include "crypto/by_hash.hpp"
#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pem.hpp"
#include "messages/names.hpp"

#include <mutex>

namespace cmpkit::crypto {

struct Cert::State {
    explicit State(Bytes der) : arena(der::arena_budget(der.size())), octets(arena.keep(der)) {}

    der::Arena            arena;   // its budget has room for the octets, too
    Bytes                 octets;
    Certificate           value;
    Octets                hash;
    std::optional<Octets> subject_key_identifier;
    std::int64_t          not_before = 0, not_after = 0;

    mutable std::once_flag                   key_once;
    mutable std::optional<Result<PublicKey>> key;
};

namespace {

const std::optional<Extensions>& extensions_of(const Certificate& certificate) { return certificate.tbsCertificate.extensions; }

/// RFC 5280 4.2: "A certificate MUST NOT include more than one instance of a particular extension": whoever looks would see another one.
bool has_repeated_extension(const Certificate& certificate) {
    if (!extensions_of(certificate)) return false;
    der::Arena arena;
    const std::span<Bytes> seen(arena.make<Bytes>(extensions_of(certificate)->size()), extensions_of(certificate)->size());
    std::ranges::transform(*extensions_of(certificate), seen.begin(), [](const Extension& extension) { return extension.extnID.content; });
    const auto before = [](Bytes a, Bytes b) { return std::ranges::lexicographical_compare(a, b); };
    std::ranges::sort(seen, before);
    return std::ranges::adjacent_find(seen, equal) != seen.end();
}

}  // namespace

Result<Cert> Cert::parse(Bytes der) {
    const auto state = std::make_shared<State>(der);
    if (auto parsed = der::parse(der::describe<Certificate>(), state->octets, &state->value, state->arena); !parsed) return parsed.error();
    if (has_repeated_extension(state->value))
        return Error{.code = Code::bad_certificate, .path = "tbsCertificate.extensions", .clause = "RFC 5280 4.2", .detail = "an extension is repeated"};
    const auto& fields = state->value.tbsCertificate;
    state->hash       = sha256(der);
    state->not_before = unix_seconds(fields.validity.notBefore);
    state->not_after  = unix_seconds(fields.validity.notAfter);
    if (const auto* id = extension_value<SubjectKeyIdentifier>(fields.extensions, oids::id_ce_subjectKeyIdentifier)) state->subject_key_identifier = copy_of(id->content);
    Cert cert;
    cert.state_ = state;
    return cert;
}

const Certificate&    Cert::operator*() const { return state_->value; }
const TBSCertificate* Cert::operator->() const { return &state_->value.tbsCertificate; }
Bytes                 Cert::der() const { return state_->octets; }
const Octets&         Cert::hash() const { return state_->hash; }

Result<PublicKey> Cert::key() const {
    std::call_once(state_->key_once, [this] { state_->key = PublicKey::from((*this)->subjectPublicKeyInfo); });
    if (*state_->key) return *state_->key;
    Error error = state_->key->error();
    error.path  = error.path.below("tbsCertificate.subjectPublicKeyInfo");
    return error;
}

const Octets* Cert::subject_key_identifier() const { return state_->subject_key_identifier ? &*state_->subject_key_identifier : nullptr; }
bool          Cert::is_self_issued() const { return same_name((*this)->issuer, (*this)->subject); }

bool Cert::allows(KeyUsageBit bit) const {
    if (!find_extension((*this)->extensions, oids::id_ce_keyUsage)) return true;
    const auto* usage = extension_value<KeyUsage>((*this)->extensions, oids::id_ce_keyUsage);
    return usage && usage->has(bit);
}

bool Cert::has_purpose(const OidConstant& eku) const {
    const auto* purposes = extension_value<ExtKeyUsage>((*this)->extensions, oids::id_ce_extKeyUsage);
    return purposes && std::ranges::any_of(*purposes, [&](const der::Oid& each) { return each == eku; });
}

bool Cert::is_ca() const {
    const auto* constraints = extension_value<BasicConstraints>((*this)->extensions, oids::id_ce_basicConstraints);
    return constraints && constraints->cA;
}

std::int64_t Cert::not_before() const { return state_->not_before; }
std::int64_t Cert::not_after() const { return state_->not_after; }
Bytes        Cert::serial() const { return (*this)->serialNumber.content; }

struct CertCache::State {
    explicit State(std::size_t capacity) : certs(capacity) {}
    std::mutex   mutex;
    ByHash<Cert> certs;
};

CertCache::CertCache(std::size_t capacity) : state_(std::make_unique<State>(capacity)) {}
CertCache::~CertCache() = default;

Result<Cert> CertCache::get(Bytes der) {
    const Octets hash = sha256(der);
    {
        const std::lock_guard lock(state_->mutex);
        if (const Cert* known = state_->certs.find(hash)) return *known;
    }
    auto cert = Cert::parse(der);  // without the lock: two threads may both do it, neither waits
    if (!cert) return cert;
    const std::lock_guard lock(state_->mutex);
    state_->certs.insert(hash, *cert);
    return cert;
}

Result<std::vector<Cert>> parse_certificates(std::span<const Octets> ders) {
    std::vector<Cert> certs;
    certs.reserve(ders.size());
    for (const Octets& der : ders) {
        auto cert = Cert::parse(der);
        if (!cert) return at_element(cert.error(), "certificates", certs.size());
        certs.push_back(*std::move(cert));
    }
    return certs;
}

Result<std::vector<Cert>> read_certificates(Bytes octets) {
    if (!is_pem(octets)) return parse_certificates(std::array{copy_of(octets)});
    auto blocks = read_pem(octets);
    if (!blocks) return blocks.error();
    std::vector<Octets> ders;
    for (PemBlock& block : *blocks)
        if (block.label == "CERTIFICATE") ders.push_back(std::move(block.octets));
    if (ders.empty()) return Error{.code = Code::bad_certificate, .detail = "no CERTIFICATE block"};
    return parse_certificates(ders);
}

}  // namespace cmpkit::crypto
