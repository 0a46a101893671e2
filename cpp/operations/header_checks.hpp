// What every message must pass before any table looks at it (RFC 9483 3.5; RFC 9810 5.1.1). Cheap checks that need no identity; protection comes after.
#pragma once
#include "messages/general.hpp"

namespace cmpkit::operations {

inline constexpr std::size_t least_nonce = 16;   // octets
inline constexpr std::size_t longest_id  = 255;  // octets of transactionID and senderNonce: what is echoed, logged and becomes a key stays small

/// pvno, transactionID, senderNonce, messageTime, and that protectionAlg and protection come together.
/// @param now     Unix seconds; 0: no clock, messageTime is not judged
/// @param window  seconds that messageTime may be off; 0: not judged
Result<void> check_header(const PKIMessage& message, std::int64_t now, std::int64_t window);
/// The same but for pvno.
Result<void> check_header_of_any_version(const PKIMessage& message, std::int64_t now, std::int64_t window);

/// The parts of check_header, each alone. @error version_mismatch; missing, bad_value; nonce_mismatch; protection_missing
Result<void> check_version(const PKIHeader& header);
Result<void> check_id(const PKIHeader& header);
Result<void> check_nonce(const PKIHeader& header);
Result<void> check_pair(const PKIMessage& message);

/// messageTime alone, as check_header judges it. @error time_mismatch
Result<void> check_time(const PKIHeader& header, std::int64_t now, std::int64_t window);

/// Whether a message has a transactionID that can be repeated in the answer.
bool has_usable_id(const PKIHeader& header);

/// A first message answers nothing. @error nonce_mismatch
Result<void> check_first(const PKIHeader& header);

/// Whether it belongs to a transaction that another message began: certConf, pollReq, error.
bool is_later(const PKIBody& body);

/// A later message belongs to the transaction and answers the message that carried `nonce`. @error transaction_mismatch, nonce_mismatch
Result<void> check_answer(const PKIHeader& header, Bytes transaction_id, Bytes nonce);

/// The one request of an ir, cr or kur, or an error that names the rule it breaks (RFC 9483 4.1.1): exactly one CertReqMsg, certReqId 0,
/// version 3 if said, subject and public key there.
Result<const CertReqMsg*> one_request(const CertReqMessages& requests);

/// One of the requests alone. @error bad_request, bad_template; path "certReq…"
Result<void> check_request(const CertReqMsg& request);

/// The certificate that a request is to replace; null: it does not say.
const CertId* old_cert_id(const CertRequest& request);

/// Members of a template that say what is the CA's to choose. A client leaves them out (RFC 4211 5); RFC 9483 1.8: who receives them copes with them.
std::vector<std::string_view> ignored_members(const CertTemplate& wanted);

/// implicitConfirm with NULL or no value asks for implicit confirmation; another value, or two, are refused. @error bad_request
Result<bool> asks_implicit_confirm(const PKIHeader& header);
/// The one certProfile named in the header; empty: none. @error bad_request  more than one (RFC 9483 4.1.1)
Result<std::string> profile_named(const PKIHeader& header);

}  // namespace cmpkit::operations
