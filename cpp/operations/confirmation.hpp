// What a certConf says of the one certificate of its transaction (RFC 9483 4.1.1; RFC 9810 5.3.18), for whoever handed that out: a CA, or an RA in front of
// one that knows no CMP. It compares and decides nothing: what becomes of a certificate that is not taken is the caller's business.
#pragma once
#include "crypto/certificate.hpp"
#include "messages/body.hpp"

namespace cmpkit::operations {

/// @param cert_req_id  of the response that it confirms
/// @return null: all that were issued are refused  @error bad_request  with its failInfo
Result<const CertStatus*> read_confirmation(const CertConfirmContent& content, std::int64_t cert_req_id, Pvno pvno);

/// Whether the certificate is taken.
bool is_accepted(const CertStatus* status);

/// Whether it is about that certificate. @error bad_cert_id  with its failInfo
Result<void> compare_hash(const CertStatus& status, const crypto::Cert& certificate);

}  // namespace cmpkit::operations
