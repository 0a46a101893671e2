/* The transport contract: what a plugin gives and gets. C99; this file is all that a plugin includes of cmpkit.
 * It refuses to carry policy: a plugin moves octets and says what became of them; it never looks into a message.
 *
 * A plugin is a shared object that exports one symbol, cmpkit_transport_entry; or a table that the program itself registers.
 * Structs that may grow begin with their size in octets, or have it near the beginning: each side reads no further than the other wrote, and
 * what it did not write is zero. So slots are added at the end, with another minor number; whatever breaks this raises the major.
 *
 * Threads: create, set, open, listen and the frees are called by one thread at a time for one object; submit, observe, cancel, respond and
 * announce from any thread. Callbacks (done, notice, handler) come from the plugin's threads, done also from the caller's before submit returns, none
 * of its locks held; they must not block, and may call submit, cancel, respond and announce. No exception and no C++ type crosses. */
#ifndef CMPKIT_TRANSPORT_H
#define CMPKIT_TRANSPORT_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CMPKIT_TRANSPORT_MAGIC 0x434d5054u /* "CMPT" */
#define CMPKIT_TRANSPORT_MAJOR 1           /* another major is refused */
#define CMPKIT_TRANSPORT_MINOR 0

/* What became of an exchange. 0 or negative. */
typedef int32_t cmpkit_transport_rc;
enum {
    CMPKIT_TRANSPORT_OK           = 0,
    CMPKIT_TRANSPORT_BAD_ARGUMENT = -1,
    CMPKIT_TRANSPORT_NO_MEMORY    = -2,
    CMPKIT_TRANSPORT_BAD_URL      = -3,
    CMPKIT_TRANSPORT_CONNECT      = -4, /* no connection; the message was not delivered */
    CMPKIT_TRANSPORT_TLS          = -5,
    CMPKIT_TRANSPORT_STATUS       = -6, /* the carrier reports a failure and brought no message, such as HTTP 404 */
    CMPKIT_TRANSPORT_CONTENT      = -7, /* the carrier brought something else than the kind of message asked for */
    CMPKIT_TRANSPORT_TOO_LARGE    = -8,
    CMPKIT_TRANSPORT_DEADLINE     = -9,
    CMPKIT_TRANSPORT_CANCELLED    = -10,
    CMPKIT_TRANSPORT_GONE         = -11, /* the peer closed first; the message may or may not have been delivered */
    CMPKIT_TRANSPORT_FAILED       = -12
};

/* Kinds of content. A client side refuses a request of a kind that its carrier has no form for with BAD_ARGUMENT; a server side hands up those that it
 * can tell apart, and the host refuses with NOT_OFFERED what it does not take. */
enum {
    CMPKIT_TRANSPORT_CMP                 = 1, /* one DER PKIMessage, either way */
    CMPKIT_TRANSPORT_CRL                 = 2, /* nothing is sent: the CRL at the channel's URL is asked for (RFC 2585). Clients of HTTP alone */
    CMPKIT_TRANSPORT_OCSP                = 3, /* an OCSPRequest for the responder at the channel's URL, and its OCSPResponse (RFC 6960 A). As above */
    CMPKIT_TRANSPORT_ANNOUNCEMENT        = 4, /* one DER PKIMessage that no message answers, but STORED or ACCEPTED (RFC 9811 3.5). A server sees CMP */
    CMPKIT_TRANSPORT_LINKS               = 5, /* nothing is sent: what the server offers, as CoRE links with paths and labels of RFC 9483 6.1 (RFC 6690) */
    CMPKIT_TRANSPORT_CMC_SIMPLE_REQUEST  = 6, /* PKCS#10 (RFC 5272 3.1) */
    CMPKIT_TRANSPORT_CMC_FULL_REQUEST    = 7, /* SignedData or AuthenticatedData around a PKIData (RFC 5272 3.2) */
    CMPKIT_TRANSPORT_CMC_SIMPLE_RESPONSE = 8, /* certs-only SignedData (RFC 5272 4.1) */
    CMPKIT_TRANSPORT_CMC_FULL_RESPONSE   = 9  /* RFC 5272 4.2 */
};

/* How a server's answer went, for carriers that have a word for it. */
enum {
    CMPKIT_TRANSPORT_ANSWERED    = 0,
    CMPKIT_TRANSPORT_BAD         = 1, /* the request was no message (HTTP 400) */
    CMPKIT_TRANSPORT_BUSY        = 2, /* come again later (HTTP 503) */
    CMPKIT_TRANSPORT_BROKEN      = 3, /* the server failed (HTTP 500) */
    CMPKIT_TRANSPORT_STORED      = 4, /* an announcement was taken, or known before; no data (HTTP 201) */
    CMPKIT_TRANSPORT_ACCEPTED    = 5, /* an announcement will be looked at later: send it again until it is stored; no data (HTTP 202). A carrier that stores
                                         and forwards says so as soon as it has stored it */
    CMPKIT_TRANSPORT_NOT_OFFERED = 6  /* this kind is not taken here (HTTP 415, or 404 for links) */
};

/* What a carrier is like; bits of cmpkit_transport_plugin.traits. */
enum {
    CMPKIT_TRANSPORT_OFFLINE = 1 /* it stores and forwards: an answer may take days, a request in it need not be sent again, and submit of the same octets
                                    after a restart goes on waiting for their answer */
};

enum { CMPKIT_TRANSPORT_LOG_ERROR = 1, CMPKIT_TRANSPORT_LOG_WARNING = 2, CMPKIT_TRANSPORT_LOG_INFO = 3, CMPKIT_TRANSPORT_LOG_DEBUG = 4 };

typedef struct cmpkit_transport_instance cmpkit_transport_instance; /* the plugin's: one loaded transport with its options */
typedef struct cmpkit_transport_channel  cmpkit_transport_channel;  /* the plugin's: a client of one URL */
typedef struct cmpkit_transport_listener cmpkit_transport_listener; /* the plugin's: a server at one URL */
typedef struct cmpkit_transport_exchange cmpkit_transport_exchange; /* the plugin's: one request that waits for its answer */
typedef struct cmpkit_transport_tls      cmpkit_transport_tls;      /* the host's: keys and trust for TLS, opaque to the plugin */

/* Who is at the other end; strings and octets live as long as the message they came with. */
typedef struct cmpkit_transport_peer {
    uint32_t       size;
    const char    *address;          /* "127.0.0.1:50412"; never NULL */
    const uint8_t *certificate;      /* DER of its TLS certificate, or NULL */
    size_t         certificate_size;
    const char    *psk_identity;     /* by which it is known where TLS goes by shared secrets (PSK identity, SRP user name), or NULL */
} cmpkit_transport_peer;

/* One message, request or answer. The octets are borrowed for the call. */
typedef struct cmpkit_transport_message {
    uint32_t       size;
    int32_t        kind;       /* CMPKIT_TRANSPORT_CMP, … */
    const uint8_t *data;       /* as its kind says */
    size_t         data_size;
    const char    *operation;  /* path label of RFC 9483 6.1 ("initialization"), NULL: none. Requests only */
    const char    *profile;    /* name after /p/, NULL: none. Requests only */
    const char    *label;      /* for people who see it in a folder or a mail: letters, digits, "-", 64 at most; NULL: none. Requests only */
    int32_t        status;     /* answers only: CMPKIT_TRANSPORT_ANSWERED, … */
    const cmpkit_transport_peer *peer; /* what a handler or done learns; NULL where the host sends */
} cmpkit_transport_message;

/* Services of the host, valid while the instance lives. Any thread; none blocks. `openssl_version` is the address of OpenSSL_version as the
 * plugin sees it: if it is not the host's own, two copies of libcrypto are in the process and the call fails with CMPKIT_TRANSPORT_TLS. */
typedef struct cmpkit_transport_host {
    uint32_t size;
    void    *context;
    void (*log)(void *context, int32_t level, const char *text);
    /* Fill an SSL_CTX made by the plugin with keys, trust, versions and suites. */
    cmpkit_transport_rc (*tls_client)(void *context, const cmpkit_transport_tls *tls, void *ssl_ctx, const void *openssl_version);
    cmpkit_transport_rc (*tls_server)(void *context, const cmpkit_transport_tls *tls, void *ssl_ctx, const void *openssl_version);
    /* The same for one SSL before its handshake, where another library owns the SSL_CTX; TLS or DTLS. */
    cmpkit_transport_rc (*tls_client_connection)(void *context, const cmpkit_transport_tls *tls, void *ssl, const void *openssl_version);
    cmpkit_transport_rc (*tls_server_connection)(void *context, const cmpkit_transport_tls *tls, void *ssl, const void *openssl_version);
    /* Not 0: a client goes by a shared secret alone. No certificate comes then, a name is not checked, and a server that sends a certificate is
     * refused by what tls_client filled in; a library that insists on a certificate is to be told not to. */
    int32_t (*tls_by_secret)(void *context, const cmpkit_transport_tls *tls);
    /* The peer's PSK identity or SRP user name, of an SSL whose handshake is over. Writes it with a NUL, cut to size.
     * Returns its length in octets, 0: none. */
    size_t (*tls_identity)(void *context, const void *ssl, char *identity, size_t size);
} cmpkit_transport_host;

/* An option of a plugin, for people. */
typedef struct cmpkit_transport_option {
    const char *name;     /* "max-message" */
    const char *fallback; /* what holds if it is not set; "" where that is nothing */
    const char *meaning;  /* one line, with its unit */
} cmpkit_transport_option;

/* Ends an exchange; called exactly once for each submit that returned OK, also after cancel and during channel_free.
 * `answer` is NULL unless rc is OK; `detail` is a sentence for the operator ("HTTP 404 from http://…"), or NULL. Text of the peer
 * stands in it as it came: the host escapes it, as it does with what is logged. */
typedef void (*cmpkit_transport_done)(void *user, cmpkit_transport_rc rc, const cmpkit_transport_message *answer, const char *detail);

/* Tells of an announcement that came to an observer. The message is valid during the call only. */
typedef void (*cmpkit_transport_notice)(void *user, const cmpkit_transport_message *announcement);

/* Takes a request. The message is valid during the call only; the exchange until respond, which must follow exactly once. */
typedef void (*cmpkit_transport_handler)(void *user, cmpkit_transport_exchange *exchange, const cmpkit_transport_message *request);

/* create, set and destroy are mandatory; so is each slot of the client, or of the server, if its first one is there, but for those called optional;
 * one of the two must be. Ownership passes to the host only when OK is returned. `error` takes a sentence for the
 * operator, cut to error_size and ended by NUL; it may be NULL with 0. */
typedef struct cmpkit_transport_plugin {
    uint32_t    magic;
    uint16_t    major, minor;
    uint32_t    size;
    const char *name;           /* "http" */
    const char *version;
    const char *const *schemes; /* "http", "https", NULL */
    const cmpkit_transport_option *options; /* ends with a NULL name; NULL: not told */
    uint32_t    traits;         /* CMPKIT_TRANSPORT_OFFLINE, … */

    /* Does not block. `host` outlives the instance. */
    cmpkit_transport_rc (*create)(const cmpkit_transport_host *host, cmpkit_transport_instance **out);
    /* Options by name, before open or listen. Common to all: "max-message" (octets), "connect-timeout" and "idle-timeout" (milliseconds), whether they
     * mean anything to the carrier or not. BAD_ARGUMENT: unknown name or bad value. */
    cmpkit_transport_rc (*set)(cmpkit_transport_instance *instance, const char *name, const char *value);
    void (*destroy)(cmpkit_transport_instance *instance); /* after all its channels and listeners are freed */

    /* Client. open checks the URL and does no I/O; tls is NULL for schemes without TLS and outlives the channel. */
    cmpkit_transport_rc (*open)(cmpkit_transport_instance *instance, const char *url, const cmpkit_transport_tls *tls,
                                cmpkit_transport_channel **out, char *error, size_t error_size);
    /* Does not block; copies the request; `id` is the caller's own number for cancel. timeout_ms 0: no limit. */
    cmpkit_transport_rc (*submit)(cmpkit_transport_channel *channel, const cmpkit_transport_message *request, uint32_t timeout_ms,
                                  uint64_t id, cmpkit_transport_done done, void *user);
    /* Asks, does not block; done still comes, with CANCELLED unless it was under way already. An id that is done is ignored. */
    void (*cancel)(cmpkit_transport_channel *channel, uint64_t id);
    /* Cancels what is open and returns after the last done. Blocks for that long. Not from a callback. NULL is fine. */
    void (*channel_free)(cmpkit_transport_channel *channel);

    /* Server. listen returns when requests are accepted; the handler may be called before it returns. */
    cmpkit_transport_rc (*listen)(cmpkit_transport_instance *instance, const char *url, const cmpkit_transport_tls *tls,
                                  cmpkit_transport_handler handler, void *user, cmpkit_transport_listener **out, char *error, size_t error_size);
    /* The URL clients can use, with the real port if 0 was asked for. Does not block. Lives as long as the listener. */
    const char *(*listener_url)(cmpkit_transport_listener *listener);
    /* Copies the answer and does not block; ends the exchange in all cases. GONE: the peer left before the answer was taken. */
    cmpkit_transport_rc (*respond)(cmpkit_transport_exchange *exchange, const cmpkit_transport_message *answer);
    /* Stops accepting; exchanges that are open may still be answered for grace_ms. Returns when all is quiet: no handler runs and
     * none will. Exchanges not answered by then are dropped, but respond to them stays allowed until listener_free. Not from a callback. */
    void (*listener_stop)(cmpkit_transport_listener *listener, uint32_t grace_ms);
    /* After every exchange was responded to. Stops first if need be. NULL is fine. */
    void (*listener_free)(cmpkit_transport_listener *listener);

    /* Client, optional: asks to be told of announcements. notice comes for each, until done comes once: with OK when the server ended it, with
     * CANCELLED after cancel, else with what went wrong. Does not block. */
    cmpkit_transport_rc (*observe)(cmpkit_transport_channel *channel, const char *profile, uint64_t id, cmpkit_transport_notice notice, cmpkit_transport_done done,
                                   void *user);
    /* Server, optional: sends an announcement to all who observe. Copies it and does not block; not after listener_stop. */
    cmpkit_transport_rc (*announce)(cmpkit_transport_listener *listener, const cmpkit_transport_message *announcement);
} cmpkit_transport_plugin;

/* The one exported symbol. Returns NULL if the plugin cannot serve that major. The struct and its strings live as long as the process. */
typedef const cmpkit_transport_plugin *(*cmpkit_transport_entry_fn)(uint32_t host_major);
#define CMPKIT_TRANSPORT_ENTRY "cmpkit_transport_entry"

#if defined(__GNUC__)
#define CMPKIT_TRANSPORT_EXPORT __attribute__((visibility("default")))
#else
#define CMPKIT_TRANSPORT_EXPORT
#endif

#ifdef __cplusplus
}
#endif
#endif
