/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is told beside what the ledger has of a file: what the register says of
 * its organisation, whether a person has decided about it already, and whether
 * it has been scored.
 */
#ifndef SIGILL_INTAKE_STAFF_BESIDE_H
#define SIGILL_INTAKE_STAFF_BESIDE_H

#include "base/err.h"
#include "intake/book/counts.h"
#include "intake/staff/roll.h"

/* Owned; { 0 } knows nothing. */
struct beside {
	struct roll roll;
	struct digests decided;	/* and the service has not been there yet */
	struct digests scored;
};

enum err_code beside_load(struct sql *db, struct beside *out, struct err *e);
void beside_wipe(struct beside *b);

#endif
