#include "service/config.hpp"

#include "service/config_reader.hpp"
#include "service/files.hpp"
#include "service/profile.hpp"
#include "service/ra_config.hpp"
#include "service/support_config.hpp"

namespace cmpkit::service {
namespace {

// Keys of a store hold the name of a CA beside a reference or a transactionID.
constexpr std::size_t longest_name = 255;
static_assert(store::max_key >= std::string_view("secret:").size() + 4 * longest_reference + 1 + longest_name);

void read_ca(Table& table, Reader& reader, ca::Settings& ca) {
    if (ca.name.empty()) ca.name = table.text("name", {});
    if (ca.name.size() > longest_name) table.fail("name", "at most " + std::to_string(longest_name) + " octets are expected");
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

void read_support(Table& table, Reader& reader, ca::Support& support) {
    read_site_information(table, reader, support);
    support.languages        = table.texts("languages", {});
    support.preferred_cipher = table.text("preferred_cipher", {});
    if (const auto oid = oid_from_text(support.preferred_cipher); !oid && !support.preferred_cipher.empty()) table.fail("preferred_cipher", "no OID", &oid.error());
    if (table.has("encryption_certificate")) support.encryption_certificate = reader.certificate(table, "encryption_certificate");
}

// What is wrong with a URL is told without its text: somebody may have put a password there.
void read_store(Table& table, const Reader& reader, StoreConfiguration& store) {
    store.file = below(reader.folder(), table.text("file", {}));
    store.url  = table.text("url", {});
    if (!store.file.empty() && !store.url.empty()) table.fail("url", "there is store.file already: one of them is the store");
    if (!store.url.empty() && !store.url.starts_with("postgresql://") && !store.url.starts_with("postgres://")) table.fail("url", "postgresql://USER@HOST/DATABASE is expected");
    const std::string source = table.text("password", {});
    if (source.empty()) return;
    if (store.url.empty()) table.fail("password", "it is for a store.url, which is not there");
    if (!source.starts_with("file:") && !source.starts_with("env:")) return table.fail("password", "file:PATH or env:NAME is expected");
    auto password = read_source(source, reader.folder());
    if (!password) return table.fail("password", "it cannot be read", &password.error());
    store.password = std::make_shared<const crypto::Secret>(std::move(*password));
    if (store.password->empty() || text_of(store.password->view()).find('\0') != std::string_view::npos) table.fail("password", "it is empty, or has a NUL in it");
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
    table.tables("secret", [&](Table& t) { config.ca.secrets.push_back(read_secret(t, reader)); });
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

std::vector<admission::SecretEntry> secrets_of(const Configuration& config) {
    std::vector<admission::SecretEntry> all = config.ra ? config.ra->settings.secrets : std::vector<admission::SecretEntry>();
    for (const AuthorityConfiguration& authority : config.authorities) all.insert(all.end(), authority.ca.secrets.begin(), authority.ca.secrets.end());
    return all;
}

// A secret that TLS hands to whoever answers first must not be one that protects messages.
void keep_secrets_apart(Table& table, const Configuration& config) {
    for (const admission::SecretEntry& cmp : secrets_of(config))
        for (const crypto::TlsSecret& tls : config.tls ? std::span(config.tls->secrets) : std::span<const crypto::TlsSecret>())
            if (cmp.value && tls.secret && crypto::equal_in_constant_time(cmp.value->view(), tls.secret->view()))
                table.fail("tls", "the secret of \"" + tls.identity + "\" protects CMP messages too: TLS needs one of its own");
}

void read_listeners_tls(Table& table, Reader& reader, Configuration& config) {
    config.tls = table.has("enroll") ? read_tls_peers(table, reader) : read_tls(table, reader);
    table.table("enroll", [&](Table& t) { config.tls_enroll = read_listeners_enrollment(t, reader); });
    if (!config.tls_enroll) return;
    if (table.has("certificate")) table.fail("certificate", "there is tls.enroll already: either says which certificate it is");
    config.tls->chain = config.tls_enroll->current.chain;
    config.tls->key   = config.tls_enroll->current.key;
}

// Somebody has to ask for it: the RA by what it has, or by what [tls.enroll] gives it to begin with.
void check_tls_enrollment(Table& table, const Configuration& config) {
    if (!config.tls_enroll) return;
    if (!config.ra) return table.fail("tls", "enroll: registration authorities alone get their certificate this way");
    const SignerEnrollment&      enroll = *config.tls_enroll;
    const RaConfiguration&       ra     = *config.ra;
    const UpstreamConfiguration* asked  = ra.upstream_for(enroll);
    if (!asked) return table.fail("tls", "enroll.upstream: there is no upstream of that name");
    if (asked->upstream.converts && !enroll.by_others) table.fail("tls", "enroll.upstream: \"" + escaped(asked->upstream.name) + "\" knows PKCS#10 alone; the name of another is needed");
    if (ra.enroll && ra.enroll->file == enroll.file) table.fail("tls", "enroll.file: the RA's signer is in it");
    if (!enroll.current && !enroll.by_others && !ra.enroll && !ra.asked_by_ra(enroll).can_begin())
        table.fail("tls", "enroll: the RA has no signer that could ask: reference and secret, or certificate and key, are needed to begin with");
}

void read_all(Table& table, Reader& reader, Configuration& config) {
    config.listen = table.texts("listen", {});
    table.table("store", [&](Table& t) { read_store(t, reader, config.store); });
    table.table("audit", [&](Table& audit) { config.audit_file = below(reader.folder(), audit.required_text("file")); });
    table.table("events", [&](Table& events) { config.events_file = below(reader.folder(), events.required_text("file")); });
    table.table("fetch", [&](Table& t) { read_fetch(t, config.fetching); });
    table.table("tls", [&](Table& t) { read_listeners_tls(t, reader, config); });
    table.table("server", [&](Table& t) { read_server(t, config); });
    table.table("transport", [&](Table& t) { read_transport(t, config); });
    if (table.has("ra")) config.ra = read_ra(table, reader);
    else read_authorities(table, reader, config);
    check_tls_enrollment(table, config);
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
