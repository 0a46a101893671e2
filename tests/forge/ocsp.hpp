// OCSP answers with chosen fields, good and bad, for tests.
//
//     const Octets answer = forge_ocsp(plant.ca, {.about = plant.dev, .issuer = plant.ca, .says = OcspSays::revoked});
#pragma once
#include "forge/forge.hpp"
#include "messages/ocsp.hpp"

namespace cmpkit::test {

enum class OcspSays { good, revoked, unknown };

struct ForgedOcsp {
    crypto::Cert                about, issuer;
    OcspSays                    says        = OcspSays::good;
    std::int64_t                this_update = from;
    std::optional<std::int64_t> next_update = until;
    bool                        by_key      = false;  // the responder is named by its key, else by its name
    bool                        shows_signer = true;
    bool                        is_critical = false;  // an extension that nobody knows
    bool                        has_sha256  = false;  // in the CertID, else SHA-1
    bool                        has_broken_signature = false;
    ocsp::ResponseStatus        status = ocsp::ResponseStatus::successful;
};

inline Octets forge_ocsp(const Forge& responder, const ForgedOcsp& fields) {
    using namespace ocsp;
    static constexpr OidConstant strange{"1.3.6.1.4.1.99999.2"};
    static const Octets          nothing{5, 0};
    der::Arena   arena;
    const auto   hash = [&](Bytes octets) { return arena.keep(fields.has_sha256 ? crypto::sha256(octets) : crypto::sha1(octets)); };
    const auto   bits = [](const crypto::Cert& cert) { return cert->subjectPublicKeyInfo.subjectPublicKey.bytes; };
    SingleResponse single;
    single.certID = {fields.has_sha256 ? crypto::algorithm_of(oids::id_sha256) : crypto::algorithm_with_null(oids::id_sha1), der::octet_string(hash(fields.about->issuer.received)),
                     der::octet_string(hash(bits(fields.issuer))), der::integer_view(fields.about.serial())};
    single.thisUpdate = der::generalized_time(fields.this_update, arena);
    if (fields.next_update) single.nextUpdate = der::generalized_time(*fields.next_update, arena);
    if (fields.says == OcspSays::good) single.certStatus.emplace<"good">();
    else if (fields.says == OcspSays::unknown) single.certStatus.emplace<"unknown">();
    else single.certStatus.emplace<"revoked">().revocationTime = single.thisUpdate;
    const Extension     critical = raw_extension(strange, true, nothing);
    if (fields.is_critical) single.singleExtensions = Extensions(&critical, 1);

    BasicOCSPResponse basic;
    ResponseData&     data = basic.tbsResponseData;
    if (fields.by_key) data.responderID.emplace<"byKey">() = der::octet_string(arena.keep(crypto::sha1(bits(responder))));
    else data.responderID.emplace<"byName">() = responder.certificate()->subject;
    data.producedAt = single.thisUpdate;
    data.responses  = List<SingleResponse>(&single, 1);
    const Octets encoded = der::encode(data);
    Octets     signature = value_of(responder.signer()->sign(responder.signer()->algorithm(), encoded));
    if (fields.has_broken_signature) signature.back() ^= 1;
    data.received            = encoded;
    basic.signatureAlgorithm = responder.signer()->algorithm();
    basic.signature          = {0, signature};
    const Certificate shown  = *responder.certificate();
    if (fields.shows_signer) basic.certs = List<Certificate>(&shown, 1);
    const Octets inner = der::encode(basic);

    OCSPResponse response{.responseStatus = {fields.status}, .responseBytes = {}};
    if (fields.status == ResponseStatus::successful) response.responseBytes = ResponseBytes{oids::id_pkix_ocsp_basic, der::octet_string(inner)};
    return der::encode(response);
}

}  // namespace cmpkit::test
