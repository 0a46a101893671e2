// A certificate request template (RFC 9483 4.3.3) applied to what the end entity wants: what the template says is taken over, what it leaves open is
// filled in from the wishes, what nobody fills in is left out.
#pragma once
#include "crypto/key.hpp"
#include "messages/general.hpp"

namespace cmpkit::operations {

/// What the end entity says of itself. DER; empty: nothing.
struct TemplateWishes {
    Bytes subject;     // of a Name
    Bytes extensions;  // of Extensions: subjectAltName
};

/// What the request will say. DER; empty: absent.
struct FilledTemplate {
    Octets issuer;                          // of a Name; the CA that the request is for
    Octets subject;                         // of a Name; empty: NULL-DN
    Octets extensions;                      // of Extensions
    std::optional<std::int64_t> not_after;  // Unix seconds
};

/// @param content  DER of a CertReqTemplateContent
/// @error bad_template  a wish has no place in the template, or says other than it; path names the field
Result<FilledTemplate> fill(Bytes content, const TemplateWishes& wishes);

/// The kinds of keys that the template allows, in the words of crypto::generate_key and in its order, those that are unknown here left out;
/// nothing: it does not say, so any is good. @error unsupported  it allows only kinds that are unknown here
Result<std::optional<std::vector<std::string>>> key_kinds(Bytes content);

/// Whether keySpec allows this key. @error bad_template
Result<void> check_key(Bytes content, const crypto::PublicKey& key);

}  // namespace cmpkit::operations
