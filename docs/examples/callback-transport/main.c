/* Founds a CA in a new folder, lets it answer over the wire of callback.c, and gets a certificate of it, which it prints. No socket is opened.
 *     callback-enroll FOLDER */
#include "callback.h"

#include <cmpkit/cmpkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Every function of cmpkit.h returns 0 or a code, and tells more in its last parameter. */
static void must(cmpkit_rc code, cmpkit_error *error) {
    if (code == CMPKIT_OK) return;
    fprintf(stderr, "%s\n", error ? cmpkit_error_text(error) : cmpkit_rc_name(code));
    exit(1);
}

static char *read_file(const char *folder, const char *name, size_t *size) {
    static char text[65536];
    char        path[4096];
    FILE       *file;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (!file) { perror(path), exit(1); }
    *size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    return text[*size] = 0, text;
}

/* The far end of the wire: octets in, octets out. On a serial line this is the other device. */
static size_t far_end(void *wire, const uint8_t *message, size_t size, uint8_t *answer, size_t room) {
    cmpkit_buf *buf  = NULL;
    size_t      have = 0;
    if (cmpkit_responder_answer((cmpkit_responder *)wire, message, size, "callback", NULL, (int64_t)time(NULL), &buf, NULL) != CMPKIT_OK) return 0;
    if (cmpkit_buf_size(buf) <= room) memcpy(answer, cmpkit_buf_data(buf), have = cmpkit_buf_size(buf));
    return cmpkit_buf_free(buf), have;
}

static cmpkit_responder *found_ca(cmpkit_context *context, const char *folder) {
    cmpkit_ca_options options   = CMPKIT_CA_OPTIONS_INIT;
    cmpkit_responder *responder = NULL;
    cmpkit_error     *error     = NULL;
    size_t            size;
    options.subject   = "/CN=Callback Root";
    options.reference = "dev1";
    options.secret    = "Correct-Horse-42";
    must(cmpkit_ca_init(context, folder, &options, (int64_t)time(NULL), &error), error);
    must(cmpkit_responder_new(context, read_file(folder, "cmpkit.toml", &size), folder, &responder, &error), error);
    return responder;
}

static void enroll(cmpkit_context *context, const char *folder) {
    cmpkit_enroll_options want        = CMPKIT_ENROLL_OPTIONS_INIT;
    cmpkit_credentials   *credentials = NULL;
    cmpkit_trust         *trust       = NULL;
    cmpkit_key           *key         = NULL;
    cmpkit_operation     *operation   = NULL;
    cmpkit_buf           *pem         = NULL;
    cmpkit_error         *error       = NULL;
    size_t                size;
    const char           *root = read_file(folder, "root.pem", &size);
    must(cmpkit_credentials_new_secret("dev1", (const uint8_t *)"Correct-Horse-42", 16, &credentials, &error), error);
    must(cmpkit_trust_new(&trust, &error), error);
    must(cmpkit_trust_add_anchors(trust, (const uint8_t *)root, size, &error), error);
    must(cmpkit_key_generate("ec:P-256", &key, &error), error);
    want.key     = key;
    want.subject = "/CN=dev1";
    must(cmpkit_operation_new_enroll(context, &want, credentials, trust, &operation, &error), error);
    must(cmpkit_operation_run(operation, "callback:", NULL, &error), error); /* the one line that names the transport */
    must(cmpkit_operation_certificate_pem(operation, &pem, &error), error);
    fwrite(cmpkit_buf_data(pem), 1, cmpkit_buf_size(pem), stdout);
    cmpkit_buf_free(pem);
    cmpkit_operation_free(operation);
    cmpkit_key_free(key);
    cmpkit_trust_free(trust);
    cmpkit_credentials_free(credentials);
}

int main(int argc, char **argv) {
    cmpkit_context   *context = NULL;
    cmpkit_responder *ca;
    cmpkit_error     *error = NULL;
    if (argc != 2) return fprintf(stderr, "usage: %s FOLDER\n", argv[0]), 2;
    must(cmpkit_context_new(&context, &error), error);
    must(cmpkit_context_add_transport(context, &callback_transport, &error), error);
    ca = found_ca(context, argv[1]);
    callback_set_wire(far_end, ca);
    enroll(context, argv[1]);
    cmpkit_responder_free(ca);
    cmpkit_context_free(context);
    return 0;
}
