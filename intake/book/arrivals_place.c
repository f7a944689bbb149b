/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/arrivals_place.h"

#include "base/wipe.h"
#include "intake/book/arrivals_row.h"

/* Something is still to be done.  Each of these has an index. */
#define OPEN \
	"(state = 'queued' OR state = 'held'" \
	" OR (state IN ('accepted', 'rejected') AND filed = 0)" \
	" OR (counts = 1 AND handed = 0))"
#define TRY_AGAIN \
	" due = CASE WHEN state = 'queued' THEN 0 ELSE due END," \
	" code = CASE WHEN state = 'queued' THEN '' ELSE code END"

/* Nobody is waited for. */
static enum err_code
lock(struct sql *db, const struct arrival *a, bool *locked, struct err *e)
{
	struct sql_stmt *stmt;
	enum err_code code;

	*locked = false;
	stmt = sql_prepare(db, e, "SELECT 1 FROM arrivals WHERE digest = ?"
	    " AND state IN ('queued', 'held')" SQL_TAKE, "b", a->digest);
	if (stmt == NULL)
		return e->code;
	code = row_next(db, stmt, locked, e);
	sql_done(stmt);
	return code;
}

enum err_code
arrivals_move(struct sql *db, const struct arrival *a, bool *moved,
    struct err *e)
{
	struct buf name = { 0 };
	enum err_code code;

	*moved = false;
	if ((code = arrival_name_encode(a->name, &name, e)) != ERR_OK ||
	    (code = sql_begin(db, false, e)) != ERR_OK) {
		buf_wipe(&name);
		return code;
	}
	code = lock(db, a, moved, e);
	if (code == ERR_OK && *moved)
		code = sql_run(db, sql_prepare(db, e, "UPDATE arrivals"
		    " SET size = ?, source = ?, place = ?, name = ?,"
		    TRY_AGAIN " WHERE digest = ?", "itttb",
		    (int64_t)a->size, a->source, a->place,
		    (const char *)name.data, a->digest), e);
	buf_wipe(&name);
	return sql_finish(db, code, e);
}

enum err_code
arrivals_places(struct sql *db, enum err_code (*each)(void *arg,
    const char *place, uint64_t n, struct err *e), void *arg, struct err *e)
{
	char *place = wipe_strdup("");
	struct sql_stmt *stmt;
	enum err_code code;
	uint64_t n = 0;
	bool more;

	if (place == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	do {
		stmt = sql_prepare(db, e, "SELECT place, count(*)"
		    " FROM arrivals WHERE place > ? AND " OPEN
		    " GROUP BY place ORDER BY place LIMIT 1", "t", place);
		if (stmt == NULL) {
			code = e->code;
			break;
		}
		code = row_next(db, stmt, &more, e);
		if (code == ERR_OK && more) {
			wipe_free(place);
			n = (uint64_t)sql_integer(stmt, 1);
			code = row_text(stmt, 0, &place, e);
		}
		sql_done(stmt);
		if (code == ERR_OK && more)
			code = each(arg, place, n, e);
	} while (code == ERR_OK && more);
	wipe_free(place);
	return code;
}

enum err_code
arrivals_adopt(struct sql *db, const char *from, const char *to,
    struct err *e)
{
	enum err_code code = sql_begin(db, false, e);

	if (code != ERR_OK)
		return code;
	code = sql_run(db, sql_prepare(db, e, "UPDATE arrivals SET place = ?,"
	    TRY_AGAIN " WHERE place = ? AND " OPEN, "tt", to, from), e);
	return sql_finish(db, code, e);
}
