// Reads what several parts of a configuration have: files of certificates and keys, trust in a PKI, secrets, TLS. A thing that cannot be read fails the table
// that names it, with the file's path; passphrases and secrets are never told.
#pragma once
#include "admission/secrets.hpp"
#include "crypto/tls.hpp"
#include "service/table.hpp"

namespace cmpkit::service {

constexpr std::size_t longest_reference = 255;  // octets; in a store's key it stands escaped, and beside something else

/// Turns paths of one configuration into things.
class Reader {
public:
    explicit Reader(std::string folder) : folder_(std::move(folder)) {}

    std::vector<crypto::Cert>           certificates(Table& table, const char* key, const std::vector<std::string>& paths);
    crypto::Cert                        certificate(Table& table, const char* key);  // the first of a file that must be named
    std::shared_ptr<crypto::PrivateKey> key(Table& table, const char* key);
    std::vector<Octets>                 ders(Table& table, const char* key, const char* label);
    std::vector<Octets>                 crls(Table& table, const char* key) { return ders(table, key, "X509 CRL"); }
    const std::string&                  folder() const { return folder_; }

private:
    std::string folder_;
};

/// Certificates of other PKIs, and whether they are revoked. Who says nothing about that wants to know it for sure.
crypto::Trust          read_trust(Table& table, Reader& reader);
/// What is known by a secret may ask, and how often.
admission::SecretEntry read_secret(Table& table, const Reader& reader);
/// Trust and shared secrets of one end of TLS, whose certificate comes from elsewhere.
crypto::TlsCredentials read_tls_peers(Table& table, Reader& reader);
/// The same with its certificate and key.
crypto::TlsCredentials read_tls(Table& table, Reader& reader);

}  // namespace cmpkit::service
