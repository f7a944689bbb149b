/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The printed form of a fingerprint: the first 80 bits of the statement's
 * SHA-256 in Crockford's base32, XXXX-XXXX-XXXX-XXXX, for diaries, receipts
 * and telephones.
 */
#ifndef SIGILL_FORMAT_FINGERPRINT_H
#define SIGILL_FORMAT_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

#define FINGERPRINT_LEN	20	/* with its NUL */
#define FINGERPRINT_BYTES	10	/* of the digest, that it tells */

void fingerprint_format(const uint8_t digest[static 32],
    char out[static FINGERPRINT_LEN]);
/* The reverse, as people type it: small letters, O for 0, I and L for 1. */
bool fingerprint_parse(const char *s, uint8_t out[static FINGERPRINT_BYTES]);

#endif
