/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill-intake show WHAT`: everything that is known about a file, and about
 * what else its organisation has handed in for the same round.
 */
#ifndef SIGILL_INTAKE_STAFF_SHOW_H
#define SIGILL_INTAKE_STAFF_SHOW_H

#include "base/report.h"
#include "intake/options.h"

enum err_code show_run(const struct options *o, struct report *r);

#endif
