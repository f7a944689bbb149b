/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reads a register from comma-separated values (format/csv_rows.h): the
 * first row names the columns, in any order,
 *
 *	number | organisationsnummer | orgnr	required
 *	name | namn				required
 *	kind | typ				required
 *	contact | kontakt			may be missing, and empty
 *
 * and others are not used.
 */
#ifndef SIGILL_FORMAT_REGISTER_H
#define SIGILL_FORMAT_REGISTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/roll.h"

/*
 * Adds every mistake, each with its line and, as where, the column; without
 * any, *out has all rows, sorted.  *unused (for free) names the columns that
 * are not used, as "a, b"; NULL when there are none.
 */
void register_parse(const uint8_t *data, size_t len, struct roll *out,
    char **unused, struct err_list *mistakes);

#endif
