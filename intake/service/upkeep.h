/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What follows from verdicts and was not done: a crash came in between, the
 * disk was full, scoring was away.  The ledger tells what it is.
 */
#ifndef SIGILL_INTAKE_SERVICE_UPKEEP_H
#define SIGILL_INTAKE_SERVICE_UPKEEP_H

#include <stdint.h>

#include "base/err.h"
#include "intake/service/batch.h"

/* Receipts and feedback that are not in the folder, and files that are not in
 * the archive.  An error is the ledger's. */
enum err_code upkeep(struct tools *t, struct err *e);

/*
 * Documents that were not handed over, with verdicts from before a time: later
 * ones their own lane is seeing to.  Some of them, and t->unhanded.going while
 * there may be more; to be called while hands_ready.  An error is the ledger's
 * or the worker's.
 */
enum err_code upkeep_hand(struct tools *t, int64_t before, struct err *e);

#endif
