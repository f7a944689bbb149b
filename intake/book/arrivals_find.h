/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Arrivals as people look for them.  Alone: no transaction is open.
 */
#ifndef SIGILL_INTAKE_BOOK_ARRIVALS_FIND_H
#define SIGILL_INTAKE_BOOK_ARRIVALS_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "intake/book/arrivals.h"
#include "ledger/sql.h"

/* What `list` may ask for; empty members ask for nothing. */
struct arrival_filter {
	const char *state;		/* "queued" … */
	const char *organisation;	/* ten digits */
	/* "kommun" …: by the register, or as stated by who is not in it */
	const char *kind;
	const char *questionnaire, *round, *code;
	bool late, duplicate, counts, unhanded;
	int64_t since, before;		/* arrived, since <= t < before; 0 */
};

/* Calls each with every arrival that fits, oldest first; it stops when each
 * does not return ERR_OK, with that.  each may use db,
 * and may take *a over: it leaves { 0 } then. */
enum err_code arrivals_each(struct sql *db, const struct arrival_filter *f,
    enum err_code (*each)(void *arg, struct arrival *a), void *arg,
    struct err *e);

/* Has anything ever come of this round, or for this questionnaire?  NULL:
 * whichever. */
enum err_code arrivals_any(struct sql *db, const char *round,
    const char *questionnaire, bool *out, struct err *e);

/* By digest, or at least four of its first hexadecimal digits, a submission's
 * id, a fingerprint, whole or printed, or the name of the file that it came
 * in: ERR_HTTP_NOT_FOUND, ERR_USAGE when there are several. */
enum err_code arrivals_find(struct sql *db, const char *what,
    struct arrival *out, struct err *e);

#endif
