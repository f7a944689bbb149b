/* SPDX-License-Identifier: EUPL-1.2 */
#include <sqlite3.h>

#define sql_stmt sqlite3_stmt
#include "ledger/sql.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BUSY_MS		5000	/* a backup or a person with sqlite3(1) */
#define STATEMENTS	128	/* more than any program has */

struct sql {
	sqlite3 *handle;
	/* Compiled at their first use. */
	struct { const char *sql; sqlite3_stmt *stmt; } known[STATEMENTS];
	bool lazy;		/* commits do not wait for the disk now */
	bool unsettled;		/* there was one that did not */
	bool torn;		/* the log is in doubt: sql_mend */
	bool spoilt;		/* a part could not be taken back */
	int64_t changes;	/* of rows, before it and in parts taken back */
	int64_t before_part;
};

/* What a failed call of the database means to us. */
static enum err_code
fail(const struct sql *db, struct err *e)
{
	enum err_code code;

	switch (sqlite3_errcode(db->handle)) {
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
	return err_set(e, code, "ledger", 0, "%s", sqlite3_errmsg(db->handle));
}

/* A statement that is ready to be bound. */
static int
compile(struct sql *db, const char *sql, sqlite3_stmt **out)
{
	size_t i = 0;
	int rc;

	while (i < STATEMENTS && db->known[i].sql != NULL &&
	    db->known[i].sql != sql)
		i++;
	if (i == STATEMENTS)
		return SQLITE_INTERNAL;
	if (db->known[i].sql == NULL) {
		rc = sqlite3_prepare_v3(db->handle, sql, -1,
		    SQLITE_PREPARE_PERSISTENT, &db->known[i].stmt, NULL);
		if (rc != SQLITE_OK)
			return rc;
		db->known[i].sql = sql;
	}
	*out = db->known[i].stmt;
	return SQLITE_OK;
}

void
sql_done(sqlite3_stmt *stmt)
{
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
}

struct sql_stmt *
sql_prepare(struct sql *db, struct err *e, const char *sql, const char *types,
    ...)
{
	sqlite3_stmt *stmt = NULL;
	const void *bytes;
	va_list ap;
	int rc;

	rc = compile(db, sql, &stmt);
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
		(void)fail(db, e);
		if (stmt != NULL)
			sql_done(stmt);
		return NULL;
	}
	return stmt;
}

enum err_code
sql_run(struct sql *db, sqlite3_stmt *stmt, struct err *e)
{
	enum err_code code = ERR_OK;

	if (stmt == NULL)
		return e->code;
	if (sqlite3_step(stmt) != SQLITE_DONE)
		code = fail(db, e);
	sql_done(stmt);
	return code;
}

enum err_code
sql_execute(struct sql *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail(db, e);
	return ERR_OK;
}

/*
 * After an fsync of the log that failed, Linux takes all that was to be
 * written for written, and the next one proves nothing about what stands in
 * the log before.  So all of it is written again, into the database, and the
 * log begins anew.
 */
enum err_code
sql_mend(struct sql *db, struct err *e)
{
	if (db->torn && sqlite3_wal_checkpoint_v2(db->handle, NULL,
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
		return fail(db, e);
	db->torn = false;
	return ERR_OK;
}

static enum err_code
run_plain(struct sql *db, const char *sql, struct err *e)
{
	return sql_run(db, sql_prepare(db, e, sql, ""), e);
}

enum err_code
sql_begin(struct sql *db, bool lazy, struct err *e)
{
	enum err_code code = sql_mend(db, e);

	if (code == ERR_OK && lazy != db->lazy)
		code = sql_execute(db, lazy ? "PRAGMA synchronous = NORMAL" :
		    "PRAGMA synchronous = FULL", e);
	if (code == ERR_OK) {
		db->lazy = lazy;
		db->spoilt = false;
		db->changes = sqlite3_total_changes64(db->handle);
		code = run_plain(db, "BEGIN IMMEDIATE", e);
	}
	return code;
}

enum err_code
sql_finish(struct sql *db, enum err_code code, struct err *e)
{
	if (code == ERR_OK) {
		code = run_plain(db, "COMMIT", e);
		/* What could not be written, for want of space, say, ends
		 * the log there; only a sync leaves it in doubt. */
		if (code != ERR_OK && sqlite3_extended_errcode(db->handle) ==
		    SQLITE_IOERR_FSYNC)
			db->torn = true;
		/* Without a change there was nothing to wait for. */
		if (code == ERR_OK && sqlite3_total_changes64(db->handle) !=
		    db->changes)
			db->unsettled = db->lazy;
	}
	if (code != ERR_OK && !sqlite3_get_autocommit(db->handle))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

bool
sql_is_over(const struct sql *db)
{
	return db->spoilt || sqlite3_get_autocommit(db->handle) != 0;
}

enum err_code
sql_begin_part(struct sql *db, struct err *e)
{
	db->before_part = sqlite3_total_changes64(db->handle);
	return run_plain(db, "SAVEPOINT part", e);
}

enum err_code
sql_finish_part(struct sql *db, enum err_code code, struct err *e)
{
	struct err ignored = { 0 };

	if (sql_is_over(db))
		return code;
	if (code == ERR_OK && (code = run_plain(db, "RELEASE part", e)) ==
	    ERR_OK)
		return ERR_OK;
	if (run_plain(db, "ROLLBACK TO part", &ignored) != ERR_OK ||
	    run_plain(db, "RELEASE part", &ignored) != ERR_OK)
		db->spoilt = true;
	db->changes += sqlite3_total_changes64(db->handle) - db->before_part;
	return code;
}

enum err_code
sql_number(struct sql *db, sqlite3_stmt *stmt, int64_t *out, struct err *e)
{
	enum err_code code = ERR_OK;

	if (stmt == NULL)
		return e->code;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*out = sqlite3_column_int64(stmt, 0);
	else
		code = fail(db, e);
	sql_done(stmt);
	return code;
}

enum err_code
sql_row(struct sql *db, sqlite3_stmt *stmt, struct err *e)
{
	switch (sqlite3_step(stmt)) {
	case SQLITE_ROW:
		return ERR_OK;
	case SQLITE_DONE:
		return err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0, NULL);
	default:
		return fail(db, e);
	}
}

const void *
sql_bytes(sqlite3_stmt *stmt, int column, size_t *len)
{
	const void *bytes = sqlite3_column_blob(stmt, column);

	*len = (size_t)sqlite3_column_bytes(stmt, column);
	return bytes;
}

const char *
sql_text(sqlite3_stmt *stmt, int column)
{
	const unsigned char *s = sqlite3_column_text(stmt, column);

	return s != NULL ? (const char *)s : "";
}

int64_t
sql_integer(sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt, column);
}

bool
sql_is_shared(const struct sql *db)
{
	(void)db;
	return false;
}

bool
sql_unsettled(const struct sql *db)
{
	return db->unsettled;
}

enum err_code
sql_open(const char *path, struct sql **out, struct err *e)
{
	struct sql *db = calloc(1, sizeof(*db));
	enum err_code code;
	mode_t mask;

	if (db == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	mask = umask(077);
	if (sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
	    NULL) != SQLITE_OK)
		code = db->handle != NULL ? fail(db, e) :
		    err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else {
		(void)sqlite3_busy_timeout(db->handle, BUSY_MS);
		code = sql_execute(db, "PRAGMA journal_mode = WAL;"
		    "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;",
		    e);
	}
	(void)umask(mask);
	/* What an earlier process has left in the log is in doubt too: whether
	 * it was lazy, or its sync failed, nobody knows any more. */
	db->torn = true;
	if (code == ERR_OK)
		*out = db;
	else
		sql_close(db);
	return code;
}

void
sql_close(struct sql *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		(void)sqlite3_finalize(db->known[i].stmt);
	(void)sqlite3_close(db->handle);
	free(db);
}
