/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/limits.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "intake/book/arrivals.h"
#include "intake/service/drop.h"
#include "intake/service/hush.h"
#include "intake/service/identify.h"
#include "intake/service/keep.h"
#include "intake/service/known.h"
#include "intake/service/names.h"

#define BATCH		256	/* files in one transaction */
/* A file that the ledger has from another place is asked about so often; and
 * one in a spool, which another intake may have seen to. */
#define ELSEWHERE_SECONDS	60
#define KNOWN_SECONDS	3600
/* A file that is written to for longer is not waited for. */
#define GROWS_SECONDS	(5 * SCAN_SETTLED)

struct scan {
	const struct intake_settings *settings;
	struct names **names;	/* of each place */
	struct hush *hushes;	/* of each place that cannot be read */
	struct hush filing, keeping;
	/* What goes into the next transaction: all from one place. */
	struct arrival batch[BATCH];
	uint64_t sizes[BATCH];
	struct name *entries[BATCH];
	size_t len;
	struct keep keep;	/* of these */
	/* of this look */
	struct sql *db;
	int64_t now, clock;
	size_t added;
	bool unsettled, missed;
	bool full;		/* the archive takes nothing */
	bool ending;		/* a signal says so */
};

static int64_t
monotonic(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

enum err_code
scan_new(const struct intake_settings *settings, struct scan **out,
    struct err *e)
{
	struct scan *s = calloc(1, sizeof(*s));
	size_t n = settings->n_places;

	if (s == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	s->settings = settings;
	s->names = calloc(n, sizeof(struct names *));
	s->hushes = calloc(n, sizeof(*s->hushes));
	s->keep = (struct keep){ .archive = settings->archive, .dir = -1 };
	for (size_t i = 0; s->names != NULL && i < n; i++)
		if ((s->names[i] = names_new()) == NULL)
			n = 0;
	if (n == 0 || s->names == NULL || s->hushes == NULL) {
		scan_free(s);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	drop_sweep(settings->archive);
	*out = s;
	return ERR_OK;
}

static void
empty_batch(struct scan *s)
{
	for (size_t i = 0; i < s->len; i++)
		arrival_wipe(&s->batch[i]);
	s->len = 0;
}

void
scan_free(struct scan *s)
{
	if (s == NULL)
		return;
	empty_batch(s);
	for (size_t i = 0; s->names != NULL && i < s->settings->n_places; i++)
		names_free(s->names[i]);
	free(s->names);
	free(s->hushes);
	free(s);
}

/* --- into the ledger ------------------------------------------------------ */

/* How the ledger has a file that it knew. */
static void
see_to(struct scan *s, const struct place *place, size_t i)
{
	struct name *name = s->entries[i];
	const struct known k = {
		.settings = s->settings, .db = s->db, .now = s->now,
		.place = place, .name = name->text, .size = s->sizes[i],
		.row = &s->batch[i],
	};
	bool elsewhere = known_elsewhere(&k), here = true;
	struct err e = { 0 };

	if (elsewhere && !name->told)
		known_tell(&k);
	name->told |= elsewhere;
	if (k.row->state == ARRIVAL_ACCEPTED ||
	    k.row->state == ARRIVAL_REJECTED) {
		if (known_put_away(&k, &e) != ERR_OK)
			hush_err(&s->filing, "not-filed", &e);
	} else if (known_move(&k, &here, &e) != ERR_OK)
		hush_err(&s->filing, "not-moved", &e);
	else if (!here)
		name->state = NAME_ELSEWHERE;
	else if (elsewhere)
		s->added++;		/* for a lane */
}

/* Those of a folder are in the archive for good before they are in the
 * ledger. */
static enum err_code
add_batch(struct scan *s, const struct place *place, struct err *e)
{
	bool known[BATCH] = { false };
	struct err found = { 0 };
	enum err_code code;

	if (keep_end(&s->keep, &found) != ERR_OK) {
		hush_err(&s->keeping, "not-kept", &found);
		s->full = s->missed = true;
		empty_batch(s);
	}
	if (s->len == 0)
		return ERR_OK;
	code = arrivals_add(s->db, s->batch, s->len, known, e);
	for (size_t i = 0; code == ERR_OK && i < s->len; i++) {
		s->entries[i]->state = NAME_KNOWN;
		s->entries[i]->since = s->clock;
		if (known[i])
			see_to(s, place, i);
		else
			s->added++;
	}
	empty_batch(s);
	return code;
}

static enum err_code
add(struct scan *s, const struct place *place, struct name *name,
    const struct arrival *found, struct err *e)
{
	struct arrival *a = &s->batch[s->len];

	*a = *found;
	(void)snprintf(a->source, sizeof(a->source), "%s",
	    place->spool ? "spool" : "folder");
	a->place = strdup(place->name);
	a->name = strdup(name->text);
	if (a->place == NULL || a->name == NULL) {
		arrival_wipe(a);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	s->sizes[s->len] = a->size;
	s->entries[s->len++] = name;
	return s->len == BATCH ? add_batch(s, place, e) : ERR_OK;
}

/* --- a portal's spool ----------------------------------------------------- */

static enum err_code
look_at_sealed(struct scan *s, const struct place *place, int dir,
    struct name *name, struct err *e)
{
	struct arrival a = { 0 };
	struct stat st;

	if (!names_sealed(name->text, a.digest) ||
	    fstatat(dir, name->text, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISREG(st.st_mode)) {
		name->state = NAME_ODD;
		return ERR_OK;
	}
	a.size = (uint64_t)st.st_size;
	a.arrived = st.st_mtime < s->now ? st.st_mtime : s->now;
	return add(s, place, name, &a, e);
}

/* --- a folder ------------------------------------------------------------- */

/* It stays there, and that is said once. */
static void
tell_odd(const struct place *place, struct name *name, const char *why)
{
	if (!name->told)
		identify_tell(place->name, name->text, why);
	name->told = true;
	name->state = NAME_ODD;
}

/* Signals that end the service are blocked, and taken after a look. */
static bool
is_ending(struct scan *s)
{
	sigset_t signals;

	if (!s->ending && sigpending(&signals) == 0)
		s->ending = sigismember(&signals, SIGTERM) == 1 ||
		    sigismember(&signals, SIGINT) == 1;
	return s->ending;
}

/* It has not changed for a while: what is it? */
static enum err_code
take_file(struct scan *s, const struct place *place, int dir,
    struct name *name, struct err *e)
{
	struct arrival a = { .arrived = s->now };
	struct err found = { 0 };
	struct buf bytes = { 0 };
	bool steady = false;
	enum err_code code;

	s->missed |= s->full;
	if (s->full || is_ending(s))
		return ERR_OK;
	if ((code = identify_read(dir, name->text, &name->st, &bytes,
	    &steady, &found)) != ERR_OK) {
		s->missed = true;
		if (!name->told)
			log_err(LOG_WARN, "not-readable", &found);
		name->told = true;
	} else if (!steady) {	/* the next look sees how it is now */
		memset(&name->st, 0, sizeof(name->st));
		s->unsettled = true;
	} else if ((code = digest_sha256(bytes.data, bytes.len, a.digest,
	    &found)) != ERR_OK || (code = keep_add(&s->keep, a.digest,
	    &bytes, &found)) != ERR_OK) {
		hush_err(&s->keeping, "not-kept", &found);
		s->full = s->missed = true;
	}
	a.size = bytes.len;
	buf_wipe(&bytes);
	return code == ERR_OK && steady ? add(s, place, name, &a, e) : ERR_OK;
}

/* While it is being written it waits; with --once not for ever. */
static void
wait_for(struct scan *s, const struct place *place, struct name *name)
{
	if (s->clock - name->first < GROWS_SECONDS) {
		s->unsettled = true;
		return;
	}
	s->missed = true;
	if (!name->slow)
		log_event(LOG_WARN, "still-written", "place", place->name,
		    "name", name->text, (char *)NULL);
	name->slow = true;
}

static enum err_code
look_at_file(struct scan *s, const struct place *place, int dir,
    struct name *name, struct err *e)
{
	struct stat st;

	if (fstatat(dir, name->text, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return ERR_OK;
	if (!S_ISREG(st.st_mode)) {
		tell_odd(place, name, "only files are taken that lie here");
		return ERR_OK;
	}
	if (st.st_size > (off_t)LIMIT_SEALED) {
		tell_odd(place, name, "larger than a sealed file can be");
		s->missed = true;
		return ERR_OK;
	}
	if (!identify_same(&st, &name->st)) {
		if (name->state != NAME_NEW || name->first == 0)
			name->first = s->clock;
		name->state = NAME_NEW;
		name->told = false;
		name->st = st;
		name->since = s->clock;
	}
	if (!identify_is_text(name->text)) {
		tell_odd(place, name, "its name is not in UTF-8; rename it");
		s->missed = true;
		return ERR_OK;
	}
	if (name->state != NAME_NEW)
		return ERR_OK;
	if (s->clock - name->since < SCAN_SETTLED) {
		wait_for(s, place, name);
		return ERR_OK;
	}
	return take_file(s, place, dir, name, e);
}

/* --- a look --------------------------------------------------------------- */

static enum err_code
look_at_name(struct scan *s, size_t which, int dir, const char *text,
    struct err *e)
{
	const struct place *place = &s->settings->places[which];
	struct name *name;

	if (text[0] == '.' || (!place->spool && identify_passes(text)))
		return ERR_OK;
	if ((name = names_see(s->names[which], text)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if ((name->state == NAME_ELSEWHERE &&
	    s->clock - name->since >= ELSEWHERE_SECONDS) ||
	    (name->state == NAME_KNOWN && place->spool &&
	    s->clock - name->since >= KNOWN_SECONDS))
		name->state = NAME_NEW;
	if (!place->spool)
		return look_at_file(s, place, dir, name, e);
	return name->state != NAME_NEW ? ERR_OK :
	    look_at_sealed(s, place, dir, name, e);
}

static enum err_code
look_at_place(struct scan *s, size_t which, struct err *e)
{
	const struct place *place = &s->settings->places[which];
	const struct dirent *entry;
	enum err_code code = ERR_OK;
	struct err found = { 0 };
	DIR *d;

	if ((d = opendir(place->directory)) == NULL) {
		err_errno(&found, ERR_NO_INPUT, place->directory, errno);
		hush_err(&s->hushes[which], "no-place", &found);
		s->missed = true;
		return ERR_OK;
	}
	while (code == ERR_OK && !s->ending &&
	    (errno = 0, entry = readdir(d)) != NULL)
		code = look_at_name(s, which, dirfd(d), entry->d_name, e);
	if (code == ERR_OK && errno != 0) {
		err_errno(&found, ERR_NO_INPUT, place->directory, errno);
		hush_err(&s->hushes[which], "no-place", &found);
		s->missed = true;
	} else if (code == ERR_OK && (code = add_batch(s, place, e)) ==
	    ERR_OK && !s->ending)
		names_end(s->names[which]);
	empty_batch(s);
	(void)keep_end(&s->keep, NULL);
	(void)closedir(d);
	return code;
}

enum err_code
scan_once(struct scan *s, struct sql *db, int64_t now, size_t *added,
    bool *unsettled, struct err *e)
{
	enum err_code code = ERR_OK;

	s->db = db;
	s->now = now;
	s->clock = monotonic();
	s->added = 0;
	s->unsettled = s->missed = s->full = s->ending = false;
	for (size_t i = 0; code == ERR_OK && i < s->settings->n_places; i++)
		code = look_at_place(s, i, e);
	*added = s->added;
	*unsettled = s->unsettled;
	return code;
}

bool
scan_missed(const struct scan *s)
{
	return s->missed;
}
