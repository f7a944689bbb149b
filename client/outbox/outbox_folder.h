/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The outbox's folder: its place, its lock, and what dead runs have left in
 * it.  For client/outbox/outbox.c, client/outbox/outbox_put.c and the doctor.
 */
#ifndef SIGILL_CLIENT_OUTBOX_FOLDER_H
#define SIGILL_CLIENT_OUTBOX_FOLDER_H

#include <limits.h>
#include <stdbool.h>

#include "base/err.h"
#include "client/outbox/outbox.h"

/* How folders begin that are being put or removed. */
#define OUTBOX_NEW	".new."

struct outbox {
	char path[PATH_MAX];	/* absolute; names in it have their room */
};

/* The path of something in it. */
void outbox_inside(const struct outbox *o, const char *name,
    char out[static PATH_MAX]);

/*
 * Holds the lock of the outbox itself, for putting and removing; close *out.
 * wait: for half a minute.  ERR_BUSY, ERR_OUTBOX.
 */
enum err_code outbox_hold(const struct outbox *o, bool wait, int *out,
    struct err *e);

/* Removes a folder and the files in it, as far as it can. */
void outbox_remove_folder(const char *path);

#endif
