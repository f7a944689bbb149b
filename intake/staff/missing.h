/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill-intake missing`: of those who are expected to answer in a round,
 * how many have, and who has not (intake/staff/tally.h).
 */
#ifndef SIGILL_INTAKE_STAFF_MISSING_H
#define SIGILL_INTAKE_STAFF_MISSING_H

#include "base/report.h"
#include "intake/options.h"

enum err_code missing_run(const struct options *o, struct report *r);

#endif
