// What an authority tells whoever asks by genm (RFC 9483 4.3), beyond what follows from its profiles, its chain and its CRLs.
#pragma once
#include "admission/site_information.hpp"
#include "ca/informants.hpp"

namespace cmpkit::ca {

/// Its certificates are besides the chain of the issuing certificate, its CRLs those of other issuers such as the root.
struct Support : admission::SiteInformation {
    crypto::Cert              encryption_certificate;  // caProtEncCert; may be empty
    std::string               preferred_cipher;        // "id-aes256-CBC"; empty: none is told
    std::vector<std::string>  languages;               // BCP 47 tags; the first that a requester names is taken
    std::shared_ptr<Informants> informants;            // shared with the application that sets them; null: there are none
};

}  // namespace cmpkit::ca
