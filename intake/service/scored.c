/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/scored.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/timestamp.h"
#include "crypto/digest.h"
#include "intake/book/scores.h"
#include "intake/service/publish.h"
#include "intake/service/scored_file.h"
#include "intake/service/scored_make.h"

#define SOME		16		/* in one transaction */
#define NAMES_MOST	1000		/* of one name in "refused" */
#define NAME_LEN	(NAME_MAX + 1)

struct taking {
	struct score score;
	char name[NAME_LEN];
	const char *how;	/* scored_make's */
};

/* One look. */
struct look {
	struct tools *t;
	struct scored_from from;
	struct taking v[SOME];	/* for the next transaction */
	size_t len;
};

static bool
is_ours(enum err_code code)
{
	return code == ERR_LEDGER || code == ERR_NO_MEMORY;
}

/* --- the folder --------------------------------------------------------- */

/* Renamed without replacing another.  Not every file system can (NFS). */
static bool
move(int from, const char *name, int to, const char *new_name)
{
	if (renameat2(from, name, to, new_name, RENAME_NOREPLACE) == 0)
		return true;
	return (errno == EINVAL || errno == ENOSYS) &&
	    linkat(from, name, to, new_name, 0) == 0 &&
	    unlinkat(from, name, 0) == 0;
}

/* False: it stays where it is. */
static bool
put_aside(const struct look *l, const char *name, char *aside, size_t size)
{
	bool done = false;
	int to;

	if (mkdirat(l->from.dir, SCORED_REFUSED, 0750) == -1 && errno != EEXIST)
		return false;
	if ((to = openat(l->from.dir, SCORED_REFUSED, O_RDONLY | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC)) == -1)
		return false;
	for (unsigned i = 1; i < NAMES_MOST && !done; i++) {
		(void)snprintf(aside, size, i == 1 ? "%s" : "%s.%u", name, i);
		done = move(l->from.dir, name, to, aside);
		if (!done && errno != EEXIST)
			break;
	}
	(void)close(to);
	return done;
}

static void
refuse(const struct look *l, const char *name, const struct err *why)
{
	char aside[NAME_LEN + 8];
	struct err e = { 0 };

	if (put_aside(l, name, aside, sizeof(aside))) {
		log_event(LOG_WARN, "feedback-refused", "file", name, "code",
		    err_name(why->code), "where", why->where, "why", why->msg,
		    "now", aside, "in", SCORED_REFUSED, (char *)NULL);
		return;
	}
	(void)err_set(&e, why->code, name, 0, "%s; and it cannot be put "
	    "aside: %s", why->msg, strerror(errno));
	hush_err(&l->t->scoring.failing, "feedback-refused", &e);
}

static void
remove_taken(const struct look *l, const char *name)
{
	struct err e = { 0 };

	if (unlinkat(l->from.dir, name, 0) == 0 || errno == ENOENT)
		return;
	(void)err_errno(&e, ERR_IO, name, errno);
	hush_err(&l->t->scoring.failing, "feedback-not-removed", &e);
}

/* --- some of them ------------------------------------------------------- */

static int
by_digest(const void *a, const void *b)
{
	const struct taking *x = a, *y = b;

	return memcmp(x->score.digest, y->score.digest, DIGEST_LEN);
}

static enum err_code
add_all(struct look *l, bool *added, struct err *e)
{
	struct sql *db = l->t->db;
	enum err_code code;

	/* In one order, whatever the folder's is: two intakes that wait for
	 * each other's rows would wait for ever. */
	qsort(l->v, l->len, sizeof(l->v[0]), by_digest);
	if ((code = sql_begin(db, false, e)) != ERR_OK)
		return code;
	for (size_t i = 0; code == ERR_OK && i < l->len; i++)
		code = scores_add(db, &l->v[i].score, &added[i], e);
	return sql_finish(db, code, e);
}

/* In turn with those who settle (intake/service/lane.h). */
static enum err_code
commit(struct look *l, bool *added, struct err *e)
{
	bool alone = !sql_is_shared(l->t->db);
	enum err_code code;

	if (alone)
		(void)pthread_mutex_lock(&l->t->common->turn);
	code = add_all(l, added, e);
	if (alone)
		(void)pthread_mutex_unlock(&l->t->common->turn);
	return code;
}

static void
tell(const struct look *l, size_t i)
{
	char hex[DIGEST_HEX_LEN];

	digest_hex(l->v[i].score.digest, hex);
	log_event(LOG_INFORM, "scored", "digest", hex, "organisation",
	    l->v[i].score.organisation, "feedback", l->v[i].how, (char *)NULL);
}

/* What another intake was first with is compared by the next look. */
static enum err_code
take_all(struct look *l, struct err *e)
{
	bool added[SOME] = { false };
	enum err_code code = ERR_OK;

	if (l->len != 0)
		code = commit(l, added, e);
	for (size_t i = 0; i < l->len; i++) {
		if (code == ERR_OK && added[i]) {
			tell(l, i);
			remove_taken(l, l->v[i].name);
		}
		score_wipe(&l->v[i].score);
	}
	l->len = 0;
	return code;
}

static enum err_code
look_at(struct look *l, const char *name, struct err *e)
{
	struct score *score = &l->v[l->len].score;
	struct err why = { 0 };
	enum err_code code;
	bool had;

	code = scored_make(&l->from, name, score, &had, &l->v[l->len].how,
	    &why);
	if (code == ERR_OK && !had) {
		(void)snprintf(l->v[l->len++].name, NAME_LEN, "%s", name);
		return l->len == SOME ? take_all(l, e) : ERR_OK;
	}
	score_wipe(score);
	if (code == ERR_OK)
		remove_taken(l, name);
	else if (code == ERR_FEEDBACK || code == ERR_OUTPUT_EXISTS)
		refuse(l, name, &why);
	else if (is_ours(code))
		return err_set(e, code, why.where, 0, "%s", why.msg);
	else if (code != ERR_HTTP_NOT_FOUND)
		hush_err(&l->t->scoring.failing, "not-scored", &why);
	return ERR_OK;
}

static enum err_code
look_through(struct look *l, DIR *d, struct err *e)
{
	const struct dirent *entry;
	enum err_code code = ERR_OK;

	while (code == ERR_OK && (entry = readdir(d)) != NULL &&
	    !batch_is_stopping(l->t))
		if (scored_file_is_ours(entry->d_name))
			code = look_at(l, entry->d_name, e);
	return code == ERR_OK ? take_all(l, e) : code;
}

/* --- from outside ------------------------------------------------------- */

/* NULL when it cannot be read, or there is nothing new. */
static DIR *
open_folder(struct tools *t, bool again)
{
	const char *path = t->common->settings->scored;
	struct timespec *seen = &t->scoring.seen;
	struct err e = { 0 };
	struct stat st;
	DIR *d;

	if ((d = opendir(path)) == NULL || fstat(dirfd(d), &st) == -1) {
		(void)err_errno(&e, ERR_IO, path, errno);
		hush_err(&t->scoring.failing, "not-scored", &e);
		if (d != NULL)
			(void)closedir(d);
		return NULL;
	}
	if (!again && st.st_mtim.tv_sec == seen->tv_sec &&
	    st.st_mtim.tv_nsec == seen->tv_nsec) {
		(void)closedir(d);
		return NULL;
	}
	*seen = st.st_mtim;
	return d;
}

enum err_code
scored_look(struct tools *t, bool again, struct err *e)
{
	struct look *l;
	enum err_code code;
	DIR *d;

	if (t->common->settings->scored == NULL ||
	    (d = open_folder(t, again)) == NULL)
		return ERR_OK;
	if ((l = calloc(1, sizeof(*l))) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else {
		l->t = t;
		l->from = (struct scored_from){ .dir = dirfd(d),
		    .settings = t->common->settings, .db = t->db,
		    .now = timestamp_now() };
		code = look_through(l, d, e);
		for (size_t i = 0; i < l->len; i++)
			score_wipe(&l->v[i].score);
	}
	free(l);
	(void)closedir(d);
	return code == ERR_OK ? scored_publish(t, again, e) : code;
}

enum err_code
scored_publish(struct tools *t, bool again, struct err *e)
{
	struct scores_place *after = &t->scoring.published;
	struct err found = { 0 }, in_way = { 0 };
	enum err_code code;
	size_t n;

	if (again)
		*after = (struct scores_place){ 0 };
	do {
		code = publish_scores(t->common->settings, t->db, after,
		    &t->notes, &n, &in_way, &found);
		if (code == ERR_OK)
			code = batch_note(t, &found);
	} while (code == ERR_OK && n == PUBLISH_SCORES &&
	    !batch_is_stopping(t));
	batch_tell_unpublished(t, &in_way);
	if (code != ERR_OK && !is_ours(code)) {
		batch_tell_unpublished(t, &found);
		return ERR_OK;
	}
	return code == ERR_OK ? ERR_OK : err_set(e, code, found.where, 0,
	    "%s", found.msg);
}

bool
scored_waits(const struct intake_settings *s)
{
	DIR *d = s->scored != NULL ? opendir(s->scored) : NULL;
	const struct dirent *entry;
	bool waits = false;

	while (d != NULL && !waits && (entry = readdir(d)) != NULL)
		waits = scored_file_is_ours(entry->d_name);
	if (d != NULL)
		(void)closedir(d);
	return waits;
}
