/* What the C ABI itself takes for what the bindings are measured by: lines of name, tab, nanoseconds a call (the best of five rounds). */
#include <cmpkit/cmpkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static cmpkit_context *context;
static cmpkit_credentials *credentials;
static cmpkit_key *key;
static uint8_t *mebibyte;
static cmpkit_operation *operation;
static cmpkit_buf *state;

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
static cmpkit_rc refuse(void *user, const uint8_t *state_now, size_t size) {
    (void)user, (void)state_now, (void)size;
    return CMPKIT_E_CALLBACK_FAILED;
}
/* Made, with a callback that is called once and fails, run, freed. */
static void callback(void) {
    cmpkit_operation *once = enrollment();
    if (cmpkit_operation_set_save(once, refuse, NULL, NULL, NULL) != CMPKIT_OK || cmpkit_operation_run(once, "http://127.0.0.1:9", NULL, NULL) == CMPKIT_OK) abort();
    cmpkit_operation_free(once);
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

int main(void) {
    mebibyte = calloc(1, MEBIBYTE);
    if (!mebibyte || cmpkit_context_new(&context, NULL) || cmpkit_key_generate("ed25519", &key, NULL)) return 1;
    if (cmpkit_credentials_new_secret("dev1", (const uint8_t *)"swordfish", 9, &credentials, NULL) || cmpkit_credentials_set_mac(credentials, CMPKIT_MAC_PBM, 100, NULL)) return 1;
    operation = enrollment();
    if (cmpkit_operation_set_memo(operation, mebibyte, MEBIBYTE, NULL) || cmpkit_operation_save(operation, &state, NULL)) return 1;
    measure("call", call, 1000000);
    measure("in_16", in_16, 100000);
    measure("in_1m", in_1m, 200);
    measure("out_1m", out_1m, 200);
    measure("callback", callback, 300);
    measure("failure", failure, 20000);
    return 0;
}
