/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Durable transactions and statements, the same on SQLite (one machine) and on
 * PostgreSQL (several): what the ledgers say in SQL goes through here, and
 * nobody above knows which one it is.  Each struct is one connection, for one
 * thread at a time.
 *
 * Statements are written once for both: placeholders are "?", and the SQL is
 * what both speak (ON CONFLICT DO NOTHING, RETURNING, row values; sums are
 * CAST to BIGINT).  Texts are UTF-8.  What a statement gives is in memory all
 * at once on PostgreSQL: of many rows, ask for some at a time.
 *
 * On SQLite a transaction that changes something is alone.  On PostgreSQL it
 * is not: each statement sees what was committed before it began (READ
 * COMMITTED), and rows that others have changed or locked are waited for.
 * What must not change between two statements is locked by the first, with
 * SQL_LOCK or SQL_TAKE at its end.
 *
 * Errors beside those named: ERR_NO_SPACE, ERR_IO, ERR_NO_MEMORY, ERR_CONFIG
 * (no permission), ERR_LEDGER (no connection, or it broke; a lock was not to
 * be had in time: what was not committed is not there, and of a commit that
 * was under way nobody knows).  After ERR_LEDGER the next sql_begin, or
 * statement outside of a transaction, connects again.  Here e is never NULL.
 */
#ifndef SIGILL_LEDGER_SQL_H
#define SIGILL_LEDGER_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* At the end of a SELECT in a transaction: its rows are the transaction's until
 * it ends; with SQL_TAKE, those that others have are passed over. */
#define SQL_LOCK	" FOR UPDATE"
#define SQL_TAKE	" FOR UPDATE SKIP LOCKED"

struct sql;			/* opaque */
struct sql_stmt;		/* a statement; opaque */

/*
 * where: the path of an SQLite file, which is made where there is none, with
 * mode 0600; or a URI "postgresql://…" (libpq's, and with a password in it
 * ERR_CONFIG: that belongs into a passfile).  ERR_CONFIG, too, when the server
 * is one whose commits do not wait for the disk (fsync = off).
 */
enum err_code sql_open(const char *where, struct sql **out,
    struct err *e);
/* Can several machines work on it at once? */
bool sql_is_shared(const struct sql *db);
bool sql_where_is_shared(const char *where);
void sql_close(struct sql *db);	/* NULL-safe */

/*
 * A statement with what types tells bound to it: t text, b digest, i int64_t,
 * r bytes and their size; all of them live until it is ended, and a NULL
 * pointer is SQL's NULL.  sql is a constant that lives as long as *db, which
 * compiles it once; it is not used again before it has been ended.  NULL on
 * failure, with *e filled.
 */
struct sql_stmt *sql_prepare(struct sql *db, struct err *e,
    const char *sql, const char *types, ...);
/* Runs a statement that gives no rows, and ends it.  NULL: *e's code. */
enum err_code sql_run(struct sql *db, struct sql_stmt *stmt,
    struct err *e);
/* The same for one that gives one whole number. */
enum err_code sql_number(struct sql *db, struct sql_stmt *stmt,
    int64_t *out, struct err *e);
/* Runs one that may give a row, of which only this is wanted, and ends it:
 * ERR_HTTP_NOT_FOUND without.  "UPDATE … RETURNING 1" tells so if there was
 * what it should change. */
enum err_code sql_found(struct sql *db, struct sql_stmt *stmt,
    struct err *e);
/* The next row, to be read with the three below; ERR_HTTP_NOT_FOUND after the
 * last.  sql_done ends the statement. */
enum err_code sql_row(struct sql *db, struct sql_stmt *stmt,
    struct err *e);
/* Bytes: NULL when it is NULL, or has none.  Text: "" when it is NULL. */
const void *sql_bytes(struct sql_stmt *stmt, int column, size_t *len);
const char *sql_text(struct sql_stmt *stmt, int column);
int64_t sql_integer(struct sql_stmt *stmt, int column);
void sql_done(struct sql_stmt *stmt);

/* Statements without rows, not bound, not kept. */
enum err_code sql_execute(struct sql *db, const char *sql,
    struct err *e);

/*
 * A transaction.  lazy: its end does not wait for the disk; the next one that
 * does takes it along, since the log is one file.  The disk may lose it until
 * then, though not a part of it.
 */
enum err_code sql_begin(struct sql *db, bool lazy, struct err *e);
/*
 * One that begins with SQL_TAKE, does something slow about what it took, and
 * changes the ledger only at the end: sql_begin_settling comes before the
 * first change.  On SQLite nothing is locked until then, others change what
 * they like, and the changes check that rows are as they were.
 */
enum err_code sql_begin_taking(struct sql *db, struct err *e);
enum err_code sql_begin_settling(struct sql *db, struct err *e);
/* One that only reads, and sees everything as it was at its first statement,
 * whatever others change meanwhile; nobody waits for it. */
enum err_code sql_begin_reading(struct sql *db, struct err *e);
/* While something slow is done in a transaction, at least every few minutes:
 * it would be ended otherwise (after ten).  ERR_LEDGER: it has been. */
enum err_code sql_touch(struct sql *db, struct err *e);
/* From here to its end others wait for this transaction: one that stands still
 * for half a minute is ended, so that a machine that died, or was stopped,
 * holds nobody up for ten. */
enum err_code sql_hurry(struct sql *db, struct err *e);
/* Commits when code is ERR_OK, else takes all back. */
enum err_code sql_finish(struct sql *db, enum err_code code,
    struct err *e);
/* Has it been taken back already, by an error of the disk, say? */
bool sql_is_over(const struct sql *db);
/* A part of it; kept when code is ERR_OK, else taken back, and code comes
 * back. */
enum err_code sql_begin_part(struct sql *db, struct err *e);
enum err_code sql_finish_part(struct sql *db, enum err_code code,
    struct err *e);
/* After a commit whose sync failed the log may have it all the same, and bring
 * it back at the next start; and what a start finds there need not be on the
 * disk.  Not after this, which sql_begin does first. */
enum err_code sql_mend(struct sql *db, struct err *e);
/* Is there a lazy one that no other has taken along? */
bool sql_unsettled(const struct sql *db);

#endif
