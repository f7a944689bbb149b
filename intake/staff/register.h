/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill-intake register [FILE]`: replaces the register of those who are
 * expected to answer by what a file says, all of it or nothing; or lists it.
 */
#ifndef SIGILL_INTAKE_STAFF_REGISTER_H
#define SIGILL_INTAKE_STAFF_REGISTER_H

#include "base/report.h"
#include "intake/options.h"

enum err_code register_run(const struct options *o, struct report *r);

#endif
