/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The rows of the ledger's tables, one after the other, as JSON: digests and
 * ids in hexadecimal, other bytes in base64, times as whole seconds.
 */
#ifndef SIGILL_INTAKE_STAFF_EXPORT_ROWS_H
#define SIGILL_INTAKE_STAFF_EXPORT_ROWS_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "ledger/sql.h"

/*
 * In a transaction (sql_begin_reading).  Calls each with every row, table by
 * table, each by its key; *rows counts them.  It stops when each does not
 * return ERR_OK, with that.  Memory does not grow with the ledger.
 */
enum err_code export_rows(struct sql *db,
    enum err_code (*each)(void *arg, const json_t *row), void *arg,
    uint64_t *rows, struct err *e);

#endif
