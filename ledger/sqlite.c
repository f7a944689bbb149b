/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * SQLite: one file, one machine; any transaction that changes something is
 * alone, and those who only look see what was committed before.
 */
#include "ledger/driver.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ledger/sql.h"

#define BUSY_MS		5000	/* a backup or a person with sqlite3(1) */
/* "Sigl": tells our files from other SQLite databases. */
#define APPLICATION_ID	0x5369676c

struct sqlite {
	struct sql base;
	sqlite3 *handle;
	bool relaxed;		/* commits do not wait for the disk now */
	const char *path;	/* borrowed, while it is opened; then NULL */
	bool torn;		/* the log is in doubt: sql_mend */
};

struct sqlite_stmt {
	struct sql_stmt base;
	sqlite3_stmt *compiled;
};

static struct sqlite *
mine(struct sql *db)
{
	return (struct sqlite *)db;
}

static sqlite3_stmt *
compiled(struct sql_stmt *stmt)
{
	return ((struct sqlite_stmt *)stmt)->compiled;
}

static const char *
file_of(const struct sqlite *s)
{
	const char *path = s->path != NULL ? s->path :
	    sqlite3_db_filename(s->handle, "main");

	return path != NULL && *path != '\0' ? path : "ledger";
}

static const char *
why_not(const struct sqlite *s)
{
	int error = sqlite3_system_errno(s->handle);

	return error != 0 ? strerror(error) : "for no reason given";
}

static bool
is_full(const struct sqlite *s)
{
	int error = sqlite3_system_errno(s->handle);

	return sqlite3_errcode(s->handle) == SQLITE_IOERR &&
	    (error == ENOSPC || error == EDQUOT);
}

/* What a failed call of the database means to us. */
static enum err_code
fail(const struct sqlite *s, struct err *e)
{
	enum err_code code;

	switch (sqlite3_errcode(s->handle)) {
	case SQLITE_FULL:
		code = ERR_NO_SPACE;
		break;
	case SQLITE_NOMEM:
		code = ERR_NO_MEMORY;
		break;
	case SQLITE_BUSY:
		code = ERR_LEDGER;
		break;
	case SQLITE_CANTOPEN:
		return err_set(e, ERR_IO, file_of(s), 0, "%s (%s)",
		    sqlite3_errmsg(s->handle), why_not(s));
	default:
		/* A full disk or quota, which the shared memory's file finds
		 * out for itself, is not always told as SQLITE_FULL. */
		code = is_full(s) ? ERR_NO_SPACE : ERR_IO;
		break;
	}
	return err_set(e, code, "ledger", 0, "%s", sqlite3_errmsg(s->handle));
}

static enum err_code
sqlite_execute(struct sql *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(mine(db)->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail(mine(db), e);
	return ERR_OK;
}

static void
sqlite_close_it(struct sql *db)
{
	(void)sqlite3_close(mine(db)->handle);
	free(mine(db));
}

/* Where several open a new one at once, SQLite does not wait by itself for
 * the one that makes it. */
static enum err_code
set_up(struct sqlite *s, struct err *e)
{
	int waited = 0, rc;

	(void)sqlite3_busy_timeout(s->handle, BUSY_MS);
	while ((rc = sqlite3_exec(s->handle, "PRAGMA journal_mode = WAL",
	    NULL, NULL, NULL)) == SQLITE_BUSY && waited < BUSY_MS)
		waited += sqlite3_sleep(10);
	if (rc != SQLITE_OK)
		return fail(s, e);
	return sqlite_execute(&s->base, "PRAGMA synchronous = FULL;"
	    "PRAGMA trusted_schema = OFF;", e);
}

static enum err_code
sqlite_open_it(const char *where, struct sql **out, struct err *e)
{
	struct sqlite *s = calloc(1, sizeof(*s));
	enum err_code code;
	mode_t mask;

	if (s == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	mask = umask(077);
	s->path = where;
	if (sqlite3_open_v2(where, &s->handle, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
	    NULL) != SQLITE_OK)
		code = s->handle != NULL ? fail(s, e) :
		    err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else
		code = set_up(s, e);
	s->path = NULL;
	(void)umask(mask);
	/* What an earlier process has left in the log is in doubt too: whether
	 * it was lazy, or its sync failed, nobody knows any more. */
	s->torn = true;
	if (code == ERR_OK)
		*out = &s->base;
	else
		sqlite_close_it(&s->base);
	return code;
}

/* --- statements ----------------------------------------------------------- */

static void
sqlite_free(struct sql_stmt *stmt)
{
	(void)sqlite3_finalize(compiled(stmt));
	free(stmt);
}

/* SQL_LOCK and SQL_TAKE lock rows, of which there is no need here. */
static int
length_of(const char *sql)
{
	const char *lock = strstr(sql, SQL_LOCK);

	return lock != NULL ? (int)(lock - sql) : -1;
}

static enum err_code
sqlite_compile(struct sql *db, const char *sql, const char *types,
    struct sql_stmt **out, struct err *e)
{
	struct sqlite_stmt *stmt = calloc(1, sizeof(*stmt));
	enum err_code code = ERR_OK;

	if (stmt == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (sqlite3_prepare_v3(mine(db)->handle, sql, length_of(sql),
	    SQLITE_PREPARE_PERSISTENT, &stmt->compiled, NULL) != SQLITE_OK)
		code = fail(mine(db), e);
	else if (sqlite3_bind_parameter_count(stmt->compiled) !=
	    (int)strlen(types))
		code = err_set(e, ERR_INTERNAL, "ledger", 0,
		    "values that do not fit: %s", sql);
	if (code == ERR_OK)
		*out = &stmt->base;
	else
		sqlite_free(&stmt->base);
	return code;
}

static enum err_code
sqlite_bind(struct sql_stmt *stmt, const struct sql_value *v, size_t n,
    struct err *e)
{
	sqlite3_stmt *to = compiled(stmt);
	int rc = SQLITE_OK;

	for (int i = 1; rc == SQLITE_OK && (size_t)i <= n; i++, v++)
		if (v->type == 'i')
			rc = sqlite3_bind_int64(to, i, v->number);
		else if (v->type == 't')
			rc = sqlite3_bind_text(to, i, v->bytes, (int)v->len,
			    SQLITE_STATIC);
		else
			rc = sqlite3_bind_blob64(to, i, v->bytes, v->len,
			    SQLITE_STATIC);
	return rc == SQLITE_OK ? ERR_OK : fail(mine(stmt->db), e);
}

static enum err_code
sqlite_step(struct sql_stmt *stmt, struct err *e)
{
	switch (sqlite3_step(compiled(stmt))) {
	case SQLITE_ROW:
		return ERR_OK;
	case SQLITE_DONE:
		return ERR_HTTP_NOT_FOUND;
	default:
		return fail(mine(stmt->db), e);
	}
}

static void
sqlite_reset(struct sql_stmt *stmt)
{
	(void)sqlite3_reset(compiled(stmt));
	(void)sqlite3_clear_bindings(compiled(stmt));
}

static const void *
sqlite_bytes(struct sql_stmt *stmt, int column, size_t *len)
{
	const void *bytes = sqlite3_column_blob(compiled(stmt), column);

	*len = (size_t)sqlite3_column_bytes(compiled(stmt), column);
	return bytes;
}

static const char *
sqlite_text(struct sql_stmt *stmt, int column)
{
	const unsigned char *s = sqlite3_column_text(compiled(stmt), column);

	return s != NULL ? (const char *)s : "";
}

static int64_t
sqlite_integer(struct sql_stmt *stmt, int column)
{
	return sqlite3_column_int64(compiled(stmt), column);
}

/* --- transactions --------------------------------------------------------- */

/*
 * After an fsync of the log that failed, Linux takes all that was to be
 * written for written, and the next one proves nothing about what stands in
 * the log before.  So all of it is written again, into the database, and the
 * log begins anew.
 */
static enum err_code
sqlite_mend(struct sql *db, struct err *e)
{
	struct sqlite *s = mine(db);
	int waited = 0, rc;

	if (!s->torn)
		return ERR_OK;
	/* While another does the same, SQLite does not wait by itself. */
	while ((rc = sqlite3_wal_checkpoint_v2(s->handle, NULL,
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL)) == SQLITE_BUSY &&
	    waited < BUSY_MS)
		waited += sqlite3_sleep(10);
	if (rc != SQLITE_OK)
		return fail(s, e);
	s->torn = false;
	return ERR_OK;
}

/* Who is only taking has no transaction yet: a lock would keep everybody else
 * from changing anything. */
static enum err_code
sqlite_begin(struct sql *db, bool lazy, bool taking, struct err *e)
{
	struct sqlite *s = mine(db);
	enum err_code code = sqlite_mend(db, e);

	if (code == ERR_OK && lazy != s->relaxed) {
		code = sqlite_execute(db, lazy ?
		    "PRAGMA synchronous = NORMAL" :
		    "PRAGMA synchronous = FULL", e);
		if (code == ERR_OK)
			s->relaxed = lazy;
	}
	if (code == ERR_OK && !taking)
		code = sql_run(db, sql_prepare(db, e, "BEGIN IMMEDIATE", ""),
		    e);
	return code;
}

static enum err_code
sqlite_commit(struct sql *db, struct err *e)
{
	struct sqlite *s = mine(db);
	enum err_code code;

	if (sqlite3_get_autocommit(s->handle) && db->taking)
		return ERR_OK;
	code = sql_run(db, sql_prepare(db, e, "COMMIT", ""), e);
	/* What could not be written, for want of space, say, ends the log
	 * there; only a sync leaves it in doubt. */
	if (code != ERR_OK && sqlite3_extended_errcode(s->handle) ==
	    SQLITE_IOERR_FSYNC)
		s->torn = true;
	return code;
}

static void
sqlite_roll_back(struct sql *db)
{
	if (!sqlite3_get_autocommit(mine(db)->handle))
		(void)sqlite3_exec(mine(db)->handle, "ROLLBACK", NULL, NULL,
		    NULL);
}

static bool
sqlite_is_open(const struct sql *db)
{
	return !sqlite3_get_autocommit(((const struct sqlite *)db)->handle);
}

static int64_t
sqlite_changes(const struct sql *db)
{
	return sqlite3_total_changes64(((const struct sqlite *)db)->handle);
}

/* --- the schema ----------------------------------------------------------- */

static enum err_code
sqlite_version(struct sql *db, int64_t *out, struct err *e)
{
	int64_t version = 0, id = 0, tables = 0;
	enum err_code code;

	code = sql_number(db, sql_prepare(db, e, "PRAGMA user_version", ""),
	    &version, e);
	if (code == ERR_OK)
		code = sql_number(db, sql_prepare(db, e,
		    "PRAGMA application_id", ""), &id, e);
	if (code == ERR_OK)
		code = sql_number(db, sql_prepare(db, e,
		    "SELECT count(*) FROM sqlite_schema", ""), &tables, e);
	*out = version != 0 ? (id == APPLICATION_ID ? version : -1) :
	    (tables != 0 ? -1 : 0);
	return code;
}

static enum err_code
sqlite_set_version(struct sql *db, int64_t version, struct err *e)
{
	char sql[96];

	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id = %d;"
	    "PRAGMA user_version = %d", APPLICATION_ID, (int)version);
	return sqlite_execute(db, sql, e);
}

static enum err_code
sqlite_check(struct sql *db, const char *path, struct err *e)
{
	struct sql_stmt *stmt = sql_prepare(db, e, "PRAGMA quick_check(1)",
	    "");
	enum err_code code;
	const char *found;

	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(db, stmt, e)) == ERR_OK) {
		found = sql_text(stmt, 0);
		if (strcmp(found, "ok") != 0)
			code = err_set(e, ERR_IO, path, 0,
			    "the ledger is damaged (%s); put back a copy",
			    found);
	}
	sql_done(stmt);
	return code;
}

const struct sql_driver sql_sqlite = {
	.shared = false,
	.open = sqlite_open_it, .close = sqlite_close_it,
	.compile = sqlite_compile, .free = sqlite_free, .bind = sqlite_bind,
	.step = sqlite_step, .reset = sqlite_reset,
	.bytes = sqlite_bytes, .text = sqlite_text, .integer = sqlite_integer,
	.execute = sqlite_execute,
	.begin = sqlite_begin, .commit = sqlite_commit,
	.roll_back = sqlite_roll_back, .is_open = sqlite_is_open,
	.changes = sqlite_changes, .mend = sqlite_mend,
	.version = sqlite_version, .set_version = sqlite_set_version,
	.define = sqlite_execute, .check = sqlite_check,
};
