#include "verify_loop.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

static int verify_once(
    X509_STORE *store, X509_STORE_CTX *context, const uint8_t *const *certificates,
    const size_t *sizes, size_t count, int64_t now) {
    STACK_OF(X509) *chain = sk_X509_new_null();
    for (size_t index = 0; index < count; index++) {
        const uint8_t *next = certificates[index];
        X509 *certificate = d2i_X509(NULL, &next, (long)sizes[index]);
        if (certificate == NULL || !sk_X509_push(chain, certificate)) return 0;
    }
    X509_STORE_CTX_init(context, store, sk_X509_value(chain, 0), chain);
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(parameters, (time_t)now);
    X509_VERIFY_PARAM_set_depth(parameters, 4);
    X509_VERIFY_PARAM_set_auth_level(parameters, 2);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT);
    int result = X509_verify_cert(context);
    X509_STORE_CTX_cleanup(context);
    sk_X509_pop_free(chain, X509_free);
    return result == 1;
}

int64_t verify_loop(
    const uint8_t *const *certificates, const size_t *sizes, size_t count, const uint8_t *root,
    size_t root_size, int64_t now, int64_t rounds) {
    const uint8_t *next = root;
    X509 *anchor = d2i_X509(NULL, &next, (long)root_size);
    if (anchor == NULL) return -1;
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_STORE_add_cert(store, anchor);
    int64_t verified = 0;
    for (int64_t round = 0; round < rounds; round++) {
        verified += verify_once(store, context, certificates, sizes, count, now);
    }
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    X509_free(anchor);
    return verified;
}

int64_t signature_loop(
    const uint8_t *key, size_t key_size, const uint8_t *signature, size_t signature_size,
    const uint8_t *text, size_t text_size, int64_t rounds) {
    EVP_PKEY *parsed = d2i_PUBKEY(NULL, &key, (long)key_size);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (parsed == NULL || context == NULL) return -1;
    int64_t verified = 0;
    for (int64_t round = 0; round < rounds; round++) {
        if (EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, parsed) == 1 &&
            EVP_DigestVerify(context, signature, signature_size, text, text_size) == 1) {
            verified++;
        }
        EVP_MD_CTX_reset(context);
    }
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(parsed);
    return verified;
}
