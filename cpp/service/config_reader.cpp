#include "service/config_reader.hpp"

#include "service/files.hpp"

namespace cmpkit::service {
namespace {

Result<std::shared_ptr<crypto::PrivateKey>> key_in(const std::string& file, const crypto::Secret& passphrase) {
    auto octets = read_file(file);
    if (!octets) return octets.error();
    const crypto::Secret text(std::move(*octets));
    return crypto::PrivateKey::parse(text.view(), &passphrase);
}

crypto::TlsSecret read_tls_secret(Table& table, const Reader& reader) {
    crypto::TlsSecret secret;
    const std::string kind = table.text("kind", "psk");
    if (kind != "psk" && kind != "srp") table.fail("kind", "\"psk\" or \"srp\" is expected");
    secret.kind     = kind == "srp" ? crypto::TlsSecret::Kind::srp : crypto::TlsSecret::Kind::psk;
    secret.identity = table.required_text("identity");
    auto value      = read_source(table.required_text("secret"), reader.folder());
    if (!value) return table.fail("secret", "it cannot be read", &value.error()), secret;
    secret.secret = std::make_shared<const crypto::Secret>(std::move(*value));
    if (auto good = secret.check(); !good) table.fail("secret", "another is expected", &good.error());
    return secret;
}

}  // namespace

std::vector<crypto::Cert> Reader::certificates(Table& table, const char* key, const std::vector<std::string>& paths) {
    std::vector<crypto::Cert> all;
    for (const std::string& path : paths) {
        auto octets = read_file(below(folder_, path));
        auto certs  = octets ? crypto::read_certificates(*octets) : Result<std::vector<crypto::Cert>>(octets.error());
        if (certs && certs->empty()) certs = Error{.code = Code::bad_certificate, .detail = "there is no certificate in it"};
        if (certs) all.insert(all.end(), certs->begin(), certs->end());
        else table.fail(key, path, &certs.error());
    }
    return all;
}

crypto::Cert Reader::certificate(Table& table, const char* key) {
    const std::string path = table.required_text(key);
    if (path.empty()) return {};
    auto all = certificates(table, key, {path});
    return all.empty() ? crypto::Cert() : all.front();
}

std::shared_ptr<crypto::PrivateKey> Reader::key(Table& table, const char* key) {
    const std::string path   = table.required_text(key);
    const std::string source = table.text("key_passphrase", {});
    if (path.empty()) return nullptr;
    crypto::Secret passphrase;
    if (!source.empty()) {
        auto read = read_source(source, folder_);
        if (!read) return table.fail("key_passphrase", "it cannot be read", &read.error()), nullptr;
        passphrase = crypto::Secret(std::move(*read));
    }
    auto key_there = crypto::is_uri(path) ? crypto::PrivateKey::open(path, &passphrase) : key_in(below(folder_, path), passphrase);
    // The rest of a URI may hold a PIN.
    if (!key_there) return table.fail(key, crypto::is_uri(path) ? path.substr(0, path.find(':') + 1) : path, &key_there.error()), nullptr;
    return *key_there;
}

std::vector<Octets> Reader::ders(Table& table, const char* key, const char* label) {
    std::vector<Octets> all;
    for (const std::string& path : table.texts(key, {})) {
        auto octets = read_file(below(folder_, path));
        auto der    = octets ? crypto::pem_or_der(*octets, {label}) : octets;
        if (der) all.push_back(std::move(*der));
        else table.fail(key, path, &der.error());
    }
    return all;
}

crypto::Trust read_trust(Table& table, Reader& reader) {
    crypto::Trust trust;
    trust.anchors       = reader.certificates(table, "trust", table.texts("trust", {}));
    trust.intermediates = reader.certificates(table, "intermediates", table.texts("intermediates", {}));
    trust.crls          = reader.crls(table, "crls");
    trust.ocsp          = reader.ders(table, "ocsp", "OCSP RESPONSE");
    trust.sources       = {.crls = table.texts("crl_urls", {}), .ocsp = table.texts("ocsp_urls", {}), .allowed = table.texts("allowed_urls", {})};
    if (auto good = trust.sources.check(); !good) table.fail("crl_urls, ocsp_urls, allowed_urls", "a URL", &good.error());
    const auto revocation = crypto::revocation_named(table.text("revocation", "hard"));
    if (revocation) trust.revocation = *revocation;
    else table.fail("revocation", "\"none\", \"soft\" or \"hard\" is expected");
    return trust;
}

admission::SecretEntry read_secret(Table& table, const Reader& reader) {
    admission::SecretEntry entry;
    entry.reference = table.required_text("reference");
    if (entry.reference.size() > longest_reference) table.fail("reference", "at most " + std::to_string(longest_reference) + " octets are expected");
    auto value      = read_source(table.required_text("secret"), reader.folder());
    if (!value) table.fail("secret", "it cannot be read", &value.error());
    else if (value->empty() || value->size() > 1024) table.fail("secret", "1 to 1024 octets are expected");
    else entry.value = std::make_shared<const crypto::Secret>(std::move(*value));
    entry.profile   = table.text("profile", {});
    entry.subjects  = table.texts("subjects", {});
    entry.sans      = table.texts("sans", {});
    entry.uses      = table.number("uses", entry.uses, 0, 1'000'000'000);
    entry.tries     = table.number("tries", entry.tries, 0, 1'000'000);
    entry.not_after = table.time("not_after");
    return entry;
}

crypto::TlsCredentials read_tls_peers(Table& table, Reader& reader) {
    crypto::TlsCredentials tls;
    table.tables("secret", [&](Table& t) { tls.secrets.push_back(read_tls_secret(t, reader)); });
    tls.trust          = read_trust(table, reader);
    tls.require_client = table.flag("require_client", false);
    return tls;
}

crypto::TlsCredentials read_tls(Table& table, Reader& reader) {
    crypto::TlsCredentials tls = read_tls_peers(table, reader);
    if (!tls.secrets.empty() && !table.has("certificate")) return tls;
    tls.chain = reader.certificates(table, "certificate", table.texts("certificate", {}));
    tls.key   = reader.key(table, "key");
    return tls;
}

}  // namespace cmpkit::service
