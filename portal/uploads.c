/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/uploads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/crypto.h"

/* A body to this length comes in one request and at once, or again. */
#define AT_ONCE		(1024u * 1024)
/* How long "expired" is told apart from "not found". */
#define GONE_SECONDS	(7 * 24 * 60 * 60)

struct uploads {
	const struct settings *settings;
	struct store *store;
	struct ledger *ledger;
	struct completer *completer;
	struct turns *turns;		/* who works on which upload */
};

enum err_code
uploads_open(const struct settings *settings, struct store *store,
    struct ledger *ledger, struct completer *completer, struct uploads **out,
    struct err *e)
{
	struct uploads *u = calloc(1, sizeof(*u));

	if (u == NULL || (u->turns = turns_new()) == NULL) {
		free(u);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	u->settings = settings;
	u->store = store;
	u->ledger = ledger;
	u->completer = completer;
	*out = u;
	return ERR_OK;
}

void
uploads_close(struct uploads *u)
{
	if (u == NULL)
		return;
	turns_free(u->turns);
	free(u);
}

/* The row before the partial file: a file without a row is swept away at the
 * next start, a row without a file would be an upload to go on with. */
static enum err_code
forget(struct uploads *u, const struct upload_row *row, struct err *e)
{
	enum err_code code;

	if ((code = complete_retract(u->completer, row, e)) != ERR_OK ||
	    (code = ledger_remove(u->ledger, row->id, e)) != ERR_OK)
		return code;
	store_remove(u->store, row->id);
	return ERR_OK;
}

/*
 * How far an upload has come.  A partial file is made before its row and
 * removed after its receipt is kept; if it is missing all the same (the disk
 * would not sync it, or lost its name), the upload starts again.  A file of
 * that digest in the spool proves nothing: another sender may have brought it.
 */
static enum err_code
locate(struct upload *up, struct err *e)
{
	struct uploads *u = up->owner;
	struct err absent = { 0 };
	enum err_code code;

	up->offset = up->row.length;
	if (up->row.complete)
		return ERR_OK;
	code = store_open_partial(u->store, up->row.id, &up->fd, &up->offset,
	    &absent);
	if (code == ERR_HTTP_NOT_FOUND) {
		code = store_begin(u->store, up->row.id, up->row.length, false,
		    e);
		if (code == ERR_OK)
			code = store_open_partial(u->store, up->row.id,
			    &up->fd, &up->offset, e);
	} else if (code != ERR_OK)
		*e = absent;
	/* Never so by us; complete_upload refuses it then. */
	if (code == ERR_OK && up->offset > up->row.length)
		up->offset = up->row.length;
	return code;
}

enum err_code
upload_hold(struct uploads *u, const char *id, const char *sender,
    int socket, int64_t now, struct upload **out, struct err *e)
{
	struct upload *up = NULL;
	struct upload_row row;
	enum err_code code;

	if ((code = ledger_find(u->ledger, id, &row, e)) != ERR_OK)
		return code;
	if (strcmp(row.sender, sender) != 0)
		return err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0, NULL);
	if ((up = calloc(1, sizeof(*up))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	up->owner = u;
	up->row = row;
	up->fd = -1;
	up->turn = (struct turn){ .id = up->row.id, .socket = socket };
	if ((code = turn_take(u->turns, &up->turn, e)) != ERR_OK) {
		free(up);
		return code;
	}
	/* Whoever held it may have completed or removed it. */
	code = ledger_find(u->ledger, id, &row, e);
	if (code == ERR_OK) {
		up->row.complete = row.complete;
		if (!row.complete && now >= row.expires)
			code = err_set(e, ERR_HTTP_EXPIRED, NULL, 0, NULL);
	}
	if (code == ERR_OK)
		code = locate(up, e);
	if (code == ERR_OK)
		*out = up;
	else
		upload_release(up);
	return code;
}

void
upload_release(struct upload *up)
{
	if (up == NULL)
		return;
	turn_end(up->owner->turns, &up->turn);
	if (up->fd != -1)
		(void)close(up->fd);
	free(up);
}

enum err_code
upload_write(struct upload *up, const void *data, size_t len, struct err *e)
{
	enum err_code code;

	if (len > up->row.length - up->offset || up->fd == -1)
		return err_set(e, ERR_TOO_LARGE, NULL, 0,
		    "the upload was announced with %ju bytes",
		    (uintmax_t)up->row.length);
	if (!turn_goes_on(up->owner->turns, &up->turn))
		return err_set(e, ERR_HTTP_BUSY, NULL, 0, NULL);
	code = store_write(up->fd, up->offset, data, len, e);
	if (code == ERR_OK)
		up->offset += len;
	return code;
}

enum err_code
upload_finish(struct upload *up, struct buf *receipt, struct err *e)
{
	struct uploads *u = up->owner;
	enum err_code code;

	if (up->row.complete)
		return ledger_receipt(u->ledger, up->row.digest,
		    up->row.sender, "stored", receipt, e);
	if (up->offset != up->row.length) {
		code = store_sync(u->store, up->row.id, up->fd, e);
		if (code == ERR_OK)
			code = store_settle(u->store, e);
		if (code == ERR_OK)
			code = ledger_settle(u->ledger, up->row.id, e);
		return code;
	}
	/* Whoever waits shall see the upload complete. */
	if (!turn_secure(u->turns, &up->turn))
		return err_set(e, ERR_HTTP_BUSY, NULL, 0, NULL);
	code = complete_upload(u->completer, &up->row, up->fd, receipt, e);
	if (code == ERR_OK)
		up->row.complete = true;
	else if (complete_is_final(code))
		(void)forget(u, &up->row, &(struct err){ 0 });
	return code;
}

enum err_code
upload_discard(struct upload *up, struct err *e)
{
	if (up->row.complete)
		return err_set(e, ERR_HTTP_METHOD, NULL, 0,
		    "a completed upload is not deleted: its receipt stands");
	return forget(up->owner, &up->row, e);
}

static enum err_code
new_id(char out[static UPLOAD_ID_LEN], struct err *e)
{
	uint8_t bytes[(UPLOAD_ID_LEN - 1) / 2];
	enum err_code code = crypto_random(bytes, sizeof(bytes), e);

	for (size_t i = 0; code == ERR_OK && i < sizeof(bytes); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return code;
}

/* An expired upload makes room for a new one of the same file. */
static void
clear_expired(struct uploads *u, const struct upload_row *row, int64_t now)
{
	struct turn turn = { .id = row->id, .socket = -1 };
	struct err ignored = { 0 };
	struct upload_row again;

	if (row->complete || now < row->expires ||
	    turn_take(u->turns, &turn, &ignored) != ERR_OK)
		return;
	if (ledger_find(u->ledger, row->id, &again, &ignored) == ERR_OK &&
	    !again.complete)
		(void)forget(u, &again, &ignored);
	turn_end(u->turns, &turn);
}

enum err_code
uploads_create(struct uploads *u, struct upload_row *row, bool whole,
    int64_t now, struct err *e)
{
	const struct quota quota = {
		.uploads = u->settings->max_uploads,
		.bytes = u->settings->max_bytes,
	};
	bool lazy = whole && row->length <= AT_ONCE;
	struct upload_row fresh = *row;
	struct err none = { 0 };
	enum err_code code;
	bool existed;

	if (ledger_find_same(u->ledger, row, &none) == ERR_OK) {
		if (row->complete || now < row->expires)
			return ERR_OK;
		clear_expired(u, row, now);
	}
	fresh.complete = false;
	fresh.created = now;
	fresh.expires = now + u->settings->upload_seconds;
	if ((code = new_id(fresh.id, e)) != ERR_OK ||
	    (code = store_begin(u->store, fresh.id, fresh.length, lazy, e)) !=
	    ERR_OK)
		return code;
	*row = fresh;
	code = ledger_create(u->ledger, row, &quota, lazy, &existed, e);
	if (code != ERR_OK || existed)
		store_remove(u->store, fresh.id);
	return code;
}

/* A partial file without a row, or with a receipt, is left from a crash while
 * it was made or removed. */
static void
remove_orphan(void *arg, const char *id)
{
	struct uploads *u = arg;
	struct upload_row row;
	enum err_code code;

	code = ledger_find(u->ledger, id, &row, &(struct err){ 0 });
	if (code == ERR_HTTP_NOT_FOUND || (code == ERR_OK && row.complete))
		store_remove(u->store, id);
}

enum err_code
uploads_recover(struct uploads *u, int64_t now, struct err *e)
{
	struct upload_row row = { .id = "" };
	struct buf receipt = { 0 };
	struct upload *up;
	enum err_code code;

	if ((code = store_each_partial(u->store, remove_orphan, u, e)) !=
	    ERR_OK)
		return code;
	for (;;) {
		struct err why = { 0 };

		code = ledger_next_open(u->ledger, &row, &why);
		if (code == ERR_HTTP_NOT_FOUND)
			return ERR_OK;
		if (code != ERR_OK) {
			*e = why;
			return code;
		}
		if (upload_hold(u, row.id, row.sender, -1, now, &up, &why) !=
		    ERR_OK)
			continue;
		if (up->offset == up->row.length &&
		    upload_finish(up, &receipt, &why) != ERR_OK)
			log_err(LOG_WARN, "not-recovered", &why);
		upload_release(up);
		buf_wipe(&receipt);
	}
}

void
uploads_sweep(struct uploads *u, int64_t now)
{
	struct upload_row row = { .id = "" };
	struct err why = { 0 };

	while (ledger_next_open(u->ledger, &row, &why) == ERR_OK) {
		struct turn turn = { .id = row.id, .socket = -1 };

		if (now < row.expires || !turn_try(u->turns, &turn))
			continue;
		if (row.expires != 0 &&
		    complete_retract(u->completer, &row, &why) == ERR_OK &&
		    ledger_expire(u->ledger, row.id, &why) == ERR_OK)
			store_remove(u->store, row.id);
		turn_end(u->turns, &turn);
		if (now >= row.created + u->settings->upload_seconds +
		    GONE_SECONDS)
			clear_expired(u, &row, now);
	}
	if (why.code != ERR_OK && why.code != ERR_HTTP_NOT_FOUND)
		log_err(LOG_FAIL, "not-swept", &why);
}
