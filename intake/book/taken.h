/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the threads of this process have in hand, by digest: two of them never
 * take the same file.  (Between processes that share a ledger, row locks see
 * to that.)  Safe between threads.
 */
#ifndef SIGILL_INTAKE_BOOK_TAKEN_H
#define SIGILL_INTAKE_BOOK_TAKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

struct arrival;

struct taken {
	struct taken_set *set;		/* opaque */
};

enum err_code taken_init(struct taken *t, struct err *e);
void taken_wipe(struct taken *t);
/* They have been let go of.  After the transaction has ended, so that who
 * looks then sees what has become of them. */
void taken_end(struct taken *t, const struct arrival *v, size_t n);

/* For those who take.  Between the two nobody else takes or lets go: what the
 * ledger says is read in there, too. */
void taken_lock(struct taken *t);
void taken_unlock(struct taken *t);
size_t taken_count(const struct taken *t);
bool taken_has(const struct taken *t, const uint8_t digest[static DIGEST_LEN]);
enum err_code taken_add(struct taken *t,
    const uint8_t digest[static DIGEST_LEN], struct err *e);
void taken_drop(struct taken *t, const struct arrival *v, size_t n);

#endif
