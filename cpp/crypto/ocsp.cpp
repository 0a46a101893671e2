#include "crypto/ocsp.hpp"

#include "crypto/chain.hpp"
#include "crypto/digest.hpp"
#include "der/encode.hpp"
#include "messages/names.hpp"
#include "messages/ocsp.hpp"

namespace cmpkit::crypto {
namespace {

using namespace cmpkit::ocsp;

constexpr std::int64_t clock_skew     = 300;  // seconds that a responder's clock may be ahead of ours
constexpr std::int64_t without_update = 300;  // seconds that an answer counts which does not say for how long

Bytes key_bits(const Cert& cert) { return cert->subjectPublicKeyInfo.subjectPublicKey.bytes; }

Error unknown(const char* clause, std::string detail) { return {.code = Code::status_unknown, .clause = clause, .detail = std::move(detail)}; }

bool is_about(const CertID& id, const Cert& certificate, const Cert& issuer) {
    const auto name = digest(id.hashAlgorithm, certificate->issuer.received), key = digest(id.hashAlgorithm, key_bits(issuer));
    return name && key && equal(id.issuerNameHash.content, *name) && equal(id.issuerKeyHash.content, *key) && equal(id.serialNumber.content, certificate.serial());
}

bool is_responder(const ResponderID& id, const Cert& cert) {
    if (const auto* name = id.get<"byName">()) return same_name(*name, cert->subject);
    const auto* key = id.get<"byKey">();
    return key && equal(key->content, sha1(key_bits(cert)));
}

// Whom the issuer lets answer for it.
Result<void> check_delegate(const Cert& signer, const Cert& issuer, std::int64_t now) {
    const auto refused = [&](Code code, const char* why) { return Error{.code = code, .clause = "RFC 6960 4.2.2.2", .detail = why + to_text(signer->subject)}; };
    if (!is_issued_by(signer, issuer)) return refused(Code::signer_not_trusted, "the issuer has not certified the OCSP responder ");
    if (!signer.has_purpose(oids::id_kp_OCSPSigning)) return refused(Code::signer_not_trusted, "without id-kp-OCSPSigning: ");
    if (!signer.allows(KeyUsageBit::digitalSignature)) return refused(Code::signer_not_trusted, "its keyUsage lacks digitalSignature: ");
    if (!find_extension(signer->extensions, oids::id_pkix_ocsp_nocheck)) return refused(Code::signer_not_trusted, "whether it is revoked itself is not known, it lacks id-pkix-ocsp-nocheck: ");
    if (now < signer.not_before() || now >= signer.not_after()) return refused(Code::certificate_expired, "");
    return {};
}

Result<Cert> signer_of(const BasicOCSPResponse& basic, const Cert& issuer, std::int64_t now) {
    const ResponderID& id = basic.tbsResponseData.responderID;
    if (is_responder(id, issuer)) return issuer;
    for (std::size_t i = 0; basic.certs && i < basic.certs->size(); ++i) {
        auto cert = Cert::parse((*basic.certs)[i].received);
        if (!cert || !is_responder(id, *cert)) continue;
        if (auto good = check_delegate(*cert, issuer, now); !good) return good.error();
        return cert;
    }
    return Error{.code = Code::signer_not_trusted, .clause = "RFC 6960 4.2.2.2", .detail = "the certificate of the OCSP responder did not come along"};
}

Result<void> check_signature(const BasicOCSPResponse& basic, const Cert& issuer, std::int64_t now) {
    auto signer = signer_of(basic, issuer, now);
    if (!signer) return signer.error();
    auto key = signer->key();
    if (!key) return key.error();
    if (basic.signature.unused != 0) return Error{.code = Code::signature_mismatch};
    return key->verify(basic.signatureAlgorithm, basic.tbsResponseData.received, basic.signature.bytes);
}

bool has_critical(const std::optional<Extensions>& extensions) {
    return extensions && std::ranges::any_of(*extensions, [](const Extension& each) { return each.critical; });
}

Result<Standing> standing_in(const SingleResponse& single, std::int64_t now) {
    const std::int64_t from  = der::unix_seconds(single.thisUpdate);
    const std::int64_t until = single.nextUpdate ? der::unix_seconds(*single.nextUpdate) : from + without_update;
    if (from > now + clock_skew || now >= until) return unknown("RFC 6960 4.2.2.1", "the OCSP responder's answer is not for this time");
    if (single.certStatus.is<"unknown">()) return unknown("RFC 6960 2.2", "the OCSP responder does not know the certificate");
    return Standing{single.certStatus.is<"revoked">(), until};
}

Result<const ResponseBytes*> successful(const OCSPResponse& response) {
    if (response.responseStatus.value != ResponseStatus::successful || !response.responseBytes)
        return unknown("RFC 6960 2.3", "the OCSP responder says " + std::string(name_of(response.responseStatus.value)));
    if (!(response.responseBytes->responseType == oids::id_pkix_ocsp_basic)) return unknown("RFC 6960 4.2.1", "the OCSP responder's answer is of another type");
    return &*response.responseBytes;
}

}  // namespace

Octets ocsp_request(const Cert& certificate, const Cert& issuer) {
    const Octets name = sha1(certificate->issuer.received), key = sha1(key_bits(issuer));
    Request      about{.reqCert = {algorithm_with_null(oids::id_sha1), der::octet_string(name), der::octet_string(key), der::integer_view(certificate.serial())}, .singleRequestExtensions = {}};
    OCSPRequest  request;
    request.tbsRequest.requestList = List<Request>(&about, 1);
    return der::encode(request);
}

Result<Standing> read_ocsp(Bytes response, const Cert& certificate, const Cert& issuer, std::int64_t now) {
    const auto outer = der::parse<OCSPResponse>(copy_of(response));
    if (!outer) return outer.error();
    const auto bytes = successful(**outer);
    if (!bytes) return bytes.error();
    const auto basic = der::parse<BasicOCSPResponse>(copy_of((*bytes)->response.content));
    if (!basic) return basic.error();
    const ResponseData& data   = (*basic)->tbsResponseData;
    const auto          single = std::ranges::find_if(data.responses, [&](const SingleResponse& each) { return is_about(each.certID, certificate, issuer); });
    if (single == data.responses.end()) return unknown("RFC 6960 3.2", "the OCSP responder's answer is about another certificate");
    if (has_critical(data.responseExtensions) || has_critical(single->singleExtensions)) return unknown("RFC 6960 4.4", "the OCSP responder's answer has a critical extension");
    if (auto good = check_signature(**basic, issuer, now); !good) return good.error();
    return standing_in(*single, now);
}

}  // namespace cmpkit::crypto
