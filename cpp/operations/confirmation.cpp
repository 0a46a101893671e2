#include "operations/confirmation.hpp"

#include "crypto/digest.hpp"

namespace cmpkit::operations {

Result<const CertStatus*> read_confirmation(const CertConfirmContent& content, std::int64_t cert_req_id, Pvno pvno) {
    const auto bad = [](FailInfo info, const char* path, const char* detail) {
        return Error{.code = Code::bad_request, .path = path, .fail_info = info, .clause = "RFC 9483 4.1.1", .detail = detail};
    };
    if (content.empty()) return nullptr;  // RFC 9810 5.3.18: all are refused
    if (content.size() != 1) return bad(FailInfo::badRequest, "body.certConf", "exactly one CertStatus is expected");
    const CertStatus& status = content.front();
    // RFC 9810 5.3.18 with erratum 8806: the value of the response; peers of the older text send 0 after a p10cr.
    if (status.certReqId != 0 && status.certReqId != cert_req_id) return bad(FailInfo::badRequest, "body.certConf[0].certReqId", "it is another one");
    if (status.hashAlg && pvno != Pvno::cmp2021) return bad(FailInfo::badCertId, "body.certConf[0].hashAlg", "hashAlg needs pvno cmp2021");
    if (status.statusInfo && status.statusInfo->status == PKIStatus::accepted && status.statusInfo->failInfo)
        return bad(FailInfo::badRequest, "body.certConf[0].statusInfo", "accepted, yet with failInfo");
    return &status;
}

bool is_accepted(const CertStatus* status) { return status && (!status->statusInfo || is_granted(*status->statusInfo)); }

Result<void> compare_hash(const CertStatus& status, const crypto::Cert& certificate) {
    auto hash = status.hashAlg ? crypto::digest(*status.hashAlg, certificate.der()) : crypto::certificate_hash(*certificate);
    if (!hash) return Error{.code = Code::bad_cert_id, .path = "body.certConf[0].hashAlg", .fail_info = FailInfo::badCertId, .clause = "RFC 9810 5.3.18"}.because_of(hash.error());
    const Bytes told     = status.certHash.content;
    // RFC 9481 3.3 wants 64 octets of SHAKE256 for Ed448; OpenSSL before 3.4 sends the first 32 of them.
    const bool  is_short = !status.hashAlg && (*certificate).signatureAlgorithm.algorithm == oids::id_Ed448 && told.size() == 32;
    if (crypto::equal_in_constant_time(Bytes(*hash).first(is_short ? told.size() : hash->size()), told)) return {};
    return Error{.code = Code::bad_cert_id, .path = "body.certConf[0].certHash", .fail_info = FailInfo::badCertId, .clause = "RFC 9810 5.3.18",
                 .detail = "certHash is not the hash of the certificate"};
}

}  // namespace cmpkit::operations
