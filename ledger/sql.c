/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/sql.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/driver.h"

#define DIGEST_BYTES	32

enum err_code
sql_open(const char *where, struct sql **out, struct err *e)
{
	const struct sql_driver *driver = sql_where_is_shared(where) ?
	    &sql_postgres : &sql_sqlite;
	struct sql *db = NULL;
	enum err_code code;

	if ((code = driver->open(where, &db, e)) != ERR_OK)
		return code;
	db->driver = driver;
	*out = db;
	return ERR_OK;
}

void
sql_close(struct sql *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < db->n_known; i++)
		db->driver->free(db->known[i]);
	db->driver->close(db);
}

bool
sql_where_is_shared(const char *where)
{
	return strncmp(where, "postgresql://", 13) == 0 ||
	    strncmp(where, "postgres://", 11) == 0;
}

bool
sql_is_shared(const struct sql *db)
{
	return db->driver->shared;
}

/* --- statements ----------------------------------------------------------- */

/* Constants are known by their place, not by their words. */
static enum err_code
find(struct sql *db, const char *sql, const char *types,
    struct sql_stmt **out, struct err *e)
{
	enum err_code code;

	for (size_t i = 0; i < db->n_known; i++)
		if (db->known[i]->sql == sql) {
			*out = db->known[i];
			return ERR_OK;
		}
	if (db->n_known == SQL_STATEMENTS || strlen(types) > SQL_VALUES)
		return err_set(e, ERR_INTERNAL, "ledger", 0,
		    "too many statements, or values");
	if ((code = db->driver->compile(db, sql, types, out, e)) != ERR_OK)
		return code;
	(*out)->db = db;
	(*out)->sql = sql;
	db->known[db->n_known++] = *out;
	return ERR_OK;
}

struct sql_stmt *
sql_prepare(struct sql *db, struct err *e, const char *sql, const char *types,
    ...)
{
	struct sql_value values[SQL_VALUES] = { 0 };
	struct sql_stmt *stmt;
	size_t n = 0;
	va_list ap;

	if (find(db, sql, types, &stmt, e) != ERR_OK)
		return NULL;
	va_start(ap, types);
	for (; types[n] != '\0'; n++) {
		struct sql_value *v = &values[n];

		v->type = types[n];
		if (v->type == 'i') {
			v->number = va_arg(ap, int64_t);
			continue;
		}
		v->bytes = va_arg(ap, const void *);
		if (v->type == 'r')
			v->len = va_arg(ap, size_t);
		else if (v->bytes != NULL)
			v->len = v->type == 'b' ? DIGEST_BYTES :
			    strlen(v->bytes);
	}
	va_end(ap);
	if (db->driver->bind(stmt, values, n, e) != ERR_OK) {
		sql_done(stmt);
		return NULL;
	}
	return stmt;
}

void
sql_done(struct sql_stmt *stmt)
{
	stmt->db->driver->reset(stmt);
}

/* Its first row, if there is one: ERR_HTTP_NOT_FOUND, which is not in *e. */
static enum err_code
first(struct sql_stmt *stmt, struct err *e)
{
	return stmt != NULL ? stmt->db->driver->step(stmt, e) : e->code;
}

enum err_code
sql_run(struct sql *db, struct sql_stmt *stmt, struct err *e)
{
	enum err_code code = first(stmt, e);

	(void)db;
	if (code == ERR_OK)
		code = err_set(e, ERR_INTERNAL, "ledger", 0,
		    "a row that nobody wants");
	else if (code == ERR_HTTP_NOT_FOUND)
		code = ERR_OK;
	if (stmt != NULL)
		sql_done(stmt);
	return code;
}

enum err_code
sql_found(struct sql *db, struct sql_stmt *stmt, struct err *e)
{
	enum err_code code = first(stmt, e);

	(void)db;
	if (code == ERR_HTTP_NOT_FOUND)
		(void)err_set(e, code, NULL, 0, NULL);
	if (stmt != NULL)
		sql_done(stmt);
	return code;
}

enum err_code
sql_number(struct sql *db, struct sql_stmt *stmt, int64_t *out,
    struct err *e)
{
	enum err_code code = first(stmt, e);

	if (code == ERR_OK)
		*out = db->driver->integer(stmt, 0);
	else if (code == ERR_HTTP_NOT_FOUND)
		code = err_set(e, ERR_IO, "ledger", 0,
		    "a row that must be there is not");
	if (stmt != NULL)
		sql_done(stmt);
	return code;
}

enum err_code
sql_row(struct sql *db, struct sql_stmt *stmt, struct err *e)
{
	enum err_code code = db->driver->step(stmt, e);

	return code == ERR_HTTP_NOT_FOUND ?
	    err_set(e, code, NULL, 0, NULL) : code;
}

const void *
sql_bytes(struct sql_stmt *stmt, int column, size_t *len)
{
	return stmt->db->driver->bytes(stmt, column, len);
}

const char *
sql_text(struct sql_stmt *stmt, int column)
{
	return stmt->db->driver->text(stmt, column);
}

int64_t
sql_integer(struct sql_stmt *stmt, int column)
{
	return stmt->db->driver->integer(stmt, column);
}

enum err_code
sql_execute(struct sql *db, const char *sql, struct err *e)
{
	return db->driver->execute(db, sql, e);
}

/* --- transactions --------------------------------------------------------- */

static void
begun(struct sql *db, bool lazy, bool taking)
{
	db->begun = true;
	db->taking = taking;
	db->lazy = lazy;
	db->spoilt = false;
	db->changes = db->driver->changes(db);
}

static enum err_code
begin(struct sql *db, bool lazy, bool taking, struct err *e)
{
	enum err_code code = db->driver->begin(db, lazy, taking, e);

	if (code == ERR_OK)
		begun(db, lazy, taking);
	return code;
}

enum err_code
sql_begin(struct sql *db, bool lazy, struct err *e)
{
	return begin(db, lazy, false, e);
}

enum err_code
sql_begin_taking(struct sql *db, struct err *e)
{
	return begin(db, false, true, e);
}

enum err_code
sql_begin_reading(struct sql *db, struct err *e)
{
	enum err_code code;

	/* There is nothing to mend for who changes nothing. */
	if (!db->driver->shared) {
		if ((code = sql_execute(db, "BEGIN", e)) == ERR_OK)
			begun(db, false, false);
		return code;
	}
	if ((code = begin(db, false, false, e)) == ERR_OK &&
	    (code = sql_execute(db, "SET TRANSACTION ISOLATION LEVEL"
	    " REPEATABLE READ, READ ONLY", e)) != ERR_OK)
		(void)sql_finish(db, code, e);
	return code;
}

enum err_code
sql_begin_settling(struct sql *db, struct err *e)
{
	if (!db->taking)
		return ERR_OK;
	db->taking = false;
	return db->driver->shared ? ERR_OK : begin(db, false, false, e);
}

enum err_code
sql_touch(struct sql *db, struct err *e)
{
	return db->driver->touch != NULL ? db->driver->touch(db, e) : ERR_OK;
}

enum err_code
sql_hurry(struct sql *db, struct err *e)
{
	return db->driver->hurry != NULL ? db->driver->hurry(db, e) : ERR_OK;
}

enum err_code
sql_finish(struct sql *db, enum err_code code, struct err *e)
{
	if (code == ERR_OK) {
		code = db->driver->commit(db, e);
		/* Without a change there was nothing to wait for. */
		if (code == ERR_OK && db->driver->changes(db) != db->changes)
			db->unsettled = db->lazy;
	}
	if (code != ERR_OK)
		db->driver->roll_back(db);
	db->begun = db->taking = false;
	return code;
}

bool
sql_is_over(const struct sql *db)
{
	return db->spoilt || !db->driver->is_open(db);
}

static enum err_code
run_plain(struct sql *db, const char *sql, struct err *e)
{
	return sql_run(db, sql_prepare(db, e, sql, ""), e);
}

enum err_code
sql_begin_part(struct sql *db, struct err *e)
{
	db->before_part = db->driver->changes(db);
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
	db->changes += db->driver->changes(db) - db->before_part;
	return code;
}

enum err_code
sql_mend(struct sql *db, struct err *e)
{
	return db->driver->mend != NULL ? db->driver->mend(db, e) : ERR_OK;
}

bool
sql_unsettled(const struct sql *db)
{
	return db->unsettled;
}
