/* Somebody who makes a key, signs, verifies and takes up a public key with OpenSSL, and nothing else. Tells what memory it takes. */
#include "resident.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

static void require(int is_so) {
    if (!is_so) abort();
}

/* Makes a public key of its point. */
static void take_up(EVP_PKEY *of) {
    unsigned char point[65];
    char          group[] = "P-256";
    size_t        size    = 0;
    EVP_PKEY     *key     = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    require(EVP_PKEY_get_octet_string_param(of, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &size) == 1);
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                               OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, size), OSSL_PARAM_construct_end()};
    require(EVP_PKEY_fromdata_init(context) == 1 && EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) == 1);
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(context);
}

int main(void) {
    static const unsigned char octets[1000];
    unsigned char              signature[80];
    size_t                     size = sizeof signature;
    EVP_PKEY                  *key     = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    EVP_MD_CTX                *context = EVP_MD_CTX_new();
    require(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 && EVP_DigestSign(context, signature, &size, octets, sizeof octets) == 1);
    EVP_MD_CTX_free(context);
    context = EVP_MD_CTX_new();
    require(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 && EVP_DigestVerify(context, signature, size, octets, sizeof octets) == 1);
    EVP_MD_CTX_free(context);
    take_up(key);
    tell_memory("bare");
    EVP_PKEY_free(key);
    return 0;
}
