#include "crypto/key_state.hpp"
#include "crypto/scheme.hpp"

namespace cmpkit::crypto {
namespace {

AlgorithmIdentifier pss_with_sha256() {
    static const AlgorithmIdentifier sha256 = algorithm_with_null(oids::id_sha256);
    static const AlgorithmIdentifier mgf1{oids::id_mgf1, der::Open::of(sha256)};
    static const RSASSA_PSS_params   parameters{sha256, mgf1, 32, 1};
    return {oids::id_RSASSA_PSS, der::Open::of(parameters)};
}

class PssSigner : public Signer {
public:
    explicit PssSigner(std::shared_ptr<Signer> key) : key_(std::move(key)) {}
    const PublicKey&    public_key() const override { return key_->public_key(); }
    AlgorithmIdentifier algorithm() const override { return pss_with_sha256(); }
    Result<Octets>      sign(const AlgorithmIdentifier& algorithm, Bytes data) const override { return key_->sign(algorithm, data); }

private:
    std::shared_ptr<Signer> key_;  // shared with the application that owns the key
};

class CallbackSigner : public Signer {
public:
    CallbackSigner(PublicKey key, SignFunction sign) : key_(std::move(key)), sign_(std::move(sign)) {}
    const PublicKey&    public_key() const override { return key_; }
    AlgorithmIdentifier algorithm() const override { return preferred_algorithm(key_); }

    Result<Octets> sign(const AlgorithmIdentifier& algorithm, Bytes data) const override {
        if (const auto scheme = scheme_for(algorithm, key_.kind()); !scheme) return scheme.error();
        auto signature = sign_(algorithm, data);
        if (!signature) return Error{.code = Code::signing_failed, .detail = "the signing function failed"}.because_of(signature.error());
        if (auto verified = key_.verify(algorithm, data, *signature); !verified)
            return Error{.code = Code::signing_failed, .detail = "the signing function made a signature of another key"}.because_of(verified.error());
        return signature;
    }

private:
    PublicKey    key_;
    SignFunction sign_;
};

}  // namespace

Result<std::shared_ptr<Signer>> with_pss(std::shared_ptr<Signer> key) {
    if (key->public_key().kind() != KeyKind::rsa)
        return Error{.code = Code::bad_argument, .detail = "RSASSA-PSS needs an RSA key, not " + key->public_key().name()};
    return std::shared_ptr<Signer>(std::make_shared<PssSigner>(std::move(key)));
}

std::shared_ptr<Signer> callback_signer(PublicKey key, SignFunction sign) { return std::make_shared<CallbackSigner>(std::move(key), std::move(sign)); }

}  // namespace cmpkit::crypto
