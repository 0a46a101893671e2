#include "failure.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

namespace tool {
namespace {

using Error = std::unique_ptr<cmpkit_error, decltype(&cmpkit_error_free)>;

struct Row {
    cmpkit_rc   rc;
    Exit        exit;
    const char* hint;
};
// What is not here is Exit::failed without a hint.
constexpr Row rows[] = {
    {CMPKIT_E_BAD_ARGUMENT, Exit::usage, ""},
    {CMPKIT_E_REJECTED, Exit::refused, ""},
    {CMPKIT_E_BAD_KEY, Exit::failed, "if the key is encrypted, --key-pass names its passphrase"},
    {CMPKIT_E_SIGNATURE_MISMATCH, Exit::not_trusted, ""},
    {CMPKIT_E_SIGNER_NOT_TRUSTED, Exit::not_trusted, "--trust takes the CA's root, --pin the one certificate that may sign its answers"},
    {CMPKIT_E_CERTIFICATE_EXPIRED, Exit::not_trusted, "is the clock of this machine right?"},
    {CMPKIT_E_CERTIFICATE_REVOKED, Exit::not_trusted, ""},
    {CMPKIT_E_STATUS_UNKNOWN, Exit::not_trusted, "--crl or --ocsp takes what is at hand, --crl-url or --ocsp-url says where it can be asked"},
    {CMPKIT_E_PROTECTION_MISSING, Exit::not_trusted, "a CA that cannot verify us need not protect its answer: are reference and secret, or certificate and key, those that it knows?"},
    {CMPKIT_E_PROTECTION_MISMATCH, Exit::not_trusted, "with a shared secret: is it the one that the CA knows under this reference?"},
    {CMPKIT_E_ALGORITHM_REFUSED, Exit::not_trusted, ""},
    {CMPKIT_E_WRONG_PROTECTION, Exit::not_trusted, "if the CA signs its answers, --trust or --pin must be given"},
    {CMPKIT_E_SENDER_MISMATCH, Exit::not_trusted, ""},
    {CMPKIT_E_TIME_MISMATCH, Exit::failed, "is the clock of this machine right?"},
    {CMPKIT_E_NO_PLUGIN, Exit::network, "«cmpkit transports» lists what is at hand"},
    {CMPKIT_E_BAD_PLUGIN, Exit::network, ""},
    {CMPKIT_E_BAD_URL, Exit::network, "a URL looks like http://ca.plant:8080/.well-known/cmp"},
    {CMPKIT_E_CONNECT_FAILED, Exit::network, "is a server running there?"},
    {CMPKIT_E_TLS_FAILED, Exit::network, "--tls-trust takes the anchors of the server's TLS certificate, --tls-cert and --tls-key what the server may ask of us"},
    {CMPKIT_E_HTTP_STATUS, Exit::network, "is it the path of a CMP server?"},
    {CMPKIT_E_CONTENT_TYPE, Exit::network, "is it the path of a CMP server?"},
    {CMPKIT_E_DEADLINE, Exit::network, "is a server running there? --timeout gives it more time"},
    {CMPKIT_E_PEER_GONE, Exit::network, ""},
    {CMPKIT_E_TRANSPORT_FAILED, Exit::network, ""},
};

const Row& row_of(cmpkit_rc rc) {
    static constexpr Row other{CMPKIT_E_INTERNAL, Exit::failed, ""};
    for (const Row& row : rows)
        if (row.rc == rc) return row;
    return other;
}

struct FailInfoHint {
    std::string_view fail_info;
    const char*      hint;
};
constexpr FailInfoHint fail_info_hints[] = {
    {"badMessageCheck", "the CA could not verify the request: are reference and secret, or certificate and key, those that it knows?"},
    {"notAuthorized", "may this requester have that name? Is its secret spent?"},
    {"badTime", "is the clock of this machine right?"},
    {"systemUnavail", "the server is busy: try again later"},
    {"certRevoked", "the certificate was revoked or replaced; a new one comes by enroll"},
    {"badCertId", "the CA did not issue this certificate"},
    {"signerNotTrusted", "the CA does not know who issued the certificate of --cert, or whether it is revoked; --cert-chain may complete its path"},
};

}  // namespace

Failure::Failure(cmpkit_rc rc_of_call, cmpkit_error* error)
    : std::runtime_error(error ? cmpkit_error_text(error) : cmpkit_rc_name(rc_of_call)), exit(row_of(rc_of_call).exit), rc(rc_of_call), hint(row_of(rc_of_call).hint) {
    const Error owned(error, cmpkit_error_free);
    layer     = cmpkit_error_layer(error);
    fail_info = cmpkit_error_fail_info_name(error);
    clause    = cmpkit_error_clause(error);
    if (rc != CMPKIT_E_REJECTED) return;
    for (const FailInfoHint& known : fail_info_hints)
        if (known.fail_info == fail_info) hint = known.hint;
}

Failure system_failure(const std::string& doing) { return {Exit::failed, "cannot " + doing + ": " + std::strerror(errno)}; }

}  // namespace tool
