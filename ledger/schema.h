/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tables of the ledger, of portals and of intake alike: which of them a
 * program uses is its own business.  On PostgreSQL all programs share one
 * database; on SQLite each has its own file.
 *
 * The schema has a version; an older one is brought up to date when it is
 * opened, by the statements that schema.c lists for each version.  For
 * PostgreSQL its types are read as BYTEA for BLOB and BIGINT for INTEGER.
 */
#ifndef SIGILL_LEDGER_SCHEMA_H
#define SIGILL_LEDGER_SCHEMA_H

#include "base/err.h"

struct sql;

/* An empty database gets the tables, and an older version of them is brought
 * up to date: ERR_LEDGER_OLD when that is not this program's to do.  Anything
 * else is ERR_CONFIG.  path is for the message. */
enum err_code schema_set_up(struct sql *db, const char *path, struct err *e);
/* Is it of this version?  Changes nothing: ERR_LEDGER_OLD, ERR_CONFIG. */
enum err_code schema_look(struct sql *db, const char *path, struct err *e);
/* Do its pages and rows hang together?  ERR_IO when they do not.  What is in
 * the rows is not seen: receipts are looked at when they are given
 * (portal/kept.h). */
enum err_code schema_check(struct sql *db, const char *path, struct err *e);

#endif
