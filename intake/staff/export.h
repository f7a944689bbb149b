/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill-intake export`: the whole ledger as JSON Lines, as it was at one
 * moment, for those who read it with other software (docs/OPERATIONS.md).
 */
#ifndef SIGILL_INTAKE_STAFF_EXPORT_H
#define SIGILL_INTAKE_STAFF_EXPORT_H

#include "base/err.h"
#include "base/report.h"
#include "intake/options.h"

/* With --output, a file that is whole or not there; otherwise on standard
 * output, where the last line tells that nothing is missing. */
enum err_code export_run(const struct options *o, struct report *r);

#endif
