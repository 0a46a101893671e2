// What an authority tells whoever asks by genm (RFC 9483 4.3), beyond what follows from its profiles, its chain and its CRLs.
#pragma once
#include "operations/authority.hpp"

#include <functional>
#include <map>
#include <mutex>

namespace cmpkit::ca {

/// Answers to infoTypes of an application's own. Any thread.
class Informants {
public:
    /// @param value  DER of the infoValue; empty: absent  @return DER of the answer's; empty: absent
    /// @error with failInfo: the requester is refused; else it is told systemFailure
    using Informant = std::function<Result<Octets>(const operations::Requester& requester, Bytes value)>;

    /// @param type  content octets of the OID  @param informant  empty: none any more
    void      set(Bytes type, Informant informant);
    Informant find(Bytes type) const;  // empty: there is none

private:
    mutable std::mutex          mutex_;
    std::map<Octets, Informant> informants_;
};

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
