/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/changes.h"

#include <string.h>

#include "ledger/sql.h"

enum err_code
change_fetch(struct sql *db, struct sql_stmt *stmt, const char *home,
    struct upload_row *row, struct err *e)
{
	size_t id_len, sender_len, digest_len;
	const void *id, *sender, *digest;
	struct upload_row r = { 0 };
	enum err_code code;

	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(db, stmt, e)) != ERR_OK)
		goto out;
	id = sql_bytes(stmt, 0, &id_len);
	sender = sql_bytes(stmt, 1, &sender_len);
	digest = sql_bytes(stmt, 2, &digest_len);
	if (id_len != UPLOAD_ID_LEN - 1 || sender_len != 10 ||
	    digest_len != 32) {
		code = err_set(e, ERR_IO, "ledger", 0,
		    "an upload's row is damaged");
		goto out;
	}
	memcpy(r.id, id, id_len);
	memcpy(r.sender, sender, sender_len);
	memcpy(r.digest, digest, digest_len);
	r.length = (uint64_t)sql_integer(stmt, 3);
	r.complete = sql_integer(stmt, 4) != 0;
	r.created = sql_integer(stmt, 5);
	r.expires = sql_integer(stmt, 6);
	r.here = strcmp(sql_text(stmt, 7), home) == 0;
	*row = r;
out:
	sql_done(stmt);
	return code;
}

enum err_code
change_fetch_same(struct sql *db, const char *home, struct upload_row *row,
    struct err *e)
{
	return change_fetch(db, sql_prepare(db, e, "SELECT " CHANGE_COLUMNS
	    " FROM uploads WHERE sender = ? AND digest = ? AND length = ?",
	    "tbi", row->sender, row->digest, (int64_t)row->length), home,
	    row, e);
}

/* Has the sender room for one more, of this length?  Portals that ask at the
 * same time may each have given one too many. */
static enum err_code
check_quota(struct sql *db, const struct upload_row *row,
    const struct quota *quota, struct err *e)
{
	int64_t open = 0, bytes = 0;
	enum err_code code;

	code = sql_number(db, sql_prepare(db, e,
	    "SELECT count(*) FROM uploads WHERE sender = ?"
	    " AND complete = 0 AND expires > ?", "ti",
	    row->sender, row->created), &open, e);
	if (code == ERR_OK && open >= quota->uploads)
		code = err_set(e, ERR_PORTAL_BUSY, NULL, 0, "%lld uploads "
		    "have been begun and not finished; finish or delete one",
		    (long long)open);
	if (code == ERR_OK && open != 0)
		code = sql_number(db, sql_prepare(db, e,
		    "SELECT CAST(sum(length) AS BIGINT) FROM uploads"
		    " WHERE sender = ? AND complete = 0 AND expires > ?",
		    "ti", row->sender, row->created), &bytes, e);
	/* Lengths are below 2^32, so that sums do not overflow. */
	if (code == ERR_OK && bytes + (int64_t)row->length > quota->bytes)
		code = err_set(e, ERR_PORTAL_BUSY, NULL, 0, "uploads of %lld "
		    "bytes have been begun and not finished; finish or "
		    "delete one", (long long)bytes);
	return code;
}

/* ERR_OK: it was there already; ERR_HTTP_NOT_FOUND, not in *e: it was not. */
static enum err_code
look(struct sql *db, const struct change_creation *c, struct err *e)
{
	struct err why = { 0 };
	enum err_code code = change_fetch_same(db, c->home, c->row, &why);

	*c->existed = code == ERR_OK;
	if (code != ERR_OK && code != ERR_HTTP_NOT_FOUND)
		*e = why;
	return code;
}

enum err_code
change_create(struct sql *db, void *arg, struct err *e)
{
	const struct change_creation *c = arg;
	const struct upload_row *row = c->row;
	struct err why = { 0 };
	enum err_code code;

	if ((code = look(db, c, e)) != ERR_HTTP_NOT_FOUND)
		return code;
	if ((code = check_quota(db, row, c->quota, e)) != ERR_OK)
		return code;
	code = sql_found(db, sql_prepare(db, &why,
	    "INSERT INTO uploads (id, sender, digest, length, created,"
	    " expires, home) VALUES (?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT (sender, digest, length) DO NOTHING RETURNING 1",
	    "ttbiiit", row->id, row->sender, row->digest,
	    (int64_t)row->length, row->created, row->expires, c->home), &why);
	/* Another portal was quicker. */
	if (code == ERR_HTTP_NOT_FOUND)
		return look(db, c, e) == ERR_OK ? ERR_OK :
		    err_set(e, ERR_HTTP_BUSY, NULL, 0, NULL);
	if (code != ERR_OK)
		*e = why;
	return code;
}

/* A row that was made lazily must be on the disk before its bytes get a
 * name; and it must still be ours. */
enum err_code
change_settle(struct sql *db, void *arg, struct err *e)
{
	const struct change_upload *u = arg;

	if (sql_unsettled(db))
		return sql_found(db, sql_prepare(db, e,
		    "UPDATE uploads SET complete = complete WHERE id = ?"
		    " AND home = ? AND complete = 0 RETURNING 1", "tt",
		    u->id, u->home), e);
	return sql_found(db, sql_prepare(db, e, "SELECT 1 FROM uploads"
	    " WHERE id = ? AND home = ? AND complete = 0", "tt", u->id,
	    u->home), e);
}

enum err_code
change_take_over(struct sql *db, void *arg, struct err *e)
{
	const struct change_upload *u = arg;

	return sql_found(db, sql_prepare(db, e, "UPDATE uploads SET home = ?"
	    " WHERE id = ? AND complete = 0 RETURNING 1", "tt", u->home,
	    u->id), e);
}

enum err_code
change_complete(struct sql *db, void *arg, struct err *e)
{
	const struct change_upload *u = arg;
	enum err_code code;

	code = sql_found(db, sql_prepare(db, e, "UPDATE uploads"
	    " SET complete = 1 WHERE id = ? AND home = ? AND complete = 0"
	    " RETURNING 1", "tt", u->id, u->home), e);
	return code == ERR_OK ?
	    change_add_receipt(db, (void *)(uintptr_t)u->receipt, e) : code;
}

enum err_code
change_remove(struct sql *db, void *arg, struct err *e)
{
	const struct change_upload *u = arg;

	return sql_run(db, sql_prepare(db, e,
	    "DELETE FROM uploads WHERE id = ? AND complete = 0", "t", u->id),
	    e);
}

enum err_code
change_expire(struct sql *db, void *arg, struct err *e)
{
	const struct change_upload *u = arg;

	return sql_run(db, sql_prepare(db, e,
	    "UPDATE uploads SET expires = 0 WHERE id = ? AND complete = 0",
	    "t", u->id), e);
}

enum err_code
change_add_receipt(struct sql *db, void *arg, struct err *e)
{
	const struct receipt_row *r = arg;

	return sql_run(db, sql_prepare(db, e,
	    "INSERT INTO receipts (digest, sender, stage, signer, time, bytes)"
	    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", "btttir",
	    r->digest, r->sender, r->stage, r->signer, r->time, r->bytes,
	    r->len), e);
}

/* On a shared ledger a completion may be under way: another's, or one of ours
 * whose connection broke while it was being committed. */
static enum err_code
wait_for_completions(struct sql *db, const uint8_t *digest, struct err *e)
{
	struct sql_stmt *stmt = sql_prepare(db, e,
	    "SELECT id FROM uploads WHERE digest = ?" SQL_LOCK, "b", digest);
	struct err why = { 0 };
	enum err_code code;

	if (stmt == NULL)
		return e->code;
	while ((code = sql_row(db, stmt, &why)) == ERR_OK)
		;
	sql_done(stmt);
	if (code == ERR_HTTP_NOT_FOUND)
		return ERR_OK;
	*e = why;
	return code;
}

enum err_code
change_count_stored(struct sql *db, void *arg, struct err *e)
{
	struct change_question *q = arg;
	enum err_code code = wait_for_completions(db, q->digest, e);

	return code != ERR_OK ? code : sql_number(db, sql_prepare(db, e,
	    "SELECT count(*) FROM receipts WHERE digest = ?"
	    " AND stage = 'stored'", "b", q->digest), &q->answer, e);
}
