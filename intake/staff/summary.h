/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill-intake report`: a round in figures, for those who answer for it.
 */
#ifndef SIGILL_INTAKE_STAFF_SUMMARY_H
#define SIGILL_INTAKE_STAFF_SUMMARY_H

#include "base/report.h"
#include "intake/options.h"

enum err_code summary_run(const struct options *o, struct report *r);

#endif
