// The options that enroll, update and revoke share: who we are to the CA, whom we trust, how we reach it.
#pragma once
#include "commands.hpp"
#include "library.hpp"
#include "octets.hpp"

namespace tool {

/// Who we are: a shared secret with its reference, or a certificate with its key.
struct Identity {
    std::string              reference, secret, mac = "pbm";
    std::string              certificate, key, key_pass;
    std::vector<std::string> chain;

    void        add_secret_to(CLI::App& command);
    void        add_certificate_to(CLI::App& command);
    Credentials credentials() const;
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

/// The key in a file, encrypted perhaps.
Key load_key(const std::string& path, const std::string& passphrase_source);

Context make_context(const Common& common);

void add_json_flag(CLI::App& command, Common& common);
void add_plugin_folder(CLI::App& command, Common& common);

}  // namespace tool
