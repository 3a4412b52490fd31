#ifndef WRIT_COPENSSL_SHIM_H
#define WRIT_COPENSSL_SHIM_H

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
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

#endif
