/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/arrivals.h"

#include <string.h>

#include "intake/book/arrivals_row.h"
#include "intake/book/places.h"

/* What rows are collected into. */
struct collection {
	struct taken *taken;	/* or NULL: what is taken does not matter */
	struct arrivals_page *page;	/* or NULL: from the beginning */
	struct arrival *v;
	size_t len, cap;
};

/* Rows to ask for: those in hand may come first. */
static int64_t
wanted(const struct collection *c, bool locked)
{
	size_t also = c->taken != NULL && !locked ? taken_count(c->taken) : 0;

	return (int64_t)(c->cap - c->len + also);
}

/* Reads what the statement gives, and ends it. */
static enum err_code
collect(struct sql *db, struct sql_stmt *stmt, struct collection *c,
    struct err *e)
{
	enum err_code code = ERR_OK;
	struct arrival *a;
	bool more;

	if (stmt == NULL)
		return e->code;
	while (c->len < c->cap &&
	    (code = row_next(db, stmt, &more, e)) == ERR_OK && more) {
		a = &c->v[c->len];
		memset(a, 0, sizeof(*a));
		if ((code = arrival_read(stmt, a, e)) != ERR_OK)
			break;
		if (c->page != NULL) {
			c->page->verified = a->verified;
			memcpy(c->page->digest, a->digest, DIGEST_LEN);
		}
		if (c->taken != NULL && taken_has(c->taken, a->digest)) {
			arrival_wipe(a);
			continue;
		}
		if (c->taken != NULL && (code = taken_add(c->taken,
		    a->digest, e)) != ERR_OK) {
			arrival_wipe(a);
			break;
		}
		c->len++;
	}
	sql_done(stmt);
	return code;
}

/* All of them, or none: taken_lock is held if there is a set. */
static enum err_code
collected(struct collection *c, size_t *n, enum err_code code)
{
	if (code != ERR_OK) {
		if (c->taken != NULL)
			taken_drop(c->taken, c->v, c->len);
		for (size_t i = 0; i < c->len; i++)
			arrival_wipe(&c->v[i]);
		c->len = 0;
	}
	*n = c->len;
	return code;
}

/* Some of the queue, by when they are due; sql asks for those of eight
 * places. */
static enum err_code
collect_due(struct sql *db, const char *sql, const char *const *places,
    size_t n_places, int64_t due, struct collection *c, struct err *e)
{
	enum err_code code = ERR_OK;
	const char *p[PLACES];

	for (size_t i = 0; code == ERR_OK && c->len < c->cap && i < n_places;
	    i += PLACES) {
		places_fill(places + i, n_places - i, p);
		code = collect(db, sql_prepare(db, e, sql,
		    "i" PLACES_TYPES "i", due, PLACES_OF(p),
		    wanted(c, sql_is_shared(db))), c, e);
	}
	return code;
}

#define A_QUEUE \
	" AND" IN_PLACES "ORDER BY due, arrived, digest LIMIT ?" SQL_TAKE

enum err_code
arrivals_take(struct sql *db, struct taken *t, const char *const *places,
    size_t n_places, int64_t now, struct arrival *v, size_t *n,
    struct err *e)
{
	struct collection c = { .taken = t, .v = v, .cap = *n };
	enum err_code code = ERR_OK;

	taken_lock(t);
	code = collect_due(db, "SELECT " ARRIVAL_COLUMNS " FROM arrivals a"
	    " WHERE state = 'queued' AND due <= ?" A_QUEUE, places, n_places,
	    now, &c, e);
	if (code == ERR_OK)
		code = collect_due(db, "SELECT " ARRIVAL_COLUMNS
		    " FROM arrivals a WHERE state = 'queued' AND due > ?"
		    A_QUEUE, places, n_places, now + ARRIVAL_PUT_OFF_MOST, &c,
		    e);
	code = collected(&c, n, code);
	taken_unlock(t);
	return code;
}

/* Seconds.  What seems to have happened so long after now happened while a
 * clock was ahead, and nobody waits for that time to come. */
#define AHEAD	600

/* What follows page in the order of what has become of them; sql asks for
 * those of eight places. */
static enum err_code
collect_page(struct sql *db, const char *sql, const char *const *places,
    size_t n_places, int64_t before, struct collection *c, struct err *e)
{
	struct arrivals_page *page = c->page;
	enum err_code code = ERR_OK;
	const char *p[PLACES];
	int64_t ahead = before < INT64_MAX - AHEAD ? before + AHEAD :
	    INT64_MAX;

	while (code == ERR_OK && c->len < c->cap &&
	    page->places < n_places) {
		places_fill(places + page->places, n_places - page->places,
		    p);
		code = collect(db, sql_prepare(db, e, sql,
		    "ibii" PLACES_TYPES "i", page->verified, page->digest,
		    before, ahead, PLACES_OF(p), wanted(c, false)), c, e);
		if (code == ERR_OK && c->len < c->cap)
			*page = (struct arrivals_page){
				.places = page->places + PLACES,
			};
	}
	return code;
}

#define A_PAGE \
	" AND (verified, digest) > (?, ?)" \
	" AND (verified < ? OR verified > ?) AND" IN_PLACES \
	"ORDER BY verified, digest LIMIT ?"

enum err_code
arrivals_unhanded(struct sql *db, struct taken *t, const char *const *places,
    size_t n_places, int64_t before, struct arrivals_page *page,
    struct arrival *v, size_t *n, struct err *e)
{
	struct collection c = { .taken = t, .page = page, .v = v, .cap = *n };
	enum err_code code;

	taken_lock(t);
	code = collect_page(db, "SELECT " ARRIVAL_COLUMNS " FROM arrivals a"
	    " WHERE counts = 1 AND handed = 0" A_PAGE, places, n_places,
	    before, &c, e);
	code = collected(&c, n, code);
	taken_unlock(t);
	return code;
}

enum err_code
arrivals_unfiled(struct sql *db, const char *const *places, size_t n_places,
    struct arrivals_page *page, struct arrival *v, size_t *n, struct err *e)
{
	struct collection c = { .page = page, .v = v, .cap = *n };

	return collected(&c, n, collect_page(db,
	    "SELECT " ARRIVAL_COLUMNS " FROM arrivals a"
	    " WHERE state IN ('accepted', 'rejected') AND filed = 0" A_PAGE,
	    places, n_places, INT64_MAX, &c, e));
}

enum err_code
arrivals_counting(struct sql *db, const uint8_t digest[static DIGEST_LEN],
    uint64_t *position, struct err *e)
{
	struct sql_stmt *stmt;
	enum err_code code;

	stmt = sql_prepare(db, e, "SELECT v.position FROM arrivals a"
	    " JOIN verdicts v ON v.digest = a.digest AND v.stage = 'accepted'"
	    " WHERE a.digest = ? AND a.counts = 1", "b", digest);
	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(db, stmt, e)) == ERR_OK)
		*position = (uint64_t)sql_integer(stmt, 0);
	sql_done(stmt);
	return code;
}

enum err_code
arrivals_waiting(struct sql *db, const char *const *places, size_t n_places,
    uint64_t *n, struct err *e)
{
	enum err_code code = ERR_OK;
	const char *p[PLACES];
	int64_t some;

	*n = 0;
	for (size_t i = 0; code == ERR_OK && i < n_places; i += PLACES) {
		places_fill(places + i, n_places - i, p);
		code = sql_number(db, sql_prepare(db, e,
		    "SELECT count(*) FROM arrivals"
		    " WHERE state = 'queued' AND" IN_PLACES, PLACES_TYPES,
		    PLACES_OF(p)), &some, e);
		if (code == ERR_OK)
			*n += (uint64_t)some;
	}
	return code;
}

enum err_code
arrivals_hurry(struct sql *db, struct err *e)
{
	enum err_code code = sql_begin(db, false, e);

	if (code != ERR_OK)
		return code;
	code = sql_run(db, sql_prepare(db, e, "UPDATE arrivals SET due = 0"
	    " WHERE state = 'queued' AND due > 0 AND attempts = 0", ""), e);
	return sql_finish(db, code, e);
}
