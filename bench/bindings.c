/* What the C ABI itself takes for what the bindings are measured by: lines of name, tab, nanoseconds a call (the best of five rounds). */
#include <cmpkit/cmpkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static cmpkit_context *context;
static cmpkit_credentials *credentials;
static cmpkit_key *key;
static uint8_t *mebibyte;
static cmpkit_operation *operation;
static cmpkit_buf *state;
static cmpkit_trust *trust;
static cmpkit_responder *responder;

enum { MEBIBYTE = 1024 * 1024 };

static cmpkit_operation *enrollment(void) {
    cmpkit_enroll_options want = CMPKIT_ENROLL_OPTIONS_INIT;
    cmpkit_operation     *made = NULL;
    want.key     = key;
    want.subject = "CN=dev1";
    if (cmpkit_operation_new_enroll(context, &want, credentials, NULL, &made, NULL) != CMPKIT_OK) abort();
    return made;
}

static void call(void) { (void)cmpkit_abi_version(); }
static void in_16(void) { (void)cmpkit_operation_set_memo(operation, mebibyte, 16, NULL); }
static void in_1m(void) { (void)cmpkit_operation_set_memo(operation, mebibyte, MEBIBYTE, NULL); }
static void out_1m(void) {
    cmpkit_buf *memo = NULL;
    if (cmpkit_saved_memo(cmpkit_buf_data(state), cmpkit_buf_size(state), &memo, NULL) != CMPKIT_OK) abort();
    cmpkit_buf_free(memo);
}
static void failure(void) {
    cmpkit_key   *none  = NULL;
    cmpkit_error *error = NULL;
    if (cmpkit_key_generate("no such kind", &none, &error) == CMPKIT_OK) abort();
    cmpkit_error_free(error);
}
static cmpkit_rc answer(void *user, const char *label, const uint8_t *request, size_t size, cmpkit_sink *to) {
    cmpkit_buf *reply = NULL;
    cmpkit_rc   rc    = cmpkit_responder_answer(responder, request, size, NULL, NULL, (int64_t)time(NULL), &reply, NULL);
    (void)user, (void)label;
    if (rc == CMPKIT_OK) rc = cmpkit_sink_write(to, cmpkit_buf_data(reply), cmpkit_buf_size(reply));
    cmpkit_buf_free(reply);
    return rc;
}
/* A support message over a transport of the application's own, to a responder beside it. */
static void operation_callback(void) {
    cmpkit_get_options want = CMPKIT_GET_OPTIONS_INIT;
    cmpkit_operation  *once = NULL;
    want.kind               = CMPKIT_GET_CA_CERTIFICATES;
    if (cmpkit_operation_new_get(context, &want, credentials, trust, &once, NULL) || cmpkit_operation_set_exchange(once, answer, NULL, NULL, NULL)) abort();
    if (cmpkit_operation_run(once, NULL, NULL, NULL) != CMPKIT_OK) abort();
    cmpkit_operation_free(once);
}

/* Puts a file of the CA behind `text`, which has room for 64 KiB. Lines that begin with `without` stay out. */
static void read_file(const char *folder, const char *name, const char *without, char *text) {
    char path[600], line[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (!without || strncmp(line, without, strlen(without)) != 0) strncat(text, line, 65535 - strlen(text));
    if (file) fclose(file);
}

/* A CA that forgets all: its configuration without the line of the store. */
static cmpkit_rc found_ca(const char *folder) {
    cmpkit_ca_options options = CMPKIT_CA_OPTIONS_INIT;
    char             *config = calloc(1, 65536), *root = calloc(1, 65536);
    options.subject          = "CN=Root";
    options.reference        = "dev1";
    options.secret           = "swordfish";
    if (!config || !root || cmpkit_ca_init(context, folder, &options, (int64_t)time(NULL), NULL) != CMPKIT_OK) return CMPKIT_E_IO;
    read_file(folder, "cmpkit.toml", "file = \"store.db\"", config);
    read_file(folder, "root.pem", NULL, root);
    cmpkit_rc rc = cmpkit_trust_new(&trust, NULL);
    if (rc == CMPKIT_OK) rc = cmpkit_trust_add_anchors(trust, (const uint8_t *)root, strlen(root), NULL);
    if (rc == CMPKIT_OK) rc = cmpkit_responder_new(context, config, folder, &responder, NULL);
    free(config), free(root);
    return rc;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void measure(const char *name, void (*once)(void), int times) {
    double best = 1e300;
    for (int round = 0; round < 5; ++round) {
        const double begin = now();
        for (int i = 0; i < times; ++i) once();
        const double took = (now() - begin) / times;
        if (took < best) best = took;
    }
    printf("%s\t%.1f\n", name, best);
}

int main(int count, char **arguments) {
    if (count != 2) return fputs("usage: bench_bindings EMPTY_FOLDER\n", stderr), 2;
    char folder[500];
    snprintf(folder, sizeof folder, "%s/ca", arguments[1]);
    mebibyte = calloc(1, MEBIBYTE);
    if (!mebibyte || cmpkit_context_new(&context, NULL) || cmpkit_key_generate("ed25519", &key, NULL)) return 1;
    if (cmpkit_credentials_new_secret("dev1", (const uint8_t *)"swordfish", 9, &credentials, NULL) || cmpkit_credentials_set_mac(credentials, CMPKIT_MAC_PBM, 100, NULL)) return 1;
    if (found_ca(folder)) return 1;
    operation = enrollment();
    if (cmpkit_operation_set_memo(operation, mebibyte, MEBIBYTE, NULL) || cmpkit_operation_save(operation, &state, NULL)) return 1;
    measure("call", call, 1000000);
    measure("in_16", in_16, 100000);
    measure("in_1m", in_1m, 500);
    measure("out_1m", out_1m, 200);
    measure("operation_callback", operation_callback, 500);
    measure("failure", failure, 20000);
    return 0;
}
