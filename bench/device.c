/* A device that enrolls by cmpkit.h, step by step: hears its key, its chain and the root on standard input; then each message is told on standard output and its
 * answer heard. Tells what memory it takes. */
#include "resident.h"

#include <cmpkit/cmpkit.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct octets {
    uint32_t size;
    uint8_t  data[8192];
};

static void require(cmpkit_rc rc) {
    if (rc != CMPKIT_OK) fprintf(stderr, "%s\n", cmpkit_rc_name(rc)), exit(1);
}
static void hear(struct octets *octets) {
    require(read(STDIN_FILENO, &octets->size, sizeof octets->size) == sizeof octets->size && octets->size <= sizeof octets->data ? CMPKIT_OK : CMPKIT_E_IO);
    for (size_t at = 0; at < octets->size;) {
        const ssize_t more = read(STDIN_FILENO, octets->data + at, octets->size - at);
        require(more > 0 ? CMPKIT_OK : CMPKIT_E_IO);
        at += (size_t)more;
    }
}
/* In the place of the message its answer. */
static void ask(const cmpkit_operation *operation, struct octets *answer) {
    cmpkit_buf *message = NULL;
    require(cmpkit_operation_message(operation, &message, NULL));
    const uint32_t size = (uint32_t)cmpkit_buf_size(message);
    require(write(STDOUT_FILENO, &size, sizeof size) == sizeof size && write(STDOUT_FILENO, cmpkit_buf_data(message), size) == (ssize_t)size ? CMPKIT_OK : CMPKIT_E_IO);
    cmpkit_buf_free(message);
    hear(answer);
}

int main(void) {
    static struct octets   octets;
    cmpkit_context        *context;
    cmpkit_key            *own, *wanted;
    cmpkit_credentials    *who;
    cmpkit_trust          *trust;
    cmpkit_operation      *operation;
    cmpkit_enroll_options  options = CMPKIT_ENROLL_OPTIONS_INIT;
    cmpkit_action          next    = 0;
    const int64_t          now     = time(NULL);
    require(cmpkit_context_new(&context, NULL));
    hear(&octets), require(cmpkit_key_load(octets.data, octets.size, NULL, 0, &own, NULL));
    hear(&octets), require(cmpkit_credentials_new_certificate(own, octets.data, octets.size, &who, NULL));
    require(cmpkit_trust_new(&trust, NULL));
    hear(&octets), require(cmpkit_trust_add_anchors(trust, octets.data, octets.size, NULL));
    require(cmpkit_key_generate("ec:P-256", &wanted, NULL));
    options.key = wanted, options.subject = "CN=dev1";
    require(cmpkit_operation_new_enroll(context, &options, who, trust, &operation, NULL));
    require(cmpkit_operation_begin(operation, now, &next, NULL));
    while (next != CMPKIT_ACTION_DONE) {
        if (next == CMPKIT_ACTION_SEND) ask(operation, &octets), require(cmpkit_operation_receive(operation, octets.data, octets.size, now, &next, NULL));
        else if (next == CMPKIT_ACTION_DECIDE) require(cmpkit_operation_decide(operation, CMPKIT_VERDICT_ACCEPT, NULL, now, &next, NULL));
        else require(cmpkit_operation_kept(operation, now, &next, NULL));
    }
    tell_memory("device");
    cmpkit_operation_free(operation), cmpkit_trust_free(trust), cmpkit_credentials_free(who), cmpkit_key_free(wanted), cmpkit_key_free(own), cmpkit_context_free(context);
    return 0;
}
