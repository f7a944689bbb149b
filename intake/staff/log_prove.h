/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill-intake log prove`: proofs for others, as JSON (docs/SPEC.md): that
 * the log has only been added to, or that a receipt is in it as it is now.
 */
#ifndef SIGILL_INTAKE_STAFF_LOG_PROVE_H
#define SIGILL_INTAKE_STAFF_LOG_PROVE_H

#include "base/report.h"
#include "intake/book/tree.h"
#include "intake/options.h"
#include "intake/staff/desk.h"

/* what: the file whose receipt it is about (intake/book/arrivals_find.h);
 * NULL: from --from to --to. */
enum err_code log_prove(struct desk *desk, struct tree *tree,
    const struct options *o, const char *what, struct report *r,
    struct err *e);

#endif
