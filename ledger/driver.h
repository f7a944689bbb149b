/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a database must be able to do for ledger/sql.c, which is the only one
 * to call it: ledger/sqlite.c, ledger/postgres.c.
 *
 * A driver's connection and statement begin with the structures below, so that
 * a pointer to one is a pointer to the other.  Errors as in ledger/sql.h; e
 * is never NULL.
 */
#ifndef SIGILL_LEDGER_DRIVER_H
#define SIGILL_LEDGER_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SQL_STATEMENTS	160	/* of a connection: more than any program has */
#define SQL_VALUES	32	/* of a statement: more than any has */

struct sql_stmt;

struct sql {
	const struct sql_driver *driver;
	struct sql_stmt *known[SQL_STATEMENTS];	/* compiled, in this order */
	size_t n_known;
	bool begun;		/* between sql_begin and sql_finish */
	bool taking;		/* by sql_begin_taking, and nothing changed */
	bool lazy;		/* that transaction is */
	bool unsettled;		/* there was a lazy one since the last other */
	bool spoilt;		/* a part could not be taken back */
	int64_t changes;	/* of rows, before it and in parts taken back */
	int64_t before_part;
};

struct sql_stmt {
	struct sql *db;
	const char *sql;	/* borrowed for as long as db lives */
};

/* One "?".  bytes is borrowed until the statement ends; NULL is SQL's NULL, and
 * numbers have none. */
struct sql_value {
	char type;		/* as in sql_prepare; b and r are alike */
	const void *bytes;
	size_t len;
	int64_t number;
};

struct sql_driver {
	bool shared;

	/* *out is zeroed but for what the driver needs. */
	enum err_code (*open)(const char *where, struct sql **out,
	    struct err *e);
	void (*close)(struct sql *db);	/* after its statements were freed */

	/* types: one letter for each "?". */
	enum err_code (*compile)(struct sql *db, const char *sql,
	    const char *types, struct sql_stmt **out, struct err *e);
	void (*free)(struct sql_stmt *stmt);
	enum err_code (*bind)(struct sql_stmt *stmt,
	    const struct sql_value *v, size_t n, struct err *e);
	/* ERR_OK: there is a row; ERR_HTTP_NOT_FOUND, with *e as it was: no
	 * more. */
	enum err_code (*step)(struct sql_stmt *stmt, struct err *e);
	void (*reset)(struct sql_stmt *stmt);
	const void *(*bytes)(struct sql_stmt *stmt, int column, size_t *len);
	const char *(*text)(struct sql_stmt *stmt, int column);
	int64_t (*integer)(struct sql_stmt *stmt, int column);

	enum err_code (*execute)(struct sql *db, const char *sql,
	    struct err *e);

	/* taking: row locks will do until something is changed. */
	enum err_code (*begin)(struct sql *db, bool lazy, bool taking,
	    struct err *e);
	enum err_code (*commit)(struct sql *db, struct err *e);
	/* Also where there is nothing to take back. */
	void (*roll_back)(struct sql *db);
	/* Is a transaction open that can be gone on with, or whose last part
	 * can be taken back? */
	bool (*is_open)(const struct sql *db);
	/* Rows that were changed since the connection was opened. */
	int64_t (*changes)(const struct sql *db);
	/* sql_mend and sql_touch; NULL where there is nothing to do. */
	enum err_code (*mend)(struct sql *db, struct err *e);
	enum err_code (*touch)(struct sql *db, struct err *e);
	/* sql_hurry; NULL where there is nothing to do. */
	enum err_code (*hurry)(struct sql *db, struct err *e);

	/* For ledger/schema.c.  -1: there are tables, but not ours; 0: there
	 * are none. */
	enum err_code (*version)(struct sql *db, int64_t *out, struct err *e);
	/* In a transaction: nobody else brings it up to date now.  NULL where
	 * that is so already. */
	enum err_code (*lock_version)(struct sql *db, struct err *e);
	enum err_code (*set_version)(struct sql *db, int64_t version,
	    struct err *e);
	/* Statements that make tables, as schema.c writes them. */
	enum err_code (*define)(struct sql *db, const char *sql,
	    struct err *e);
	/* schema_check, or NULL; path is for the message. */
	enum err_code (*check)(struct sql *db, const char *path,
	    struct err *e);
};

extern const struct sql_driver sql_sqlite;
extern const struct sql_driver sql_postgres;

#endif
