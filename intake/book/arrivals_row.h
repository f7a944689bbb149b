/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A row of the table arrivals, for those who read it.
 *
 * File names may be any bytes, texts in the ledger are UTF-8: what is not, and
 * "%" itself, stands there as "%" and two hexadecimal digits.
 */
#ifndef SIGILL_INTAKE_BOOK_ARRIVALS_ROW_H
#define SIGILL_INTAKE_BOOK_ARRIVALS_ROW_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "intake/book/arrivals.h"
#include "ledger/sql.h"

/* What arrival_read reads; they begin with column 0. */
#define ARRIVAL_COLUMNS \
	"a.digest, a.size, a.source, a.place, a.name, a.arrived, a.state, " \
	"a.attempts, a.due, a.code, a.verified, a.duplicate, a.counts, " \
	"a.late, a.handed, a.filed, a.facts"
#define ARRIVAL_N_COLUMNS	17

/* Column duplicate; 0: neither. */
enum { DUPLICATE_SUBMISSION = 1, DUPLICATE_ANSWERS = 2 };

/* Is there another row?  The statement is the caller's to end. */
enum err_code row_next(struct sql *db, struct sql_stmt *stmt, bool *more,
    struct err *e);
/* A column that must be a digest. */
enum err_code row_digest(struct sql_stmt *stmt, int column,
    uint8_t out[static DIGEST_LEN], struct err *e);
/* A column's text, for wipe_free. */
enum err_code row_text(struct sql_stmt *stmt, int column, char **out,
    struct err *e);
/* *out must be { 0 }; on failure it is again. */
enum err_code arrival_read(struct sql_stmt *stmt, struct arrival *out,
    struct err *e);

/* Appends the name as it stands in the ledger, with a NUL. */
enum err_code arrival_name_encode(const char *name, struct buf *out,
    struct err *e);

#endif
