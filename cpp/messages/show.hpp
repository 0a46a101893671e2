// Any message or certificate as text for people or JSON for programs, with the offset of every element and the names of OIDs.
// It judges nothing: what parses is shown, whoever sent it; peer text in it is escaped.
//
//     auto text = show_text(octets);      // "     0  PKIMessage\n     4    header\n …"
#pragma once
#include "result.hpp"

namespace cmpkit {

/// Recognises a DER PKIMessage, Certificate, CertificateList, CertificationRequest (PKCS#10), CertReqMessages or CMS ContentInfo.
///
/// @error the failure of the type that explains most of the octets; detail names that type
Result<std::string> show_text(Bytes input);

/// The same as one JSON object: "type", "size" and "value". An object has "@offset"; OIDs are "name (dotted)", octets hexadecimal.
Result<std::string> show_json(Bytes input);

}  // namespace cmpkit
