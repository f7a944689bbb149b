/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/tame.h"
#include "crypto/digest.h"
#include "intake/book/arrivals.h"
#include "intake/service/archive.h"
#include "intake/service/hush.h"
#include "intake/service/names.h"
#include "intake/service/publish.h"

#define BATCH		256	/* files in one transaction */
/* A file that the ledger has from another place is asked about so often. */
#define ELSEWHERE_SECONDS	60

struct scan {
	const struct intake_settings *settings;
	struct names **names;	/* of each place */
	struct hush *hushes;	/* of each place that cannot be read */
	struct hush *unread;	/* of files in each */
	struct hush filing;
	/* What goes into the next transaction. */
	struct arrival batch[BATCH];
	const struct place *places[BATCH];
	struct name *entries[BATCH];
	size_t len;
	/* of this look */
	struct sql *db;
	int64_t now, clock;
	size_t added;
	bool unsettled, missed;
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
	s->unread = calloc(n, sizeof(*s->unread));
	for (size_t i = 0; s->names != NULL && i < n; i++)
		if ((s->names[i] = names_new()) == NULL)
			n = 0;
	if (n == 0 || s->names == NULL || s->hushes == NULL ||
	    s->unread == NULL) {
		scan_free(s);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
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
	free(s->unread);
	free(s);
}

/* --- into the ledger ------------------------------------------------------ */

/* It has its verdict, and has come again or was left where it was.  What fails
 * here is tried again at the next start, and by the lanes. */
static enum err_code
put_away(struct scan *s, const struct place *place, const struct name *name,
    const struct arrival *known, struct err *e)
{
	struct arrival here = { .size = known->size,
	    .place = strdup(place->name), .name = strdup(name->text) };
	enum err_code code;

	memcpy(here.digest, known->digest, sizeof(here.digest));
	if (here.place == NULL || here.name == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else
		code = archive_file(s->settings, &here, e);
	arrival_wipe(&here);
	if (code == ERR_OK && known->filed == 0 &&
	    (code = sql_begin(s->db, true, e)) == ERR_OK)
		code = sql_finish(s->db, arrivals_filed(s->db, known->digest,
		    s->now, e), e);
	if (code == ERR_OK && !place->spool)
		code = publish_again(s->settings, s->db, known->digest, e);
	return code;
}

/* It is not taken again, and may go; whoever brought it may look for it under
 * this name.  Said once. */
static void
tell_known(const struct place *place, struct name *name,
    const struct arrival *known)
{
	char hex[DIGEST_HEX_LEN];

	if (name->told)
		return;
	name->told = true;
	digest_hex(known->digest, hex);
	log_event(LOG_INFORM, "arrived-before", "digest", hex, "place",
	    place->name, "name", name->text, "first-place", known->place,
	    "first-name", known->name, "state",
	    arrival_state_name(known->state), (char *)NULL);
}

/* How the ledger has a file that it knew. */
static void
see_to(struct scan *s, const struct place *place, struct name *name,
    const struct arrival *known)
{
	bool elsewhere = strcmp(known->place, place->name) != 0 ||
	    strcmp(known->name, name->text) != 0;
	struct err e = { 0 };

	if (elsewhere)
		tell_known(place, name, known);
	if (known->state == ARRIVAL_ACCEPTED ||
	    known->state == ARRIVAL_REJECTED) {
		if (put_away(s, place, name, known, &e) != ERR_OK)
			hush_err(&s->filing, "not-filed", &e);
	} else if (elsewhere) {
		name->state = NAME_ELSEWHERE;
		name->since = s->clock;
	}
}

static enum err_code
add_batch(struct scan *s, struct err *e)
{
	bool known[BATCH] = { false };
	enum err_code code;

	if (s->len == 0)
		return ERR_OK;
	code = arrivals_add(s->db, s->batch, s->len, known, e);
	for (size_t i = 0; code == ERR_OK && i < s->len; i++) {
		s->entries[i]->state = NAME_KNOWN;
		if (known[i])
			see_to(s, s->places[i], s->entries[i], &s->batch[i]);
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
	s->places[s->len] = place;
	s->entries[s->len++] = name;
	return s->len == BATCH ? add_batch(s, e) : ERR_OK;
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

static bool
ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && strcmp(s + len - n, end) == 0;
}

/* The ledger and logs take any text, but not any bytes. */
static bool
is_text(const char *name)
{
	char copy[NAME_MAX + 1];

	(void)snprintf(copy, sizeof(copy), "%s", name);
	tame(copy);
	return strcmp(copy, name) == 0;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* What it is, if it did not change meanwhile. */
static enum err_code
identify(int dir, struct name *name, struct arrival *a, bool *steady,
    struct err *e)
{
	int fd = openat(dir, name->text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC | O_NOCTTY);
	struct stat before, after;
	enum err_code code = ERR_OK;

	if (fd == -1)
		return err_errno(e, ERR_NO_INPUT, name->text, errno);
	if (fstat(fd, &before) == -1 || !S_ISREG(before.st_mode) ||
	    (code = digest_sha256_fd(fd, a->digest, e)) != ERR_OK ||
	    fstat(fd, &after) == -1) {
		if (code == ERR_OK)
			code = err_set(e, ERR_NO_INPUT, name->text, 0, NULL);
	} else {
		*steady = same_file(&before, &after) &&
		    same_file(&before, &name->st);
		a->size = (uint64_t)after.st_size;
	}
	(void)close(fd);
	return code;
}

/* It stays there, and that is said once. */
static void
tell_odd(const struct place *place, struct name *name, const char *why)
{
	char copy[NAME_MAX + 1];

	if (name->told)
		return;
	name->told = true;
	name->state = NAME_ODD;
	(void)snprintf(copy, sizeof(copy), "%s", name->text);
	tame(copy);
	log_event(LOG_WARN, "odd-name", "place", place->name, "name", copy,
	    "why", why, (char *)NULL);
}

static enum err_code
look_at_file(struct scan *s, size_t which, int dir, struct name *name,
    struct err *e)
{
	const struct place *place = &s->settings->places[which];
	struct arrival a = { .arrived = s->now };
	bool steady = false;
	struct err found = { 0 };
	struct stat st;

	if (fstatat(dir, name->text, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return ERR_OK;
	if (!S_ISREG(st.st_mode)) {
		tell_odd(place, name, "only files are taken that lie in the "
		    "folder itself");
		return ERR_OK;
	}
	if (!same_file(&st, &name->st)) {
		name->state = NAME_NEW;
		name->told = false;
		name->st = st;
		name->since = s->clock;
	}
	if (!is_text(name->text)) {
		tell_odd(place, name, "its name is not in UTF-8; rename it");
		s->missed = true;
		return ERR_OK;
	}
	if (name->state != NAME_NEW)
		return ERR_OK;
	if (s->clock - name->since < SCAN_SETTLED) {
		s->unsettled = true;
		return ERR_OK;
	}
	if (identify(dir, name, &a, &steady, &found) != ERR_OK) {
		hush_err(&s->unread[which], "not-readable", &found);
		s->missed = true;
		return ERR_OK;
	}
	if (!steady) {		/* the next look sees how it is now */
		memset(&name->st, 0, sizeof(name->st));
		s->unsettled = true;
		return ERR_OK;
	}
	return add(s, place, name, &a, e);
}

/* --- a look --------------------------------------------------------------- */

static enum err_code
look_at_name(struct scan *s, size_t which, int dir, const char *text,
    struct err *e)
{
	const struct place *place = &s->settings->places[which];
	struct name *name;

	if (text[0] == '.' || (!place->spool && (ends_with(text, ".part") ||
	    ends_with(text, ".tmp"))))
		return ERR_OK;
	if ((name = names_see(s->names[which], text)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (name->state == NAME_ELSEWHERE &&
	    s->clock - name->since >= ELSEWHERE_SECONDS)
		name->state = NAME_NEW;
	if (!place->spool)
		return look_at_file(s, which, dir, name, e);
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
	while (code == ERR_OK && (errno = 0, entry = readdir(d)) != NULL)
		code = look_at_name(s, which, dirfd(d), entry->d_name, e);
	if (code == ERR_OK && errno != 0) {
		err_errno(&found, ERR_NO_INPUT, place->directory, errno);
		hush_err(&s->hushes[which], "no-place", &found);
		s->missed = true;
	} else if (code == ERR_OK && (code = add_batch(s, e)) == ERR_OK)
		names_end(s->names[which]);
	empty_batch(s);
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
	s->unsettled = s->missed = false;
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
