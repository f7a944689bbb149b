/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/uploads.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/crypto.h"

#define STALLED_MS	1000	/* without a byte: the other end may be gone */
#define PATIENCE_MS	3000	/* then it is cut off even if bytes arrive */
#define GIVE_UP_MS	15000	/* then the one who waits gets "busy" */
#define POLL_MS		50
/* How long "expired" is told apart from "not found". */
#define GONE_SECONDS	(7 * 24 * 60 * 60)

struct uploads {
	const struct settings *settings;
	struct store *store;
	struct ledger *ledger;
	struct completer *completer;
	pthread_mutex_t mutex;
	pthread_cond_t released;
	struct upload *held;		/* list of those that requests hold */
};

static int64_t
clock_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

enum err_code
uploads_open(const struct settings *settings, struct store *store,
    struct ledger *ledger, struct completer *completer, struct uploads **out,
    struct err *e)
{
	struct uploads *u = calloc(1, sizeof(*u));
	pthread_condattr_t attr;

	if (u == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	u->settings = settings;
	u->store = store;
	u->ledger = ledger;
	u->completer = completer;
	(void)pthread_mutex_init(&u->mutex, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&u->released, &attr);
	(void)pthread_condattr_destroy(&attr);
	*out = u;
	return ERR_OK;
}

void
uploads_close(struct uploads *u)
{
	if (u == NULL)
		return;
	(void)pthread_cond_destroy(&u->released);
	(void)pthread_mutex_destroy(&u->mutex);
	free(u);
}

static struct upload *
find_held(struct uploads *u, const char *id)
{
	struct upload *up = u->held;

	while (up != NULL && strcmp(up->row.id, id) != 0)
		up = up->next;
	return up;
}

static void
wait_released(struct uploads *u)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += POLL_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	(void)pthread_cond_timedwait(&u->released, &u->mutex, &until);
}

/* Puts up (with its id set) on the list once nobody else is there.  The
 * socket of another is shut only while that one is on the list, so its
 * number cannot have passed to a new connection. */
static enum err_code
enlist(struct uploads *u, struct upload *up, struct err *e)
{
	int64_t start = clock_ms(), now;
	enum err_code code = ERR_OK;
	struct upload *other;

	pthread_mutex_lock(&u->mutex);
	while ((other = find_held(u, up->row.id)) != NULL) {
		now = clock_ms();
		if (now - start > GIVE_UP_MS) {
			code = err_set(e, ERR_HTTP_BUSY, NULL, 0, NULL);
			break;
		}
		if (!other->finishing && !other->cut &&
		    (now - other->touched > STALLED_MS ||
		    now - start > PATIENCE_MS)) {
			other->cut = true;
			if (other->socket != -1)
				(void)shutdown(other->socket, SHUT_RDWR);
		}
		wait_released(u);
	}
	if (code == ERR_OK) {
		up->touched = clock_ms();
		up->next = u->held;
		u->held = up;
	}
	pthread_mutex_unlock(&u->mutex);
	return code;
}

static void
delist(struct uploads *u, struct upload *up)
{
	struct upload **p;

	pthread_mutex_lock(&u->mutex);
	for (p = &u->held; *p != NULL; p = &(*p)->next)
		if (*p == up) {
			*p = up->next;
			break;
		}
	pthread_cond_broadcast(&u->released);
	pthread_mutex_unlock(&u->mutex);
}

/* The row first: a file without a row is swept away at the next start, a row
 * without a file would look like one that had been published. */
static enum err_code
forget(struct uploads *u, const char *id, struct err *e)
{
	enum err_code code = ledger_remove(u->ledger, id, e);

	if (code == ERR_OK)
		store_remove(u->store, id);
	return code;
}

/*
 * How far an upload has come.  A partial file is made before its row; when
 * it is missing, it has been published and only the receipt is to be given,
 * unless the published file has been taken away, too: then the upload starts
 * again.
 */
static enum err_code
locate(struct upload *up, struct err *e)
{
	struct uploads *u = up->owner;
	struct err absent = { 0 };
	enum err_code code;
	uint64_t size;
	int fd;

	up->offset = up->row.length;
	if (up->row.complete)
		return ERR_OK;
	code = store_open_partial(u->store, up->row.id, &up->fd, &up->offset,
	    &absent);
	if (code != ERR_HTTP_NOT_FOUND) {
		if (code != ERR_OK)
			*e = absent;
		return code;
	}
	err_clear(&absent);
	if (store_open_sealed(u->store, up->row.digest, &fd, &size, &absent) ==
	    ERR_OK) {
		(void)close(fd);
		return ERR_OK;
	}
	code = store_begin(u->store, up->row.id, up->row.length, e);
	if (code == ERR_OK)
		code = store_open_partial(u->store, up->row.id, &up->fd,
		    &up->offset, e);
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
	up->socket = socket;
	if ((code = enlist(u, up, e)) != ERR_OK) {
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
	delist(up->owner, up);
	if (up->fd != -1)
		(void)close(up->fd);
	free(up);
}

enum err_code
upload_write(struct upload *up, const void *data, size_t len, struct err *e)
{
	struct uploads *u = up->owner;
	enum err_code code;
	bool cut;

	if (len > up->row.length - up->offset || up->fd == -1)
		return err_set(e, ERR_TOO_LARGE, NULL, 0,
		    "the upload was announced with %ju bytes",
		    (uintmax_t)up->row.length);
	pthread_mutex_lock(&u->mutex);
	cut = up->cut;
	up->touched = clock_ms();
	pthread_mutex_unlock(&u->mutex);
	if (cut)
		return err_set(e, ERR_HTTP_BUSY, NULL, 0, NULL);
	code = store_write(up->fd, up->offset, data, len, e);
	if (code == ERR_OK)
		up->offset += len;
	return code;
}

/* From here on the request is not cut off: the one who waits shall see the
 * upload complete. */
static enum err_code
start_finishing(struct upload *up, struct err *e)
{
	struct uploads *u = up->owner;
	enum err_code code = ERR_OK;

	pthread_mutex_lock(&u->mutex);
	if (up->cut)
		code = err_set(e, ERR_HTTP_BUSY, NULL, 0, NULL);
	else
		up->finishing = true;
	pthread_mutex_unlock(&u->mutex);
	return code;
}

enum err_code
upload_finish(struct upload *up, int64_t now, struct buf *receipt,
    struct err *e)
{
	struct uploads *u = up->owner;
	enum err_code code;

	if (up->row.complete)
		return ledger_receipt(u->ledger, up->row.digest,
		    up->row.sender, "stored", receipt, e);
	if (up->offset != up->row.length)
		return store_sync(up->fd, e);
	if ((code = start_finishing(up, e)) != ERR_OK)
		return code;
	code = complete_upload(u->completer, &up->row, now, receipt, e);
	if (code == ERR_OK)
		up->row.complete = true;
	else if (complete_is_final(code))
		(void)forget(u, up->row.id, &(struct err){ 0 });
	return code;
}

enum err_code
upload_discard(struct upload *up, struct err *e)
{
	if (up->row.complete)
		return err_set(e, ERR_HTTP_METHOD, NULL, 0,
		    "a completed upload is not deleted: its receipt stands");
	return forget(up->owner, up->row.id, e);
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
	struct upload hold = { .owner = u, .row = *row, .fd = -1,
	    .socket = -1 };
	struct err ignored = { 0 };
	struct upload_row again;

	if (row->complete || now < row->expires ||
	    enlist(u, &hold, &ignored) != ERR_OK)
		return;
	if (ledger_find(u->ledger, row->id, &again, &ignored) == ERR_OK &&
	    !again.complete)
		(void)forget(u, row->id, &ignored);
	delist(u, &hold);
}

enum err_code
uploads_create(struct uploads *u, struct upload_row *row, int64_t now,
    struct err *e)
{
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
	    (code = store_begin(u->store, fresh.id, fresh.length, e)) !=
	    ERR_OK)
		return code;
	*row = fresh;
	code = ledger_create(u->ledger, row, u->settings->max_uploads,
	    &existed, e);
	if (code != ERR_OK || existed)
		store_remove(u->store, fresh.id);
	return code;
}

/* A partial file without a row is left from a crash while it was made or
 * removed. */
static void
remove_orphan(void *arg, const char *id)
{
	struct uploads *u = arg;
	struct upload_row row;

	if (ledger_find(u->ledger, id, &row, &(struct err){ 0 }) ==
	    ERR_HTTP_NOT_FOUND || row.complete)
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

		code = ledger_next_open(u->ledger, row.id, &row, &why);
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
		    upload_finish(up, now, &receipt, &why) != ERR_OK)
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

	while (ledger_next_open(u->ledger, row.id, &row, &why) == ERR_OK) {
		if (now < row.expires)
			continue;
		pthread_mutex_lock(&u->mutex);
		if (find_held(u, row.id) == NULL)
			store_remove(u->store, row.id);
		pthread_mutex_unlock(&u->mutex);
		if (now >= row.expires + GONE_SECONDS)
			clear_expired(u, &row, now);
	}
}
