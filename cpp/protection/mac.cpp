#include "der/encode.hpp"
#include "protection/part.hpp"
#include "protection/protect.hpp"

namespace cmpkit::protection {
namespace {

constexpr std::size_t least_key = 20;  // octets; RFC 9579 asks for a keyLength, shorter keys are refused
constexpr std::size_t least_mac = 28;  // octets, of HMAC with SHA-224: RFC 9481 6.2.1 has SHA-2 alone; id-PasswordBasedMac is older and used with SHA-1 too

Error refused(const char* path, const char* detail, const char* clause) {
    return {.code = Code::algorithm_refused, .path = path, .fail_info = FailInfo::badAlg, .clause = clause, .detail = detail};
}

bool within(std::int64_t iterations, std::size_t salt, const MacLimits& limits) {
    return iterations >= limits.min_iterations && iterations <= limits.max_iterations && salt >= limits.min_salt && salt <= limits.max_salt;
}

Result<void> check_pbm(const AlgorithmIdentifier& algorithm, const MacLimits& limits) {
    const auto* pbm = algorithm.parameters ? algorithm.parameters->get<PBMParameter>() : nullptr;
    if (!pbm) return refused("header.protectionAlg.parameters", "no PBMParameter", "RFC 4211 4.4");
    if (!within(pbm->iterationCount, pbm->salt.content.size(), limits))
        return refused("header.protectionAlg.parameters.iterationCount", "iterationCount or salt outside the limits", "RFC 9810 5.1.3.1");
    if (!crypto::hmac_size(pbm->mac)) return refused("header.protectionAlg.parameters.mac", "only HMAC is offered", "RFC 9045");
    if (!crypto::digest(pbm->owf, {})) return refused("header.protectionAlg.parameters.owf", "unknown digest", "RFC 9045");
    return {};
}

const PBKDF2_params* pbkdf2_of(const PBMAC1_params& params) {
    const AlgorithmIdentifier& kdf = params.keyDerivationFunc;
    return kdf.algorithm == oids::id_PBKDF2 && kdf.parameters ? kdf.parameters->get<PBKDF2_params>() : nullptr;
}
AlgorithmIdentifier prf_of(const PBKDF2_params& kdf) { return kdf.prf.value_or(crypto::algorithm_of(oids::hmacWithSHA1)); }

Result<void> check_pbmac1(const AlgorithmIdentifier& algorithm, const MacLimits& limits) {
    const auto* params = algorithm.parameters ? algorithm.parameters->get<PBMAC1_params>() : nullptr;
    const auto* kdf    = params ? pbkdf2_of(*params) : nullptr;
    if (!kdf) return refused("header.protectionAlg.parameters", "no PBMAC1-params with PBKDF2", "RFC 8018 A.5");
    const auto* salt = kdf->salt.get<"specified">();
    if (!salt || !within(kdf->iterationCount, salt->content.size(), limits))
        return refused("header.protectionAlg.parameters.keyDerivationFunc", "iterationCount or salt outside the limits", "RFC 8018 5.2");
    if (!kdf->keyLength || *kdf->keyLength < static_cast<std::int64_t>(least_key) || *kdf->keyLength > 64)
        return refused("header.protectionAlg.parameters.keyDerivationFunc", "keyLength absent or not 20 to 64", "RFC 9579 5");
    for (const AlgorithmIdentifier& hmac : {prf_of(*kdf), params->messageAuthScheme})
        if (crypto::hmac_size(hmac) < least_mac)
            return refused("header.protectionAlg.parameters.messageAuthScheme", "only HMAC with SHA-2 is offered", "RFC 9481 6.1.2");
    return {};
}

}  // namespace

bool is_mac(const AlgorithmIdentifier& algorithm) {
    return algorithm.algorithm == oids::id_PasswordBasedMac || algorithm.algorithm == oids::id_PBMAC1;
}

AlgorithmIdentifier mac_algorithm(MacKind kind, Bytes salt, std::int64_t iterations, der::Arena& arena) {
    const Bytes               kept = arena.keep(salt);
    const AlgorithmIdentifier hmac = crypto::algorithm_with_null(oids::hmacWithSHA256);
    if (kind == MacKind::pbm) {
        auto* pbm = arena.make<PBMParameter>();
        *pbm = {{kept}, crypto::algorithm_of(oids::id_sha256), iterations, crypto::algorithm_of(oids::hmacWithSHA256)};
        return {oids::id_PasswordBasedMac, der::Open::of(*pbm)};
    }
    auto* kdf = arena.make<PBKDF2_params>();
    kdf->salt.emplace<"specified">().content = kept;
    kdf->iterationCount = iterations;
    kdf->keyLength      = 32;
    kdf->prf            = hmac;
    auto* params = arena.make<PBMAC1_params>();
    *params      = {{oids::id_PBKDF2, der::Open::of(*kdf)}, hmac};
    return {oids::id_PBMAC1, der::Open::of(*params)};
}

Result<void> check_mac_parameters(const AlgorithmIdentifier& algorithm, const MacLimits& limits) {
    if (algorithm.algorithm == oids::id_PasswordBasedMac) return check_pbm(algorithm, limits);
    if (algorithm.algorithm == oids::id_PBMAC1) return check_pbmac1(algorithm, limits);
    return refused("header.protectionAlg.algorithm", "no MAC that we know", "RFC 9481 6.1");
}

struct MacKey::State {
    der::Parsed<AlgorithmIdentifier> algorithm;  // own octets: the message it came with may be gone
    AlgorithmIdentifier              mac;
    crypto::Secret                   key;
};

Result<MacKey> MacKey::derive(const AlgorithmIdentifier& algorithm, Bytes secret, const MacLimits& limits) {
    if (auto good = check_mac_parameters(algorithm, limits); !good) return good.error();
    auto own = der::parse<AlgorithmIdentifier>(der::encode(algorithm));
    if (!own) return own.error();
    AlgorithmIdentifier    mac;
    Result<crypto::Secret> key = crypto::Secret();
    if (const auto* pbm = (*own)->parameters->get<PBMParameter>()) {
        mac = pbm->mac;
        key = crypto::iterated_digest(pbm->owf, secret, pbm->salt.content, static_cast<std::uint32_t>(pbm->iterationCount));
    } else {
        const auto* params = (*own)->parameters->get<PBMAC1_params>();
        const auto* kdf    = pbkdf2_of(*params);
        mac = params->messageAuthScheme;
        key = crypto::pbkdf2(prf_of(*kdf), secret, kdf->salt.get<"specified">()->content, static_cast<std::uint32_t>(kdf->iterationCount),
                             static_cast<std::size_t>(*kdf->keyLength));
    }
    if (!key) return key.error();
    MacKey derived;
    derived.state_ = std::make_shared<const State>(State{std::move(*own), mac, std::move(*key)});
    return derived;
}

const AlgorithmIdentifier& MacKey::algorithm() const { return *state_->algorithm; }
Result<Octets>             MacKey::mac(Bytes part) const { return crypto::hmac(state_->mac, state_->key.view(), part); }

Result<void> verify_mac(const PKIMessage& message, const MacKey& key) {
    if (!message.protection)
        return Error{.code = Code::protection_missing, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9483 3.2"};
    der::Writer part;
    write_part(message.header.received, message.body.received, part);
    auto expected = key.mac(part.written());
    if (!expected) return expected.error();
    if (message.protection->unused || !crypto::equal_in_constant_time(*expected, message.protection->bytes))
        return Error{.code = Code::protection_mismatch, .path = "protection", .fail_info = FailInfo::badMessageCheck, .clause = "RFC 9810 5.1.3"};
    return {};
}

}  // namespace cmpkit::protection
