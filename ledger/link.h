/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The connection to a PostgreSQL server: how it is set up, when it is opened
 * again, and what the server's errors mean to us.  Only for
 * ledger/postgres.c.
 */
#ifndef SIGILL_LEDGER_LINK_H
#define SIGILL_LEDGER_LINK_H

#include <stdint.h>

#include "base/err.h"
#include "ledger/driver.h"

struct pg_conn;			/* libpq's PGconn and PGresult */
struct pg_result;

struct postgres {
	struct sql base;
	char *uri;		/* owned */
	struct pg_conn *conn;		/* owned; NULL before the first */
	unsigned epoch;		/* connections so far */
	int64_t again;		/* no other try before; milliseconds */
	int64_t changes;	/* of rows */
};

/* ERR_CONFIG when it is none, or has a password in it. */
enum err_code link_check_uri(const char *uri, struct err *e);
/* Closes what there is, and opens a new one. */
enum err_code link_connect(struct postgres *p, struct err *e);
/* There is a connection, opened again if it must be; but not in a transaction,
 * which is lost with it: ERR_LEDGER. */
enum err_code link_ready(struct postgres *p, struct err *e);
/* Statements without values, of which no rows are wanted. */
enum err_code link_execute(struct postgres *p, const char *sql,
    struct err *e);
/* The same for what begins a transaction: when the connection turns out to be
 * broken it is opened again, since nothing has been done yet. */
enum err_code link_begin(struct postgres *p, const char *sql, struct err *e);

/* What has gone wrong.  result may be NULL; it stays the caller's. */
enum err_code link_fail(const struct postgres *p,
    const struct pg_result *result, struct err *e);
/* Takes result: an error unless it is that of something that went well. */
enum err_code link_finish(const struct postgres *p, struct pg_result *result,
    struct err *e);

#endif
