/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/ledger.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "portal/sql.h"

/* "Sigl": tells our files from other SQLite databases. */
#define APPLICATION_ID	"0x5369676c"
#define SCHEMA_VERSION	1

#define UPLOAD_COLUMNS	"id, sender, digest, length, complete, created, expires"

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "PRAGMA application_id = " APPLICATION_ID ";"
    "CREATE TABLE uploads ("
    "  id TEXT PRIMARY KEY NOT NULL,"
    "  sender TEXT NOT NULL,"
    "  digest BLOB NOT NULL,"
    "  length INTEGER NOT NULL,"
    "  complete INTEGER NOT NULL DEFAULT 0,"
    "  created INTEGER NOT NULL,"
    "  expires INTEGER NOT NULL,"
    "  UNIQUE (sender, digest, length)) STRICT;"
    "CREATE TABLE receipts ("
    "  digest BLOB NOT NULL,"
    "  sender TEXT NOT NULL,"
    "  stage TEXT NOT NULL,"
    "  signer TEXT NOT NULL,"
    "  time INTEGER NOT NULL,"
    "  bytes BLOB NOT NULL,"
    "  PRIMARY KEY (digest, sender, stage)) STRICT;"
    "PRAGMA user_version = 1;";

/* What is not complete is asked for at each new upload, among years of what
 * is. */
static const char indexes[] =
    "CREATE INDEX IF NOT EXISTS unfinished"
    "  ON uploads (sender, id, expires, length) WHERE complete = 0;";

struct ledger {
	struct sql *db;
	pthread_mutex_t mutex;	/* one statement or transaction at a time */
};

/* The one row of UPLOAD_COLUMNS; ERR_HTTP_NOT_FOUND without. */
static enum err_code
fetch_upload(struct ledger *l, struct sqlite3_stmt *stmt,
    struct upload_row *row, struct err *e)
{
	size_t id_len, sender_len, digest_len;
	const void *id, *sender, *digest;
	struct upload_row r = { 0 };
	enum err_code code;

	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(l->db, stmt, e)) != ERR_OK)
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
	*row = r;
out:
	sql_done(stmt);
	return code;
}

static enum err_code
insert_receipt(struct ledger *l, const struct receipt_row *r, struct err *e)
{
	return sql_run(l->db, sql_prepare(l->db, e,
	    "INSERT OR IGNORE INTO receipts (digest, sender, stage, signer,"
	    " time, bytes) VALUES (?, ?, ?, ?, ?, ?)", "btttir",
	    r->digest, r->sender, r->stage, r->signer, r->time, r->bytes,
	    r->len), e);
}

/* An empty database gets the schema; anything else must have ours. */
static enum err_code
set_up(struct ledger *l, const char *path, struct err *e)
{
	int64_t version = 0, tables = 0;
	enum err_code code;

	code = sql_number(l->db, sql_prepare(l->db, e, "PRAGMA user_version",
	    ""), &version, e);
	if (code == ERR_OK)
		code = sql_number(l->db, sql_prepare(l->db, e,
		    "SELECT count(*) FROM sqlite_schema", ""), &tables, e);
	if (code == ERR_OK && version == 0 && tables == 0)
		code = sql_finish(l->db, sql_execute(l->db, schema, e), e);
	else if (code == ERR_OK && version != SCHEMA_VERSION)
		code = err_set(e, ERR_CONFIG, path, 0,
		    "it is not a ledger of this version");
	return code == ERR_OK ? sql_execute(l->db, indexes, e) : code;
}

enum err_code
ledger_open(const char *path, struct ledger **out, struct err *e)
{
	struct ledger *l = calloc(1, sizeof(*l));
	enum err_code code;

	if (l == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	(void)pthread_mutex_init(&l->mutex, NULL);
	if ((code = sql_open(path, &l->db, e)) == ERR_OK)
		code = set_up(l, path, e);
	if (code == ERR_OK)
		*out = l;
	else
		ledger_close(l);
	return code;
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	sql_close(l->db);
	(void)pthread_mutex_destroy(&l->mutex);
	free(l);
}

static enum err_code
find_same(struct ledger *l, struct upload_row *row, struct err *e)
{
	return fetch_upload(l, sql_prepare(l->db, e, "SELECT " UPLOAD_COLUMNS
	    " FROM uploads WHERE sender = ? AND digest = ? AND length = ?",
	    "tbi", row->sender, row->digest, (int64_t)row->length), row, e);
}

/* Has the sender room for one more, of this length? */
static enum err_code
check_quota(struct ledger *l, const struct upload_row *row,
    const struct quota *quota, struct err *e)
{
	int64_t open = 0, bytes = 0;
	enum err_code code;

	code = sql_number(l->db, sql_prepare(l->db, e,
	    "SELECT count(*) FROM uploads WHERE sender = ?"
	    " AND complete = 0 AND expires > ?", "ti",
	    row->sender, row->created), &open, e);
	if (code == ERR_OK && open >= quota->uploads)
		code = err_set(e, ERR_PORTAL_BUSY, NULL, 0, "%lld uploads "
		    "have been begun and not finished; finish or delete one",
		    (long long)open);
	if (code == ERR_OK && open != 0)
		code = sql_number(l->db, sql_prepare(l->db, e,
		    "SELECT sum(length) FROM uploads WHERE sender = ?"
		    " AND complete = 0 AND expires > ?", "ti", row->sender,
		    row->created), &bytes, e);
	/* Lengths are below 2^32, so that sums do not overflow. */
	if (code == ERR_OK && bytes + (int64_t)row->length > quota->bytes)
		code = err_set(e, ERR_PORTAL_BUSY, NULL, 0, "uploads of %lld "
		    "bytes have been begun and not finished; finish or "
		    "delete one", (long long)bytes);
	return code;
}

enum err_code
ledger_create(struct ledger *l, struct upload_row *row,
    const struct quota *quota, bool lazy, bool *existed, struct err *e)
{
	struct err none = { 0 };
	enum err_code code;

	*existed = false;
	pthread_mutex_lock(&l->mutex);
	if ((code = sql_begin(l->db, lazy, e)) != ERR_OK)
		goto out;
	code = find_same(l, row, &none);
	if (code != ERR_HTTP_NOT_FOUND) {
		*existed = code == ERR_OK;
		if (code != ERR_OK)
			*e = none;
		goto end;
	}
	code = check_quota(l, row, quota, e);
	if (code == ERR_OK)
		code = sql_run(l->db, sql_prepare(l->db, e,
		    "INSERT INTO uploads (id, sender, digest, length,"
		    " created, expires)"
		    " VALUES (?, ?, ?, ?, ?, ?)", "ttbiii", row->id,
		    row->sender, row->digest, (int64_t)row->length,
		    row->created, row->expires), e);
end:
	code = sql_finish(l->db, code, e);
out:
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_settle(struct ledger *l, const char *id, struct err *e)
{
	enum err_code code = ERR_OK;

	pthread_mutex_lock(&l->mutex);
	if (sql_unsettled(l->db) &&
	    (code = sql_begin(l->db, false, e)) == ERR_OK)
		code = sql_finish(l->db, sql_run(l->db, sql_prepare(l->db, e,
		    "UPDATE uploads SET complete = complete WHERE id = ?",
		    "t", id), e), e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_find(struct ledger *l, const char *id, struct upload_row *row,
    struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = fetch_upload(l, sql_prepare(l->db, e, "SELECT " UPLOAD_COLUMNS
	    " FROM uploads WHERE id = ?", "t", id), row, e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_find_same(struct ledger *l, struct upload_row *row, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = find_same(l, row, e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

/* A statement about one incomplete upload. */
static enum err_code
change_open(struct ledger *l, const char *sql, const char *id, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	if ((code = sql_begin(l->db, false, e)) == ERR_OK)
		code = sql_finish(l->db, sql_run(l->db, sql_prepare(l->db, e,
		    sql, "t", id), e), e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_remove(struct ledger *l, const char *id, struct err *e)
{
	return change_open(l,
	    "DELETE FROM uploads WHERE id = ? AND complete = 0", id, e);
}

enum err_code
ledger_expire(struct ledger *l, const char *id, struct err *e)
{
	return change_open(l,
	    "UPDATE uploads SET expires = 0 WHERE id = ? AND complete = 0",
	    id, e);
}

enum err_code
ledger_next_open(struct ledger *l, struct upload_row *row, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = fetch_upload(l, sql_prepare(l->db, e, "SELECT " UPLOAD_COLUMNS
	    " FROM uploads WHERE complete = 0 AND (sender, id) > (?, ?)"
	    " ORDER BY sender, id LIMIT 1", "tt", row->sender, row->id), row,
	    e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_complete(struct ledger *l, const char *id,
    const struct receipt_row *receipt, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	if ((code = sql_begin(l->db, false, e)) == ERR_OK) {
		code = sql_run(l->db, sql_prepare(l->db, e,
		    "UPDATE uploads SET complete = 1 WHERE id = ?", "t", id),
		    e);
		if (code == ERR_OK)
			code = insert_receipt(l, receipt, e);
		code = sql_finish(l->db, code, e);
	}
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_add_receipt(struct ledger *l, const struct receipt_row *receipt,
    struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	if ((code = sql_begin(l->db, false, e)) == ERR_OK)
		code = sql_finish(l->db, insert_receipt(l, receipt, e), e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_receipt(struct ledger *l, const uint8_t digest[static 32],
    const char *sender, const char *stage, struct buf *out, struct err *e)
{
	struct sqlite3_stmt *stmt;
	const void *bytes;
	enum err_code code;
	size_t len;

	pthread_mutex_lock(&l->mutex);
	stmt = sql_prepare(l->db, e, "SELECT bytes FROM receipts"
	    " WHERE digest = ? AND sender = ? AND stage = ?", "btt", digest,
	    sender, stage);
	if (stmt == NULL)
		code = e->code;
	else {
		if ((code = sql_row(l->db, stmt, e)) == ERR_OK) {
			bytes = sql_bytes(stmt, 0, &len);
			buf_add(out, bytes, len);
			code = buf_check(out, e);
		}
		sql_done(stmt);
	}
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_has_stored(struct ledger *l, const uint8_t digest[static 32],
    bool *has, struct err *e)
{
	enum err_code code;
	int64_t n = 0;

	pthread_mutex_lock(&l->mutex);
	/* While a commit is in doubt, the log may have a receipt that is not
	 * seen here and comes back with the next start. */
	if ((code = sql_mend(l->db, e)) == ERR_OK)
		code = sql_number(l->db, sql_prepare(l->db, e,
		    "SELECT count(*) FROM receipts"
		    " WHERE digest = ? AND stage = 'stored'", "b", digest),
		    &n, e);
	pthread_mutex_unlock(&l->mutex);
	*has = n != 0;
	return code;
}

enum err_code
ledger_knows(struct ledger *l, const uint8_t digest[static 32],
    const char *sender, struct err *e)
{
	enum err_code code;
	int64_t n = 0;

	pthread_mutex_lock(&l->mutex);
	code = sql_number(l->db, sql_prepare(l->db, e,
	    "SELECT count(*) FROM uploads WHERE digest = ? AND sender = ?",
	    "bt", digest, sender), &n, e);
	pthread_mutex_unlock(&l->mutex);
	if (code == ERR_OK && n == 0)
		code = err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0, NULL);
	return code;
}
