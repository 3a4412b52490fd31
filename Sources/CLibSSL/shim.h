#ifndef WRIT_CLIBSSL_SHIM_H
#define WRIT_CLIBSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// What libssl offers as macros only, which Swift does not see.

// Never asks at a terminal for the passphrase of a key.
static inline int writ_tls_no_passphrase(char *buffer, int size, int writes, void *data) {
    (void)buffer, (void)size, (void)writes, (void)data;
    return 0;
}

// A client's context for TLS 1.3 with the server's certificate required; NULL when there is no memory.
static inline SSL_CTX *writ_tls_client_context(void) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context && (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
                    SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1)) {
        SSL_CTX_free(context);
        return NULL;
    }
    if (context) {
        SSL_CTX_set_security_level(context, 2);
        SSL_CTX_set_default_passwd_cb(context, writ_tls_no_passphrase);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
    return context;
}

static inline int writ_tls_set_server_name(SSL *connection, const char *name) {
    return SSL_set_tlsext_host_name(connection, name) == 1;
}

// A memory BIO that says "later" when it is empty, not "end".
static inline BIO *writ_tls_memory(void) {
    BIO *memory = BIO_new(BIO_s_mem());
    if (memory) BIO_set_mem_eof_return(memory, -1);
    return memory;
}

static inline long writ_tls_memory_data(BIO *memory, char **start) {
    return BIO_get_mem_data(memory, start);
}

// Whether the server's certificate has exactly one URI name, and it is `count` bytes at `uri`.
static inline int writ_tls_server_has_uri(SSL *connection, const char *uri, int count) {
    X509 *certificate = SSL_get0_peer_certificate(connection);
    if (!certificate) return 0;
    GENERAL_NAMES *names =
        (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    if (!names) return 0;
    int uris = 0, matches = 0;
    for (int index = 0; index < sk_GENERAL_NAME_num(names); index++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
        if (name->type != GEN_URI) continue;
        const ASN1_IA5STRING *text = name->d.uniformResourceIdentifier;
        uris++;
        if (ASN1_STRING_length(text) == count &&
            memcmp(ASN1_STRING_get0_data(text), uri, (size_t)count) == 0) {
            matches++;
        }
    }
    GENERAL_NAMES_free(names);
    return uris == 1 && matches == 1;
}

#endif
