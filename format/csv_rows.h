/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rows of comma-separated values (RFC 4180), as spreadsheets write them.  The
 * separator is a comma, a semicolon or a tab, whichever the first row has most
 * of, or that a first line "sep=;" names.  UTF-8, with a byte order mark or without; lines end with LF or CRLF.
 */
#ifndef SIGILL_FORMAT_CSV_ROWS_H
#define SIGILL_FORMAT_CSV_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CSV_COLUMNS_MAX	64

/* Borrowed for the time of the call. */
struct csv_row {
	char *fields[CSV_COLUMNS_MAX];	/* without NULs, blanks trimmed */
	size_t len;
	size_t line;			/* that it begins on */
};

/*
 * Calls each with every row that has any text.  What is not such a file ends
 * it, with the line and the place "row": ERR_TEXT, ERR_FIELD_VALUE for
 * quotation marks, ERR_TOO_LARGE for too many columns.
 */
enum err_code csv_rows(const uint8_t *data, size_t len,
    void (*each)(void *arg, const struct csv_row *row), void *arg,
    struct err *e);

#endif
