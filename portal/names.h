/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A folder whose names many threads change, and make durable together: one
 * fsync serves all who wait for it.
 *
 * Linux tells of a failed fsync once, and takes what could not be written for
 * written: the next fsync succeeds and means nothing.  So a failure is
 * everybody's whose change was not known to be durable before it, and only a
 * new change can be asked about again.
 */
#ifndef SIGILL_PORTAL_NAMES_H
#define SIGILL_PORTAL_NAMES_H

#include <stdint.h>

#include "base/err.h"

struct names;			/* opaque; safe to use from many threads */

/* One change of the folder's names. */
struct name_change {
	uint64_t number;
	uint64_t failures;	/* that there had been */
};

/* folder: a descriptor, borrowed.  NULL without memory. */
struct names *names_new(int folder);
void names_free(struct names *n);	/* NULL-safe */

/* The last one. */
struct name_change names_latest(struct names *n);
/* A new one, after it has been made; before is what names_latest gave until
 * then.  An fsync that failed in between may have taken it along. */
struct name_change names_changed(struct names *n, struct name_change before);
/* Is the change on the disk?  At once if it is known to be, else after an
 * fsync, of which one runs at a time.  ERR_IO, ERR_NO_SPACE. */
enum err_code names_sync(struct names *n, struct name_change change,
    struct err *e);

#endif
