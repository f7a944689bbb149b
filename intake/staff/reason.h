/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * --reason: why a person decides, in the form that receipts and the ledger
 * take.
 */
#ifndef SIGILL_INTAKE_STAFF_REASON_H
#define SIGILL_INTAKE_STAFF_REASON_H

#include "base/err.h"
#include "intake/options.h"

/* *out is for wipe_free; NULL when none was given, or an empty one.  needed:
 * what is said then (ERR_USAGE), or NULL when it may be left out. */
enum err_code reason_take(const struct options *o, const char *command,
    const char *needed, char **out, struct err *e);

#endif
