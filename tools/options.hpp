// The options that enroll, update and revoke share: who we are to the CA, whom we trust, how we reach it.
#pragma once
#include "commands.hpp"
#include "library.hpp"
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

    void      add_secret_to(CLI::App& command);
    void      add_certificate_to(CLI::App& command);
    Presented present() const;
    /// Where the private key is; empty: we have none.
    const std::string& key_place() const { return key.empty() ? certificate : key; }

private:
    Presented present_secret() const;
};

/// Whose answers and certificates count.
struct TrustOptions {
    std::vector<std::string> anchors, intermediates, pins, verify_new, crls;

    void  add_to(CLI::App& command);
    Trust trust() const;
};

/// The CA, and the way to it.
struct Peer {
    std::string              url, recipient;
    std::vector<std::string> tls_anchors;
    std::string              tls_certificate, tls_key;
    unsigned                 timeout_seconds = 30;
    std::string              trace_folder;

    void add_to(CLI::App& command, Common& common);
    Tls  tls() const;  // empty if no option says anything about TLS and the URL needs none
};

Context make_context(const Common& common);

void add_json_flag(CLI::App& command, Common& common);
void add_plugin_folder(CLI::App& command, Common& common);

}  // namespace tool
