/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The one file that a word on the command line names.
 */
#ifndef SIGILL_INTAKE_STAFF_FIND_H
#define SIGILL_INTAKE_STAFF_FIND_H

#include <stdbool.h>

#include "base/err.h"
#include "base/report.h"
#include "intake/book/arrivals.h"
#include "intake/staff/desk.h"

/*
 * what: intake/book/arrivals_find.h; the name of the file in the archive, or of
 * its receipt; or an organisation number, which names the one file of theirs
 * (held: of those that are held).  ERR_NO_SUBMISSION; ERR_NOT_HELD for an
 * organisation; ERR_USAGE when there are several, which the report lists then.
 */
enum err_code find_arrival(struct desk *desk, const char *what, bool held,
    struct arrival *out, struct report *r, struct err *e);

#endif
