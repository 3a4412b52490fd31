#ifndef VERIFY_LOOP_H
#define VERIFY_LOOP_H

#include <stddef.h>
#include <stdint.h>

/// The libcrypto calls that a verification cannot do without, in a plain loop.
///
/// Parses `count` certificates in DER, verifies the first with the others between it and `root`, and
/// frees everything, `rounds` times.
///
/// - Returns: how many verifications succeeded; -1 when the root cannot be used.
int64_t verify_loop(
    const uint8_t *const *certificates, const size_t *sizes, size_t count, const uint8_t *root,
    size_t root_size, int64_t now, int64_t rounds);

/// Verifies one signature, SHA-256 with the key's own scheme, `rounds` times, as plainly as it goes.
///
/// - Returns: how many verifications succeeded; -1 when `key`, a public key in DER, cannot be used.
int64_t signature_loop(
    const uint8_t *key, size_t key_size, const uint8_t *signature, size_t signature_size,
    const uint8_t *text, size_t text_size, int64_t rounds);

#endif
