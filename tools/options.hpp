// The options that enroll, update and revoke share: who we are to the CA, whom we trust, how we reach it.
#pragma once
#include "commands.hpp"
#include "library.hpp"
#include "memo.hpp"
#include "octets.hpp"

namespace tool {

/// Our credentials, and the certificates behind them as PEM (none behind a secret).
struct Presented {
    Credentials credentials;
    std::string certificates;
};

/// Who we are: a shared secret with its reference, or a certificate with its key.
struct Identity {
    std::string              reference, secret, mac = "pbm";
    std::string              certificate, certificate_pass, key, key_pass;  // without a key it is in the file of the certificate
    std::vector<std::string> chain;
    std::string              certificates;  // what was found at `certificate` and `chain`, as PEM; empty: not looked for yet

    void      add_secret_to(CLI::App& command);
    void      add_certificate_to(CLI::App& command);
    Presented present() const;
    template <class Memo> void remember(Memo& memo) {
        memo.field("reference", reference), memo.source("secret", secret), memo.field("mac", mac);
        memo.field("certificate", certificate), memo.source("certificatePass", certificate_pass), memo.field("certificates", certificates);
        memo.field("key", key), memo.source("keyPass", key_pass);
    }
    /// Where the private key is; empty: we have none.
    const std::string& key_place() const { return key.empty() ? certificate : key; }

private:
    Presented present_secret() const;
};

/// Whether the certificates of a kind of peer are revoked, and where that can be asked.
struct StatusOptions {
    Files                    crls, ocsp;
    std::vector<std::string> crl_urls, ocsp_urls, allowed_urls;
    std::string              revocation, addresses;

    /// @param prefix  of the options: "", "tls-"
    void add_to(CLI::App& command, const std::string& prefix, const std::string& group);
    void read();
    void tell(cmpkit_trust* trust) const;
    bool empty() const { return crls.empty() && ocsp.empty() && crl_urls.empty() && ocsp_urls.empty() && allowed_urls.empty() && revocation.empty(); }
    template <class Memo> void remember(Memo& memo, const std::string& prefix) {
        memo.field(prefix + "crl", crls), memo.field(prefix + "ocsp", ocsp), memo.field(prefix + "crlURL", crl_urls), memo.field(prefix + "ocspURL", ocsp_urls);
        memo.field(prefix + "allowedURL", allowed_urls), memo.field(prefix + "revocation", revocation), memo.field(prefix + "addresses", addresses);
    }
};

/// The profile of a peer: a word of «cmpkit peers», or a file of the site's own.
struct PeerProfile {
    std::string name, text;  // text: of the file that name is; else empty

    CLI::Option* add_to(CLI::App& command);
    void read();  // before apply_to()
    void apply_to(const Trust& trust) const;
    template <class Memo> void remember(Memo& memo) { memo.field("peer", name), memo.field("peerText", text); }
};

/// Whose answers and certificates count, and how they may deviate.
struct TrustOptions {
    Files         anchors, intermediates, pins, verify_new;
    StatusOptions status;
    PeerProfile   peer;

    void  add_to(CLI::App& command);
    void  read();  // before trust()
    Trust trust() const;
    template <class Memo> void remember(Memo& memo) {
        memo.field("trust", anchors), memo.field("untrusted", intermediates), memo.field("pin", pins), memo.field("verifyNew", verify_new), status.remember(memo, "");
        peer.remember(memo);
    }
};

/// The CA, and the way to it.
struct Peer {
    std::string              url, recipient;
    Files                    tls_anchors, tls_certificate;
    std::string              tls_key, tls_psk, tls_srp, tls_secret;
    StatusOptions            tls_status;
    unsigned                 timeout_seconds = 0;  // 0: as is usual on that way
    std::vector<std::string> transport;        // NAME=VALUE
    std::string              trace_folder;

    void add_to(CLI::App& command, Common& common);
    /// Those without a word about messages.
    void add_way_to(CLI::App& command, Common& common);
    void read();  // before tls()
    template <class Memo> void remember(Memo& memo) {
        memo.field("url", url), memo.field("tlsTrust", tls_anchors), memo.field("tlsCertificate", tls_certificate), memo.field("tlsKey", tls_key);
        memo.field("tlsPSK", tls_psk), memo.field("tlsSRP", tls_srp), memo.source("tlsSecret", tls_secret);
        tls_status.remember(memo, "tls-");
        memo.field("transport", transport), memo.field("traceFolder", trace_folder);
    }
    /// What every command of a client begins with; it knows what --option says.
    Context context(const Common& common) const;
    /// For the whole operation: --timeout, else 30 s, or 7 days where messages are stored and forwarded.
    std::uint32_t total_ms(const Context& context) const;
    Tls  tls() const;  // empty if no option says anything about TLS and the URL needs none
};

Context make_context(const Common& common);

/// A URI may hold a PIN, which no state file may. @throws Failure
void refuse_pin_in(const std::string& place);
/// --state. @return its path
CLI::Option* add_state(CLI::App& command, std::string& path);

void add_json_flag(CLI::App& command, Common& common);
void add_plugin_folder(CLI::App& command, Common& common);

}  // namespace tool
