/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The one file that a word on the command line names.
 */
#ifndef SIGILL_INTAKE_STAFF_FIND_H
#define SIGILL_INTAKE_STAFF_FIND_H

#include "base/err.h"
#include "base/report.h"
#include "intake/book/arrivals.h"
#include "intake/staff/desk.h"

/* what: intake/book/arrivals_find.h.  ERR_NO_SUBMISSION; ERR_USAGE when there
 * are several, which the report lists then. */
enum err_code find_arrival(struct desk *desk, const char *what,
    struct arrival *out, struct report *r, struct err *e);

#endif
