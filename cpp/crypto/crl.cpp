#include "crypto/crl.hpp"

namespace cmpkit::crypto {
namespace {

bool before(Bytes a, Bytes b) { return std::ranges::lexicographical_compare(a, b); }

bool has_critical(const std::optional<Extensions>& extensions) {
    return extensions && std::ranges::any_of(*extensions, [](const Extension& each) { return each.critical; });
}

// RFC 5280 5.2.4, 5.2.5 and 5.3.3: the ways in which a CRL speaks of fewer, more or other certificates are all critical; some CAs forget that.
bool speaks_plainly(const TBSCertList& list) {
    if (has_critical(list.crlExtensions)) return false;
    if (find_extension(list.crlExtensions, oids::id_ce_issuingDistributionPoint) || find_extension(list.crlExtensions, oids::id_ce_deltaCRLIndicator)) return false;
    return !list.revokedCertificates || std::ranges::none_of(*list.revokedCertificates, [](const RevokedCertificate& entry) {
        return has_critical(entry.crlEntryExtensions) || find_extension(entry.crlEntryExtensions, oids::id_ce_certificateIssuer);
    });
}

}  // namespace

Crl::Crl(der::Parsed<CertificateList> list) : list_(std::move(list)) {
    const TBSCertList& fields = list_->tbsCertList;
    this_update_              = unix_seconds(fields.thisUpdate);
    next_update_              = fields.nextUpdate ? unix_seconds(*fields.nextUpdate) : INT64_MAX;
    is_plain_                 = speaks_plainly(fields);
    if (!fields.revokedCertificates) return;
    for (const RevokedCertificate& entry : *fields.revokedCertificates) serials_.push_back(entry.userCertificate.content);
    std::ranges::sort(serials_, before);
}

Result<Crl> Crl::parse(Bytes der) {
    auto list = der::parse<CertificateList>(copy_of(der));
    if (!list) return list.error();
    return Crl(*std::move(list));
}

bool Crl::lists(Bytes serial) const { return std::ranges::binary_search(serials_, serial, before); }

}  // namespace cmpkit::crypto
