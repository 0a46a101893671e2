// What the operator of a CA or an RA has told it to tell whoever asks by genm (RFC 9483 4.3). It is data alone: who composes answers decides what else belongs to them.
#pragma once
#include "crypto/certificate.hpp"

namespace cmpkit::admission {

struct SiteInformation {
    std::vector<crypto::Cert> ca_certificates;
    std::vector<Octets>       crls;  // DER
    struct Item {
        Octets type;   // content octets of the OID
        Octets value;  // DER; empty: absent
    };
    std::vector<Item>         items;  // of the site's own
};

}  // namespace cmpkit::admission
