#include "crypto/key_algorithm.hpp"

#include "crypto/digest.hpp"
#include "crypto/key_state.hpp"

namespace cmpkit::crypto {

std::optional<std::string> key_kind(const AlgorithmIdentifier& algorithm) {
    if (algorithm.algorithm == oids::rsaEncryption) return "rsa";
    if (algorithm.algorithm == oids::id_Ed25519) return "ed25519";
    if (algorithm.algorithm == oids::id_Ed448) return "ed448";
    const auto* curve = algorithm.algorithm == oids::id_ecPublicKey && algorithm.parameters ? algorithm.parameters->get<der::Oid>() : nullptr;
    for (const Curve& each : curves)
        if (curve && *curve == each.oid) return std::string("ec:") + each.name;
    return std::nullopt;
}

std::optional<AlgorithmIdentifier> key_algorithm(std::string_view kind) {
    static const auto named = [] {
        std::array<der::Oid, std::size(curves)> oids;
        std::ranges::transform(curves, oids.begin(), [](const Curve& curve) { return der::Oid(curve.oid); });
        return oids;
    }();
    if (kind == "rsa") return algorithm_with_null(oids::rsaEncryption);
    if (kind == "ed25519") return algorithm_of(oids::id_Ed25519);
    if (kind == "ed448") return algorithm_of(oids::id_Ed448);
    const Curve* curve = kind.starts_with("ec:") ? curve_named(kind.substr(3)) : nullptr;
    if (!curve) return std::nullopt;
    AlgorithmIdentifier algorithm{oids::id_ecPublicKey, {}};
    algorithm.parameters = der::Open::of(named[static_cast<std::size_t>(curve - curves)]);
    return algorithm;
}

}  // namespace cmpkit::crypto
