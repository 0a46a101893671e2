/* cmpkit: certificate management (CMP, RFC 9810 and RFC 9483) for end entities and authorities. C99.
 *
 * Every function that can fail returns a cmpkit_rc: 0, or a negative code; its last parameter takes the detail as an owned
 * cmpkit_error, or is NULL. Out-parameters are NULL or 0 after a failure. Octets go in as pointer and length, borrowed for the
 * call (NULL only with 0), and come out as an owned cmpkit_buf. Text is UTF-8; what a peer wrote is escaped before it comes out.
 * Handles are opaque; x_free(NULL) does nothing. Time is int64_t Unix seconds, durations are uint32_t milliseconds.
 *
 * Threads: unless a type says otherwise, one thread at a time for one handle; misuse that can be seen is CMPKIT_E_BAD_STATE.
 * Handles do not survive fork. The library installs no signal handler and never ends the process.
 *
 *     cmpkit_context *ctx; cmpkit_credentials *who; cmpkit_trust *trust; cmpkit_key *key; cmpkit_operation *op; cmpkit_error *err;
 *     cmpkit_context_new(&ctx, &err);
 *     cmpkit_credentials_new_secret("dev1", secret, secret_len, &who, &err);
 *     cmpkit_trust_new(&trust, &err);  cmpkit_trust_add_anchors(trust, root_pem, root_len, &err);
 *     cmpkit_key_generate("ec:P-256", &key, &err);
 *     cmpkit_enroll_options want = CMPKIT_ENROLL_OPTIONS_INIT;  want.key = key;  want.subject = "/CN=dev1";
 *     cmpkit_operation_new_enroll(ctx, &want, who, trust, &op, &err);
 *     if (cmpkit_operation_run(op, "http://127.0.0.1:8080", NULL, &err) == CMPKIT_OK)
 *         cmpkit_operation_certificate_pem(op, &pem, &err);
 */
#ifndef CMPKIT_H
#define CMPKIT_H
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CMPKIT_API __attribute__((visibility("default")))
#else
#define CMPKIT_API
#endif
/* The version a declaration came with. */
#define CMPKIT_SINCE(major, minor)

#ifdef __cplusplus
extern "C" {
#endif

#define CMPKIT_ABI_MAJOR 0
#define CMPKIT_ABI_MINOR 1

/* 0 or one of the negative codes below; they are grouped by layer and never renumbered. */
typedef int32_t cmpkit_rc;
enum {
    CMPKIT_OK                     = 0,
    CMPKIT_E_BAD_ARGUMENT         = -1,
    CMPKIT_E_MEMORY               = -2,
    CMPKIT_E_BAD_STATE            = -3,
    CMPKIT_E_UNSUPPORTED          = -4,
    CMPKIT_E_NOT_FOUND            = -5,
    CMPKIT_E_CANCELLED            = -6,
    CMPKIT_E_IO                   = -7,
    CMPKIT_E_BAD_CONFIGURATION    = -8,
    CMPKIT_E_EXISTS               = -9,
    CMPKIT_E_TRUNCATED            = -20, /* DER */
    CMPKIT_E_BAD_LENGTH           = -21,
    CMPKIT_E_BAD_TAG              = -22,
    CMPKIT_E_MISSING              = -23,
    CMPKIT_E_UNEXPECTED           = -24,
    CMPKIT_E_BAD_VALUE            = -25,
    CMPKIT_E_DEFAULT_ENCODED      = -26,
    CMPKIT_E_EMPTY_LIST           = -27,
    CMPKIT_E_TOO_DEEP             = -28,
    CMPKIT_E_TOO_LARGE            = -29,
    CMPKIT_E_BAD_KEY              = -40, /* keys and certificates */
    CMPKIT_E_BAD_CERTIFICATE      = -41,
    CMPKIT_E_SIGNATURE_MISMATCH   = -42,
    CMPKIT_E_SIGNER_NOT_TRUSTED   = -43,
    CMPKIT_E_CERTIFICATE_EXPIRED  = -44,
    CMPKIT_E_CERTIFICATE_REVOKED  = -45,
    CMPKIT_E_SIGNING_FAILED       = -46,
    CMPKIT_E_CRYPTO_FAILED        = -47,
    CMPKIT_E_STATUS_UNKNOWN       = -48, /* whether a certificate is revoked */
    CMPKIT_E_PROTECTION_MISSING   = -60, /* protection of messages */
    CMPKIT_E_PROTECTION_MISMATCH  = -61,
    CMPKIT_E_ALGORITHM_REFUSED    = -62,
    CMPKIT_E_WRONG_PROTECTION     = -63,
    CMPKIT_E_SENDER_MISMATCH      = -64,
    CMPKIT_E_VERSION_MISMATCH     = -80, /* rules of CMP */
    CMPKIT_E_TRANSACTION_MISMATCH = -81,
    CMPKIT_E_NONCE_MISMATCH       = -82,
    CMPKIT_E_TIME_MISMATCH        = -83,
    CMPKIT_E_UNEXPECTED_BODY      = -84,
    CMPKIT_E_REJECTED             = -85, /* the peer refused: see cmpkit_error_fail_info */
    CMPKIT_E_BAD_REQUEST          = -86,
    CMPKIT_E_BAD_TEMPLATE         = -87,
    CMPKIT_E_BAD_POP              = -88,
    CMPKIT_E_NOT_AUTHORIZED       = -89,
    CMPKIT_E_BAD_CERT_ID          = -90,
    CMPKIT_E_WRONG_CERTIFICATE    = -91,
    CMPKIT_E_CONFLICT             = -100, /* the store */
    CMPKIT_E_STORE_FAILED         = -101,
    CMPKIT_E_NO_PLUGIN            = -120, /* transport */
    CMPKIT_E_BAD_PLUGIN           = -121,
    CMPKIT_E_BAD_URL              = -122,
    CMPKIT_E_CONNECT_FAILED       = -123,
    CMPKIT_E_TLS_FAILED           = -124,
    CMPKIT_E_HTTP_STATUS          = -125,
    CMPKIT_E_CONTENT_TYPE         = -126,
    CMPKIT_E_DEADLINE             = -127,
    CMPKIT_E_PEER_GONE            = -128,
    CMPKIT_E_TRANSPORT_FAILED     = -129,
    CMPKIT_E_CALLBACK_FAILED      = -140,
    CMPKIT_E_INTERNAL             = -199
};

/* Version of the ABI: major << 16 | minor. A caller's major must be equal, its minor not larger. Any thread. */
CMPKIT_API uint32_t    cmpkit_abi_version(void);
CMPKIT_API const char *cmpkit_version(void); /* "0.1.0", static */
/* The symbolic name of a code ("nonce_mismatch"), static; "unknown" for others. */
CMPKIT_API const char *cmpkit_rc_name(cmpkit_rc code);

/* ---- errors: immutable, any thread; strings live as long as the error. Every accessor takes NULL. */
typedef struct cmpkit_error cmpkit_error;
CMPKIT_API cmpkit_rc   cmpkit_error_code(const cmpkit_error *error);   /* CMPKIT_OK for NULL */
CMPKIT_API const char *cmpkit_error_text(const cmpkit_error *error);   /* one line: layer, what, where, detail, clause, causes */
CMPKIT_API const char *cmpkit_error_layer(const cmpkit_error *error);  /* "der", "crypto", "protection", "cmp", "store", "transport", "api" */
CMPKIT_API const char *cmpkit_error_path(const cmpkit_error *error);   /* "header.recipNonce"; "" where there is none */
CMPKIT_API const char *cmpkit_error_clause(const cmpkit_error *error); /* "RFC 9483 3.5"; "" where there is none */
CMPKIT_API const char *cmpkit_error_detail(const cmpkit_error *error); /* what was expected, what came */
CMPKIT_API int64_t     cmpkit_error_offset(const cmpkit_error *error); /* octets into the message */
CMPKIT_API int32_t     cmpkit_error_fail_info(const cmpkit_error *error); /* bit of PKIFailureInfo (RFC 9810 5.2.3), -1: none */
CMPKIT_API const char *cmpkit_error_fail_info_name(const cmpkit_error *error); /* "badPOP"; "" where there is none */
CMPKIT_API const cmpkit_error *cmpkit_error_cause(const cmpkit_error *error);  /* lives as long as the error; NULL: none */
CMPKIT_API void        cmpkit_error_free(cmpkit_error *error);

/* ---- octets that the library hands out: immutable, any thread. A NUL follows the last octet, so that text can be read as a string. */
typedef struct cmpkit_buf cmpkit_buf;
CMPKIT_API const uint8_t *cmpkit_buf_data(const cmpkit_buf *buf);
CMPKIT_API size_t         cmpkit_buf_size(const cmpkit_buf *buf);
CMPKIT_API void           cmpkit_buf_free(cmpkit_buf *buf); /* wipes the octets */

/* ---- where a callback puts its answer; valid during the callback. */
typedef struct cmpkit_sink cmpkit_sink;
CMPKIT_API cmpkit_rc cmpkit_sink_write(cmpkit_sink *sink, const uint8_t *data, size_t size);
CMPKIT_API void      cmpkit_sink_set_error(cmpkit_sink *sink, cmpkit_rc code, const char *text); /* why the callback fails */
/* There is no answer yet; for callbacks that say so. Whoever asked polls (RFC 9483 4.4), after check_after seconds (1 to a year) first, and the callback is asked the
 * same again. reason: for the requester; NULL: none. */
CMPKIT_API cmpkit_rc cmpkit_sink_set_later(cmpkit_sink *sink, int64_t check_after, const char *reason);

/* Called once when the library no longer needs `user`, also if the setter failed; may be NULL. */
typedef void (*cmpkit_destroy_fn)(void *user);

/* ---- context: plugins, log. Any thread; outlives what is made with it. */
typedef struct cmpkit_context cmpkit_context;
typedef int32_t cmpkit_log_level;
enum { CMPKIT_LOG_ERROR = 1, CMPKIT_LOG_WARNING = 2, CMPKIT_LOG_INFO = 3, CMPKIT_LOG_DEBUG = 4 };
/* From any thread of the library, never under a lock; must not free the context. `text` is one escaped line. */
typedef void (*cmpkit_log_fn)(void *user, cmpkit_log_level level, const char *text);

CMPKIT_API cmpkit_rc cmpkit_context_new(cmpkit_context **out, cmpkit_error **error); /* cmpkit_context_free */
CMPKIT_API void      cmpkit_context_free(cmpkit_context *context);
CMPKIT_API cmpkit_rc cmpkit_context_set_log(cmpkit_context *context, cmpkit_log_level most, cmpkit_log_fn log, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
/* A folder to look for plugins in, in the place of the library's own; several are searched in their order. Only until the first URL is used. */
CMPKIT_API cmpkit_rc cmpkit_context_add_plugin_folder(cmpkit_context *context, const char *folder, cmpkit_error **error);
/* The plugins found, as JSON: [{"name","version","file","schemes":[…],"client","server","offline","announces","options":[{"name","default","meaning"}]}]. */
CMPKIT_API cmpkit_rc cmpkit_context_transports(cmpkit_context *context, cmpkit_buf **json, cmpkit_error **error);

/* A transport that is part of the program; its schemes come before those of files. The table (cmpkit/transport.h) and what it points to live as long as
 * the process. CMPKIT_E_BAD_PLUGIN: it is not whole. */
struct cmpkit_transport_plugin;
CMPKIT_API cmpkit_rc cmpkit_context_add_transport(cmpkit_context *context, const struct cmpkit_transport_plugin *plugin, cmpkit_error **error);
/* Tells a plugin what docs/transports.md lists for it, for all clients that are opened from then on: plugin "http", name "proxy", value "http://proxy:3128".
 * plugin NULL: whichever serves the URL. A bad name or value shows when a URL is used. */
CMPKIT_API cmpkit_rc cmpkit_context_set_option(cmpkit_context *context, const char *plugin, const char *name, const char *value, cmpkit_error **error);
/* Whether the transport of that URL stores and forwards, so that an answer may take days. */
CMPKIT_API cmpkit_rc cmpkit_context_is_offline(cmpkit_context *context, const char *url, int32_t *offline, cmpkit_error **error);

/* ---- keys: immutable, any thread, shared by what is made with them; cmpkit_key_free */
typedef struct cmpkit_key cmpkit_key;
/* "ec:P-256", "ec:P-384", "ec:P-521", "ec:brainpoolP256r1", "ec:brainpoolP384r1", "ec:brainpoolP512r1", "rsa:2048" … "rsa:8192", "ed25519", "ed448" */
CMPKIT_API cmpkit_rc cmpkit_key_generate(const char *kind, cmpkit_key **out, cmpkit_error **error);
/* PEM or DER: PKCS#8, traditional, or the key of a PKCS#12 file. passphrase NULL: none is known. */
CMPKIT_API cmpkit_rc cmpkit_key_load(const uint8_t *data, size_t size, const uint8_t *passphrase, size_t passphrase_size, cmpkit_key **out, cmpkit_error **error);
/* The key behind a URI of OpenSSL's OSSL_STORE, such as "pkcs11:token=plant;object=dev1;type=private": the private half stays in its token. OpenSSL's
 * configuration (openssl.cnf) activates the provider that serves the scheme; without one it is CMPKIT_E_UNSUPPORTED. pin NULL: none is known,
 * or the URI tells it. CMPKIT_E_NOT_FOUND: no key is there. */
CMPKIT_API cmpkit_rc cmpkit_key_open(const char *uri, const uint8_t *pin, size_t pin_size, cmpkit_key **out, cmpkit_error **error);
/* PKCS#8 PEM, encrypted if there is a passphrase. CMPKIT_E_UNSUPPORTED for the key of a callback or a token. */
CMPKIT_API cmpkit_rc cmpkit_key_pem(const cmpkit_key *key, const uint8_t *passphrase, size_t passphrase_size, cmpkit_buf **pem, cmpkit_error **error);
/* Signs `data` with the algorithm (DER of an AlgorithmIdentifier); writes the signature. From the thread that runs the operation, or any
 * thread of a responder; must not call into the handle that uses the key. Returns CMPKIT_OK or a failure. */
typedef cmpkit_rc (*cmpkit_sign_fn)(void *user, const uint8_t *algorithm, size_t algorithm_size, const uint8_t *data, size_t size, cmpkit_sink *signature);
/* A key that stays in the application's hands. spki: DER of its SubjectPublicKeyInfo. Each signature is verified before it is used. */
CMPKIT_API cmpkit_rc cmpkit_key_new_callback(const uint8_t *spki, size_t spki_size, cmpkit_sign_fn sign, void *user, cmpkit_destroy_fn destroy, cmpkit_key **out, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_key_public(const cmpkit_key *key, cmpkit_buf **spki, cmpkit_error **error);
CMPKIT_API void      cmpkit_key_free(cmpkit_key *key);

/* ---- credentials: who we are to the peer. Immutable, any thread; cmpkit_credentials_free */
typedef struct cmpkit_credentials cmpkit_credentials;
/* certificates: PEM or one DER; the first is the key's own, the others help to build its chain. */
CMPKIT_API cmpkit_rc cmpkit_credentials_new_certificate(const cmpkit_key *key, const uint8_t *certificates, size_t size, cmpkit_credentials **out, cmpkit_error **error);
/* Key, certificate and its chain from a PKCS#12 file. password: UTF-8, NULL: none is known. A wrong one is CMPKIT_E_BAD_KEY. */
CMPKIT_API cmpkit_rc cmpkit_credentials_new_pkcs12(const uint8_t *pkcs12, size_t size, const uint8_t *password, size_t password_size, cmpkit_credentials **out, cmpkit_error **error);
/* A shared secret of 1 to 1024 octets. The octets are copied, and wiped with the last user of the copy. */
CMPKIT_API cmpkit_rc cmpkit_credentials_new_secret(const char *reference, const uint8_t *secret, size_t size, cmpkit_credentials **out, cmpkit_error **error);
typedef int32_t cmpkit_mac;
enum { CMPKIT_MAC_PBM = 0, CMPKIT_MAC_PBMAC1 = 1 }; /* id-PasswordBasedMac, id-PBMAC1 */
/* Only for a secret, only before it is used. iterations 0: 10 000. */
CMPKIT_API cmpkit_rc cmpkit_credentials_set_mac(cmpkit_credentials *credentials, cmpkit_mac mac, uint32_t iterations, cmpkit_error **error);
CMPKIT_API void      cmpkit_credentials_free(cmpkit_credentials *credentials);

/* ---- trust: whose answers count. One thread until it is used; then read only. cmpkit_trust_free */
typedef struct cmpkit_trust cmpkit_trust;
CMPKIT_API cmpkit_rc cmpkit_trust_new(cmpkit_trust **out, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_trust_add_anchors(cmpkit_trust *trust, const uint8_t *certificates, size_t size, cmpkit_error **error);      /* CMP signers, and new certificates unless verify-new says otherwise */
CMPKIT_API cmpkit_rc cmpkit_trust_add_intermediates(cmpkit_trust *trust, const uint8_t *certificates, size_t size, cmpkit_error **error); /* helpers, not trusted */
CMPKIT_API cmpkit_rc cmpkit_trust_add_pins(cmpkit_trust *trust, const uint8_t *certificates, size_t size, cmpkit_error **error);         /* the CMP signers trusted, and no others */
CMPKIT_API cmpkit_rc cmpkit_trust_add_verify_new(cmpkit_trust *trust, const uint8_t *certificates, size_t size, cmpkit_error **error);   /* anchors for the new certificate */
CMPKIT_API cmpkit_rc cmpkit_trust_add_crl(cmpkit_trust *trust, const uint8_t *crl, size_t size, cmpkit_error **error);                   /* PEM or DER */
CMPKIT_API cmpkit_rc cmpkit_trust_add_ocsp(cmpkit_trust *trust, const uint8_t *response, size_t size, cmpkit_error **error);             /* an OCSPResponse, DER */
/* Whether the certificates of CMP signers are revoked. A certificate that was just issued, and pins, are not asked about. */
typedef int32_t cmpkit_revocation;
enum {
    CMPKIT_REVOCATION_NONE = 0, /* not asked */
    CMPKIT_REVOCATION_SOFT = 1, /* what is known counts, what cannot be known is let pass; as it is at first */
    CMPKIT_REVOCATION_HARD = 2  /* each certificate but the anchor needs a current CRL or OCSP answer, else CMPKIT_E_STATUS_UNKNOWN */
};
CMPKIT_API cmpkit_rc cmpkit_trust_set_revocation(cmpkit_trust *trust, cmpkit_revocation revocation, cmpkit_error **error);
/* Where that can be asked when it is not known: http URLs alone (RFC 5280 8). Nothing else is asked: a URL in a peer's certificate only where
 * one of CMPKIT_STATUS_ALLOWED is in front of it, and never before its path is trusted. */
typedef int32_t cmpkit_status_source;
enum {
    CMPKIT_STATUS_CRL     = 1, /* a CRL is there */
    CMPKIT_STATUS_OCSP    = 2, /* an OCSP responder that is asked about every certificate */
    CMPKIT_STATUS_ALLOWED = 3  /* "http://crl.plant/": scheme, host and port must be the same, the path begin so */
};
CMPKIT_API cmpkit_rc cmpkit_trust_add_status_source(cmpkit_trust *trust, cmpkit_status_source kind, const char *url, cmpkit_error **error);
/* Of one fetch: octets of the answer (0: 4 MiB), time_ms (0: 10 s), and where a URL of a certificate may lead: "any", "remote" (not this machine, nor
 * link-local addresses; NULL: this), "internet" (nor private ones). Redirects are not followed. */
CMPKIT_API cmpkit_rc cmpkit_trust_set_fetch_limits(cmpkit_trust *trust, size_t octets, uint32_t time_ms, const char *named_addresses, cmpkit_error **error);
/* How the peer may deviate from the profile, for the operations that are given this trust afterwards: a profile of cmpkit_peers by its name, or the
 * text of one of the application's own, as docs/peers.md has it. Saved operations do not hold it: it is given with the trust again. The last call
 * counts. CMPKIT_E_BAD_ARGUMENT: no such name; CMPKIT_E_BAD_CONFIGURATION: the text is wrong, the detail names line and key. */
CMPKIT_API cmpkit_rc cmpkit_trust_set_peer(cmpkit_trust *trust, const char *name, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_trust_set_peer_toml(cmpkit_trust *trust, const char *toml, cmpkit_error **error);
/* The profiles that are part of the library, [{"name","comment","takes":{…},"sends":{…},"transport":{…}}, …], each with what is not as without one. Any thread. */
CMPKIT_API cmpkit_rc cmpkit_peers(cmpkit_buf **json, cmpkit_error **error);
CMPKIT_API void      cmpkit_trust_free(cmpkit_trust *trust);

/* ---- TLS: keys and trust of HTTPS, apart from those of CMP. cmpkit_tls_free */
typedef struct cmpkit_tls cmpkit_tls;
CMPKIT_API cmpkit_rc cmpkit_tls_new(cmpkit_tls **out, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_tls_add_anchors(cmpkit_tls *tls, const uint8_t *certificates, size_t size, cmpkit_error **error);
/* All that a trust says of anchors, helpers, CRLs, OCSP and where to ask, for servers of TLS, in the place of what was there. Where it cannot be known
 * whether the server's certificate is revoked, a run asks the sources and begins the handshake again. The trust is copied. */
CMPKIT_API cmpkit_rc cmpkit_tls_set_trust(cmpkit_tls *tls, const cmpkit_trust *trust, cmpkit_error **error);
/* What a client shows. Without it, and without a secret, a run shows the certificate that protects its messages if it is good for TLS clients and its key is
 * in memory (draft-ietf-lamps-lightweight-cmp-profile-04 6.2), else none. */
CMPKIT_API cmpkit_rc cmpkit_tls_set_certificate(cmpkit_tls *tls, const cmpkit_key *key, const uint8_t *certificates, size_t size, cmpkit_error **error);
/* Goes by a shared secret alone: a server that shows a certificate is refused. The key has 16 to 256 octets, identity 1 to 128. It must not be a secret that
 * protects messages (CMPKIT_E_BAD_ARGUMENT when both are used in a run). PSK: TLS 1.3 with psk_dhe_ke, TLS 1.2 with ECDHE_PSK. */
CMPKIT_API cmpkit_rc cmpkit_tls_set_psk(cmpkit_tls *tls, const char *identity, const uint8_t *key, size_t size, cmpkit_error **error);
/* The same by SRP (RFC 5054): TLS 1.2, a password of 8 to 256 octets. For servers that know nothing better. CMPKIT_E_UNSUPPORTED: not in this build. */
CMPKIT_API cmpkit_rc cmpkit_tls_set_srp(cmpkit_tls *tls, const char *user, const uint8_t *password, size_t size, cmpkit_error **error);
CMPKIT_API void      cmpkit_tls_free(cmpkit_tls *tls);

/* ---- one message, by itself */
/* Carries the octets to url once and brings the octets that come back: nothing is made, looked into, verified or sent again. For diagnosis, and for
 * messages of the application's own; an operation below does all that. tls NULL: none. trust: its peer's way of carrying messages alone; NULL: none.
 * timeout_ms 0: 60 s. Blocks. Fails as the transport does. */
CMPKIT_API cmpkit_rc cmpkit_context_exchange(cmpkit_context *context, const char *url, const cmpkit_tls *tls, const cmpkit_trust *trust, const uint8_t *message, size_t size,
                                             uint32_t timeout_ms, cmpkit_buf **answer, cmpkit_error **error);

/* Asks what a server offers (CoRE links at /.well-known/cmp, at /.well-known/core with CoAP), as JSON: [{"path","profile","operation"}]; profile or operation
 * is "" where a link names none. Nothing of it is authenticated but by TLS. Otherwise as above. */
CMPKIT_API cmpkit_rc cmpkit_context_discover(cmpkit_context *context, const char *url, const cmpkit_tls *tls, uint32_t timeout_ms, cmpkit_buf **json, cmpkit_error **error);

/* ---- operations of an end entity */
typedef struct cmpkit_operation cmpkit_operation;
typedef int32_t cmpkit_enroll_kind;
enum {
    CMPKIT_ENROLL_IR    = 0, /* initialization: a new PKI, by an external certificate or a secret (RFC 9483 4.1.1, 4.1.5) */
    CMPKIT_ENROLL_CR    = 2, /* certification: another certificate of the same PKI (4.1.2) */
    CMPKIT_ENROLL_P10CR = 4, /* a PKCS#10 request (4.1.4) */
    CMPKIT_ENROLL_KUR   = 7  /* key update: the certificate of the credentials is replaced (4.1.3) */
};
/* Pointers are borrowed for the call; zero means the default. */
typedef struct cmpkit_enroll_options {
    size_t             struct_size;
    cmpkit_enroll_kind kind;
    const cmpkit_key  *key;              /* to be certified; NULL with CMPKIT_ENROLL_P10CR */
    const uint8_t     *csr;              /* PKCS#10, PEM or DER; with CMPKIT_ENROLL_P10CR only */
    size_t             csr_size;
    const char        *subject;          /* "/O=Plant/CN=dev1" or "CN=dev1,O=Plant"; NULL: the CA says; with KUR: the old certificate's */
    const char *const *sans;             /* "dns:dev1.plant", "ip:192.0.2.1", "uri:…", "email:…", ended by NULL; NULL: none (KUR: the old certificate's) */
    const char        *profile;          /* certProfile, and the name after /p/ where the URL has no path of its own */
    const char        *recipient;        /* name of the CA; NULL: the issuer where it is known */
    int32_t            implicit_confirm; /* not 0: ask for it */
    int64_t            not_after;        /* asked for; 0: not */
    const uint8_t     *request_template; /* of cmpkit_operation_template: subject and sans fill its blanks, its issuer becomes the recipient; NULL: none */
    size_t             request_template_size;
} cmpkit_enroll_options;
#define CMPKIT_ENROLL_OPTIONS_INIT { sizeof(cmpkit_enroll_options), 0, NULL, NULL, 0, NULL, NULL, NULL, NULL, 0, 0, NULL, 0 }
CMPKIT_API cmpkit_rc cmpkit_operation_new_enroll(cmpkit_context *context, const cmpkit_enroll_options *options, const cmpkit_credentials *credentials, const cmpkit_trust *trust,
                                                 cmpkit_operation **out, cmpkit_error **error); /* cmpkit_operation_free */

typedef struct cmpkit_revoke_options {
    size_t         struct_size;
    const uint8_t *certificate;  /* to be revoked, PEM or DER; NULL: issuer and serial, or else the credentials' own */
    size_t         certificate_size;
    const char    *issuer;       /* as subject above */
    const char    *serial;       /* decimal, or hexadecimal after 0x */
    const char    *reason;       /* "keyCompromise", …; NULL: unspecified */
    const char    *recipient;
    int64_t        invalid_since;/* Unix seconds from which on the certificate was not good, as when its key leaked (invalidityDate, RFC 5280 5.3.2); 0: not said */
} cmpkit_revoke_options;
#define CMPKIT_REVOKE_OPTIONS_INIT { sizeof(cmpkit_revoke_options), NULL, 0, NULL, NULL, NULL, NULL, 0 }
CMPKIT_API cmpkit_rc cmpkit_operation_new_revoke(cmpkit_context *context, const cmpkit_revoke_options *options, const cmpkit_credentials *credentials, const cmpkit_trust *trust,
                                                 cmpkit_operation **out, cmpkit_error **error);

/* Support messages: the CA is asked (genm, RFC 9483 4.3). */
typedef int32_t cmpkit_get_kind;
enum {
    CMPKIT_GET_ALL             = 0, /* what it tells everybody (RFC 9810 D.5) */
    CMPKIT_GET_CA_CERTIFICATES = 1, /* 4.3.1: cmpkit_operation_found_pem; none of them is trusted by that */
    CMPKIT_GET_ROOT_UPDATE     = 2, /* 4.3.2: the new root as found_pem, once newWithOld leads to it from the old one */
    CMPKIT_GET_TEMPLATE        = 3, /* 4.3.3: cmpkit_operation_template */
    CMPKIT_GET_CRL             = 4, /* 4.3.4: the newer CRLs as found_pem */
    CMPKIT_GET_INFORMATION     = 5  /* any infoType: cmpkit_operation_information_value */
};
typedef struct cmpkit_get_options {
    size_t          struct_size;
    cmpkit_get_kind kind;
    const uint8_t  *root;               /* ROOT_UPDATE: the root that is held, PEM or DER; NULL: the path tells it, and an anchor must lead to the new one */
    size_t          root_size;
    const uint8_t  *crl;                /* CRL: the newest that is held, PEM or DER; NULL: none */
    size_t          crl_size;
    const char     *issuer;             /* CRL: whose; NULL: that of crl, else of the credentials */
    const char     *distribution_point; /* CRL: by this URI instead */
    const char     *info_type;          /* INFORMATION: its OID, dotted or a word */
    const uint8_t  *info_value;         /* INFORMATION: DER; NULL: absent */
    size_t          info_value_size;
    const char     *profile;            /* as above */
    const char     *recipient;          /* as above */
} cmpkit_get_options;
#define CMPKIT_GET_OPTIONS_INIT { sizeof(cmpkit_get_options), 0, NULL, 0, NULL, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL }
CMPKIT_API cmpkit_rc cmpkit_operation_new_get(cmpkit_context *context, const cmpkit_get_options *options, const cmpkit_credentials *credentials, const cmpkit_trust *trust,
                                              cmpkit_operation **out, cmpkit_error **error);

/* Callbacks of a blocking run, from the thread that runs it. */
typedef int32_t cmpkit_verdict;
enum { CMPKIT_VERDICT_REJECT = 0, CMPKIT_VERDICT_ACCEPT = 1 };
/* The new certificate (DER) has the right key and a trusted path: is it wanted? with_mods: granted otherwise than asked. text: the CA's words. */
typedef cmpkit_verdict (*cmpkit_policy_fn)(void *user, const uint8_t *certificate, size_t size, int32_t with_mods, const char *text);
/* Makes certificate and chain (DER, the issuers in order) durable; it is confirmed to the CA only after CMPKIT_OK. */
typedef cmpkit_rc (*cmpkit_keep_fn)(void *user, const uint8_t *certificate, size_t size, const uint8_t *const *chain, const size_t *chain_sizes, size_t chain_count);
/* The CA has not decided; it is asked again after check_after seconds (RFC 9483 4.4). text: the CA's words, escaped. */
typedef void (*cmpkit_waiting_fn)(void *user, int64_t check_after, const char *text);
/* Each message as it goes (sent not 0) or came. */
typedef void (*cmpkit_trace_fn)(void *user, int32_t sent, const uint8_t *message, size_t size);
/* Carries one message and writes the answer: a transport of the application's own. label: path label of RFC 9483 6.1. */
typedef cmpkit_rc (*cmpkit_exchange_fn)(void *user, const char *label, const uint8_t *request, size_t size, cmpkit_sink *answer);
CMPKIT_API cmpkit_rc cmpkit_operation_set_policy(cmpkit_operation *operation, cmpkit_policy_fn policy, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_set_keep(cmpkit_operation *operation, cmpkit_keep_fn keep, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_set_waiting(cmpkit_operation *operation, cmpkit_waiting_fn waiting, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_set_trace(cmpkit_operation *operation, cmpkit_trace_fn trace, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_set_exchange(cmpkit_operation *operation, cmpkit_exchange_fn exchange, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
/* connect: to the peer; exchange: one message and its answer; total: the whole operation. 0 leaves a limit as it is (10 s, 60 s, 5 min).
 * What did not reach the peer, or brought no answer, is sent again as the same octets until total is over. A CA that wants to be asked again
 * after that ends the run at once, with CMPKIT_E_DEADLINE. A first message that is refused with transactionIdInUse, systemUnavail or systemFailure
 * begins anew as another transaction, at most three times. Where the transport stores and forwards, exchange is not heeded, a message is sent once, and
 * what did not come within total is told to the CA by an error message. */
CMPKIT_API cmpkit_rc cmpkit_operation_set_timeouts(cmpkit_operation *operation, uint32_t connect_ms, uint32_t exchange_ms, uint32_t total_ms, cmpkit_error **error);

/* Blocks until the operation is over. Operations of one context to the same URL, with the same options and the same unchanged tls, share their connections, at the
 * same time too; four such ways are kept, with the plugin's thread of each, until the context is freed. url NULL: only with an exchange callback. tls NULL: none. */
CMPKIT_API cmpkit_rc cmpkit_operation_run(cmpkit_operation *operation, const char *url, const cmpkit_tls *tls, cmpkit_error **error);
/* The one function that another thread may call: a run under way ends with CMPKIT_E_CANCELLED. */
CMPKIT_API void      cmpkit_operation_cancel(cmpkit_operation *operation);

/* The same without I/O, step by step: do what the action says, then tell what came of it. now: Unix seconds to the year 9999; 0: there is no clock. */
typedef int32_t cmpkit_action;
enum {
    CMPKIT_ACTION_SEND   = 1, /* cmpkit_operation_message; then receive or lost */
    CMPKIT_ACTION_DECIDE = 2, /* cmpkit_operation_certificate; then decide */
    CMPKIT_ACTION_KEEP   = 3, /* make it durable; then kept or lost */
    CMPKIT_ACTION_DONE   = 4, /* a failure is the return code instead */
    CMPKIT_ACTION_WAIT   = 5, /* the CA has not decided: let cmpkit_operation_check_after seconds pass; then woken or lost */
    CMPKIT_ACTION_FETCH  = 6  /* whether the signer of what came is revoked: cmpkit_operation_fetch, or by other ways from cmpkit_operation_fetch_url; then fetched or lost */
};
CMPKIT_API cmpkit_rc cmpkit_operation_begin(cmpkit_operation *operation, int64_t now, cmpkit_action *next, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_receive(cmpkit_operation *operation, const uint8_t *message, size_t size, int64_t now, cmpkit_action *next, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_lost(cmpkit_operation *operation, const char *why, int64_t now, cmpkit_action *next, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_decide(cmpkit_operation *operation, cmpkit_verdict verdict, const char *text, int64_t now, cmpkit_action *next, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_kept(cmpkit_operation *operation, int64_t now, cmpkit_action *next, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_woken(cmpkit_operation *operation, int64_t now, cmpkit_action *next, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_fetched(cmpkit_operation *operation, const uint8_t *answer, size_t size, int64_t now, cmpkit_action *next, cmpkit_error **error);
CMPKIT_API const char *cmpkit_operation_fetch_url(const cmpkit_operation *operation); /* lives until the next step */
/* Gets what that URL has, over the http transport, within the limits of the trust: GET for a CRL; where cmpkit_operation_message is not empty, POST of that OCSPRequest. Blocks. */
CMPKIT_API cmpkit_rc cmpkit_operation_fetch(cmpkit_operation *operation, cmpkit_buf **answer, cmpkit_error **error);
CMPKIT_API int64_t   cmpkit_operation_check_after(const cmpkit_operation *operation);
CMPKIT_API cmpkit_rc cmpkit_operation_message(const cmpkit_operation *operation, cmpkit_buf **message, cmpkit_error **error);
CMPKIT_API const char *cmpkit_operation_label(const cmpkit_operation *operation); /* path label; lives as long as the operation */

/* An operation outlives its process: what is saved before an action is carried out goes on in another process, with the very same message, or with
 * what is left of the time to wait. A state is versioned DER. No key and no secret is in it, nor whom to trust: all three are given again, and
 * must be those of the operation. Keep it where its owner alone can read and write. */
/* Makes the state durable, in place of the one before; the action is carried out only after CMPKIT_OK. */
typedef cmpkit_rc (*cmpkit_save_fn)(void *user, const uint8_t *state, size_t size);
/* Called by a run before each action: as for the callbacks above. A failure ends the run with CMPKIT_E_CALLBACK_FAILED; nothing is sent. */
CMPKIT_API cmpkit_rc cmpkit_operation_set_save(cmpkit_operation *operation, cmpkit_save_fn save, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
/* The application's own octets, saved beside; those of a saved operation stay with it. */
CMPKIT_API cmpkit_rc cmpkit_operation_set_memo(cmpkit_operation *operation, const uint8_t *memo, size_t size, cmpkit_error **error);
/* Between two steps. CMPKIT_E_BAD_STATE: the operation has failed, nothing is left of it. */
CMPKIT_API cmpkit_rc cmpkit_operation_save(const cmpkit_operation *operation, cmpkit_buf **state, cmpkit_error **error);
/* What the application needs before it can give credentials, trust and key. CMPKIT_E_UNSUPPORTED: a state of another version. Any thread. */
CMPKIT_API cmpkit_rc cmpkit_saved_memo(const uint8_t *state, size_t size, cmpkit_buf **memo, cmpkit_error **error);
/* Run it, or begin it: it goes on where it was; what limits a run begins anew. key: to be certified; NULL where none was given. CMPKIT_E_BAD_KEY: another
 * key; CMPKIT_E_WRONG_PROTECTION, CMPKIT_E_PROTECTION_MISMATCH: other credentials; CMPKIT_E_BAD_VALUE and those of DER: no state of an operation. */
CMPKIT_API cmpkit_rc cmpkit_operation_new_saved(cmpkit_context *context, const uint8_t *state, size_t size, const cmpkit_credentials *credentials, const cmpkit_trust *trust,
                                                const cmpkit_key *key, cmpkit_operation **out, cmpkit_error **error); /* cmpkit_operation_free */

/* Results, once they are there; CMPKIT_E_BAD_STATE before. */
CMPKIT_API cmpkit_rc cmpkit_operation_certificate(const cmpkit_operation *operation, cmpkit_buf **der, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_certificate_pem(const cmpkit_operation *operation, cmpkit_buf **pem, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_operation_chain_pem(const cmpkit_operation *operation, cmpkit_buf **pem, cmpkit_error **error);   /* its issuers as far as they are known */
CMPKIT_API cmpkit_rc cmpkit_operation_ca_pubs_pem(const cmpkit_operation *operation, cmpkit_buf **pem, cmpkit_error **error); /* anchors the CA offers; trusted by nobody yet */
CMPKIT_API int32_t   cmpkit_operation_with_mods(const cmpkit_operation *operation); /* not 0: granted otherwise than asked */
CMPKIT_API const char *cmpkit_operation_peer_text(const cmpkit_operation *operation); /* the CA's words, escaped; "" if it said none */
/* What a cmpkit_operation_new_get has brought; nothing to tell is an empty buffer. A root update that came with CMPKIT_GET_ALL is in the information alone: nothing proved it. */
CMPKIT_API cmpkit_rc cmpkit_operation_found_pem(const cmpkit_operation *operation, cmpkit_buf **pem, cmpkit_error **error);   /* certificates or CRLs */
CMPKIT_API cmpkit_rc cmpkit_operation_links_pem(const cmpkit_operation *operation, cmpkit_buf **pem, cmpkit_error **error);   /* of a root update: newWithOld, oldWithNew */
CMPKIT_API cmpkit_rc cmpkit_operation_template(const cmpkit_operation *operation, cmpkit_buf **der, cmpkit_error **error);    /* a CertReqTemplateContent */
CMPKIT_API cmpkit_rc cmpkit_operation_information(const cmpkit_operation *operation, cmpkit_buf **der, cmpkit_error **error); /* the whole GenRepContent */
/* The infoValue of the item of that type, DER. CMPKIT_E_NOT_FOUND: there is no such item. */
CMPKIT_API cmpkit_rc cmpkit_operation_information_value(const cmpkit_operation *operation, const char *info_type, cmpkit_buf **der, cmpkit_error **error);
CMPKIT_API void      cmpkit_operation_free(cmpkit_operation *operation);

/* ---- looking into messages and certificates */
/* Any CMP message, certificate, CRL, PKCS#10 or CRMF request, DER or PEM: a few lines in words, what is odd about it against the profile, and its
   elements with offsets. For people: no operation goes by it, and neither secrets nor trust are known here. Any thread. */
CMPKIT_API cmpkit_rc cmpkit_show_text(const uint8_t *data, size_t size, cmpkit_buf **text, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_show_brief(const uint8_t *data, size_t size, cmpkit_buf **text, cmpkit_error **error); /* without the elements */
/* The same as one JSON object, described in docs/show-json.md. */
CMPKIT_API cmpkit_rc cmpkit_show_json(const uint8_t *data, size_t size, cmpkit_buf **json, cmpkit_error **error);
/* The certificates of a PEM text, a DER certificate or a PKCS#12 file (password as above), as PEM: of PKCS#12 the key's own first. Any thread. */
CMPKIT_API cmpkit_rc cmpkit_certificates_load(const uint8_t *data, size_t size, const uint8_t *password, size_t password_size, cmpkit_buf **pem, cmpkit_error **error);
/* The same for those behind a URI, see cmpkit_key_open. Any thread. */
CMPKIT_API cmpkit_rc cmpkit_certificates_open(const char *uri, const uint8_t *pin, size_t pin_size, cmpkit_buf **pem, cmpkit_error **error);
/* A CertReqTemplateContent in words of ours: {"issuer","subject","sans":[…],"keys":["ec:P-256",…]}; a blank ends in "=" or ":"; without "keys" any key is good. Any thread. */
CMPKIT_API cmpkit_rc cmpkit_template_summary(const uint8_t *data, size_t size, cmpkit_buf **json, cmpkit_error **error);
/* {"subject","issuer","serial","notBefore","notAfter","sans":[…],"key"} of the first certificate (PEM or DER). Any thread. */
CMPKIT_API cmpkit_rc cmpkit_certificate_summary(const uint8_t *data, size_t size, cmpkit_buf **json, cmpkit_error **error);

/* ---- an authority: a CA, or several behind one address, made from one configuration text. A library built for devices (CMPKIT_WITH_CA=OFF) answers all below by CMPKIT_E_UNSUPPORTED. */
typedef struct cmpkit_responder cmpkit_responder; /* any number of threads; cmpkit_responder_free */
/* config: TOML, see docs/configuration.md. folder: where its relative paths begin; NULL: the current folder. */
CMPKIT_API cmpkit_rc cmpkit_responder_new(cmpkit_context *context, const char *config, const char *folder, cmpkit_responder **out, cmpkit_error **error);
/* Octets in, octets out; a message that is refused is answered too. It blocks while it is asked whether a signer is revoked. address: who asks, for the
 * log; profile: the name after /p/ in the path, of a profile or a CA; both may be NULL. now: Unix seconds to the year 9999, here and below. */
CMPKIT_API cmpkit_rc cmpkit_responder_answer(cmpkit_responder *responder, const uint8_t *request, size_t size, const char *address, const char *profile, int64_t now,
                                             cmpkit_buf **answer, cmpkit_error **error);
/* Ends what is overdue, renews the CRL where it is due, and asks for other PKIs' CRLs where the configuration says so. A listener does this by itself. */
CMPKIT_API cmpkit_rc cmpkit_responder_tick(cmpkit_responder *responder, int64_t now, cmpkit_error **error);
/* Goes by another configuration from now on: CAs, profiles, secrets, trust, keys of TLS. Requests under way end
 * as they began, listeners stay. After a failure nothing has changed. unchanged: ["listen", …], the keys that are
 * not as the responder was made with and need another one: listen, store and server, and whether there is TLS. */
CMPKIT_API cmpkit_rc cmpkit_responder_reload(cmpkit_responder *responder, const char *config, const char *folder, cmpkit_buf **unchanged, cmpkit_error **error);
/* Answers a genm that asks for an infoType of the application's own. requester: "secret:dev1", "certificate:<SHA-256>". value: DER; empty: absent.
 * Writes the DER of the answer's value, or nothing for an absent one, or says cmpkit_sink_set_later; a failure refuses the requester,
 * who is told the text of cmpkit_sink_set_error. From any thread of the responder. */
typedef cmpkit_rc (*cmpkit_inform_fn)(void *user, const char *requester, const uint8_t *value, size_t size, cmpkit_sink *answer);
/* info_type: its OID, dotted. inform NULL: no longer. */
CMPKIT_API cmpkit_rc cmpkit_responder_set_information(cmpkit_responder *responder, const char *info_type, cmpkit_inform_fn inform, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
/* Somebody who wants a certificate; valid during the call. */
typedef struct cmpkit_name_question {
    size_t             struct_size;
    const char        *requester;        /* "secret:dev1", "certificate:<SHA-256>" */
    const char        *kind;             /* "secret", "external", "own", "ra": an RA that asks for somebody else, or for itself */
    const uint8_t     *certificate;      /* the requester's, DER; NULL: it has a secret */
    size_t             certificate_size;
    const char        *profile;          /* by which it would be issued */
    const char        *subject;          /* as asked for, RFC 4514; NULL: not said, as by who asks for a request template */
    const char *const *sans;             /* "dns:dev1.plant", ended by NULL */
} cmpkit_name_question;
/* Says what the requester is to be called, whatever it asks for: writes the subject ("CN=dev1,O=Plant") and the alternative names, each in a line of its own; nothing
 * at all: the profile says. Names that cannot stand in a certificate are systemFailure to the requester. A failure refuses the requester, who is told the text of
 * cmpkit_sink_set_error(subject, …). Who is "own", with a certificate of this CA, keeps its names: it can only be refused; so does what an "ra" updates. From any thread of the responder; the same
 * may be asked again. */
typedef cmpkit_rc (*cmpkit_name_fn)(void *user, const cmpkit_name_question *question, cmpkit_sink *subject, cmpkit_sink *sans);
/* For every CA of the responder, before the inventory and the patterns of its profiles. name NULL: no longer. */
CMPKIT_API cmpkit_rc cmpkit_responder_set_naming(cmpkit_responder *responder, cmpkit_name_fn name, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
/* A first message that a rule of a registration authority would let go on; valid during the call. */
typedef struct cmpkit_overseer_question {
    size_t             struct_size;
    const char        *requester;        /* "secret:dev1", "certificate:<SHA-256>" */
    const char        *kind;             /* "secret", "external", "own", "ra" */
    const uint8_t     *certificate;      /* the requester's, DER; NULL: it has a secret */
    size_t             certificate_size;
    const char        *body;             /* "ir", "cr", "p10cr", "kur", "rr", "genm" */
    const char        *profile;          /* certProfile, else what the path says; "": none */
    const char        *subject;          /* as asked for, RFC 4514; NULL: not said */
    const char *const *sans;             /* "dns:dev1.plant", ended by NULL */
    const char        *serial;           /* of the certificate to be revoked, "0x…"; NULL: it is no rr */
    const char        *rule, *upstream;  /* by which it would go on, and where to */
} cmpkit_overseer_question;
/* CMPKIT_OK lets it go on; with names written (as for cmpkit_name_fn) under these in the place of the request's, where the rule's action is "modify" and the requester is
 * not "own": anywhere else that is systemFailure to the requester. cmpkit_sink_set_later(subject, …): the requester polls, and the same is asked again. A failure refuses the
 * requester, who is told the text of cmpkit_sink_set_error(subject, …). Under "modify" it is asked before the names of the request are judged, and names that
 * it gives are not judged by the rule's patterns and inventory. From any thread of the responder; the same may be asked again. */
typedef cmpkit_rc (*cmpkit_overseer_fn)(void *user, const cmpkit_overseer_question *question, cmpkit_sink *subject, cmpkit_sink *sans);
/* Of a responder whose configuration has [ra]; others ask nothing. Messages that pass unverified are not asked about. oversee NULL: no longer. */
CMPKIT_API cmpkit_rc cmpkit_responder_set_overseer(cmpkit_responder *responder, cmpkit_overseer_fn oversee, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
/* A request for an [[upstream]] with adapter = "application", whose CA knows PKCS#10 alone; valid during the call. */
typedef struct cmpkit_adapter_question {
    size_t         struct_size;
    const uint8_t *pkcs10;         /* DER; its signature is verified */
    size_t         pkcs10_size;
    const char    *upstream;       /* its name */
    const char    *profile;        /* certProfile, else what the path says; "": none */
    const char    *transaction_id; /* hexadecimal, as the log has it; requesters choose it */
    const char    *request_id;     /* 32 hexadecimal digits: the same for the same request, also after a crash, and for no other one */
} cmpkit_adapter_question;
/* CMPKIT_OK: the certificate is written, then its issuers in any order, as PEM, or as DER one behind the other. cmpkit_sink_set_later(certificates, …): not yet; the
 * same is asked again after the upstream's exchange and retry, whatever the time said. A failure refuses the requester for good, who is told the text of
 * cmpkit_sink_set_error(certificates, …), if it is a short line. From threads of the responder, several at a time, as many as the upstream has connections; it should
 * return within the upstream's exchange: after that and retry the same may be asked again. It must not free the responder, which waits for its return. */
typedef cmpkit_rc (*cmpkit_adapter_fn)(void *user, const cmpkit_adapter_question *question, cmpkit_sink *certificates);
/* Of a responder whose configuration has [ra]; before its listeners, which do not start without one that is needed. adapt NULL: no longer. */
CMPKIT_API cmpkit_rc cmpkit_responder_set_adapter(cmpkit_responder *responder, cmpkit_adapter_fn adapt, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
/* What came of a request or of an operator's word in this process, as one line of JSON, described in docs/registration.md; the same as goes to events.file. After the fact, from
 * any thread of the responder, never under a lock; the requester's answer waits for its return, so it must not block. It must not free the responder. */
typedef void (*cmpkit_event_fn)(void *user, const char *event);
/* hear NULL: no longer; a call that is under way ends with the `user` it began with. */
CMPKIT_API cmpkit_rc cmpkit_responder_set_events(cmpkit_responder *responder, cmpkit_event_fn hear, void *user, cmpkit_destroy_fn destroy, cmpkit_error **error);
CMPKIT_API void      cmpkit_responder_free(cmpkit_responder *responder); /* after its listeners */

/* The operator's desk; works on a running server's store from another process. Where the configuration has
 * several CAs, it is that of the default one until another is selected. */
/* The CA of that name; NULL: the default one. It holds for all functions cmpkit_ca_… of the handle, in every thread. CMPKIT_E_NOT_FOUND. */
CMPKIT_API cmpkit_rc cmpkit_ca_select(cmpkit_responder *responder, const char *name, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_ca_list(cmpkit_responder *responder, cmpkit_buf **json, cmpkit_error **error); /* [{"serial","subject","state","requester","notAfter",…}] */
/* Which of them: all members that are set must fit. */
typedef struct cmpkit_ca_search {
    size_t      struct_size;
    const char *state;          /* unconfirmed, valid, updated, revoked; NULL: any */
    const char *subject;        /* a part of it, as the list shows it */
    const char *requester;      /* the same */
    const char *serial;         /* decimal, or hexadecimal after 0x */
    int64_t     expires_before; /* Unix seconds; 0: any */
} cmpkit_ca_search;
#define CMPKIT_CA_SEARCH_INIT { sizeof(cmpkit_ca_search), NULL, NULL, NULL, NULL, 0 }
CMPKIT_API cmpkit_rc cmpkit_ca_find(cmpkit_responder *responder, const cmpkit_ca_search *options, cmpkit_buf **json, cmpkit_error **error); /* as cmpkit_ca_list */
CMPKIT_API cmpkit_rc cmpkit_ca_revoke(cmpkit_responder *responder, const char *serial, const char *reason, int64_t now, cmpkit_error **error);
/* The same, telling on the CRL since when the certificate was not good (invalidityDate, RFC 5280 5.3.2); 0: not told. CMPKIT_E_BAD_REQUEST: a time to come. */
CMPKIT_API cmpkit_rc cmpkit_ca_revoke_since(cmpkit_responder *responder, const char *serial, const char *reason, int64_t invalid_since, int64_t now, cmpkit_error **error);
/* Requests that wait for the operator: [{"id","type","subject","details","requester","verdict","askedAt"}]. id: 32 hexadecimal digits. */
CMPKIT_API cmpkit_rc cmpkit_ca_pending(cmpkit_responder *responder, cmpkit_buf **json, cmpkit_error **error);
/* The operator's word; the requester learns it when it asks again. id: its first digits do, if no other
 * request begins with them. reason: for the requester, NULL: none. CMPKIT_E_NOT_FOUND: no such request
 * waits; CMPKIT_E_BAD_STATE: there is a word on it already. */
CMPKIT_API cmpkit_rc cmpkit_ca_approve(cmpkit_responder *responder, const char *id, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_ca_reject(cmpkit_responder *responder, const char *id, const char *reason, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_ca_crl(cmpkit_responder *responder, int64_t now, cmpkit_buf **pem, cmpkit_error **error); /* a fresh CRL */
/* Puts a new root in the place of the newest one (RFC 9810 4.4). root_key: the old root's; new_key: made and kept by the caller; days: 0 is 20 years.
 * From then on it is told to whoever asks for a root update; a server hands out its chain from the next start or reload on.
 * certificates: the new root, newWithOld, oldWithNew, and the CA below the root certified anew. */
CMPKIT_API cmpkit_rc cmpkit_ca_rollover(cmpkit_responder *responder, const cmpkit_key *root_key, const cmpkit_key *new_key, uint32_t days, int64_t now, cmpkit_buf **certificates_pem,
                                        cmpkit_error **error);

/* The registration officer's desk, of a responder whose configuration has [ra]: as cmpkit_ca_pending, _approve and _reject, with what the request asks for,
 * who asks, and where it would go on to. The request goes on when its requester asks again. CMPKIT_E_BAD_STATE also: the configuration is that of a CA. */
CMPKIT_API cmpkit_rc cmpkit_ra_pending(cmpkit_responder *responder, cmpkit_buf **json, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_ra_approve(cmpkit_responder *responder, const char *id, cmpkit_error **error);
CMPKIT_API cmpkit_rc cmpkit_ra_reject(cmpkit_responder *responder, const char *id, const char *reason, cmpkit_error **error);

typedef struct cmpkit_listener cmpkit_listener;
/* Serves the responder at url, or at every `listen` of its configuration if url is NULL; returns when requests are accepted. Starts threads. */
CMPKIT_API cmpkit_rc cmpkit_listener_new(cmpkit_responder *responder, const char *url, cmpkit_listener **out, cmpkit_error **error); /* cmpkit_listener_free */
CMPKIT_API size_t      cmpkit_listener_count(const cmpkit_listener *listener);
CMPKIT_API const char *cmpkit_listener_url(const cmpkit_listener *listener, size_t index); /* with the real port; lives as long as the listener */
CMPKIT_API void        cmpkit_listener_stop(cmpkit_listener *listener, uint32_t grace_ms); /* lets open requests end */
CMPKIT_API void        cmpkit_listener_free(cmpkit_listener *listener);                    /* joins its threads */

/* ---- founding a CA */
typedef struct cmpkit_ca_options {
    size_t             struct_size;
    const char        *subject;          /* of the root */
    const char        *key;              /* words of cmpkit_key_generate; NULL: "ec:P-256" */
    const char        *listen;           /* URL for the configuration; NULL: http://127.0.0.1:8080 */
    const char        *reference;        /* a first shared secret; NULL: none */
    const char        *secret;           /* how the configuration names it: "file:PATH", "env:NAME", or the secret itself, which is then put into a file */
    const char *const *trust_external;   /* PEM files of external roots, ended by NULL: copied */
    const uint8_t     *passphrase;       /* the keys are encrypted with it; NULL: mode 0600 only */
    size_t             passphrase_size;
    const char        *passphrase_source;/* how the configuration names it: "file:PATH", "env:NAME" */
    int32_t            ra_signer;        /* not 0: also a signer for an RA (id-kp-cmcRA) */
    int32_t            kga_signer;       /* not 0: also one for a key generation authority (id-kp-cmKGA) */
    const char        *external_revocation; /* whether the certificates below trust_external are revoked: "hard", "soft", "none"; NULL: "hard" */
} cmpkit_ca_options;
#define CMPKIT_CA_OPTIONS_INIT { sizeof(cmpkit_ca_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, 0, NULL }
/* Makes `folder` (0700): root.pem, ca-chain.pem, keys (0600), first CRL, a commented cmpkit.toml. CMPKIT_E_EXISTS: there is a CA already. */
CMPKIT_API cmpkit_rc cmpkit_ca_init(cmpkit_context *context, const char *folder, const cmpkit_ca_options *options, int64_t now, cmpkit_error **error);

#ifdef __cplusplus
}
#endif
#endif
