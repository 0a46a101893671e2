#include "crypto/tls_peers.hpp"

#include "crypto/openssl.hpp"
#include "messages/names.hpp"

#include <ctime>
#include <openssl/ssl.h>

namespace cmpkit::crypto {
namespace {

constexpr std::size_t most_wanted = 32;

using Held = std::shared_ptr<TlsPeers>;

void let_go(void*, void* held, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Held*>(held); }

int slot() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, let_go);
    return index;
}

// What an alert and the local error say.
int openssl_error_of(Code code) {
    switch (code) {
    case Code::certificate_revoked: return X509_V_ERR_CERT_REVOKED;
    case Code::certificate_expired: return X509_V_ERR_CERT_HAS_EXPIRED;
    case Code::status_unknown: return X509_V_ERR_UNABLE_TO_GET_CRL;
    case Code::bad_certificate: return X509_V_ERR_INVALID_PURPOSE;
    default: return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
    }
}

std::vector<Cert> shown_by(X509_STORE_CTX* context) {
    std::vector<Cert> shown;
    const STACK_OF(X509)* stack = X509_STORE_CTX_get0_untrusted(context);
    for (int i = 0; i < sk_X509_num(stack); ++i)
        if (auto cert = Cert::parse(der_of(sk_X509_value(stack, i)))) shown.push_back(*std::move(cert));
    return shown;
}

// RFC 5280 4.2.1.12; RFC 8446 4.4.2.2 wants digitalSignature, and TLS 1.2 has older ways to exchange keys.
bool is_for(const Cert& cert, const OidConstant& purpose) {
    using enum KeyUsageBit;
    const bool has_usage = cert.allows(digitalSignature) || cert.allows(keyEncipherment) || cert.allows(keyAgreement);
    return has_usage && (!find_extension(cert->extensions, oids::id_ce_extKeyUsage) || cert.has_purpose(purpose) || cert.has_purpose(oids::anyExtendedKeyUsage));
}

}  // namespace

bool is_for_tls_clients(const Cert& cert) { return is_for(cert, oids::id_kp_clientAuth); }

Result<std::shared_ptr<TlsPeers>> TlsPeers::make(Trust trust, Kind kind) {
    auto verifier = Verifier::make(std::move(trust));
    if (!verifier) return verifier.error();
    return std::shared_ptr<TlsPeers>(new TlsPeers(*std::move(verifier), kind));
}

std::vector<StatusQuery> TlsPeers::take_wanted() {
    const std::lock_guard lock(mutex_);
    return std::exchange(wanted_, {});
}

void TlsPeers::want(StatusQuery query) {
    const std::lock_guard lock(mutex_);
    const bool is_there = std::ranges::any_of(wanted_, [&](const StatusQuery& each) { return each.subject() == query.subject(); });
    if (!is_there && wanted_.size() < most_wanted) wanted_.push_back(std::move(query));
}

Result<void> TlsPeers::check(const Cert& leaf, std::span<const Cert> untrusted) {
    const std::int64_t now     = std::time(nullptr);
    const OidConstant& purpose = kind_ == Kind::servers ? oids::id_kp_serverAuth : oids::id_kp_clientAuth;
    if (!is_for(leaf, purpose)) return Error{.code = Code::bad_certificate, .clause = "RFC 5280 4.2.1.12", .detail = "it is not for this use: " + to_text(leaf->subject)};
    if (auto query = verifier_->missing(leaf, untrusted, now)) {
        want(*std::move(query));
        if (kind_ == Kind::servers) return Error{.code = Code::status_unknown};
    }
    const auto path = verifier_->path(leaf, untrusted, now);
    return path ? Result<void>() : path.error();
}

int TlsPeers::verify(void* raw, TlsPeers& peers) {
    auto*      context = static_cast<X509_STORE_CTX*>(raw);
    const auto shown   = shown_by(context);
    const auto leaf    = Cert::parse(der_of(X509_STORE_CTX_get0_cert(context)));
    const auto good    = leaf ? peers.check(*leaf, shown) : Result<void>(leaf.error());
    X509_STORE_CTX_set_error(context, good ? X509_V_OK : openssl_error_of(good.error().code));
    return good ? 1 : 0;
}

Result<void> TlsPeers::attach(void* ssl_ctx, std::shared_ptr<TlsPeers> peers) {
    auto* const context = static_cast<SSL_CTX*>(ssl_ctx);
    auto        held    = std::make_unique<Held>(std::move(peers));
    auto* const raw     = held->get();
    if (slot() < 0 || SSL_CTX_set_ex_data(context, slot(), held.get()) != 1) return openssl_error(Code::tls_failed, "whom to trust");
    (void)held.release();
    // OpenSSL's frames hold no exception.
    const auto judge = [](X509_STORE_CTX* store, void* of) -> int {
        try {
            return verify(store, *static_cast<TlsPeers*>(of));
        } catch (const std::bad_alloc&) {
            X509_STORE_CTX_set_error(store, X509_V_ERR_OUT_OF_MEM);
            return 0;
        }
    };
    SSL_CTX_set_cert_verify_callback(context, judge, raw);
    return {};
}

}  // namespace cmpkit::crypto
