/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill-intake mandate list | show WHAT | revoke WHAT`: the mandates by which
 * others have answered for organisations, and those that hold no longer.  WHAT
 * is a mandate's file, or its digest or the first digits of it.
 */
#ifndef SIGILL_INTAKE_STAFF_MANDATE_H
#define SIGILL_INTAKE_STAFF_MANDATE_H

#include "base/report.h"
#include "intake/options.h"

enum err_code mandate_run(const struct options *o, struct report *r);

#endif
