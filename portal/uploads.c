/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/uploads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/crypto.h"
#include "portal/kept.h"
#include "portal/sweep.h"

/* A body to this length comes in one request and at once, or again. */
#define AT_ONCE		(1024u * 1024)

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

/*
 * How far an upload has come.  If its partial file is missing (the portal was
 * stopped before it was made, the disk would not sync it, or lost its name),
 * the upload starts again, without room reserved: whoever only wants to delete
 * it may find the disk full.  A file of that digest in the spool proves
 * nothing: another sender may have brought it.
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
		code = store_begin(u->store, up->row.id, up->row.length, true,
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

/* The sender has come here with an upload that was begun at another portal:
 * its bytes are there, and here it begins anew. */
static enum err_code
take_over(struct upload *up, struct err *e)
{
	struct ledger *ledger = up->owner->ledger;
	struct err why = { 0 };
	enum err_code code = ledger_take_over(ledger, up->row.id, &why);

	if (code == ERR_OK)
		log_event(LOG_INFORM, "taken-over", "upload", up->row.id,
		    "sender", up->row.sender, (char *)NULL);
	else if (code == ERR_HTTP_NOT_FOUND)
		/* It has just been completed there, or removed. */
		code = ledger_find(ledger, up->row.id, &up->row, e);
	else
		*e = why;
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
	if (code == ERR_OK && !row.complete && !row.here)
		code = take_over(up, e);
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

/* The upload is not ours any more: its sender has gone on at another portal,
 * and may have come to the end there. */
static enum err_code
look_again(struct upload *up, struct buf *receipt, struct err *e)
{
	struct ledger *ledger = up->owner->ledger;
	struct upload_row row;
	enum err_code code;

	err_clear(e);
	if ((code = ledger_find(ledger, up->row.id, &row, e)) != ERR_OK)
		return code;
	if (!row.complete)
		return err_set(e, ERR_HTTP_BUSY, NULL, 0,
		    "it goes on at another portal");
	up->row.complete = true;
	up->offset = up->row.length;
	return kept_receipt(ledger, row.digest, row.sender, STAGE_STORED,
	    receipt, e);
}

enum err_code
upload_finish(struct upload *up, struct buf *receipt, struct err *e)
{
	struct uploads *u = up->owner;
	enum err_code code;

	if (up->row.complete)
		return kept_receipt(u->ledger, up->row.digest,
		    up->row.sender, STAGE_STORED, receipt, e);
	if (up->offset != up->row.length) {
		code = store_sync(u->store, up->row.id, up->fd, e);
		if (code == ERR_OK)
			code = store_settle(u->store, e);
		if (code == ERR_OK)
			code = ledger_settle(u->ledger, up->row.id, e);
	} else if (!turn_secure(u->turns, &up->turn))
		/* Whoever waits shall see the upload complete. */
		return err_set(e, ERR_HTTP_BUSY, NULL, 0, NULL);
	else {
		code = complete_upload(u->completer, &up->row, up->fd,
		    receipt, e);
		if (code == ERR_OK)
			up->row.complete = true;
	}
	if (code == ERR_HTTP_NOT_FOUND)
		return look_again(up, receipt, e);
	if (complete_is_final(code))
		(void)sweep_forget(u, &up->row, &up->fd, &(struct err){ 0 });
	return code;
}

enum err_code
upload_discard(struct upload *up, struct err *e)
{
	if (up->row.complete)
		return err_set(e, ERR_HTTP_METHOD, NULL, 0,
		    "a completed upload is not deleted: its receipt stands");
	return sweep_forget(up->owner, &up->row, &up->fd, e);
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
	struct turn turn = { .id = fresh.id, .socket = -1 };
	struct err none = { 0 };
	enum err_code code;
	bool existed;

	if (ledger_find_same(u->ledger, row, &none) == ERR_OK) {
		if (row->complete || now < row->expires)
			return ERR_OK;
		sweep_expired(u, row, now);
	}
	fresh.complete = false;
	fresh.created = now;
	fresh.expires = now + u->settings->upload_seconds;
	/* The row before the file: who is over the quota shall not reserve
	 * room, even for a moment.  Nobody else looks for the file until it
	 * is there. */
	if ((code = new_id(fresh.id, e)) != ERR_OK ||
	    (code = turn_take(u->turns, &turn, e)) != ERR_OK)
		return code;
	*row = fresh;
	code = ledger_create(u->ledger, row, &quota, lazy, &existed, e);
	if (code == ERR_OK && !existed && (code = store_begin(u->store,
	    fresh.id, fresh.length, lazy, e)) != ERR_OK)
		(void)ledger_remove(u->ledger, fresh.id, &(struct err){ 0 });
	turn_end(u->turns, &turn);
	return code;
}

enum err_code
uploads_recover(struct uploads *u, int64_t now, struct err *e)
{
	struct upload_row row = { .id = "" };
	struct buf receipt = { 0 };
	struct upload *up;
	enum err_code code;

	if ((code = store_each_partial(u->store, sweep_orphan, u, e)) !=
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
