/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/hand.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "crypto/digest.h"
#include "intake/service/channel.h"
#include "intake/service/document.h"
#include "intake/service/drop.h"
#include "verifier/handoff.h"

#define PAUSE_FIRST	1000		/* milliseconds */
#define PAUSE_MOST	(300 * 1000)
/* What takes long is a lane's for one part in so many of its time. */
#define LANE_SHARE	10
#define DOCUMENT_MODE	0600
#define GROUP_MODE	0640
#define POSITION_LEN	24	/* digits, and a NUL */

void
hands_init(struct hands *h)
{
	*h = (struct hands){ .wait = PAUSE_FIRST };
	(void)pthread_mutex_init(&h->mutex, NULL);
}

bool
hands_ready(struct hands *h, const struct intake_settings *s)
{
	bool ready;

	if (s->handoff_dir == NULL && s->handoff_command == NULL)
		return false;
	(void)pthread_mutex_lock(&h->mutex);
	ready = channel_clock() >= h->until;
	(void)pthread_mutex_unlock(&h->mutex);
	return ready;
}

bool
hands_free(struct hands *h, const struct intake_settings *s)
{
	bool is_free = hands_ready(h, s);

	(void)pthread_mutex_lock(&h->mutex);
	is_free = is_free && channel_clock() >= h->slow_until;
	(void)pthread_mutex_unlock(&h->mutex);
	return is_free;
}

void
hands_pause(struct hands *h)
{
	(void)pthread_mutex_lock(&h->mutex);
	h->until = channel_clock() + h->wait;
	h->wait = h->wait * 2 < PAUSE_MOST ? h->wait * 2 : PAUSE_MOST;
	(void)pthread_mutex_unlock(&h->mutex);
}

void
hands_leave(struct hands *h)
{
	(void)pthread_mutex_lock(&h->mutex);
	h->left++;
	(void)pthread_mutex_unlock(&h->mutex);
}

uint64_t
hands_left(struct hands *h)
{
	uint64_t left;

	(void)pthread_mutex_lock(&h->mutex);
	left = h->left;
	(void)pthread_mutex_unlock(&h->mutex);
	return left;
}

void
hands_caught_up(struct hands *h, uint64_t left)
{
	(void)pthread_mutex_lock(&h->mutex);
	if (h->left == left)
		h->left = 0;
	(void)pthread_mutex_unlock(&h->mutex);
}

static void
tell(struct hands *h, int64_t took, bool well)
{
	(void)pthread_mutex_lock(&h->mutex);
	if (well) {
		h->wait = PAUSE_FIRST;
		h->until = 0;
	}
	if (took >= HAND_MS)
		h->slow_until = channel_clock() + took * LANE_SHARE;
	(void)pthread_mutex_unlock(&h->mutex);
}

/* As late as can be: it may have been replaced since it got its verdict, and
 * what has been is not handed over.  Of those that are, and are overtaken all
 * the same on their way, the position tells which counts. */
static enum err_code
prepare(struct sql *db, struct matter *m, char digits[static POSITION_LEN],
    struct err *e)
{
	struct err found = { 0 };
	uint64_t position;
	enum err_code code;

	code = arrivals_counting(db, m->arrival.digest, &position, &found);
	if (code == ERR_HTTP_NOT_FOUND) {
		buf_wipe(&m->document);
		return ERR_OK;
	}
	if (code != ERR_OK)
		return err_set(e, code, found.where, 0, "%s", found.msg);
	(void)snprintf(digits, POSITION_LEN, "%" PRIu64, position);
	return document_add_position(&m->document, digits, e);
}

/* All into the folder, with one wait for the disk. */
static enum err_code
to_folder(const char *dir, struct matter *v, size_t n, struct err *e)
{
	char hex[DIGEST_HEX_LEN], name[DROP_NAME];
	enum err_code code;
	struct stat st;
	struct drop d;

	if ((code = drop_begin(&d, dir, DOCUMENT_MODE, e)) != ERR_OK)
		return code;
	d.same = handoff_same;
	/* Whoever gives a folder this bit gives it to its group. */
	if (fstat(d.dir, &st) == 0 && (st.st_mode & S_ISGID) != 0)
		d.mode = GROUP_MODE;
	for (size_t i = 0; code == ERR_OK && i < n; i++) {
		if (v[i].document.len == 0)
			continue;
		digest_hex(v[i].arrival.digest, hex);
		(void)snprintf(name, sizeof(name), "%s.json", hex);
		code = drop_add(&d, name, v[i].document.data,
		    v[i].document.len, e);
	}
	return drop_end(&d, code, e);
}

static enum err_code
to_command(const struct intake_settings *s, const struct matter *m,
    const char *position, struct err *e)
{
	struct handoff_ids ids = { .position = position };

	if (s->handoff_command == NULL)
		return ERR_OK;
	memcpy(ids.sealed, m->arrival.digest, sizeof(ids.sealed));
	memcpy(ids.submission, m->facts.submission, sizeof(ids.submission));
	memcpy(ids.fingerprint, m->facts.fingerprint,
	    sizeof(ids.fingerprint));
	return handoff_to_command(s->handoff_command, s->handoff_timeout,
	    &ids, &m->document, e);
}

static enum err_code
hand_all(const struct intake_settings *s, char (*digits)[POSITION_LEN],
    struct matter *v, size_t n, struct notes *notes, size_t *left,
    struct err *e)
{
	int64_t end = channel_clock() + HAND_MS;
	enum err_code code = ERR_OK;
	bool late = false;

	if (s->handoff_dir != NULL)
		code = to_folder(s->handoff_dir, v, n, e);
	for (size_t i = 0; code == ERR_OK && !late && i < n; i++) {
		if (v[i].document.len == 0)
			continue;
		code = to_command(s, &v[i], digits[i], e);
		if (code == ERR_OK) {
			notes_add(notes, NOTE_HANDED, v[i].arrival.digest,
			    STAGE_ACCEPTED);
			(*left)--;
		}
		late = s->handoff_command != NULL && channel_clock() >= end;
	}
	return code;
}

enum err_code
hand_over(struct hands *h, const struct intake_settings *s, struct sql *db,
    struct matter *v, size_t n, struct notes *notes, struct hush *hush,
    size_t *left)
{
	char digits[DROP_MAX][POSITION_LEN] = { 0 };
	int64_t began = channel_clock();
	enum err_code code = ERR_OK;
	struct err e = { 0 };

	*left = 0;
	for (size_t i = 0; i < n; i++) {
		if (v[i].document.len != 0 && code == ERR_OK)
			code = prepare(db, &v[i], digits[i], &e);
		*left += v[i].document.len != 0;
	}
	if (code == ERR_OK && *left != 0) {
		code = hand_all(s, digits, v, n, notes, left, &e);
		tell(h, channel_clock() - began, code == ERR_OK);
	}
	if (code != ERR_OK)
		hush_err(hush, "not-handed-over", &e);
	for (size_t i = 0; i < n; i++)
		buf_wipe(&v[i].document);
	return code;
}
