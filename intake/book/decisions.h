/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What staff have decided about files that were held.  Staff write a decision;
 * the service carries it out, since it alone has keys: it verifies again,
 * appends decision and receipt to the log, and signs.
 */
#ifndef SIGILL_INTAKE_BOOK_DECISIONS_H
#define SIGILL_INTAKE_BOOK_DECISIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "intake/book/arrivals.h"
#include "ledger/sql.h"

/* Everything is owned; { 0 } is an empty one. */
struct decision {
	uint8_t digest[DIGEST_LEN];
	int64_t time;
	bool accept;
	char *reason;		/* for the sender, when it is rejected; or NULL
				 * when it is accepted without one */
	char *who;
	bool done;
};

void decision_wipe(struct decision *d);

/*
 * Alone.  ERR_NOT_HELD when the file is not held, or has been decided about:
 * what is queued and has lost its bytes can be rejected, too;
 * ERR_UNPROCESSABLE for accepting one that no worker could verify.
 */
enum err_code decisions_add(struct sql *db, const struct decision *d,
    struct err *e);
/* The first that is not done, in the order in which they were made, taken as in
 * arrivals_take, with its arrival, which is due (arrivals_put_off); but none
 * while an earlier one about the same organisation's round is not done.
 * ERR_HTTP_NOT_FOUND. */
enum err_code decisions_take(struct sql *db, struct taken *t,
    const char *const *places, size_t n_places, int64_t now,
    struct decision *d, struct arrival *a, struct err *e);
enum err_code decisions_done(struct sql *db, const struct decision *d,
    struct err *e);
/* Alone.  Calls each with all about a file, oldest first. */
enum err_code decisions_each(struct sql *db,
    const uint8_t digest[static DIGEST_LEN],
    enum err_code (*each)(void *arg, const struct decision *d), void *arg,
    struct err *e);

#endif
