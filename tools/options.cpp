#include "options.hpp"

#include "files.hpp"
#include "keys.hpp"
#include "pem.hpp"
#include "secret_source.hpp"

namespace tool {
namespace {

/// One value each time the option is given, so that what follows is not swallowed.
CLI::Option* add_files(CLI::App& command, const std::string& name, std::vector<std::string>& files, const std::string& help) {
    return command.add_option(name, files, help)->type_name("FILE")->allow_extra_args(false);
}
CLI::Option* add_word(CLI::App& command, const std::string& name, std::string& word, const std::string& type, const std::string& help) {
    return command.add_option(name, word, help)->type_name(type);
}

template <class Object, class Function> void add_each(const Files& files, Object* object, Function function) {
    for (std::size_t i = 0; i < files.names.size(); ++i) {
        const Octets octets = octets_of(files.texts[i]);
        try {
            call(function, object, octets.data(), octets.size());
        } catch (Failure& failure) {
            Failure named(failure.exit, files.names[i] + ": " + failure.what(), failure.hint);
            named.rc = failure.rc;
            throw named;
        }
    }
}

cmpkit_mac mac_named(const std::string& word) { return word == "pbmac1" ? CMPKIT_MAC_PBMAC1 : CMPKIT_MAC_PBM; }

Key key_beside(const std::string& certificate, const Secret& password) {
    try {
        return load_key(certificate, password);
    } catch (Failure& failure) {
        failure.hint = "there is no --key, so the private key is looked for in the file of --cert";
        throw;
    }
}

}  // namespace

void Identity::add_secret_to(CLI::App& command) {
    const std::string group = "Who we are: a shared secret";
    auto* ref  = add_word(command, "--ref", reference, "NAME", "Reference of the shared secret")->group(group);
    auto* word = add_word(command, "--secret", secret, "SOURCE", "The secret: file:PATH, env:NAME or prompt")->group(group);
    ref->needs(word);
    word->needs(ref);
    add_word(command, "--mac", mac, "pbm|pbmac1", "How it protects messages [pbm]")->group(group)->check(CLI::IsMember({"pbm", "pbmac1"}))->needs(word);
}

void Identity::add_certificate_to(CLI::App& command) {
    const std::string group = "Who we are: a certificate";
    auto* cert = add_word(command, "--cert", certificate, "FILE", "Our certificate: PEM, DER, PKCS#12, or a URI of a token")->group(group);
    add_word(command, "--cert-pass", certificate_pass, "SOURCE", "Password of a PKCS#12 file: file:PATH, env:NAME or prompt")->group(group)->needs(cert);
    auto* file = add_word(command, "--key", key, "FILE", "Its private key, also a URI (pkcs11:…); without it, the one in the file of --cert")->group(group)->needs(cert);
    add_word(command, "--key-pass", key_pass, "SOURCE", "Passphrase or PIN of --key: file:PATH, env:NAME or prompt")->group(group)->needs(file);
    add_files(command, "--cert-chain", chain, "Issuers of --cert, for the CA to find its way")->group(group)->needs(cert);
    if (auto* word = command.get_option_no_throw("--secret")) word->excludes(cert);
    else cert->required();
}

Presented Identity::present_secret() const {
    const Secret value = read_secret(secret, "secret of " + reference);
    auto         who   = make<Credentials>(cmpkit_credentials_new_secret, reference.c_str(), value.data(), value.size());
    call(cmpkit_credentials_set_mac, who.get(), mac_named(mac), 0u);
    return {std::move(who), {}};
}

Presented Identity::present() const {
    if (!reference.empty()) return present_secret();
    if (certificate.empty()) throw Failure(Exit::usage, "who asks? Give --ref and --secret, or --cert and --key");
    // The first certificate is the key's own; a newline keeps files apart that do not end with one.
    const Secret password = certificates.empty() || key.empty() ? passphrase_of(certificate, certificate_pass) : Secret();
    std::string  pem      = certificates;
    if (pem.empty()) pem = load_certificates(certificate, password);
    for (const std::string& file : chain) pem += "\n" + as_pem(read_file(file));
    const Key    own    = key.empty() ? key_beside(certificate, password) : load_key(key, key_pass);
    const Octets octets = octets_of(pem);
    return {make<Credentials>(cmpkit_credentials_new_certificate, static_cast<const cmpkit_key*>(own.get()), octets.data(), octets.size()), std::move(pem)};
}

CLI::Option* PeerProfile::add_to(CLI::App& command) {
    return add_word(command, "--peer", name, "PROFILE", "What its server does otherwise: a word of «cmpkit peers», or FILE.toml");
}

void PeerProfile::read() {
    const bool is_file = name.find('/') != name.npos || name.ends_with(".toml");
    text               = is_file ? std::string(text_of(read_file(name))) : std::string();
    if (is_file && text.empty()) throw Failure(Exit::usage, name + " is empty");
}

void PeerProfile::apply_to(const Trust& trust) const try {
    if (!text.empty()) call(cmpkit_trust_set_peer_toml, trust.get(), text.c_str());
    else if (!name.empty()) call(cmpkit_trust_set_peer, trust.get(), name.c_str());
} catch (const Failure& failure) {
    const bool is_file = !text.empty();
    Failure    named(failure.exit, (is_file ? name + ": " : "") + failure.what(), is_file ? "docs/peers.md tells what a profile may say" : "«cmpkit peers» tells what each is for");
    named.rc = failure.rc;
    throw named;
}

void TrustOptions::add_to(CLI::App& command) {
    const std::string group = "Whom we trust";
    add_files(command, "--trust", anchors.names, "Root certificates of the CA")->group(group);
    add_files(command, "--pin", pins.names, "The one certificate that may sign the CA's answers")->group(group);
    add_files(command, "--untrusted", intermediates.names, "Certificates that may help to find a path to --trust")->group(group);
    peer.add_to(command)->group("The way to the CA");
    status.add_to(command, "", "Whether they are revoked");
}

void StatusOptions::add_to(CLI::App& command, const std::string& prefix, const std::string& group) {
    const auto add_urls = [&](const char* name, std::vector<std::string>& urls, const char* help) {
        command.add_option("--" + prefix + name, urls, help)->type_name("URL")->allow_extra_args(false)->group(group);
    };
    add_files(command, "--" + prefix + "crl", crls.names, "CRLs to look into")->group(group);
    add_files(command, "--" + prefix + "ocsp", ocsp.names, "OCSP answers to look into")->group(group);
    add_word(command, "--" + prefix + "revocation", revocation, "none|soft|hard", "What is let pass: all, what nobody knows to be revoked, or only what somebody knows not to be [soft]")
        ->group(group)->check(CLI::IsMember({"none", "soft", "hard"}));
    add_urls("crl-url", crl_urls, "CRLs to fetch where it is not known");
    add_urls("ocsp-url", ocsp_urls, "OCSP responders to ask where it is not known");
    add_urls("allow-url", allowed_urls, "What certificates name below that URL may be asked too");
    add_word(command, "--" + prefix + "allow-addresses", addresses, "any|remote|internet", "Where such a URL may lead [remote: not to this machine]")
        ->group(group)->check(CLI::IsMember({"any", "remote", "internet"}));
}

void StatusOptions::read() {
    crls.read("X509 CRL");
    ocsp.read("OCSP RESPONSE");
}

void StatusOptions::tell(cmpkit_trust* trust) const {
    add_each(crls, trust, cmpkit_trust_add_crl);
    add_each(ocsp, trust, cmpkit_trust_add_ocsp);
    if (!revocation.empty()) call(cmpkit_trust_set_revocation, trust, revocation == "hard" ? CMPKIT_REVOCATION_HARD : revocation == "soft" ? CMPKIT_REVOCATION_SOFT : CMPKIT_REVOCATION_NONE);
    for (const std::string& url : crl_urls) call(cmpkit_trust_add_status_source, trust, CMPKIT_STATUS_CRL, url.c_str());
    for (const std::string& url : ocsp_urls) call(cmpkit_trust_add_status_source, trust, CMPKIT_STATUS_OCSP, url.c_str());
    for (const std::string& url : allowed_urls) call(cmpkit_trust_add_status_source, trust, CMPKIT_STATUS_ALLOWED, url.c_str());
    if (!addresses.empty()) call(cmpkit_trust_set_fetch_limits, trust, std::size_t{0}, 0u, addresses.c_str());
}

void TrustOptions::read() {
    for (Files* files : {&anchors, &intermediates, &pins, &verify_new}) files->read();
    status.read();
    peer.read();
}

Trust TrustOptions::trust() const {
    auto trust = make<Trust>(cmpkit_trust_new);
    add_each(anchors, trust.get(), cmpkit_trust_add_anchors);
    add_each(intermediates, trust.get(), cmpkit_trust_add_intermediates);
    add_each(pins, trust.get(), cmpkit_trust_add_pins);
    add_each(verify_new, trust.get(), cmpkit_trust_add_verify_new);
    status.tell(trust.get());
    peer.apply_to(trust);
    return trust;
}

void Peer::add_to(CLI::App& command, Common& common) {
    add_way_to(command, common);
    add_word(command, "--recipient", recipient, "DN", "Name of the CA, if it cannot be known otherwise")->group("The way to the CA");
    add_word(command, "--trace-dir", trace_folder, "DIR", "Keep every message as a file there")->group("What is told");
    command.add_flag("-v,--verbose", common.verbose, "Tell each message in a line")->group("What is told");
}

void Peer::add_way_to(CLI::App& command, Common& common) {
    command.add_option("URL", url, "The CA, such as http://127.0.0.1:8829")->type_name("")->required();
    add_files(command, "--tls-trust", tls_anchors.names, "Roots of the server's TLS certificate (https)")->group("The way to the CA");
    auto* cert = add_files(command, "--tls-cert", tls_certificate.names, "Our certificate for TLS, with its issuers")->expected(1)->group("The way to the CA");
    auto* key  = add_word(command, "--tls-key", tls_key, "FILE", "Its private key")->group("The way to the CA");
    cert->needs(key);
    key->needs(cert);
    auto* psk    = add_word(command, "--tls-psk", tls_psk, "NAME", "TLS by a pre-shared key in the place of certificates: its name")->group("The way to the CA");
    auto* srp    = add_word(command, "--tls-srp", tls_srp, "USER", "TLS by an SRP password, where nothing better is spoken")->group("The way to the CA");
    auto* secret = add_word(command, "--tls-secret", tls_secret, "SOURCE", "That key or password: file:PATH, env:NAME or prompt; not the one of --secret")->group("The way to the CA");
    psk->needs(secret)->excludes(cert)->excludes(srp);
    srp->needs(secret)->excludes(cert);
    tls_status.add_to(command, "tls-", "Whether the server's TLS certificate is revoked");
    command.add_option("--timeout", timeout_seconds, "For the whole operation, tries included [30; by file or mail 7 days]")->type_name("SECONDS")->group("The way to the CA")
        ->check(CLI::Range(1, 4'000'000));
    command.add_option("--option", transport, "For the transport, such as proxy=http://proxy:3128; «cmpkit transports -v» lists them")->type_name("NAME=VALUE")->allow_extra_args(false)
        ->group("The way to the CA");
    add_plugin_folder(command, common);
    add_json_flag(command, common);
}

void Peer::read() {
    tls_anchors.read();
    tls_certificate.read();
    tls_status.read();
}

Context Peer::context(const Common& common) const {
    Context made = make_context(common);
    for (const std::string& option : transport) {
        const auto equals = option.find('=');
        if (equals == 0 || equals == option.npos) throw Failure(Exit::usage, "--option " + option + ": NAME=VALUE is expected");
        call(cmpkit_context_set_option, made.get(), static_cast<const char*>(nullptr), option.substr(0, equals).c_str(), option.substr(equals + 1).c_str());
    }
    return made;
}

std::uint32_t Peer::total_ms(const Context& context) const {
    constexpr std::uint32_t usual = 30, by_folder = 7 * 86400;
    std::int32_t            offline = 0;
    if (timeout_seconds == 0) call(cmpkit_context_is_offline, context.get(), url.c_str(), &offline);
    return 1000 * (timeout_seconds ? timeout_seconds : offline ? by_folder : usual);
}

Tls Peer::tls() const {
    // https has TLS in any case; for other schemes only what was asked for is worth an error.
    const bool is_wanted = url.starts_with("https:") || url.starts_with("coaps:") || url.find("+tls:") != url.npos;
    if (!is_wanted && tls_secret.empty() && tls_anchors.empty() && tls_certificate.empty() && tls_status.empty()) return nullptr;
    auto tls = make<Tls>(cmpkit_tls_new);
    const auto trust = make<Trust>(cmpkit_trust_new);
    add_each(tls_anchors, trust.get(), cmpkit_trust_add_anchors);
    tls_status.tell(trust.get());
    call(cmpkit_tls_set_trust, tls.get(), static_cast<const cmpkit_trust*>(trust.get()));
    if (!tls_secret.empty()) {
        const bool   by_psk = !tls_psk.empty();
        const auto&  name   = by_psk ? tls_psk : tls_srp;
        const Secret secret = read_secret(tls_secret, "TLS secret of " + name);
        call(by_psk ? cmpkit_tls_set_psk : cmpkit_tls_set_srp, tls.get(), name.c_str(), secret.data(), secret.size());
    }
    if (!tls_certificate.empty()) {
        const Octets pem = octets_of(tls_certificate.texts.front());
        const Key    key = load_key(tls_key, Secret());
        call(cmpkit_tls_set_certificate, tls.get(), static_cast<const cmpkit_key*>(key.get()), pem.data(), pem.size());
    }
    return tls;
}

Context make_context(const Common& common) {
    auto context = make<Context>(cmpkit_context_new);
    if (!common.plugin_folder.empty()) call(cmpkit_context_add_plugin_folder, context.get(), common.plugin_folder.c_str());
    return context;
}

void refuse_pin_in(const std::string& place) {
    if (is_uri(place) && place.find("pin-value=") != place.npos)
        throw Failure(Exit::usage, "a state file holds no PIN, and the URI has one in it", "leave out pin-value= and name a source of the PIN with the option for it");
}

CLI::Option* add_state(CLI::App& command, std::string& path) {
    return command.add_option("--state", path, "Keep the operation in this file until it ends; «cmpkit resume FILE» goes on with it after a crash or a long wait")->type_name("FILE")->group("What survives");
}

void add_json_flag(CLI::App& command, Common& common) {
    command.add_flag("--json", common.json, "Tell the result as JSON on standard output")->group("What is told");
}

void add_plugin_folder(CLI::App& command, Common& common) {
    command.add_option("--plugin-dir", common.plugin_folder, "Look for transports there first")->type_name("DIR")->group("The way to the CA");
}

}  // namespace tool
