/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which certificates have been found good a moment ago: to verify one takes
 * longer than all else that is done for a small upload.  Only what was found
 * good is remembered, so that nobody is refused, or let in, by mistake of the
 * memory; and it is a fixed size, where the new takes the place of the old.
 */
#ifndef SIGILL_PORTAL_VOUCHED_H
#define SIGILL_PORTAL_VOUCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/digest.h"

/* Then it is verified again, whatever the certificates say. */
#define VOUCHED_SECONDS	60

struct vouched;			/* opaque; safe to use from many threads */

struct vouched *vouched_new(void);	/* NULL without memory */
void vouched_free(struct vouched *v);	/* NULL-safe */

/* key: the digest of all that was verified.  number is what was added with
 * it, and left alone when the answer is no. */
bool vouched_find(struct vouched *v, const uint8_t key[static DIGEST_LEN],
    int64_t now, char number[static 11]);
/* Good from now, and until `until` at most (that second not included). */
void vouched_add(struct vouched *v, const uint8_t key[static DIGEST_LEN],
    int64_t now, int64_t until, const char number[static 11]);

#endif
