/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Finds sealed files where they come from: portals' spools, in which every
 * file is whole and named by its digest, and folders for those that came
 * another way, in which a file may still be being copied.
 */
#ifndef SIGILL_INTAKE_SERVICE_SCAN_H
#define SIGILL_INTAKE_SERVICE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "intake/settings.h"
#include "ledger/sql.h"

/* A file in a folder is taken when it has not changed for so long. */
#define SCAN_SETTLED	3	/* seconds */

struct scan;			/* opaque; for one thread */

enum err_code scan_new(const struct intake_settings *settings,
    struct scan **out, struct err *e);
void scan_free(struct scan *s);	/* NULL-safe */

/*
 * Looks once, adds what is new to the ledger, tells how many.  What has its
 * verdict already is put into the archive and, in a folder, has its receipt
 * published again.  A place that cannot be read is logged, and the others are
 * looked at all the same.  *unsettled: some files may still be being copied.
 */
enum err_code scan_once(struct scan *s, struct sql *db, int64_t now,
    size_t *added, bool *unsettled, struct err *e);

/* Was there, at the last look, a place or a file that could not be read? */
bool scan_missed(const struct scan *s);

#endif
