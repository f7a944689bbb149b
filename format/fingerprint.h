/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The printed form of a fingerprint: the first 80 bits of the statement's
 * SHA-256 in Crockford's base32, XXXX-XXXX-XXXX-XXXX, for diaries, receipts
 * and telephones.
 */
#ifndef SIGILL_FORMAT_FINGERPRINT_H
#define SIGILL_FORMAT_FINGERPRINT_H

#include <stdint.h>

#define FINGERPRINT_LEN	20	/* with its NUL */

void fingerprint_format(const uint8_t digest[static 32],
    char out[static FINGERPRINT_LEN]);

#endif
