// What a first message asks for, read by the rules of its body that need no policy; proof of possession is verified here. Used by whoever decides about
// requests or forwards them. It fills values; who may ask for what is not its question.
#pragma once
#include "operations/authority.hpp"

namespace cmpkit::operations {

/// ir, cr, kur or p10cr.
bool asks_for_certificate(const PKIBody& body);

/// What the header asks for beside the certificate: implicitConfirm, and the profile (certProfile, else `profile_hint`). @error bad_request
Result<void> read_wishes(const PKIHeader& header, const std::string& profile_hint, EnrollmentRequest& request);

/// The request of an ir, cr, kur or p10cr. Views of the body.
/// @param from  who protected the message: an RA can say raVerified in an ir or cr
/// @error bad_request, bad_template, bad_pop, not_authorized (raVerified); each with its failInfo
Result<void> read_enrollment(const PKIBody& body, RequesterKind from, EnrollmentRequest& request);

/// Whether an RA's request brings the message that it was made of (origPKIMessage, RFC 9810 5.1.1.3). @error bad_request  not exactly one message
Result<bool> has_original(const PKIHeader& header);

/// Whether the key is for the PKI to generate (RFC 9483 4.1.6): the template says none.
bool asks_key_generation(const PKIBody& body);
/// Of such a request what it says of names. @error bad_request, bad_template
Result<void> read_names(const PKIBody& body, EnrollmentRequest& request);

/// The revocation of an rr (RFC 9483 4.2). @error bad_request
Result<void> read_revocation(const RevReqContent& content, RevocationRequest& request);

/// The items of a genm (RFC 9483 4.3). @error bad_request
Result<void> read_inquiry(const GenMsgContent& items, const PKIHeader& header, const std::string& profile_hint, InformationRequest& request);

}  // namespace cmpkit::operations
