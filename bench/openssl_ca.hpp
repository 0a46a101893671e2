// The CA that OpenSSL's own CMP makes (OSSL_CMP_SRV_CTX), and a device that asks it, for comparison. It keeps no records, so that it does less than ours.
#pragma once
#include "plant.hpp"

#include <openssl/cmp.h>
#include <openssl/x509v3.h>

namespace cmpkit::bench {

template <auto Free> struct Freed {
    template <class T> void operator()(T* object) const { Free(object); }
};
template <class T, auto Free> using Owned = std::unique_ptr<T, Freed<Free>>;
using X509Ptr   = Owned<X509, X509_free>;
using CmpMsg    = Owned<OSSL_CMP_MSG, OSSL_CMP_MSG_free>;
using CmpCtx    = Owned<OSSL_CMP_CTX, OSSL_CMP_CTX_free>;
using CmpSrvCtx = Owned<OSSL_CMP_SRV_CTX, OSSL_CMP_SRV_CTX_free>;

inline X509Ptr openssl_certificate(const crypto::Cert& certificate) {
    const unsigned char* at = certificate.der().data();
    return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())));
}
inline EVP_PKEY* openssl_key(const crypto::Signer& signer) { return static_cast<EVP_PKEY*>(dynamic_cast<const crypto::PrivateKey&>(signer).evp_pkey()); }

inline X509_STORE* openssl_store(const crypto::Cert& root) {
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, openssl_certificate(root).get());
    return store;
}

/// Who signs, and the issuer that goes along in extraCerts.
inline void give_credentials(OSSL_CMP_CTX* context, const crypto::Cert& certificate, const crypto::Signer& key, const crypto::Cert& issuer) {
    const Owned<STACK_OF(X509), [](STACK_OF(X509)* stack) { sk_X509_pop_free(stack, X509_free); }> issuers(sk_X509_new_null());
    sk_X509_push(issuers.get(), openssl_certificate(issuer).release());
    OSSL_CMP_CTX_set1_cert(context, openssl_certificate(certificate).get());
    OSSL_CMP_CTX_set1_pkey(context, openssl_key(key));
    OSSL_CMP_CTX_set1_untrusted(context, issuers.get());
}

inline Octets octets_of(const OSSL_CMP_MSG* message) {
    unsigned char* der  = nullptr;
    const int      size = i2d_OSSL_CMP_MSG(message, &der);
    require(size > 0, "OpenSSL does not encode its message");
    Octets octets(der, der + size);
    OPENSSL_free(der);
    return octets;
}
inline CmpMsg openssl_message(Bytes octets) {
    const unsigned char* at = octets.data();
    CmpMsg               message(d2i_OSSL_CMP_MSG(nullptr, &at, static_cast<long>(octets.size())));
    require(message != nullptr, "OpenSSL does not read a message");
    return message;
}

class OpensslCa {
public:
    OpensslCa(const ca::Founded& plant, const crypto::Cert& maker) : plant_(plant), issuer_(openssl_certificate(plant.issuing.certificate)), context_(OSSL_CMP_SRV_CTX_new(nullptr, nullptr)) {
        OSSL_CMP_SRV_CTX_init(context_.get(), this, certify, nullptr, nullptr, nullptr, confirm, nullptr);
        OSSL_CMP_CTX* own = OSSL_CMP_SRV_CTX_get0_cmp_ctx(context_.get());
        give_credentials(own, plant.cmp.certificate, *plant.cmp.key, plant.issuing.certificate);
        OSSL_CMP_CTX_set0_trustedStore(own, openssl_store(maker));
    }
    OpensslCa(const OpensslCa&)            = delete;
    OpensslCa& operator=(const OpensslCa&) = delete;

    /// OpenSSL 3.0 does not tell a template's key; the next certificate is for this one.
    void expect(EVP_PKEY* key) { expected_ = key; }

    Octets answer(Bytes request) {
        const CmpMsg asked = openssl_message(request);
        const CmpMsg told(OSSL_CMP_SRV_process_request(context_.get(), asked.get()));
        require(told != nullptr, "OpenSSL's CA does not answer");
        return octets_of(told.get());
    }

private:
    X509Ptr certified(const X509_NAME* subject) const {
        X509Ptr made(X509_new());
        X509_set_version(made.get(), X509_VERSION_3);
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), 0x123456789abcdef);
        X509_set_subject_name(made.get(), subject);
        X509_set_issuer_name(made.get(), X509_get_subject_name(issuer_.get()));
        X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), 86400);
        X509_set_pubkey(made.get(), expected_);
        require(X509_sign(made.get(), openssl_key(*plant_.issuing.key), EVP_sha256()) > 0, "OpenSSL does not sign a certificate");
        return made;
    }
    static OSSL_CMP_PKISI* certify(OSSL_CMP_SRV_CTX* context, const OSSL_CMP_MSG*, int, const OSSL_CRMF_MSG* request, const X509_REQ*, X509** certificate, STACK_OF(X509)**, STACK_OF(X509)**) {
        auto& own    = *static_cast<OpensslCa*>(OSSL_CMP_SRV_CTX_get0_custom_ctx(context));
        own.issued_  = own.certified(OSSL_CRMF_CERTTEMPLATE_get0_subject(OSSL_CRMF_MSG_get0_tmpl(request)));
        *certificate = X509_dup(own.issued_.get());
        return OSSL_CMP_STATUSINFO_new(OSSL_CMP_PKISTATUS_accepted, 0, nullptr);
    }
    static int confirm(OSSL_CMP_SRV_CTX* context, const OSSL_CMP_MSG*, int, const ASN1_OCTET_STRING* hash, const OSSL_CMP_PKISI*) {
        auto&         own = *static_cast<OpensslCa*>(OSSL_CMP_SRV_CTX_get0_custom_ctx(context));
        unsigned char expected[EVP_MAX_MD_SIZE];
        unsigned      size = 0;
        X509_digest(own.issued_.get(), EVP_sha256(), expected, &size);
        return equal({expected, size}, {ASN1_STRING_get0_data(hash), static_cast<std::size_t>(ASN1_STRING_length(hash))});
    }

    const ca::Founded& plant_;
    X509Ptr            issuer_;
    CmpSrvCtx          context_;
    EVP_PKEY*          expected_ = nullptr;
    X509Ptr            issued_;
};

/// One enrollment by OpenSSL on both sides. What each side does is measured by its own meter.
class OpensslEnrollment {
public:
    OpensslEnrollment(OpensslCa& ca, Meter& of_ca, Meter& of_device) : ca_(ca), of_ca_(of_ca), of_device_(of_device) {}

    void run(const operations::Credentials& device, const crypto::Cert& root) {
        const auto key = fresh_key();
        ca_.expect(openssl_key(*key));
        of_device_.begin();
        const CmpCtx context(OSSL_CMP_CTX_new(nullptr, nullptr));
        give_credentials(context.get(), device.chain[0], *device.signer, device.chain[1]);
        OSSL_CMP_CTX_set1_subjectName(context.get(), X509_get_subject_name(openssl_certificate(device.chain[0]).get()));
        EVP_PKEY_up_ref(openssl_key(*key));
        OSSL_CMP_CTX_set0_newPkey(context.get(), 1, openssl_key(*key));
        OSSL_CMP_CTX_set0_trustedStore(context.get(), openssl_store(root));
        OSSL_CMP_CTX_set_transfer_cb(context.get(), transfer);
        OSSL_CMP_CTX_set_transfer_cb_arg(context.get(), this);
        const bool is_enrolled = OSSL_CMP_exec_IR_ses(context.get()) != nullptr;
        of_device_.end();
        if (!is_enrolled) OSSL_CMP_CTX_print_errors(context.get());
        require(is_enrolled, "OpenSSL does not enroll with OpenSSL");
    }

private:
    static OSSL_CMP_MSG* transfer(OSSL_CMP_CTX* context, const OSSL_CMP_MSG* request) {
        auto&        own   = *static_cast<OpensslEnrollment*>(OSSL_CMP_CTX_get_transfer_cb_arg(context));
        const Octets asked = octets_of(request);
        own.of_device_.end();
        const Octets told = own.of_ca_([&] { return own.ca_.answer(asked); });
        own.of_device_.begin();
        return openssl_message(told).release();
    }

    OpensslCa& ca_;
    Meter&     of_ca_;
    Meter&     of_device_;
};

}  // namespace cmpkit::bench
