#include "operations/mac_parameters.hpp"

#include "crypto/digest.hpp"

namespace cmpkit::operations {

std::optional<MacParameters> mac_parameters_of(const AlgorithmIdentifier& algorithm) {
    if (!algorithm.parameters) return {};
    if (const auto* pbm = algorithm.parameters->get<PBMParameter>(); pbm && algorithm.algorithm == oids::id_PasswordBasedMac)
        return MacParameters{"PBM", "parameters", pbm->iterationCount, pbm->salt.content.size(), pbm->owf, pbm->mac};
    const auto* pbmac1 = algorithm.algorithm == oids::id_PBMAC1 ? algorithm.parameters->get<PBMAC1_params>() : nullptr;
    const auto* kdf    = pbmac1 && pbmac1->keyDerivationFunc.parameters ? pbmac1->keyDerivationFunc.parameters->get<PBKDF2_params>() : nullptr;
    if (!kdf) return {};
    const auto* salt = kdf->salt.get<"specified">();
    return MacParameters{"PBMAC1", "parameters.keyDerivationFunc.parameters", kdf->iterationCount, salt ? salt->content.size() : 0,
                         kdf->prf.value_or(crypto::algorithm_of(oids::hmacWithSHA1)), pbmac1->messageAuthScheme};
}

}  // namespace cmpkit::operations
