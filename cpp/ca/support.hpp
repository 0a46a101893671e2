// What an authority tells whoever asks by genm (RFC 9483 4.3), beyond what follows from its profiles, its chain and its CRLs.
#pragma once
#include "ca/informants.hpp"

namespace cmpkit::ca {

struct Support {
    std::vector<crypto::Cert> ca_certificates;         // besides the chain of the issuing certificate
    std::vector<Octets>       crls;                    // DER, of other issuers such as the root
    crypto::Cert              encryption_certificate;  // caProtEncCert; may be empty
    std::string               preferred_cipher;        // "id-aes256-CBC"; empty: none is told
    std::vector<std::string>  languages;               // BCP 47 tags; the first that a requester names is taken
    struct Item {
        Octets type;   // content octets of the OID
        Octets value;  // DER; empty: absent
    };
    std::vector<Item>           items;                 // of the site's own
    std::shared_ptr<Informants> informants;            // shared with the application that sets them; null: there are none
};

}  // namespace cmpkit::ca
