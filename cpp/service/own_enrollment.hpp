// Certificates that a registration authority gets for itself, and others in time: one for its messages ([ra.enroll]), one for its listeners ([tls.enroll]). What
// differs between them is a CertificateUse; all else is read, asked for and renewed alike. Nothing here asks a CA: renewal.hpp does.
//
//     config.tls_enroll = read_listeners_enrollment(table, reader);
#pragma once
#include "messages/oids.hpp"
#include "operations/end_entity.hpp"
#include "service/own_signer.hpp"

namespace cmpkit::service {

class Reader;
class Table;

/// What a certificate of one's own is for.
struct CertificateUse {
    const char*        section;       // of the configuration
    const char*        told_as;       // in log and audit, where messages have their body
    const OidConstant* purpose;       // its extKeyUsage names it
    bool               keeps_before;  // what began under one goes on under it, when there is the next one
};
inline constexpr CertificateUse for_messages{"ra.enroll", "own certificate", &oids::id_kp_cmcRA, true};              // RFC 9810 4.5: without it a CA takes an RA for a device
inline constexpr CertificateUse for_listeners{"tls.enroll", "own TLS certificate", &oids::id_kp_serverAuth, false};  // RFC 5280 4.2.1.12

/// @error bad_certificate  it is for something else; detail names what is missing
Result<void> check_use(const crypto::Cert& certificate, const CertificateUse& use);

/// How the RA gets a key with its certificate by itself, and another one in time.
struct SignerEnrollment {
    const CertificateUse*   use = &for_messages;
    std::string             file;         // where it is, see OwnSigner
    std::string             upstream;     // whose CA issues it; empty: the first
    std::string             url;          // where that is asked; empty: at the upstream's
    operations::Credentials first;        // for the first certificate; neither signer nor secret: there was one by hand, or somebody asks who is not there yet
    Octets                  subject;      // DER of its Name
    Octets                  extensions;   // DER of Extensions: its alternative names; empty: none
    std::string             key_kind = "ec:P-256";
    std::string             profile;      // certProfile; empty: none
    bool                    by_update = false;  // by kur: the CA may take the certificate before out of use at once; else by cr
    bool                    by_others = false;  // whoever writes the file renews it; here nothing is asked for
    bool                    anew      = false;  // who let it expire begins as at first
    std::int64_t            renew_before = 0;   // seconds before it expires; 0: when a third of its validity is left
    std::int64_t            retry        = 10;  // seconds after a first failure; the pauses grow
    OwnSigner               current{}, before{};  // as they are now; none: there is none

    bool        can_begin() const { return first.signer || first.secret; }
    std::string draft() const { return file + ".new"; }      // what an enrollment under way needs
    std::string kept() const { return file + ".before"; }    // the signer before, for what began under it
    std::string lock() const { return file + ".lock"; }      // whoever enrolls holds it
};

/// @param by_hand  the signer that the configuration names beside; none: there is none
SignerEnrollment read_signer_enrollment(Table& table, Reader& reader, OwnSigner by_hand);
/// Without credentials in it somebody else begins, and begins again.
SignerEnrollment read_listeners_enrollment(Table& table, Reader& reader);

/// A certificate and its key, or a reference and its secret.
void read_credentials(Table& table, Reader& reader, operations::Credentials& credentials);

}  // namespace cmpkit::service
