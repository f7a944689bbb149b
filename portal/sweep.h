/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How uploads end that come to nothing: deleted, refused, expired, or taken
 * over by another portal.  Belongs to portal/uploads.c, and uploads_sweep is
 * here.
 */
#ifndef SIGILL_PORTAL_SWEEP_H
#define SIGILL_PORTAL_SWEEP_H

#include <stdint.h>

#include "base/err.h"
#include "portal/complete.h"
#include "portal/ledger.h"
#include "portal/settings.h"
#include "portal/store.h"
#include "portal/turns.h"

struct uploads {
	const struct settings *settings;
	struct store *store;
	struct ledger *ledger;
	struct completer *completer;
	struct turns *turns;		/* who works on which upload */
};

/* With the upload's turn: its row and its partial file, on which *fd is open
 * (or -1), are gone afterwards; *fd may be closed, and is -1 then. */
enum err_code sweep_forget(struct uploads *u, const struct upload_row *row,
    int *fd, struct err *e);
/* If it has expired, it makes room for a new one of the same file. */
void sweep_expired(struct uploads *u, const struct upload_row *row,
    int64_t now);
/* At the start: arg is a struct uploads, id a partial file's name.  Removes it
 * if no upload here needs it. */
void sweep_orphan(void *arg, const char *id);

#endif
