/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/scores.h"

#include <stdio.h>
#include <string.h>

#include "intake/book/arrivals_row.h"

void
score_wipe(struct score *s)
{
	buf_wipe(&s->receipt);
	buf_wipe(&s->sealed);
	memset(s, 0, sizeof(*s));
}

enum err_code
scores_add(struct sql *db, const struct score *s, bool *added, struct err *e)
{
	struct err found = { 0 };
	struct sql_stmt *stmt;
	enum err_code code;

	stmt = sql_prepare(db, e, "INSERT INTO scores (digest, organisation,"
	    " feedback, time, bytes, sealed) VALUES (?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO NOTHING RETURNING 1", "btbirr", s->digest,
	    s->organisation, s->feedback, s->time, s->receipt.data,
	    s->receipt.len, s->sealed.data, s->sealed.len);
	if (stmt == NULL)
		return e->code;
	code = sql_found(db, stmt, &found);
	*added = code == ERR_OK;
	if (code == ERR_OK || code == ERR_HTTP_NOT_FOUND)
		return ERR_OK;
	return err_set(e, code, found.where, found.at, "%s", found.msg);
}

static enum err_code
read_row(struct sql_stmt *stmt, struct score *s, struct err *e)
{
	const void *bytes;
	enum err_code code;
	size_t len;

	if ((code = row_digest(stmt, 0, s->digest, e)) != ERR_OK ||
	    (code = row_digest(stmt, 2, s->feedback, e)) != ERR_OK)
		return code;
	(void)snprintf(s->organisation, sizeof(s->organisation), "%s",
	    sql_text(stmt, 1));
	s->time = sql_integer(stmt, 3);
	bytes = sql_bytes(stmt, 4, &len);
	buf_add(&s->receipt, bytes, len);
	bytes = sql_bytes(stmt, 5, &len);
	buf_add(&s->sealed, bytes, len);
	return (code = buf_check(&s->receipt, e)) == ERR_OK ?
	    buf_check(&s->sealed, e) : code;
}

enum err_code
scores_get(struct sql *db, const uint8_t digest[static DIGEST_LEN],
    struct score *out, struct err *e)
{
	struct sql_stmt *stmt = sql_prepare(db, e, "SELECT digest,"
	    " organisation, feedback, time, bytes, sealed FROM scores"
	    " WHERE digest = ?", "b", digest);
	enum err_code code;

	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(db, stmt, e)) == ERR_OK)
		code = read_row(stmt, out, e);
	sql_done(stmt);
	if (code != ERR_OK)
		score_wipe(out);
	return code;
}

enum err_code
scores_unpublished(struct sql *db, const struct scores_place *after,
    struct scores_place *v, size_t *n, struct err *e)
{
	struct sql_stmt *stmt = sql_prepare(db, e, "SELECT digest, time"
	    " FROM scores WHERE published = 0 AND (time, digest) > (?, ?)"
	    " ORDER BY time, digest LIMIT ?", "ibi", after->time,
	    after->digest, (int64_t)*n);
	enum err_code code = ERR_OK;
	size_t cap = *n;
	bool more;

	*n = 0;
	if (stmt == NULL)
		return e->code;
	while (*n < cap && (code = row_next(db, stmt, &more, e)) == ERR_OK &&
	    more && (code = row_digest(stmt, 0, v[*n].digest, e)) == ERR_OK)
		v[(*n)++].time = sql_integer(stmt, 1);
	sql_done(stmt);
	return code;
}

enum err_code
scores_published(struct sql *db, const uint8_t digest[static DIGEST_LEN],
    struct err *e)
{
	return sql_run(db, sql_prepare(db, e, "UPDATE scores"
	    " SET published = 1 WHERE digest = ?", "b", digest), e);
}
