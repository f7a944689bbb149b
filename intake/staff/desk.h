/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What every command needs that looks into the ledger: the settings, which
 * name it, and a connection.  No key is loaded unless parts asks for it.
 */
#ifndef SIGILL_INTAKE_STAFF_DESK_H
#define SIGILL_INTAKE_STAFF_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "intake/options.h"
#include "intake/settings.h"
#include "ledger/sql.h"

/* { 0 } is an empty one. */
struct desk {
	struct intake_settings settings;
	struct sql *db;
	int64_t now;
};

/*
 * parts: enum intake_part.  create: a ledger in a file may be made here, as
 * the service would; otherwise one that is not there is ERR_NO_INPUT, so that
 * a slip in the configuration does not look like an empty ledger.
 */
enum err_code desk_open(const struct options *o, unsigned parts, bool create,
    struct desk *out, struct err *e);
void desk_close(struct desk *desk);

#endif
