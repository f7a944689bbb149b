/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/verdicts.h"

#include <string.h>

#include "intake/book/arrivals_row.h"

enum err_code
verdicts_add(struct sql *db, const struct verdict_row *row, struct err *e)
{
	return sql_run(db, sql_prepare(db, e, "INSERT INTO verdicts (digest,"
	    " stage, organisation, position, size, time, bytes)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?)", "bttiiir", row->digest,
	    receipt_stage_name(row->stage), row->organisation,
	    (int64_t)row->position, (int64_t)row->size, row->time,
	    row->bytes, row->len), e);
}

enum err_code
verdicts_last_size(struct sql *db, const char organisation[static ORGNR_LEN],
    uint64_t *size, struct err *e)
{
	int64_t n = 0;
	enum err_code code;

	code = sql_number(db, sql_prepare(db, e,
	    "SELECT coalesce(max(size), 0) FROM verdicts"
	    " WHERE organisation = ?", "t", organisation), &n, e);
	if (code == ERR_OK)
		*size = (uint64_t)n;
	return code;
}

enum err_code
verdicts_get(struct sql *db, const uint8_t digest[static DIGEST_LEN],
    enum receipt_stage *stage, struct buf *out, struct err *e)
{
	struct sql_stmt *stmt;
	enum err_code code;
	const void *bytes;
	size_t len;

	stmt = sql_prepare(db, e, "SELECT stage, bytes FROM verdicts"
	    " WHERE digest = ? AND stage IN ('accepted', 'rejected')", "b",
	    digest);
	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(db, stmt, e)) == ERR_OK) {
		*stage = strcmp(sql_text(stmt, 0),
		    receipt_stage_name(STAGE_ACCEPTED)) == 0 ?
		    STAGE_ACCEPTED : STAGE_REJECTED;
		bytes = sql_bytes(stmt, 1, &len);
		buf_add(out, bytes, len);
		code = buf_check(out, e);
	}
	sql_done(stmt);
	return code;
}

enum err_code
verdicts_unpublished(struct sql *db, uint64_t from, struct verdict_row *v,
    size_t *n, struct err *e)
{
	size_t cap = *n;
	enum err_code code = ERR_OK;
	struct sql_stmt *stmt;
	int stage;
	bool more;

	*n = 0;
	stmt = sql_prepare(db, e, "SELECT digest, stage, position"
	    " FROM verdicts WHERE published = 0 AND position >= ?"
	    " ORDER BY position LIMIT ?", "ii", (int64_t)from, (int64_t)cap);
	if (stmt == NULL)
		return e->code;
	while (*n < cap && (code = row_next(db, stmt, &more, e)) == ERR_OK &&
	    more) {
		memset(&v[*n], 0, sizeof(*v));
		stage = receipt_stage_parse(sql_text(stmt, 1));
		if (stage == -1)
			code = err_set(e, ERR_IO, "ledger", 0,
			    "a row is damaged: stage");
		else
			code = row_digest(stmt, 0, v[*n].digest, e);
		if (code != ERR_OK)
			break;
		v[*n].position = (uint64_t)sql_integer(stmt, 2);
		v[(*n)++].stage = (enum receipt_stage)stage;
	}
	sql_done(stmt);
	return code;
}

enum err_code
verdicts_published(struct sql *db, const struct verdict_row *v, size_t n,
    struct err *e)
{
	enum err_code code = ERR_OK;

	for (size_t i = 0; code == ERR_OK && i < n; i++)
		code = sql_run(db, sql_prepare(db, e, "UPDATE verdicts"
		    " SET published = 1 WHERE digest = ? AND stage = ?", "bt",
		    v[i].digest, receipt_stage_name(v[i].stage)), e);
	return code;
}
