/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The ledger's rows against its log: what becomes of files is decided by the
 * rows, and proven by the log alone.
 */
#ifndef SIGILL_INTAKE_BOOK_ROWS_CHECK_H
#define SIGILL_INTAKE_BOOK_ROWS_CHECK_H

#include "base/err.h"
#include "ledger/sql.h"

/*
 * Alone, and after tree_check: each arrival with a verdict has one receipt, is
 * what that says (state, code, size, organisation, round, submission,
 * fingerprint, what it replaces), and counts, or does not, as the rules say
 * when all that were accepted come once more in the order of the log; each
 * decision that was carried out is the one in the log.  Sees the ledger as it
 * is at one moment.  ERR_LOG_DAMAGED, with the first that is wrong.
 */
enum err_code rows_check(struct sql *db, struct err *e);

#endif
