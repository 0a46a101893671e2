#include "service/found.hpp"

#include "service/config.hpp"
#include "service/files.hpp"
#include "service/server.hpp"

#include <filesystem>

namespace cmpkit::service {
namespace {

constexpr std::string_view configuration_text = R"(# The configuration of this CA. Relative paths begin in this folder. Every key: docs/configuration.md.

# Where it serves CMP; port 0 takes a free port.
listen = [@LISTEN@]

# What it remembers: certificates, transactions, spent secrets. One SQLite file; without it everything is forgotten at the end.
[store]
file = "store.db"

# The key that issues certificates. The root's key (root.key.pem) is not used here: move it to a safe place.
[ca]
certificate = "issuing.pem"
key         = "issuing.key.pem"
@PASSPHRASE@chain       = ["root.pem"]

# The key that protects answers (its certificate has the extended key usage id-kp-cmcCA).
[cmp]
certificate       = "cmp-signer.pem"
key               = "cmp-signer.key.pem"
@PASSPHRASE@time_window       = "5m"    # messageTime may be that far off; "0s": not judged
keep_transactions = "15m"   # repeated messages get their answer again
max_iterations    = 10000   # of the MACs that requests may be protected with

# PKIs whose certificates may ask for a first one (ir, p10cr), such as a manufacturer's.
[external]
trust      = [@EXTERNAL@]
revocation = @REVOCATION@   # "hard": whether they are revoked must be known, "soft": what is known counts, "none"
# crls = ["maker.crl.pem"]   # or fetched: crl_urls = ["http://crl.maker.example/devices.crl"], ocsp_urls = […]

[crl]
file     = "ca.crl.pem"     # written anew with each CRL
validity = "7d"
overlap  = "1d"

# What certificates say. The first profile is the default; a request names another by certProfile or by the path /p/<name>.
# A name is a function of who asks: {subject.CN}, {subject.serialNumber} come from the requester's certificate, {reference} from its secret;
# a value * is what the request says, a last * lets O, OU, C, L, ST and DC pass. cr and kur keep the name of the certificate they are signed with.
[[profile]]
name               = "device"
keys               = ["ec:P-256", "ec:P-384", "ec:P-521", "rsa:2048-8192", "ed25519"]
validity           = "1y"
subjects           = ["CN={subject.CN},*", "CN={subject.serialNumber},*"]
sans               = ["dns:{subject.CN}", "dns:{subject.CN}.*", "dns:{subject.serialNumber}", "dns:{subject.serialNumber}.*"]
secret_subjects    = ["CN={reference},*"]
secret_sans        = ["dns:{reference}", "dns:{reference}.*"]
key_usage          = ["digitalSignature"]
extended_key_usage = ["id-kp-clientAuth", "id-kp-serverAuth"]
implicit_confirm   = true
confirm_wait       = "5m"   # then a certificate that was not confirmed is revoked
@SECRET@)";

constexpr std::string_view secret_text = R"(
# A shared secret that a device proves its first request with. Whoever holds this one chooses the name, since you chose who holds it;
# say subjects = ["CN=dev1,*"] to fix it.
[[secret]]
reference = @REFERENCE@
secret    = @SOURCE@
subjects  = ["*"]
sans      = ["*"]
uses      = 1               # certificates that may be had with it; 0: any number
tries     = 10              # wrong MACs until it is locked
)";

std::string toml_string(std::string_view text) {
    std::string toml = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') (toml += '\\') += c;
        else if (static_cast<unsigned char>(c) < 0x20) toml += "\\u00" + to_hex(bytes_of({&c, 1}));
        else toml += c;
    }
    return toml + '"';
}

void replace_all(std::string& text, std::string_view mark, std::string_view with) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + with.size())) text.replace(at, mark.size(), with);
}

// Keeps the first failure of a row of steps.
class Steps {
public:
    void write(const std::string& path, std::string_view text, unsigned mode) {
        if (result_) result_ = write_file(path, bytes_of(text), mode);
    }
    void key(const std::string& path, const crypto::PrivateKey& key, const crypto::Secret& passphrase) {
        if (!result_) return;
        auto pem = key.to_pem(passphrase.empty() ? nullptr : &passphrase);
        result_  = pem ? write_file(path, pem->view(), 0600) : pem.error();
    }
    void pair(const std::string& name, const ca::Founded::Pair& pair, const crypto::Secret& passphrase) {
        write(name + ".pem", crypto::write_pem("CERTIFICATE", pair.certificate.der()), 0644);
        key(name + ".key.pem", *pair.key, passphrase);
    }
    Result<void> result_;
};

// A secret given by file or environment stays there; a bare one is put into a file of the CA.
Result<std::string> secret_source(const std::string& folder, const FoundingOrder& order) {
    auto value = read_source(order.secret, {});
    if (!value) return value.error();
    if (order.secret.starts_with("env:")) return order.secret;
    const std::string name = "first.secret";
    if (auto written = write_file(folder + "/" + name, *value, 0600); !written) return written.error();
    return "file:" + name;
}

// The server starts elsewhere: a file is named by its whole path.
std::string absolute_source(const std::string& source) {
    std::error_code problem;
    return source.starts_with("file:") ? "file:" + std::filesystem::absolute(source.substr(5), problem).string() : source;
}

Result<std::string> external_list(const std::string& folder, const FoundingOrder& order) {
    std::string list;
    for (std::size_t i = 0; i < order.trust_external.size(); ++i) {
        auto octets = read_file(order.trust_external[i]);
        if (!octets) return octets.error();
        auto certs = crypto::read_certificates(*octets);
        if (!certs || certs->empty()) return Error{.code = Code::bad_certificate, .detail = "no certificate in " + order.trust_external[i]};
        const std::string name = "external-" + std::to_string(i + 1) + ".pem";
        if (auto written = write_file(folder + "/" + name, *octets, 0644); !written) return written.error();
        list += (list.empty() ? "" : ", ") + toml_string(name);
    }
    return list;
}

Result<std::string> written_configuration(const std::string& folder, const FoundingOrder& order) {
    auto external = external_list(folder, order);
    if (!external) return external;
    std::string secret;
    if (!order.reference.empty()) {
        auto source = secret_source(folder, order);
        if (!source) return source;
        secret = secret_text;
        replace_all(secret, "@REFERENCE@", toml_string(order.reference));
        replace_all(secret, "@SOURCE@", toml_string(*source));
    }
    std::string text(configuration_text);
    replace_all(text, "@PASSPHRASE@", order.passphrase.empty() ? "" : "key_passphrase = " + toml_string(absolute_source(order.passphrase_source)) + "\n");
    replace_all(text, "@LISTEN@", toml_string(order.listen));
    replace_all(text, "@EXTERNAL@", *external);
    replace_all(text, "@REVOCATION@", toml_string(order.external_revocation));
    replace_all(text, "@SECRET@", secret);
    return text;
}

}  // namespace

Result<void> found_on_disk(const std::string& folder, const FoundingOrder& order, const operations::Random& random, std::int64_t now) {
    if (!exists(folder)) {
        if (auto made = make_folder(folder, 0700); !made) return made;
    }
    if (exists(folder + "/cmpkit.toml") || exists(folder + "/root.pem")) return Error{.code = Code::exists, .detail = "there is a CA in " + folder};
    if (!order.passphrase.empty() && order.passphrase_source.empty())
        return Error{.code = Code::bad_argument, .detail = "the configuration must be told where the passphrase comes from"};
    if (!crypto::revocation_named(order.external_revocation))
        return Error{.code = Code::bad_argument, .detail = "revocation of external certificates: \"none\", \"soft\" or \"hard\" is expected"};
    auto founded = ca::found(order.founding, random, now);
    if (!founded) return founded.error();
    Steps steps;
    steps.pair(folder + "/root", founded->root, order.passphrase);
    steps.pair(folder + "/issuing", founded->issuing, order.passphrase);
    steps.pair(folder + "/cmp-signer", founded->cmp, order.passphrase);
    if (founded->ra) steps.pair(folder + "/ra-signer", *founded->ra, order.passphrase);
    if (founded->kga) steps.pair(folder + "/kga-signer", *founded->kga, order.passphrase);
    steps.write(folder + "/ca-chain.pem",
                crypto::write_pem("CERTIFICATE", founded->issuing.certificate.der()) + crypto::write_pem("CERTIFICATE", founded->root.certificate.der()), 0644);
    if (!steps.result_) return steps.result_;
    auto text = written_configuration(folder, order);
    if (!text) return text.error();
    steps.write(folder + "/cmpkit.toml", *text, 0600);
    if (!steps.result_) return steps.result_;
    auto configuration = read_configuration(*text, folder);
    if (!configuration) return configuration.error();
    auto server = Server::make(std::move(*configuration), {});
    if (!server) return server.error();
    auto crl = (*server)->issue_crl({}, now);
    return crl ? Result<void>() : crl.error();
}

}  // namespace cmpkit::service
