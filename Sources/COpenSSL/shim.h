#ifndef WRIT_COPENSSL_SHIM_H
#define WRIT_COPENSSL_SHIM_H

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// What libcrypto offers as macros only, which Swift does not see.

static inline long writ_bio_memory(BIO *bio, char **start) {
    return BIO_get_mem_data(bio, start);
}

// RFC 2253 text, with UTF-8 left as it is instead of escaped byte by byte.
static inline unsigned long writ_name_text_flags(void) {
    return XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
}

// The digest without a context on the heap, deprecated since OpenSSL 3.0 in favour of one with.
// `digest` is 32 bytes.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static inline int writ_sha256(const void *bytes, size_t count, void *digest) {
    SHA256_CTX context;
    return SHA256_Init(&context) && SHA256_Update(&context, bytes, count) &&
           SHA256_Final((unsigned char *)digest, &context);
}
#pragma GCC diagnostic pop

// Keys of their numbers. libcrypto takes them as a list of named parameters, whose names are macros.
// NULL when it refuses.

static inline EVP_PKEY *writ_key(const char *type, OSSL_PARAM_BLD *list) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(list);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (parameters && context && EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    return key;
}

static inline EVP_PKEY *writ_rsa_key(const uint8_t *modulus, size_t modulus_count,
                                     const uint8_t *exponent, size_t exponent_count) {
    EVP_PKEY *key = NULL;
    BIGNUM *n = BN_bin2bn(modulus, (int)modulus_count, NULL);
    BIGNUM *e = BN_bin2bn(exponent, (int)exponent_count, NULL);
    OSSL_PARAM_BLD *list = OSSL_PARAM_BLD_new();
    if (n && e && list && OSSL_PARAM_BLD_push_BN(list, OSSL_PKEY_PARAM_RSA_N, n) &&
        OSSL_PARAM_BLD_push_BN(list, OSSL_PKEY_PARAM_RSA_E, e)) {
        key = writ_key("RSA", list);
    }
    OSSL_PARAM_BLD_free(list);
    BN_free(n);
    BN_free(e);
    return key;
}

// `point` is in the uncompressed form.
static inline EVP_PKEY *writ_ec_key(const char *curve, const uint8_t *point, size_t count) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *list = OSSL_PARAM_BLD_new();
    if (list && OSSL_PARAM_BLD_push_utf8_string(list, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) &&
        OSSL_PARAM_BLD_push_octet_string(list, OSSL_PKEY_PARAM_PUB_KEY, point, count)) {
        key = writ_key("EC", list);
    }
    OSSL_PARAM_BLD_free(list);
    return key;
}

#endif
