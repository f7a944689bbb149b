/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A file that was seen, and that the ledger has already: it has come again, or
 * it is now somewhere else than where the ledger looks for it.
 */
#ifndef SIGILL_INTAKE_SERVICE_KNOWN_H
#define SIGILL_INTAKE_SERVICE_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "intake/book/arrivals.h"
#include "intake/settings.h"
#include "ledger/sql.h"

/* Everything is borrowed. */
struct known {
	const struct intake_settings *settings;
	struct sql *db;
	int64_t now;
	const struct place *place;	/* where it was seen, */
	const char *name;
	uint64_t size;
	const struct arrival *row;	/* and how the ledger has it */
};

/* Is it another place or name than the ledger has? */
bool known_elsewhere(const struct known *k);
/* Logs that: it is not taken again, and may go, and whoever brought it may
 * look for it under this name. */
void known_tell(const struct known *k);
/* It has its verdict, and has come again or was left where it was: into the
 * archive, and in a folder its receipt is published again. */
enum err_code known_put_away(const struct known *k, struct err *e);
/* It has none.  When its bytes are not where the ledger looks for them, or
 * nobody looks there, and they are here, the ledger looks here from now on.
 * *here: it does. */
enum err_code known_move(const struct known *k, bool *here, struct err *e);

/*
 * Once, at the start: what is left to be done about files from places that are
 * no longer configured is done as if they were from the first place, and that
 * is logged.  On a shared ledger they may be another intake's, and nothing is
 * done.
 */
enum err_code known_adopt(const struct intake_settings *s, struct sql *db,
    struct err *e);

#endif
