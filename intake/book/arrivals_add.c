/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/arrivals.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "intake/book/arrivals_row.h"

#define LOOK	16	/* files that one statement asks for */
#define CHUNK	500	/* files that one transaction adds */

struct found {
	struct arrival *a;
	bool *known;
};

/* One order for all: two that add the same files do not wait for each other
 * in a circle. */
static int
compare(const void *x, const void *y)
{
	return memcmp(((const struct found *)x)->a->digest,
	    ((const struct found *)y)->a->digest, DIGEST_LEN);
}

/* How it stands, from a row that it is known by. */
static enum err_code
tell(struct found *f, const struct arrival *row, struct err *e)
{
	char *place = wipe_strdup(row->place), *name = wipe_strdup(row->name);

	if (place == NULL || name == NULL) {
		wipe_free(place);
		wipe_free(name);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	wipe_free(f->a->place);
	wipe_free(f->a->name);
	f->a->place = place;
	f->a->name = name;
	f->a->size = row->size;
	f->a->arrived = row->arrived;
	f->a->state = row->state;
	f->a->due = row->due;
	f->a->code = row->code;
	f->a->verified = row->verified;
	f->a->handed = row->handed;
	f->a->filed = row->filed;
	*f->known = true;
	return ERR_OK;
}

/* Which of at most LOOK files are known? */
static enum err_code
look(struct sql *db, struct found *f, size_t n, struct err *e)
{
	const uint8_t *d[LOOK];
	struct sql_stmt *stmt;
	struct arrival row = { 0 };
	enum err_code code;
	bool more;

	for (size_t i = 0; i < LOOK; i++)
		d[i] = f[i < n ? i : 0].a->digest;
	stmt = sql_prepare(db, e, "SELECT " ARRIVAL_COLUMNS
	    " FROM arrivals a WHERE digest IN"
	    " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    "bbbbbbbbbbbbbbbb", d[0], d[1], d[2], d[3], d[4], d[5], d[6],
	    d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14], d[15]);
	if (stmt == NULL)
		return e->code;
	while ((code = row_next(db, stmt, &more, e)) == ERR_OK && more &&
	    (code = arrival_read(stmt, &row, e)) == ERR_OK) {
		for (size_t i = 0; code == ERR_OK && i < n; i++)
			if (memcmp(f[i].a->digest, row.digest,
			    DIGEST_LEN) == 0)
				code = tell(&f[i], &row, e);
		arrival_wipe(&row);
		if (code != ERR_OK)
			break;
	}
	sql_done(stmt);
	return code;
}

/* Somebody else may have been first, since. */
static enum err_code
insert(struct sql *db, struct found *f, struct err *e)
{
	const struct arrival *a = f->a;
	struct err found = { 0 };
	struct buf name = { 0 };
	enum err_code code;

	code = arrival_name_encode(a->name, &name, e);
	if (code == ERR_OK)
		code = sql_found(db, sql_prepare(db, &found,
		    "INSERT INTO arrivals"
		    " (digest, size, source, place, name, arrived)"
		    " VALUES (?, ?, ?, ?, ?, ?)"
		    " ON CONFLICT DO NOTHING RETURNING 1", "bittti",
		    a->digest, (int64_t)a->size, a->source, a->place,
		    (const char *)name.data, a->arrived), &found);
	buf_wipe(&name);
	if (code == ERR_HTTP_NOT_FOUND)
		return look(db, f, 1, e);
	return code == ERR_OK ? ERR_OK :
	    err_set(e, code, found.where, 0, "%s", found.msg);
}

/* Those of a chunk that are not known, in one transaction. */
static enum err_code
insert_chunk(struct sql *db, struct found *f, size_t n, struct err *e)
{
	enum err_code code = ERR_OK;
	size_t i = 0;

	while (i < n && *f[i].known)
		i++;
	if (i == n)
		return ERR_OK;
	if ((code = sql_begin(db, false, e)) != ERR_OK)
		return code;
	for (; code == ERR_OK && i < n; i++)
		if (!*f[i].known)
			code = insert(db, &f[i], e);
	return sql_finish(db, code, e);
}

enum err_code
arrivals_add(struct sql *db, struct arrival *v, size_t n, bool *known,
    struct err *e)
{
	struct found *f = calloc(n != 0 ? n : 1, sizeof(*f));
	enum err_code code = ERR_OK;
	size_t some;

	if (f == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < n; i++) {
		f[i] = (struct found){ .a = &v[i], .known = &known[i] };
		known[i] = false;
	}
	qsort(f, n, sizeof(*f), compare);
	for (size_t i = 0; code == ERR_OK && i < n; i += some) {
		some = n - i < LOOK ? n - i : LOOK;
		code = look(db, f + i, some, e);
	}
	for (size_t i = 0; code == ERR_OK && i < n; i += some) {
		some = n - i < CHUNK ? n - i : CHUNK;
		code = insert_chunk(db, f + i, some, e);
	}
	free(f);
	return code;
}
