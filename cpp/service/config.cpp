#include "service/config.hpp"

#include "der/encode.hpp"
#include "service/files.hpp"
#include "service/profile.hpp"

namespace cmpkit::service {
namespace {

// What every part needs to turn paths into things.
class Reader {
public:
    explicit Reader(std::string folder) : folder_(std::move(folder)) {}

    std::vector<crypto::Cert> certificates(Table& table, const char* key, const std::vector<std::string>& paths) {
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
    crypto::Cert certificate(Table& table, const char* key) {
        const std::string path = table.required_text(key);
        if (path.empty()) return {};
        auto all = certificates(table, key, {path});
        return all.empty() ? crypto::Cert() : all.front();
    }
    std::shared_ptr<crypto::PrivateKey> key(Table& table, const char* key) {
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
    std::vector<Octets> ders(Table& table, const char* key, const char* label) {
        std::vector<Octets> all;
        for (const std::string& path : table.texts(key, {})) {
            auto octets = read_file(below(folder_, path));
            auto der    = octets ? crypto::pem_or_der(*octets, {label}) : octets;
            if (der) all.push_back(std::move(*der));
            else table.fail(key, path, &der.error());
        }
        return all;
    }
    std::vector<Octets> crls(Table& table, const char* key) { return ders(table, key, "X509 CRL"); }
    const std::string& folder() const { return folder_; }

private:
    static Result<std::shared_ptr<crypto::PrivateKey>> key_in(const std::string& file, const crypto::Secret& passphrase) {
        auto octets = read_file(file);
        if (!octets) return octets.error();
        const crypto::Secret text(std::move(*octets));
        return crypto::PrivateKey::parse(text.view(), &passphrase);
    }

    std::string folder_;
};

void read_ca(Table& table, Reader& reader, ca::Settings& ca) {
    if (ca.name.empty()) ca.name = table.text("name", {});
    ca.issuing_certificate = reader.certificate(table, "certificate");
    ca.issuing_key         = reader.key(table, "key");
    ca.chain               = reader.certificates(table, "chain", table.texts("chain", {}));
    ca.poll_seconds        = table.duration("poll_after", ca.poll_seconds);
    ca.approve_revocations = table.flag("approve_revocations", false);
    if (table.has("keep_expired")) ca.keep_expired_seconds = table.duration("keep_expired", 0);
}

void read_cmp(Table& table, Reader& reader, AuthorityConfiguration& config) {
    config.ca.cmp_certificate = reader.certificate(table, "certificate");
    config.ca.cmp_key         = reader.key(table, "key");
    config.policy.time_window = table.duration("time_window", config.policy.time_window);
    config.policy.poll_seconds = table.duration("poll_wait", config.policy.poll_seconds);
    config.policy.keep_seconds = table.duration("keep_transactions", config.policy.keep_seconds);
    config.policy.mac_limits.max_iterations = table.number("max_iterations", config.policy.mac_limits.max_iterations, 100, 10'000'000);
}

// Certificates of other PKIs, and whether they are revoked. Who says nothing about that wants to know it for sure.
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

void read_fetch(Table& table, FetchLimits& limits) {
    limits.octets          = static_cast<std::size_t>(table.number("max_octets", 4 << 20, 1024, 1 << 28));
    limits.time            = std::chrono::seconds(table.duration("time", 10));
    limits.named_addresses = table.text("named_addresses", limits.named_addresses);
    if (limits.time > std::chrono::hours(1)) table.fail("time", "1 s to 1 h is expected");
    else if (auto good = limits.check(); !good) table.fail("named_addresses", "another word is expected", &good.error());
}

void read_crl(Table& table, const Reader& reader, AuthorityConfiguration& config) {
    config.crl_file                = below(reader.folder(), table.text("file", {}));
    config.ca.crl_validity_seconds = table.duration("validity", config.ca.crl_validity_seconds);
    config.ca.crl_overlap_seconds  = table.duration("overlap", config.ca.crl_overlap_seconds);
}

// A value for an infoType of the site's own: text, a file's octets, or DER as it is.
Octets information_value(Table& table, const Reader& reader) {
    if (table.has("text")) {
        const std::string text = table.text("text", {});
        return der::encode(der::utf8_string(text));
    }
    if (table.has("file")) {
        const std::string path   = table.text("file", {});
        auto              octets = read_file(below(reader.folder(), path));
        if (octets) return der::encode(der::octet_string(*octets));
        table.fail("file", path, &octets.error());
    }
    return {};
}

void read_support(Table& table, Reader& reader, ca::Support& support) {
    support.ca_certificates  = reader.certificates(table, "ca_certificates", table.texts("ca_certificates", {}));
    support.crls             = reader.crls(table, "crls");
    support.languages        = table.texts("languages", {});
    support.preferred_cipher = table.text("preferred_cipher", {});
    if (const auto oid = oid_from_text(support.preferred_cipher); !oid && !support.preferred_cipher.empty()) table.fail("preferred_cipher", "no OID", &oid.error());
    if (table.has("encryption_certificate")) support.encryption_certificate = reader.certificate(table, "encryption_certificate");
    table.tables("information", [&](Table& t) {
        auto type = oid_from_text(t.required_text("type"));
        if (!type) t.fail("type", "an OID is expected", &type.error());
        else support.items.push_back({std::move(*type), information_value(t, reader)});
    });
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

void read_tls(Table& table, Reader& reader, Configuration& config) {
    crypto::TlsCredentials tls;
    table.tables("secret", [&](Table& t) { tls.secrets.push_back(read_tls_secret(t, reader)); });
    if (tls.secrets.empty() || table.has("certificate")) {
        tls.chain = reader.certificates(table, "certificate", table.texts("certificate", {}));
        tls.key   = reader.key(table, "key");
    }
    tls.trust          = read_trust(table, reader);
    tls.require_client = table.flag("require_client", false);
    config.tls         = std::move(tls);
}

void read_secret(Table& table, const Reader& reader, AuthorityConfiguration& config) {
    ca::SecretEntry entry;
    entry.reference = table.required_text("reference");
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
    config.ca.secrets.push_back(std::move(entry));
}

void read_server(Table& table, Configuration& config) {
    config.threads = static_cast<unsigned>(table.number("threads", 0, 0, 256));
    config.queue   = static_cast<std::size_t>(table.number("queue", 1024, 1, 1'000'000));
    if (table.has("max_message")) config.transport[""]["max-message"] = std::to_string(table.number("max_message", 1 << 20, 1024, 16 << 20));
    if (table.has("idle_timeout")) config.transport[""]["idle-timeout"] = std::to_string(1000 * table.duration("idle_timeout", 60));
}

void read_transport(Table& table, Configuration& config) {
    for (const std::string& plugin : table.keys())
        table.table(plugin.c_str(), [&](Table& options) {
            for (const std::string& option : options.keys()) config.transport[plugin][option] = options.required_text(option.c_str());
        });
}

// What makes a CA: at the top of the configuration, or in one of its [[authority]] tables.
AuthorityConfiguration read_authority(Table& table, Reader& reader, std::string name) {
    AuthorityConfiguration config;
    config.ca.name = std::move(name);
    if (!table.has("ca") || !table.has("cmp")) table.fail("ca", "[ca] and [cmp] are required");
    table.table("ca", [&](Table& t) { read_ca(t, reader, config.ca); });
    table.table("cmp", [&](Table& t) { read_cmp(t, reader, config); });
    table.table("external", [&](Table& t) { config.ca.external = read_trust(t, reader); });
    table.table("crl", [&](Table& t) { read_crl(t, reader, config); });
    table.table("support", [&](Table& t) { read_support(t, reader, config.ca.support); });
    table.tables("profile", [&](Table& t) { config.ca.profiles.push_back(read_profile(t, reader.folder())); });
    table.tables("secret", [&](Table& t) { read_secret(t, reader, config); });
    if (config.ca.profiles.empty()) config.ca.profiles.emplace_back();
    return config;
}

// Whether what the CAs of one server share keeps them apart.
class Apart {
public:
    explicit Apart(Table& table) : table_(table) {}

    void check(const AuthorityConfiguration& config) {
        const ca::Settings& ca = config.ca;
        claim(names_, ca.name, "two CAs are called \"" + ca.name + "\"");
        claim(crl_files_, config.crl_file, "two CAs write " + config.crl_file);
        if (ca.issuing_key) claim(keys_, to_hex(ca.issuing_key->public_key().spki()), "two CAs have the same issuing key");
        // The uses of a secret are counted under its reference, which is all that a device says of its CA.
        for (const ca::SecretEntry& secret : ca.secrets) claim(references_, secret.reference, "two secrets have the reference \"" + secret.reference + "\"");
    }

private:
    void claim(std::set<std::string>& taken, const std::string& thing, const std::string& otherwise) {
        if (!thing.empty() && !taken.insert(thing).second) table_.fail("authority", otherwise);
    }

    Table&                table_;
    std::set<std::string> names_, crl_files_, keys_, references_;
};

void read_authorities(Table& table, Reader& reader, Configuration& config) {
    if (table.has("ca") || !table.has("authority")) config.authorities.push_back(read_authority(table, reader, {}));
    bool is_chosen = false;
    table.tables("authority", [&](Table& t) {
        const bool is_standard = t.flag("default", false);
        if (is_standard && std::exchange(is_chosen, true)) t.fail("default", "another CA is the default already");
        if (is_standard) config.standard = config.authorities.size();
        config.authorities.push_back(read_authority(t, reader, t.required_text("name")));
        config.authorities.back().ca.is_first = config.authorities.size() == 1;
    });
    Apart apart(table);
    for (const AuthorityConfiguration& authority : config.authorities) apart.check(authority);
    if (config.authorities.empty()) table.fail("authority", "a CA is needed");
}

// A secret that TLS hands to whoever answers first must not be one that protects messages.
void keep_secrets_apart(Table& table, const Configuration& config) {
    for (const AuthorityConfiguration& authority : config.authorities)
        for (const ca::SecretEntry& cmp : authority.ca.secrets)
            for (const crypto::TlsSecret& tls : config.tls ? std::span(config.tls->secrets) : std::span<const crypto::TlsSecret>())
                if (cmp.value && tls.secret && crypto::equal_in_constant_time(cmp.value->view(), tls.secret->view()))
                    table.fail("tls", "the secret of \"" + tls.identity + "\" protects CMP messages too: TLS needs one of its own");
}

void read_all(Table& table, Reader& reader, Configuration& config) {
    config.listen = table.texts("listen", {});
    table.table("store", [&](Table& store) { config.store = below(reader.folder(), store.text("file", {})); });
    table.table("audit", [&](Table& audit) { config.audit_file = below(reader.folder(), audit.required_text("file")); });
    table.table("fetch", [&](Table& t) { read_fetch(t, config.fetching); });
    table.table("tls", [&](Table& t) { read_tls(t, reader, config); });
    table.table("server", [&](Table& t) { read_server(t, config); });
    table.table("transport", [&](Table& t) { read_transport(t, config); });
    read_authorities(table, reader, config);
    keep_secrets_apart(table, config);
}

}  // namespace

Result<Configuration> read_configuration(std::string_view text, const std::string& folder) {
    Configuration config;
    Reader        reader(folder);
    auto          read = read_table(text, [&](Table& table) { read_all(table, reader, config); });
    if (!read) return read.error();
    return config;
}

}  // namespace cmpkit::service
