// What the operator wants told to whoever asks by genm: the keys of [support] that CAs and RAs have in common. What only one of them has is read there.
#pragma once
#include "admission/site_information.hpp"

namespace cmpkit::service {

class Reader;
class Table;

/// `ca_certificates`, `crls` and the tables `information`.
void read_site_information(Table& table, Reader& reader, admission::SiteInformation& site);

}  // namespace cmpkit::service
