#include "callback.h"

#include <string.h>

static struct {
    wire_fn carry;
    void   *wire;
} line; /* there is one; an instance of more would be allocated by create, a channel by open */

void callback_set_wire(wire_fn carry, void *wire) { line.carry = carry, line.wire = wire; }

/* The contract's handles are ours to define; these need to hold nothing. */
struct cmpkit_transport_instance { int none; };
struct cmpkit_transport_channel { int none; };
static struct cmpkit_transport_instance the_instance;
static struct cmpkit_transport_channel  the_channel;

static cmpkit_transport_rc create(const cmpkit_transport_host *host, cmpkit_transport_instance **out) { (void)host; return *out = &the_instance, CMPKIT_TRANSPORT_OK; }
static cmpkit_transport_rc set(cmpkit_transport_instance *instance, const char *name, const char *value) {
    static const char *const common[] = {"max-message", "connect-timeout", "idle-timeout"}; /* taken by every transport, whether they mean anything to it or not */
    size_t i;
    (void)instance;
    for (i = 0; i < sizeof common / sizeof *common; ++i)
        if (strcmp(name, common[i]) == 0) return *value && strspn(value, "0123456789") == strlen(value) ? CMPKIT_TRANSPORT_OK : CMPKIT_TRANSPORT_BAD_ARGUMENT;
    return CMPKIT_TRANSPORT_BAD_ARGUMENT;
}
static void destroy(cmpkit_transport_instance *instance) { (void)instance; }

static cmpkit_transport_rc open_channel(cmpkit_transport_instance *instance, const char *url, const cmpkit_transport_tls *tls, cmpkit_transport_channel **out, char *error, size_t room) {
    (void)instance, (void)url, (void)tls, (void)error, (void)room;
    return line.carry ? (*out = &the_channel, CMPKIT_TRANSPORT_OK) : CMPKIT_TRANSPORT_CONNECT;
}
static cmpkit_transport_rc submit(cmpkit_transport_channel *channel, const cmpkit_transport_message *request, uint32_t timeout_ms, uint64_t id, cmpkit_transport_done done, void *user) {
    uint8_t                  octets[16384];
    cmpkit_transport_peer    peer   = {sizeof peer, "callback", NULL, 0, NULL};
    cmpkit_transport_message answer = {sizeof answer, CMPKIT_TRANSPORT_CMP, octets, 0, NULL, NULL, NULL, CMPKIT_TRANSPORT_ANSWERED, &peer};
    (void)channel, (void)timeout_ms, (void)id; /* a call that is over when it returns needs no deadline, and cannot be cancelled */
    if (request->kind != CMPKIT_TRANSPORT_CMP) return CMPKIT_TRANSPORT_BAD_ARGUMENT;
    answer.data_size = line.carry(line.wire, request->data, request->data_size, octets, sizeof octets);
    if (answer.data_size > 0) done(user, CMPKIT_TRANSPORT_OK, &answer, NULL);
    else done(user, CMPKIT_TRANSPORT_GONE, NULL, "nothing came back over the wire");
    return CMPKIT_TRANSPORT_OK;
}
static void cancel(cmpkit_transport_channel *channel, uint64_t id) { (void)channel, (void)id; }
static void channel_free(cmpkit_transport_channel *channel) { (void)channel; }

static const char *const schemes[] = {"callback", NULL};
const cmpkit_transport_plugin callback_transport = {
    CMPKIT_TRANSPORT_MAGIC, CMPKIT_TRANSPORT_MAJOR, CMPKIT_TRANSPORT_MINOR, sizeof(cmpkit_transport_plugin), "callback", "1", schemes, NULL, 0,
    create, set, destroy, open_channel, submit, cancel, channel_free, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
};
