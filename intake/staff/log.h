/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill-intake log`: the log's head, proofs about it, and whether it is what
 * it was.
 */
#ifndef SIGILL_INTAKE_STAFF_LOG_H
#define SIGILL_INTAKE_STAFF_LOG_H

#include "base/report.h"
#include "intake/options.h"

enum err_code log_run(const struct options *o, struct report *r);

#endif
