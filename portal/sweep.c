/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/sweep.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "portal/uploads.h"

/* How long "expired" is told apart from "not found". */
#define GONE_SECONDS	(7 * 24 * 60 * 60)

/* Takes the name away that an upload may have reached, and notes with note
 * that it has ended. */
static enum err_code
end_row(struct uploads *u, const struct upload_row *row,
    enum err_code (*note)(struct ledger *, const char *, struct err *),
    struct err *e)
{
	enum err_code code = complete_retract(u->completer, row, e);

	return code == ERR_OK ? note(u->ledger, row->id, e) : code;
}

/*
 * With the upload's turn; *fd is open on its partial file, or -1.  The row
 * before the file: a file without a row is swept away some time, a row
 * without a file is an upload to go on with.  But when the disk is full of
 * such files the row cannot be changed before one of them makes room.
 */
static enum err_code
end_upload(struct uploads *u, const struct upload_row *row, int *fd,
    enum err_code (*note)(struct ledger *, const char *, struct err *),
    struct err *e)
{
	enum err_code code = end_row(u, row, note, e);

	if (code == ERR_NO_SPACE && store_give_up(u->store, row->id)) {
		if (*fd != -1)
			(void)close(*fd);
		*fd = -1;
		err_clear(e);
		code = end_row(u, row, note, e);
	}
	if (code == ERR_OK)
		store_remove(u->store, row->id);
	return code;
}

enum err_code
sweep_forget(struct uploads *u, const struct upload_row *row, int *fd,
    struct err *e)
{
	return end_upload(u, row, fd, ledger_remove, e);
}

void
sweep_expired(struct uploads *u, const struct upload_row *row, int64_t now)
{
	struct turn turn = { .id = row->id, .socket = -1 };
	struct err ignored = { 0 };
	struct upload_row again;
	int fd = -1;

	if (row->complete || now < row->expires ||
	    turn_take(u->turns, &turn, &ignored) != ERR_OK)
		return;
	if (ledger_find(u->ledger, row->id, &again, &ignored) == ERR_OK &&
	    !again.complete)
		(void)sweep_forget(u, &again, &fd, &ignored);
	turn_end(u->turns, &turn);
}

/* A partial file without a row, or with a receipt, is left from a crash while
 * it was removed, or its row was lost with the power; or another portal has
 * its upload now. */
void
sweep_orphan(void *arg, const char *id)
{
	struct turn turn = { .id = id, .socket = -1 };
	struct uploads *u = arg;
	struct upload_row row;
	struct err e = { 0 };
	enum err_code code;

	if (!turn_try(u->turns, &turn))
		return;
	code = ledger_find(u->ledger, id, &row, &e);
	/* It may have come as far as the file's final name. */
	if (code == ERR_OK && !row.complete)
		code = row.here ? ERR_HTTP_BUSY :
		    complete_retract(u->completer, &row, &e);
	if (code == ERR_OK || code == ERR_HTTP_NOT_FOUND)
		store_remove(u->store, id);
	turn_end(u->turns, &turn);
}

/* The same while others work: portal/store.c makes other names for a
 * moment. */
static void
sweep_settled_orphan(void *arg, const char *id)
{
	if (strlen(id) == UPLOAD_ID_LEN - 1)
		sweep_orphan(arg, id);
}

void
uploads_sweep(struct uploads *u, int64_t now)
{
	struct upload_row row = { .id = "" };
	struct err why = { 0 }, first = { 0 };
	int fd = -1;

	while (ledger_next_open(u->ledger, &row, &why) == ERR_OK) {
		struct turn turn = { .id = row.id, .socket = -1 };
		struct err failed = { 0 };

		if (now < row.expires || !turn_try(u->turns, &turn))
			continue;
		if (row.expires != 0)
			(void)end_upload(u, &row, &fd, ledger_expire, &failed);
		if (first.code == ERR_OK)
			first = failed;
		turn_end(u->turns, &turn);
		if (now >= row.created + u->settings->upload_seconds +
		    GONE_SECONDS)
			sweep_expired(u, &row, now);
	}
	if (first.code == ERR_OK && why.code != ERR_HTTP_NOT_FOUND)
		first = why;
	(void)store_each_partial(u->store, sweep_settled_orphan, u, &first);
	if (first.code != ERR_OK)
		log_err(LOG_FAIL, "not-swept", &first);
}
