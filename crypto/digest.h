/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * SHA-256, and how digests are written: hexadecimal (RFC 4648 §8, lower
 * case) and base64 (RFC 4648 §4, as in the Repr-Digest header of RFC 9530).
 */
#ifndef SIGILL_CRYPTO_DIGEST_H
#define SIGILL_CRYPTO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define DIGEST_LEN		32
#define DIGEST_HEX_LEN		65	/* with its NUL */
#define DIGEST_BASE64_LEN	45	/* with its NUL */

enum err_code digest_sha256(const void *data, size_t len,
    uint8_t out[static DIGEST_LEN], struct err *e);
/* Of bytes that come piece by piece: after _end only _free is left. */
struct digest;			/* opaque */
enum err_code digest_begin(struct digest **out, struct err *e);
enum err_code digest_add(struct digest *d, const void *data, size_t len,
    struct err *e);
enum err_code digest_end(struct digest *d, uint8_t out[static DIGEST_LEN],
    struct err *e);
void digest_free(struct digest *d);	/* NULL-safe */
/* Of an open file from its start to its end; the offset is left at the end. */
enum err_code digest_sha256_fd(int fd, uint8_t out[static DIGEST_LEN],
    struct err *e);

void digest_hex(const uint8_t digest[static DIGEST_LEN],
    char out[static DIGEST_HEX_LEN]);
bool digest_from_hex(const char *hex, uint8_t out[static DIGEST_LEN]);
void digest_base64(const uint8_t digest[static DIGEST_LEN],
    char out[static DIGEST_BASE64_LEN]);
/* Canonical base64 only. */
bool digest_from_base64(const char *base64, uint8_t out[static DIGEST_LEN]);

#endif
