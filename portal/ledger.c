/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/ledger.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* "Sigl": tells our files from other SQLite databases. */
#define APPLICATION_ID	"0x5369676c"
#define SCHEMA_VERSION	1
#define BUSY_MS		5000	/* a backup or a person with sqlite3(1) */

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

#define STATEMENTS	24	/* more than there are in this file */

struct ledger {
	sqlite3 *db;
	pthread_mutex_t mutex;	/* one statement or transaction at a time */
	/* Compiled at their first use. */
	struct { const char *sql; sqlite3_stmt *stmt; } known[STATEMENTS];
	bool lazy;		/* commits do not wait for the disk now */
	bool unsettled;		/* there was one that did not */
	bool torn;		/* a commit failed: the log is in doubt */
	int64_t changes;	/* of rows, when the transaction began */
};

/* What a failed call of the database means to us. */
static enum err_code
fail(const struct ledger *l, struct err *e)
{
	enum err_code code;

	switch (sqlite3_errcode(l->db)) {
	case SQLITE_FULL:
		code = ERR_NO_SPACE;
		break;
	case SQLITE_NOMEM:
		code = ERR_NO_MEMORY;
		break;
	default:
		code = ERR_IO;
		break;
	}
	return err_set(e, code, "ledger", 0, "%s", sqlite3_errmsg(l->db));
}

/* A statement of this file, ready to be bound; sql lives as long as we. */
static int
compile(struct ledger *l, const char *sql, sqlite3_stmt **out)
{
	size_t i = 0;
	int rc;

	while (i < STATEMENTS && l->known[i].sql != NULL &&
	    l->known[i].sql != sql)
		i++;
	if (i == STATEMENTS)
		return SQLITE_INTERNAL;
	if (l->known[i].sql == NULL) {
		rc = sqlite3_prepare_v3(l->db, sql, -1,
		    SQLITE_PREPARE_PERSISTENT, &l->known[i].stmt, NULL);
		if (rc != SQLITE_OK)
			return rc;
		l->known[i].sql = sql;
	}
	*out = l->known[i].stmt;
	return SQLITE_OK;
}

/* Ends a statement, and forgets what was bound to it.  NULL-safe. */
static void
done(sqlite3_stmt *stmt)
{
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
}

/*
 * Prepares a statement and binds what types tells: t text, b digest, i
 * int64_t, r bytes and their size.  NULL on failure, with *e filled.
 */
static sqlite3_stmt *
prepare(struct ledger *l, struct err *e, const char *sql, const char *types,
    ...)
{
	sqlite3_stmt *stmt = NULL;
	const void *bytes;
	va_list ap;
	int rc;

	rc = compile(l, sql, &stmt);
	va_start(ap, types);
	for (int i = 1; rc == SQLITE_OK && types[i - 1] != '\0'; i++) {
		switch (types[i - 1]) {
		case 't':
			rc = sqlite3_bind_text(stmt, i,
			    va_arg(ap, const char *), -1, SQLITE_STATIC);
			break;
		case 'b':
			rc = sqlite3_bind_blob(stmt, i,
			    va_arg(ap, const void *), 32, SQLITE_STATIC);
			break;
		case 'i':
			rc = sqlite3_bind_int64(stmt, i, va_arg(ap, int64_t));
			break;
		default:
			bytes = va_arg(ap, const void *);
			rc = sqlite3_bind_blob64(stmt, i, bytes,
			    va_arg(ap, size_t), SQLITE_STATIC);
			break;
		}
	}
	va_end(ap);
	if (rc != SQLITE_OK) {
		(void)fail(l, e);
		if (stmt != NULL)
			done(stmt);
		return NULL;
	}
	return stmt;
}

/* Runs a statement that gives no rows, and ends it. */
static enum err_code
run(struct ledger *l, sqlite3_stmt *stmt, struct err *e)
{
	enum err_code code = ERR_OK;

	if (stmt == NULL)
		return e->code;
	if (sqlite3_step(stmt) != SQLITE_DONE)
		code = fail(l, e);
	done(stmt);
	return code;
}

static enum err_code
execute(struct ledger *l, const char *sql, struct err *e)
{
	if (sqlite3_exec(l->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail(l, e);
	return ERR_OK;
}

/*
 * After an fsync of the log that failed, Linux takes all that was to be
 * written for written, and the next one proves nothing about what stands in
 * the log before.  So all of it is written again, into the database, and the
 * log begins anew.
 */
static enum err_code
mend(struct ledger *l, struct err *e)
{
	if (l->torn && sqlite3_wal_checkpoint_v2(l->db, NULL,
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
		return fail(l, e);
	l->torn = false;
	return ERR_OK;
}

/*
 * Begins a transaction.  lazy: its commit does not wait for the disk; the next
 * one that does takes it along, since the log is one file.  The disk may lose
 * it until then, though not a part of it.
 */
static enum err_code
begin(struct ledger *l, bool lazy, struct err *e)
{
	enum err_code code = mend(l, e);

	if (code == ERR_OK && lazy != l->lazy)
		code = execute(l, lazy ? "PRAGMA synchronous = NORMAL" :
		    "PRAGMA synchronous = FULL", e);
	if (code == ERR_OK) {
		l->lazy = lazy;
		l->changes = sqlite3_total_changes64(l->db);
		code = run(l, prepare(l, e, "BEGIN IMMEDIATE", ""), e);
	}
	return code;
}

/* Ends a transaction: commits when code is ERR_OK, else takes all back. */
static enum err_code
finish(struct ledger *l, enum err_code code, struct err *e)
{
	if (code == ERR_OK) {
		code = run(l, prepare(l, e, "COMMIT", ""), e);
		if (code != ERR_OK)
			l->torn = true;
		/* Without a change there was nothing to wait for. */
		else if (sqlite3_total_changes64(l->db) != l->changes)
			l->unsettled = l->lazy;
	}
	if (code != ERR_OK && !sqlite3_get_autocommit(l->db))
		(void)sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

/* One whole number. */
static enum err_code
number(struct ledger *l, sqlite3_stmt *stmt, int64_t *out, struct err *e)
{
	enum err_code code = ERR_OK;

	if (stmt == NULL)
		return e->code;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*out = sqlite3_column_int64(stmt, 0);
	else
		code = fail(l, e);
	done(stmt);
	return code;
}

/* The one row of UPLOAD_COLUMNS; ERR_HTTP_NOT_FOUND without. */
static enum err_code
fetch_upload(struct ledger *l, sqlite3_stmt *stmt, struct upload_row *row,
    struct err *e)
{
	enum err_code code = ERR_OK;
	struct upload_row r = { 0 };

	if (stmt == NULL)
		return e->code;
	switch (sqlite3_step(stmt)) {
	case SQLITE_ROW:
		if (sqlite3_column_bytes(stmt, 0) != UPLOAD_ID_LEN - 1 ||
		    sqlite3_column_bytes(stmt, 1) != 10 ||
		    sqlite3_column_bytes(stmt, 2) != 32) {
			code = err_set(e, ERR_IO, "ledger", 0,
			    "an upload's row is damaged");
			break;
		}
		memcpy(r.id, sqlite3_column_text(stmt, 0), UPLOAD_ID_LEN - 1);
		memcpy(r.sender, sqlite3_column_text(stmt, 1), 10);
		memcpy(r.digest, sqlite3_column_blob(stmt, 2), 32);
		r.length = (uint64_t)sqlite3_column_int64(stmt, 3);
		r.complete = sqlite3_column_int(stmt, 4) != 0;
		r.created = sqlite3_column_int64(stmt, 5);
		r.expires = sqlite3_column_int64(stmt, 6);
		*row = r;
		break;
	case SQLITE_DONE:
		code = err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0, NULL);
		break;
	default:
		code = fail(l, e);
		break;
	}
	done(stmt);
	return code;
}

static enum err_code
insert_receipt(struct ledger *l, const struct receipt_row *r, struct err *e)
{
	return run(l, prepare(l, e, "INSERT OR IGNORE INTO receipts (digest,"
	    " sender, stage, signer, time, bytes) VALUES (?, ?, ?, ?, ?, ?)",
	    "btttir", r->digest, r->sender, r->stage, r->signer, r->time,
	    r->bytes, r->len), e);
}

/* An empty database gets the schema; anything else must have ours. */
static enum err_code
set_up(struct ledger *l, const char *path, struct err *e)
{
	int64_t version = 0, tables = 0;
	enum err_code code;

	code = execute(l, "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;", e);
	if (code == ERR_OK)
		code = number(l, prepare(l, e, "PRAGMA user_version", ""),
		    &version, e);
	if (code == ERR_OK)
		code = number(l, prepare(l, e,
		    "SELECT count(*) FROM sqlite_schema", ""), &tables, e);
	if (code == ERR_OK && version == 0 && tables == 0)
		code = finish(l, execute(l, schema, e), e);
	else if (code == ERR_OK && version != SCHEMA_VERSION)
		code = err_set(e, ERR_CONFIG, path, 0,
		    "it is not a ledger of this version");
	return code == ERR_OK ? execute(l, indexes, e) : code;
}

enum err_code
ledger_open(const char *path, struct ledger **out, struct err *e)
{
	struct ledger *l = calloc(1, sizeof(*l));
	mode_t mask = umask(077);
	enum err_code code;

	if (l == NULL) {
		(void)umask(mask);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	(void)pthread_mutex_init(&l->mutex, NULL);
	if (sqlite3_open_v2(path, &l->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
	    NULL) != SQLITE_OK)
		code = l->db != NULL ? fail(l, e) :
		    err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else {
		(void)sqlite3_busy_timeout(l->db, BUSY_MS);
		code = set_up(l, path, e);
	}
	(void)umask(mask);
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
	for (size_t i = 0; i < STATEMENTS; i++)
		(void)sqlite3_finalize(l->known[i].stmt);
	(void)sqlite3_close(l->db);
	(void)pthread_mutex_destroy(&l->mutex);
	free(l);
}

static enum err_code
find_same(struct ledger *l, struct upload_row *row, struct err *e)
{
	return fetch_upload(l, prepare(l, e, "SELECT " UPLOAD_COLUMNS
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

	code = number(l, prepare(l, e, "SELECT count(*) FROM uploads"
	    " WHERE sender = ? AND complete = 0 AND expires > ?", "ti",
	    row->sender, row->created), &open, e);
	if (code == ERR_OK && open >= quota->uploads)
		code = err_set(e, ERR_PORTAL_BUSY, NULL, 0, "%lld uploads "
		    "have been begun and not finished; finish or delete one",
		    (long long)open);
	if (code == ERR_OK && open != 0)
		code = number(l, prepare(l, e, "SELECT sum(length)"
		    " FROM uploads WHERE sender = ? AND complete = 0"
		    " AND expires > ?", "ti", row->sender, row->created),
		    &bytes, e);
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
	if ((code = begin(l, lazy, e)) != ERR_OK)
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
		code = run(l, prepare(l, e, "INSERT INTO uploads (id, sender,"
		    " digest, length, created, expires)"
		    " VALUES (?, ?, ?, ?, ?, ?)", "ttbiii", row->id,
		    row->sender, row->digest, (int64_t)row->length,
		    row->created, row->expires), e);
end:
	code = finish(l, code, e);
out:
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_settle(struct ledger *l, const char *id, struct err *e)
{
	enum err_code code = ERR_OK;

	pthread_mutex_lock(&l->mutex);
	if (l->unsettled && (code = begin(l, false, e)) == ERR_OK)
		code = finish(l, run(l, prepare(l, e, "UPDATE uploads"
		    " SET complete = complete WHERE id = ?", "t", id), e), e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_find(struct ledger *l, const char *id, struct upload_row *row,
    struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = fetch_upload(l, prepare(l, e, "SELECT " UPLOAD_COLUMNS
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
	if ((code = begin(l, false, e)) == ERR_OK)
		code = finish(l, run(l, prepare(l, e, sql, "t", id), e), e);
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
	code = fetch_upload(l, prepare(l, e, "SELECT " UPLOAD_COLUMNS
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
	if ((code = begin(l, false, e)) == ERR_OK) {
		code = run(l, prepare(l, e,
		    "UPDATE uploads SET complete = 1 WHERE id = ?", "t", id),
		    e);
		if (code == ERR_OK)
			code = insert_receipt(l, receipt, e);
		code = finish(l, code, e);
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
	if ((code = begin(l, false, e)) == ERR_OK)
		code = finish(l, insert_receipt(l, receipt, e), e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_receipt(struct ledger *l, const uint8_t digest[static 32],
    const char *sender, const char *stage, struct buf *out, struct err *e)
{
	enum err_code code = ERR_OK;
	sqlite3_stmt *stmt;

	pthread_mutex_lock(&l->mutex);
	stmt = prepare(l, e, "SELECT bytes FROM receipts WHERE digest = ?"
	    " AND sender = ? AND stage = ?", "btt", digest, sender, stage);
	if (stmt == NULL)
		code = e->code;
	else switch (sqlite3_step(stmt)) {
	case SQLITE_ROW:
		buf_add(out, sqlite3_column_blob(stmt, 0),
		    (size_t)sqlite3_column_bytes(stmt, 0));
		code = buf_check(out, e);
		break;
	case SQLITE_DONE:
		code = err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0, NULL);
		break;
	default:
		code = fail(l, e);
		break;
	}
	done(stmt);
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
	if ((code = mend(l, e)) == ERR_OK)
		code = number(l, prepare(l, e, "SELECT count(*) FROM receipts"
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
	code = number(l, prepare(l, e, "SELECT count(*) FROM uploads"
	    " WHERE digest = ? AND sender = ?", "bt", digest, sender), &n, e);
	pthread_mutex_unlock(&l->mutex);
	if (code == ERR_OK && n == 0)
		code = err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0, NULL);
	return code;
}
