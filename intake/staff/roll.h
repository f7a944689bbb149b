/* SPDX-License-Identifier: EUPL-1.2 */
/* The register as the ledger has it, in memory (format/roll.h). */
#ifndef SIGILL_INTAKE_STAFF_ROLL_H
#define SIGILL_INTAKE_STAFF_ROLL_H

#include "base/err.h"
#include "format/roll.h"
#include "ledger/sql.h"

/* All of it, sorted. */
enum err_code roll_load(struct sql *db, struct roll *out, struct err *e);

#endif
