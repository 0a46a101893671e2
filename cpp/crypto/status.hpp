// Whether a certificate is revoked: where that can be asked, and what is asked there. Nothing here asks.
#pragma once
#include "crypto/certificate.hpp"

namespace cmpkit::crypto {

/// Where CRLs are and OCSP responders listen, as the operator names them. A URL in a certificate is asked only where one of `allowed` is in front of it.
struct StatusSources {
    std::vector<std::string> crls{};     // "http://crl.plant/root.crl"
    std::vector<std::string> ocsp{};     // each is asked about every certificate
    std::vector<std::string> allowed{};  // "http://crl.plant/": scheme, host and port must be the same, the path begin so

    bool         empty() const { return crls.empty() && ocsp.empty() && allowed.empty(); }
    /// @error bad_url  one is no http URL with a host: CRLs and OCSP answers are signed, and TLS would need their like first (RFC 5280 8)
    Result<void> check() const;
    /// Whether a URL that a certificate names may be asked.
    bool         allows(std::string_view url) const;
};

/// One question to one URL: the CRL that is there (HTTP GET), or what an OCSP responder says (POST of the request).
struct StatusQuery {
    enum class Kind : std::uint8_t { crl, ocsp };
    Kind              kind = Kind::crl;
    std::string       url{};
    Octets            request{};                      // DER of the OCSPRequest
    bool              is_named_by_certificate = false;  // else by the operator
    Cert              certificate{};                  // of OCSP: about whom
    std::vector<Cert> issuers{};                      // who may have signed the CRL; of OCSP the issuer of the certificate
    bool              is_ahead = false;               // before somebody's path needs it, whose issuers may be others

    /// Queries of one subject get the same answer.
    std::string subject() const { return (is_ahead ? "ahead " : "") + (kind == Kind::crl ? url : url + "#" + to_hex(certificate.hash())); }
};

/// What can be asked about a certificate, the operator's URLs first.
std::vector<StatusQuery> queries_about(const Cert& certificate, const std::vector<Cert>& issuers, const Cert& issuer, const StatusSources& sources);

}  // namespace cmpkit::crypto
