/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/decisions.h"

#include <string.h>

#include "base/wipe.h"
#include "intake/book/arrivals_row.h"
#include "intake/book/places.h"

#define DECISION_COLUMNS "d.digest, d.time, d.decision, d.reason, d.who, d.done"

void
decision_wipe(struct decision *d)
{
	wipe_free(d->reason);
	wipe_free(d->who);
	explicit_bzero(d, sizeof(*d));
}

/* From this column on; *out is { 0 } after a failure. */
static enum err_code
read_decision(struct sql_stmt *stmt, int column, struct decision *out,
    struct err *e)
{
	enum err_code code;

	memset(out, 0, sizeof(*out));
	out->time = sql_integer(stmt, column + 1);
	out->accept = strcmp(sql_text(stmt, column + 2), "accept") == 0;
	out->done = sql_integer(stmt, column + 5) != 0;
	code = row_digest(stmt, column, out->digest, e);
	if (code == ERR_OK && *sql_text(stmt, column + 3) != '\0')
		code = row_text(stmt, column + 3, &out->reason, e);
	if (code == ERR_OK)
		code = row_text(stmt, column + 4, &out->who, e);
	if (code != ERR_OK)
		decision_wipe(out);
	return code;
}

/* --- staff --------------------------------------------------------------- */

/* Are a file's bytes not there?  Then nobody waits for a verdict. */
static bool
is_lost(const char *state, enum err_code code)
{
	return strcmp(state, arrival_state_name(ARRIVAL_QUEUED)) == 0 &&
	    (code == ERR_NO_INPUT || code == ERR_DIGEST);
}

/* May this be decided?  The row stays as it is until the transaction ends. */
static enum err_code
check(struct sql *db, const struct decision *d, struct err *e)
{
	struct sql_stmt *stmt;
	enum err_code code;
	bool more, held = false, verified = false, lost = false;

	stmt = sql_prepare(db, e, "SELECT state, code FROM arrivals"
	    " WHERE digest = ?" SQL_LOCK, "b", d->digest);
	if (stmt == NULL)
		return e->code;
	if ((code = row_next(db, stmt, &more, e)) == ERR_OK && more) {
		held = strcmp(sql_text(stmt, 0),
		    arrival_state_name(ARRIVAL_HELD)) == 0;
		verified = strcmp(sql_text(stmt, 1),
		    err_name(ERR_UNPROCESSABLE)) != 0;
		lost = is_lost(sql_text(stmt, 0),
		    err_by_name(sql_text(stmt, 1)));
	}
	sql_done(stmt);
	if (code != ERR_OK)
		return code;
	if (!held && !(lost && !d->accept))
		return err_set(e, ERR_NOT_HELD, NULL, 0, NULL);
	return verified || !d->accept ? ERR_OK :
	    err_set(e, ERR_UNPROCESSABLE, NULL, 0,
	    "it can only be rejected");
}

/* How many are open; and a time for the next, which no earlier one has. */
static enum err_code
look_back(struct sql *db, const struct decision *d, int64_t *time,
    struct err *e)
{
	struct sql_stmt *stmt;
	enum err_code code;
	int64_t open = 0;

	stmt = sql_prepare(db, e, "SELECT coalesce(max(time), 0),"
	    " coalesce(min(done), 1) FROM decisions WHERE digest = ?", "b",
	    d->digest);
	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(db, stmt, e)) == ERR_OK) {
		*time = sql_integer(stmt, 0) + 1;
		open = sql_integer(stmt, 1) == 0;
	}
	sql_done(stmt);
	if (code == ERR_OK && open)
		return err_set(e, ERR_NOT_HELD, NULL, 0,
		    "somebody has decided about it");
	if (*time < d->time)
		*time = d->time;
	return code;
}

/* With the next number: on a shared ledger somebody else may take that first,
 * which shows when they have committed. */
static enum err_code
append(struct sql *db, const struct decision *d, int64_t time, struct err *e)
{
	struct err found = { 0 };
	enum err_code code;

	do {
		err_clear(&found);
		code = sql_found(db, sql_prepare(db, &found,
		    "INSERT INTO decisions"
		    " (digest, time, decision, reason, who, seq)"
		    " SELECT ?, CAST(? AS BIGINT), ?, ?, ?,"
		    " coalesce(max(seq), 0) + 1 FROM decisions WHERE true"
		    " ON CONFLICT (seq) DO NOTHING RETURNING 1", "bittt",
		    d->digest, time, d->accept ? "accept" : "reject",
		    d->reason != NULL ? d->reason : "", d->who), &found);
	} while (code == ERR_HTTP_NOT_FOUND);
	return code == ERR_OK ? ERR_OK :
	    err_set(e, code, found.where, found.at, "%s", found.msg);
}

enum err_code
decisions_add(struct sql *db, const struct decision *d, struct err *e)
{
	enum err_code code;
	int64_t time = 0;

	if ((code = sql_begin(db, false, e)) != ERR_OK)
		return code;
	if ((code = check(db, d, e)) == ERR_OK &&
	    (code = look_back(db, d, &time, e)) == ERR_OK)
		code = append(db, d, time, e);
	return sql_finish(db, code, e);
}

enum err_code
decisions_each(struct sql *db, const uint8_t digest[static DIGEST_LEN],
    enum err_code (*each)(void *arg, const struct decision *d), void *arg,
    struct err *e)
{
	struct decision d;
	enum err_code code;
	struct sql_stmt *stmt;
	int64_t after = -1;
	bool more;

	do {
		stmt = sql_prepare(db, e, "SELECT " DECISION_COLUMNS
		    " FROM decisions d WHERE digest = ? AND time > ?"
		    " ORDER BY time LIMIT 1", "bi", digest, after);
		if (stmt == NULL)
			return e->code;
		if ((code = row_next(db, stmt, &more, e)) == ERR_OK && more)
			code = read_decision(stmt, 0, &d, e);
		sql_done(stmt);
		if (code == ERR_OK && more) {
			after = d.time;
			code = each(arg, &d);
			decision_wipe(&d);
		}
	} while (code == ERR_OK && more);
	return code;
}

/* --- the service --------------------------------------------------------- */

/* The first of the rows that nobody has in hand; ERR_HTTP_NOT_FOUND.  Ends
 * the statement. */
static enum err_code
first_free(struct sql *db, struct sql_stmt *stmt, struct taken *t,
    struct decision *d, struct arrival *a, struct err *e)
{
	enum err_code code;
	bool more;

	if (stmt == NULL)
		return e->code;
	memset(a, 0, sizeof(*a));
	while ((code = row_next(db, stmt, &more, e)) == ERR_OK && more &&
	    (code = arrival_read(stmt, a, e)) == ERR_OK &&
	    taken_has(t, a->digest))
		arrival_wipe(a);
	if (code == ERR_OK && more && (code = read_decision(stmt,
	    ARRIVAL_N_COLUMNS, d, e)) == ERR_OK &&
	    (code = taken_add(t, a->digest, e)) != ERR_OK)
		decision_wipe(d);
	sql_done(stmt);
	if (code != ERR_OK)
		arrival_wipe(a);
	else if (!more)
		code = ERR_HTTP_NOT_FOUND;
	return code;
}

/* What is decided about a round's files is done in that order, by whichever
 * lane or intake: what counts in the end depends on it. */
#define NONE_BEFORE " NOT EXISTS (SELECT 1 FROM decisions f" \
    " JOIN arrivals b ON b.digest = f.digest" \
    " WHERE f.done = 0 AND f.seq < d.seq AND b.state = 'held'" \
    " AND b.organisation = a.organisation" \
    " AND b.questionnaire = a.questionnaire AND b.round = a.round) "

enum err_code
decisions_take(struct sql *db, struct taken *t, const char *const *places,
    size_t n_places, int64_t now, struct decision *d, struct arrival *a,
    struct err *e)
{
	enum err_code code = ERR_HTTP_NOT_FOUND;
	const char *p[PLACES];

	taken_lock(t);
	for (size_t i = 0; code == ERR_HTTP_NOT_FOUND && i < n_places;
	    i += PLACES) {
		places_fill(places + i, n_places - i, p);
		code = first_free(db, sql_prepare(db, e, "SELECT "
		    ARRIVAL_COLUMNS ", " DECISION_COLUMNS " FROM arrivals a"
		    " JOIN decisions d ON d.digest = a.digest"
		    " WHERE d.done = 0 AND (a.state = 'queued' OR"
		    " (a.state = 'held' AND (a.due <= ? OR a.due > ?)))"
		    " AND" NONE_BEFORE "AND" IN_PLACES
		    "ORDER BY d.seq LIMIT ?"
		    SQL_TAKE, "ii" PLACES_TYPES "i", now,
		    now + ARRIVAL_PUT_OFF_MOST, PLACES_OF(p),
		    sql_is_shared(db) ? INT64_C(1) :
		    (int64_t)taken_count(t) + 1), t, d, a, e);
	}
	taken_unlock(t);
	if (code == ERR_HTTP_NOT_FOUND)
		(void)err_set(e, code, NULL, 0, NULL);
	return code;
}

enum err_code
decisions_done(struct sql *db, const struct decision *d, struct err *e)
{
	return sql_run(db, sql_prepare(db, e, "UPDATE decisions SET done = 1"
	    " WHERE digest = ? AND time = ?", "bi", d->digest, d->time), e);
}
