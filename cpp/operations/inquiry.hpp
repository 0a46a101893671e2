// Support messages (RFC 9483 4.3) on the side of the end entity: what is asked for by a genm, and what is read from the genp. Values only; the
// message flow is the end entity's operation.
//
//     EndEntity operation({ask_ca_certificates(), {}}, credentials, trust);
//     … Done done …
//     auto certificates = ca_certificates(done.information);
#pragma once
#include "crypto/certificate.hpp"
#include "messages/general.hpp"

namespace cmpkit::operations {

/// One genm.
struct Inquiry {
    Octets      item;     // DER of the InfoTypeAndValue; empty: all that the CA tells everybody (RFC 9810 D.5)
    std::string profile;  // certProfile; empty: none
};

Inquiry ask_ca_certificates();                           // 4.3.1
Inquiry ask_root_update(const crypto::Cert& old_root);   // 4.3.2; an empty Cert: the path label tells which root
Inquiry ask_request_template(std::string profile);       // 4.3.3
/// 4.3.4. @param issuer  DER of a Name  @param this_update  of the newest CRL that is there, Unix seconds; 0: none is
Inquiry ask_crl(Bytes issuer, std::int64_t this_update);
/// The same by a URI of a distribution point.
Inquiry ask_crl_at(std::string_view uri, std::int64_t this_update);
/// Any infoType. @param type  content octets of the OID  @param value  DER; empty: absent  @error the reader's, for a value that is no DER
Result<Inquiry> ask(Bytes type, Bytes value);

/// Path label of RFC 9483 6.1; empty: the RFC has none for this infoType.
std::string_view label_of(const Inquiry& inquiry);

/// What must hold of a genp before anybody is told: the item that answers is there, its value is of its type, and a new root is reached from one
/// that is trusted. Where all was asked for only the types must hold: what somebody does not need shall not keep the rest from him.
///
/// @param anchors  roots that are trusted; for a root update that names none in its request
/// @error unexpected_body    no item answers what was asked  @error bad_value  a value is not of its type
/// @error signer_not_trusted  no way of trust leads to the new root (RFC 9810 4.4)
Result<void> check_information(const Inquiry& inquiry, const GenMsgContent& answer, std::span<const crypto::Cert> anchors, std::int64_t now);

// What a checked answer says. @param information  DER of a GenRepContent  @error the reader's
Result<std::vector<crypto::Cert>> ca_certificates(Bytes information);   // none: the CA has none to offer
Result<std::vector<Octets>>       certificate_lists(Bytes information);  // DER of CRLs, from crls or currentCRL; none: nothing newer
Result<Octets>                    request_template(Bytes information);  // DER of a CertReqTemplateContent; empty: no requirements
/// The value of the item of that type, DER. @error not_found  it is not there; empty: it has no value
Result<Octets> value_of_type(Bytes information, Bytes type);

/// A root that replaces another (RFC 9810 5.3.19.15).
struct RootUpdate {
    crypto::Cert new_with_new, new_with_old, old_with_new;  // the last two may be empty
};
Result<std::optional<RootUpdate>> root_update(Bytes information);  // none: there is no update

/// RFC 9810 4.4.2.2: whether newWithOld leads from one of the anchors to newWithNew: signed by an anchor's key, of the same name and key as the new
/// root, which signs itself, is a CA and is valid now. @return the anchor  @error signer_not_trusted, bad_certificate, certificate_expired
Result<crypto::Cert> anchor_behind(const RootUpdate& update, std::span<const crypto::Cert> anchors, std::int64_t now);

}  // namespace cmpkit::operations
