/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reads a register from comma-separated values (RFC 4180), as spreadsheets
 * write them: the first row names the columns, in any order,
 *
 *	number | organisationsnummer | orgnr	required
 *	name | namn				required
 *	kind | typ				required
 *	contact | kontakt			may be missing, and empty
 *
 * and others are not used.  The separator is a comma, a semicolon or a tab,
 * whichever the first row has most of.  UTF-8, with a byte order mark or
 * without; lines end with LF or CRLF; rows without any text are passed over.
 */
#ifndef SIGILL_INTAKE_STAFF_REGISTER_FILE_H
#define SIGILL_INTAKE_STAFF_REGISTER_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "intake/staff/roll.h"

#define REGISTER_COLUMNS	64	/* more is not read */

/*
 * Adds every mistake, each with its line and, as where, the column; without
 * any, *out has all rows, sorted.  *unused (for free) names the columns that
 * are not used, as "a, b"; NULL when there are none.
 */
void register_file_parse(const uint8_t *data, size_t len, struct roll *out,
    char **unused, struct err_list *mistakes);

#endif
