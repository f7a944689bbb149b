/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every sealed file that intake has seen, once, and what has become of it:
 * the queue, the verdicts with their receipts, and what is still to be done
 * about them (ledger/schema.c has the tables).
 *
 * Every function runs inside the caller's transaction, except those that say
 * "alone".  Errors are ledger/sql.h's.
 */
#ifndef SIGILL_INTAKE_BOOK_ARRIVALS_H
#define SIGILL_INTAKE_BOOK_ARRIVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "format/receipt.h"
#include "intake/facts.h"
#include "intake/rules.h"
#include "ledger/sql.h"

enum arrival_state {
	ARRIVAL_QUEUED, ARRIVAL_HELD, ARRIVAL_ACCEPTED, ARRIVAL_REJECTED,
};

/* Everything is owned; { 0 } is an empty one. */
struct arrival {
	uint8_t digest[DIGEST_LEN];
	uint64_t size;
	char source[8];		/* "spool" | "folder" */
	char *place;		/* NAME of [spool NAME] or [folder NAME] */
	char *name;		/* of the file there */
	int64_t arrived;
	enum arrival_state state;
	int64_t attempts;	/* that ended with a broken worker */
	int64_t due;		/* queued: not before this time */
	enum err_code code;	/* ERR_OK while there is nothing to say */
	int64_t verified;	/* time of the verdict; 0 */
	bool duplicate, counts, late;
	int64_t handed;		/* when; 0: not yet, or never will be */
	int64_t filed;		/* in the archive since; 0 */
	struct facts facts;	/* empty before the first verdict */
};

void arrival_wipe(struct arrival *a);

/* Alone.  Adds what is new of n files (digest, size, source, place, name,
 * arrived are set); known[i] tells which are not, and of these v[i]'s state,
 * handed and filed are filled.  The same file may stand in v more than once. */
enum err_code arrivals_add(struct sql *db, struct arrival *v, size_t n,
    bool *known, struct err *e);
/* Alone.  Those that are put off, but not for breaking workers, are due now. */
enum err_code arrivals_hurry(struct sql *db, struct err *e);
/* Alone.  How many of these places are queued, due or not. */
enum err_code arrivals_waiting(struct sql *db, const char *const *places,
    size_t n_places, uint64_t *n, struct err *e);

/*
 * Up to n that are queued and due, oldest first, from these places; on a
 * shared ledger they are locked until the transaction ends, and those that
 * somebody else has locked are passed over (FOR UPDATE SKIP LOCKED).  skip:
 * what other threads of this process have taken.
 */
struct taken {			/* of one process; safe between threads */
	struct taken_set *set;
};
enum err_code taken_init(struct taken *t, struct err *e);
void taken_wipe(struct taken *t);
void taken_end(struct taken *t, const struct arrival *v, size_t n);
enum err_code arrivals_take(struct sql *db, struct taken *t,
    const char *const *places, size_t n_places, int64_t now,
    struct arrival *v, size_t *n, struct err *e);

/* What bears on facts (intake/rules.h), after tree_lock. */
enum err_code arrivals_history(struct sql *db, const struct facts *facts,
    struct history *out, struct err *e);

/* A verdict, or held: facts and ruling become the row's. */
enum err_code arrivals_settle(struct sql *db, const struct arrival *a,
    const struct facts *facts, const struct ruling *ruling, int64_t now,
    struct err *e);
/* Still queued: another try at `due`, for this reason. */
enum err_code arrivals_put_off(struct sql *db, const struct arrival *a,
    enum err_code why, int64_t attempts, int64_t due, struct err *e);

/* A signed receipt with its place in the log. */
struct verdict_row {
	uint8_t digest[DIGEST_LEN];
	enum receipt_stage stage;
	char organisation[ORGNR_LEN];	/* that it is for; "" unknown */
	uint64_t position, size;
	int64_t time;
	const void *bytes;
	size_t len;
};
enum err_code verdicts_add(struct sql *db, const struct verdict_row *row,
    struct err *e);
/* The greatest tree size that a receipt for this organisation has named, and
 * 0 without any. */
enum err_code verdicts_last_size(struct sql *db,
    const char organisation[static ORGNR_LEN], uint64_t *size,
    struct err *e);
/* Alone.  Appends the receipt's DER.  ERR_HTTP_NOT_FOUND. */
enum err_code verdicts_get(struct sql *db,
    const uint8_t digest[static DIGEST_LEN], enum receipt_stage *stage,
    struct buf *out, struct err *e);
/* Up to n digests and stages whose receipts are not in the folder yet; and
 * that these are now. */
enum err_code verdicts_unpublished(struct sql *db, struct verdict_row *v,
    size_t *n, struct err *e);
enum err_code verdicts_published(struct sql *db,
    const struct verdict_row *v, size_t n, struct err *e);

/* Accepted before a time, no duplicate, and not handed over; taken as in
 * arrivals_take. */
enum err_code arrivals_unhanded(struct sql *db, struct taken *t,
    const char *const *places, size_t n_places, int64_t before,
    struct arrival *v, size_t *n, struct err *e);
/* Accepted or rejected before a time, and not in the archive; up to n. */
enum err_code arrivals_unfiled(struct sql *db, const char *const *places,
    size_t n_places, int64_t before, struct arrival *v, size_t *n,
    struct err *e);
enum err_code arrivals_handed(struct sql *db,
    const uint8_t digest[static DIGEST_LEN], int64_t now, struct err *e);
enum err_code arrivals_filed(struct sql *db,
    const uint8_t digest[static DIGEST_LEN], int64_t now, struct err *e);

/* --- for people --------------------------------------------------------- */

/* What `list` may ask for; empty members ask for nothing. */
struct arrival_filter {
	const char *state;		/* "queued" … */
	const char *organisation;	/* ten digits */
	const char *kind;		/* "kommun" … */
	const char *questionnaire, *round, *code;
	bool late, duplicate, counts, unhanded;
	int64_t since, before;		/* arrived; 0 */
};
/* Alone.  Calls each with every arrival that fits, oldest first; it stops
 * when each does not return ERR_OK. */
enum err_code arrivals_each(struct sql *db, const struct arrival_filter *f,
    enum err_code (*each)(void *arg, const struct arrival *a), void *arg,
    struct err *e);
/* Alone.  By digest, or its first hexadecimal digits, a submission's id, a
 * printed fingerprint or the name of the file that it came in:
 * ERR_HTTP_NOT_FOUND, ERR_USAGE when there are several. */
enum err_code arrivals_find(struct sql *db, const char *what,
    struct arrival *out, struct err *e);

const char *arrival_state_name(enum arrival_state state);

#endif
