/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The names in a folder that have been seen before, and what is known of
 * them: so that a folder where thousands of files lie can be looked at every
 * second.  What is not there any more is forgotten.
 */
#ifndef SIGILL_INTAKE_SERVICE_NAMES_H
#define SIGILL_INTAKE_SERVICE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "crypto/digest.h"

enum name_state {
	NAME_NEW,		/* or changed, or to be asked about again */
	NAME_KNOWN,		/* the ledger knows this file, at this place */
	/* The ledger has the same file from another place. */
	NAME_ELSEWHERE,
	NAME_ODD,		/* nothing that is ever taken */
};

struct name {
	enum name_state state;
	struct stat st;		/* of a folder's, when it was last seen */
	int64_t since;		/* so it has been, CLOCK_MONOTONIC seconds */
	int64_t first;		/* it was, or was changed; as since */
	bool seen;		/* in this look */
	bool told;		/* in the log, what is odd about it */
	bool slow;		/* told: it is still being written */
	char text[];
};

struct names;			/* opaque */

struct names *names_new(void);	/* NULL without memory */
void names_free(struct names *n);	/* NULL-safe */
/* The name's entry, new ones all zero, and seen now; NULL without memory. */
struct name *names_see(struct names *n, const char *text);
/* After a whole look: forgets what was not seen. */
void names_end(struct names *n);

/* Is it DIGEST.sigill, as portals call what is whole, and the archive? */
bool names_sealed(const char *name, uint8_t digest[static DIGEST_LEN]);

#endif
