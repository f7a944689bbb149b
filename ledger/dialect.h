/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * SQL as the ledgers write it, for PostgreSQL: words only, no database.
 */
#ifndef SIGILL_LEDGER_DIALECT_H
#define SIGILL_LEDGER_DIALECT_H

#include "base/buf.h"
#include "base/err.h"

/* Appends sql with "$1", "$2" … for each "?" that stands outside of quotes;
 * *n: how many. */
enum err_code dialect_numbered(const char *sql, struct buf *out, int *n,
    struct err *e);

/* Appends sql with BYTEA for BLOB, BIGINT for INTEGER, and without STRICT:
 * these are whole words in capitals, and never in quotes. */
enum err_code dialect_types(const char *sql, struct buf *out, struct err *e);

#endif
