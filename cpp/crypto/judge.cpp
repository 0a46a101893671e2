#include "crypto/judge.hpp"

#include "crypto/by_hash.hpp"
#include "messages/names.hpp"

#include <bitset>
#include <mutex>
#include <openssl/x509v3.h>

namespace cmpkit::crypto {
namespace {

using StoreCtx = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

constexpr std::size_t most_views     = 64;
constexpr int         least_security = 2;  // OpenSSL's level: 112 bits, so no RSA key below 2048 bits and no SHA-1 signature in a path (RFC 9481 7)

/// What OpenSSL made of the certificates that were looked at last, whoever trusts them: its generic decoder of keys costs more than a verification, and each
/// operation of a client has a Judge of its own. Nothing is judged by being here.
class Views {
public:
    /// Null: OpenSSL cannot read it.
    std::shared_ptr<X509> of(const Cert& cert) {
        if (auto known = find(cert)) return known;
        std::shared_ptr<X509> made = x509_of(cert.der());
        if (!made) return nullptr;
        (void)X509_check_purpose(made.get(), -1, 0);  // OpenSSL works out its view of the extensions at first use: that is now, not in several threads
        const std::lock_guard lock(mutex_);
        views_.insert(cert.hash(), made);
        return made;
    }

private:
    std::shared_ptr<X509> find(const Cert& cert) {
        const std::lock_guard lock(mutex_);
        const auto*           known = views_.find(cert.hash());
        return known ? *known : nullptr;
    }

    std::mutex                    mutex_;
    ByHash<std::shared_ptr<X509>> views_{most_views};
};

std::shared_ptr<X509> view_of(const Cert& cert) {
    static Views& views = *new Views;  // never freed: a thread may still judge while the process ends
    return views.of(cert);
}

/// A CRL is missing, stale or of another scope, as opposed to forged.
bool is_lack_of_crl(int error) {
    return error == X509_V_ERR_UNABLE_TO_GET_CRL || error == X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER || error == X509_V_ERR_CRL_HAS_EXPIRED ||
           error == X509_V_ERR_CRL_NOT_YET_VALID || error == X509_V_ERR_DIFFERENT_CRL_SCOPE;
}

using Lacks = std::bitset<128>;  // more than OpenSSL's longest path

/// OpenSSL asks at each problem whether to go on. A lack of CRLs is noted; what it means is said later, when all that is known is at hand.
int note_lack_of_crl(int ok, X509_STORE_CTX* context) {
    if (ok || !is_lack_of_crl(X509_STORE_CTX_get_error(context))) return ok;
    const auto depth     = static_cast<std::size_t>(X509_STORE_CTX_get_error_depth(context));
    const bool is_anchor = static_cast<int>(depth) + 1 == sk_X509_num(X509_STORE_CTX_get0_chain(context));
    if (depth >= Lacks().size()) return ok;
    if (!is_anchor) (*static_cast<Lacks*>(X509_STORE_CTX_get_app_data(context)))[depth] = true;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

Code code_of(int error) {
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID: return Code::certificate_expired;
    case X509_V_ERR_CERT_REVOKED: return Code::certificate_revoked;
    default: return Code::signer_not_trusted;
    }
}

std::string text_of(const Cert& cert) { return to_text(cert->subject); }

/// Whom OpenSSL was looking at, in our words.
std::string current_subject(X509_STORE_CTX* context) {
    X509*          current = X509_STORE_CTX_get_current_cert(context);
    unsigned char* der     = nullptr;
    const int      size    = current ? i2d_X509(current, &der) : 0;
    const OctetsPtr owner(der);
    const auto      cert = size > 0 ? Cert::parse({der, static_cast<std::size_t>(size)}) : Error{};
    return cert ? text_of(*cert) : "an unreadable certificate";
}

Error verdict(X509_STORE_CTX* context) {
    const int error = X509_STORE_CTX_get_error(context);
    return {.code = code_of(error), .detail = std::string(X509_verify_cert_error_string(error)) + ": " + current_subject(context)};
}

CrlPtr crl_of(Bytes der) {
    const unsigned char* from = der.data();
    return CrlPtr(d2i_X509_CRL(nullptr, &from, static_cast<long>(der.size())));
}

/// OpenSSL takes some that are no CA for one (RFC 5280 6.1.4 (k) does not); anchors are trusted as they are.
Result<void> check_issuers(std::span<const Cert> path) {
    for (std::size_t i = 1; i + 1 < path.size(); ++i)
        if (!path[i].is_ca()) return Error{.code = Code::signer_not_trusted, .clause = "RFC 5280 6.1.4 (k)", .detail = "not a CA: " + text_of(path[i])};
    return {};
}

}  // namespace

Result<std::unique_ptr<Judge>> Judge::make(const Trust& trust, std::span<const Octets> crls) {
    const OpensslCall call;
    Store             store(X509_STORE_new());
    if (!store) return openssl_error(Code::crypto_failed, "certificate store");
    std::unique_ptr<Judge> judge(new Judge(trust, std::move(store)));
    if (auto added = judge->add_certificates(trust.anchors, "anchors", judge->anchors_); !added) return added.error();
    if (auto added = judge->add_certificates(trust.intermediates, "intermediates", judge->intermediates_); !added) return added.error();
    for (const Known& anchor : judge->anchors_)
        if (X509_STORE_add_cert(judge->store_.get(), anchor.x509.get()) != 1) return openssl_error(Code::crypto_failed, "certificate store");
    if (auto added = judge->add_crls(crls); !added) return added.error();
    judge->set_rules();
    return judge;
}

void Judge::set_rules() {
    X509_VERIFY_PARAM* rules = X509_STORE_get0_param(store_.get());
    X509_VERIFY_PARAM_set_auth_level(rules, least_security);
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);  // an anchor need not be self-signed
    if (trust_.revocation != Revocation::none) X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    X509_STORE_set_verify_cb(store_.get(), note_lack_of_crl);
}

Result<void> Judge::add_certificates(std::span<const Cert> certs, const char* path, std::vector<Known>& out) {
    for (const Cert& cert : certs) {
        auto x509 = view_of(cert);
        if (!x509) return at_element(openssl_error(Code::bad_certificate, text_of(cert)), path, out.size());
        out.push_back({cert, std::move(x509)});
    }
    return {};
}

Result<void> Judge::add_crls(std::span<const Octets> crls) {
    for (std::size_t i = 0; i < crls.size(); ++i) {
        const CrlPtr crl = crl_of(crls[i]);
        if (!crl || X509_STORE_add_crl(store_.get(), crl.get()) != 1) return at_element(openssl_error(Code::bad_value, "not a CRL"), "crls", i);
    }
    return {};
}

bool Judge::push(std::span<const Known> certs, const Stack& out) {
    return out && std::ranges::all_of(certs, [&](const Known& known) { return sk_X509_push(out.get(), known.x509.get()) > 0; });
}

Cert Judge::cert_of(const X509* x509, std::span<const Known> helpers) const {
    for (const std::span<const Known> each : {helpers, std::span<const Known>(anchors_), std::span<const Known>(intermediates_)}) {
        const auto found = std::ranges::find_if(each, [&](const Known& known) { return X509_cmp(known.x509.get(), x509) == 0; });
        if (found != each.end()) return found->cert;
    }
    assert(false);  // OpenSSL makes paths of what it was given
    return {};
}

Result<Judgement> Judge::judge(const Cert& leaf, std::span<const Cert> untrusted, std::int64_t now) const {
    const OpensslCall  call;
    const Known        target{leaf, view_of(leaf)};
    std::vector<Known> helpers;
    if (!target.x509) return openssl_error(Code::bad_certificate, text_of(leaf));
    for (const Cert& cert : untrusted)
        if (auto x509 = view_of(cert)) helpers.push_back({cert, std::move(x509)});

    const StoreCtx context(X509_STORE_CTX_new());
    const Stack    stack(sk_X509_new_null());
    if (!context || !push(helpers, stack) || !push(intermediates_, stack) ||
        X509_STORE_CTX_init(context.get(), store_.get(), target.x509.get(), stack.get()) != 1)
        return openssl_error(Code::crypto_failed, "path verification");
    Lacks lacks;
    X509_STORE_CTX_set_app_data(context.get(), &lacks);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context.get()), now);
    if (X509_verify_cert(context.get()) != 1) return verdict(context.get());

    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
    Judgement             judgement{.path = {leaf}, .lacks = {}};
    for (int i = 1; i < sk_X509_num(chain); ++i) judgement.path.push_back(cert_of(sk_X509_value(chain, i), helpers));
    for (std::size_t i = 0; i < judgement.path.size(); ++i)
        if (lacks[i]) judgement.lacks.push_back(i);
    if (auto checked = check_issuers(judgement.path); !checked) return checked.error();
    return judgement;
}

}  // namespace cmpkit::crypto
