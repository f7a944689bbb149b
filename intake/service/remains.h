/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is left undone at the end of `run --once`, and calls for another run or
 * for a person.
 */
#ifndef SIGILL_INTAKE_SERVICE_REMAINS_H
#define SIGILL_INTAKE_SERVICE_REMAINS_H

#include "base/err.h"
#include "intake/service/lane.h"
#include "intake/service/scan.h"
#include "ledger/sql.h"

/*
 * Once all lanes have ended.  The log has told what is not done, and why.
 *
 *	ERR_QUEUED	something has no verdict yet, could not be read, or is
 *			not in the archive
 *	ERR_UNHANDED	something counts, and was not handed over
 */
enum err_code remains_check(struct lanes *common, const struct scan *scan,
    struct sql *db, struct err *e);

#endif
