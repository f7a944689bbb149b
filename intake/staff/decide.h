/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill-intake accept WHAT` and `reject WHAT --reason TEXT`: what a person
 * decides about a file that is held.  It is written down here; the service,
 * which alone has keys, carries it out.
 */
#ifndef SIGILL_INTAKE_STAFF_DECIDE_H
#define SIGILL_INTAKE_STAFF_DECIDE_H

#include "base/report.h"
#include "intake/options.h"

enum err_code decide_accept(const struct options *o, struct report *r);
enum err_code decide_reject(const struct options *o, struct report *r);

#endif
