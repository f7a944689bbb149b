/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Scores that were given out and that the ledger does not know, because an
 * older copy of it was put back: what lies in the folder of verdicts stands,
 * as far as this intake has signed it.
 */
#ifndef SIGILL_INTAKE_SERVICE_SCORED_REGAIN_H
#define SIGILL_INTAKE_SERVICE_SCORED_REGAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "intake/book/arrivals.h"
#include "intake/book/scores.h"
#include "intake/settings.h"
#include "ledger/sql.h"

/* Fills *out, which must be { 0 }, with the receipt of an accepted file that
 * lies there, and the sealed feedback, if there is any of ours.  *found: false
 * when there is no such receipt; that is no error. */
enum err_code scored_regain(const struct intake_settings *s,
    const struct arrival *a, struct score *out, bool *found, struct err *e);

/* All of them that are whole, into the ledger; *n more than there were.  An
 * error is the ledger's, or that of the folder itself. */
enum err_code scored_regain_all(const struct intake_settings *s,
    struct sql *db, size_t *n, struct err *e);

#endif
