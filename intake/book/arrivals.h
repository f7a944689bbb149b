/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every sealed file that intake has seen, once, and what has become of it:
 * the queue, and what is still to be done about a file that has its verdict
 * (ledger/schema.c has the table).
 *
 * Every function runs inside the caller's transaction, except those that say
 * "alone".  Errors are ledger/sql.h's.
 */
#ifndef SIGILL_INTAKE_BOOK_ARRIVALS_H
#define SIGILL_INTAKE_BOOK_ARRIVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "intake/book/taken.h"
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
	char source[8];		/* "spool" | "folder" | "archive": it lay there,
				 * and the ledger did not know it */
	char *place;		/* NAME of [spool NAME] or [folder NAME] */
	char *name;		/* of the file there; any bytes */
	int64_t arrived;
	enum arrival_state state;
	int64_t attempts;	/* that ended with a broken worker */
	int64_t due;		/* not before this time */
	enum err_code code;	/* ERR_OK while there is nothing to say */
	int64_t verified;	/* since when it is so; 0: queued */
	bool duplicate, same_answers;	/* intake/rules.h */
	bool counts, late;
	int64_t handed;		/* when; 0: not yet, or never, if it does not
				 * count any more */
	int64_t filed;		/* in the archive since, or there is nothing
				 * to put there; 0 */
	struct facts facts;	/* empty before the first verdict */
};

void arrival_wipe(struct arrival *a);
/* "queued" …; and back: -1 when it is none. */
const char *arrival_state_name(enum arrival_state state);
int arrival_state_parse(const char *s);

/*
 * Alone.  Adds what is new of n files (digest, size, source, place, name,
 * arrived are set); known[i] tells which are not, and how they stand: state,
 * due, code, verified, handed, filed, and the size, arrival, place and name
 * that the ledger has, which replace those of v[i].
 */
enum err_code arrivals_add(struct sql *db, struct arrival *v, size_t n,
    bool *known, struct err *e);

/*
 * Up to n that are queued and due, oldest first, from these places; on a
 * shared ledger they are locked until the transaction ends, and those that
 * somebody else has locked are passed over.  What is taken stays so until
 * taken_end.
 */
enum err_code arrivals_take(struct sql *db, struct taken *t,
    const char *const *places, size_t n_places, int64_t now,
    struct arrival *v, size_t *n, struct err *e);
/* How many are queued from these places, due or not. */
enum err_code arrivals_waiting(struct sql *db, const char *const *places,
    size_t n_places, uint64_t *n, struct err *e);
/* Alone.  Those that wait for another try, but not because they broke a
 * worker, are due now. */
enum err_code arrivals_hurry(struct sql *db, struct err *e);

/* What bears on facts (intake/rules.h), after tree_lock. */
enum err_code arrivals_history(struct sql *db, const struct facts *facts,
    struct history *out, struct err *e);

/*
 * A verdict, or held: facts and ruling become the row's; when there are none,
 * facts is an empty one.  What was held because of what it now follows, or is
 * followed by, is queued again.  ERR_INTERNAL: it has had its verdict.
 */
enum err_code arrivals_settle(struct sql *db, const struct arrival *a,
    const struct facts *facts, const struct ruling *ruling, int64_t now,
    struct err *e);
/* Nothing is put off for longer, in seconds: what seems to be was when a clock
 * was ahead, and is due now. */
#define ARRIVAL_PUT_OFF_MOST	600
/* Queued or held as before: another try at `due`, for this reason. */
enum err_code arrivals_put_off(struct sql *db, const struct arrival *a,
    enum err_code why, int64_t attempts, int64_t due, struct err *e);

/* Queues what the statement gives, a column of digests locked by SQL_TAKE, when
 * it is held and nobody has decided about it.  *n: how many. */
enum err_code arrivals_judge_again(struct sql *db, struct sql_stmt *stmt,
    size_t *n, struct err *e);

/* Where a list was left: { 0 } is its beginning, and there are more after it
 * when a page was full.  The longest wait comes first. */
struct arrivals_page {
	size_t places;		/* of these are done */
	int64_t verified;	/* of the last that was looked at */
	uint8_t digest[DIGEST_LEN];
};

/* Is it still to be handed over?  What was replaced before that never is. */
bool arrival_is_unhanded(const struct arrival *a);
/* Those with a verdict from before that time, or from long after it (a clock
 * was ahead), which count and have not been handed over; taken as in
 * arrivals_take, but locked by nobody. */
enum err_code arrivals_unhanded(struct sql *db, struct taken *t,
    const char *const *places, size_t n_places, int64_t before,
    struct arrivals_page *page, struct arrival *v, size_t *n, struct err *e);
/* Alone.  The position of its receipt in the log: ERR_HTTP_NOT_FOUND when it
 * does not count, any more or at all. */
enum err_code arrivals_counting(struct sql *db,
    const uint8_t digest[static DIGEST_LEN], uint64_t *position,
    struct err *e);
enum err_code arrivals_handed(struct sql *db,
    const uint8_t digest[static DIGEST_LEN], int64_t now, struct err *e);
/* Up to n that have their verdict, and are not in the archive. */
enum err_code arrivals_unfiled(struct sql *db, const char *const *places,
    size_t n_places, struct arrivals_page *page, struct arrival *v,
    size_t *n, struct err *e);
enum err_code arrivals_filed(struct sql *db,
    const uint8_t digest[static DIGEST_LEN], int64_t now, struct err *e);

#endif
