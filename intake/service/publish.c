/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "intake/book/arrivals.h"
#include "intake/book/scores.h"
#include "intake/book/verdicts.h"
#include "intake/service/archive.h"

/* What lies under that name, as far as it could be one of ours. */
static enum err_code
read_old(const struct drop *d, const char *name, bool *there,
    struct buf *out, struct err *e)
{
	int fd = openat(d->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC | O_NOCTTY);
	enum err_code code;
	struct stat st;

	*there = fd != -1 || errno != ENOENT;
	if (!*there)
		return ERR_OK;
	if (fd == -1)
		return err_errno(e, ERR_IO, d->path, errno);
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		code = err_set(e, ERR_IO, d->path, 0,
		    "%s is no file", name);
	else
		code = file_read_fd(fd, d->path, LIMIT_FEEDBACK_SEALED, out,
		    e);
	(void)close(fd);
	return code;
}

/* Into the archive: it may be evidence. */
static enum err_code
keep_old(const struct intake_settings *s, const char *name,
    const struct buf *old, struct err *e)
{
	char hex[DIGEST_HEX_LEN], path[PATH_MAX];
	uint8_t digest[DIGEST_LEN];
	struct err found = { 0 };
	enum err_code code;
	const char *end;
	int n;

	if ((code = digest_sha256(old->data, old->len, digest, e)) != ERR_OK)
		return code;
	digest_hex(digest, hex);
	end = strrchr(name, '.');
	n = snprintf(path, sizeof(path), "%s/%.2s/%.*s.%.8s%s", s->archive,
	    name, (int)(end - name), name, hex, end);
	if (n < 0 || (size_t)n >= sizeof(path))
		return err_errno(e, ERR_IO, s->archive, ENAMETOOLONG);
	code = archive_make_folder(path, &found);
	if (code == ERR_OK)
		code = file_write_new(path, old->data, old->len, 0640,
		    &found);
	if (code == ERR_OK || code == ERR_OUTPUT_EXISTS) {
		log_event(LOG_WARN, "receipt-replaced", "receipt", name,
		    "earlier", path, (char *)NULL);
		return ERR_OK;
	}
	return err_set(e, code, found.where, 0, "%s", found.msg);
}

/* Whatever is wrong with what has the name is wrong with that one alone. */
static enum err_code
put_aside(const struct intake_settings *s, const struct drop *d,
    const char *name, const struct buf *ours, struct err *e)
{
	struct buf old = { 0 };
	struct err found = { 0 };
	bool there;
	enum err_code code = read_old(d, name, &there, &old, &found);

	if (code == ERR_OK && there &&
	    !buf_equal(&old, ours->data, ours->len) &&
	    (code = keep_old(s, name, &old, &found)) == ERR_OK &&
	    unlinkat(d->dir, name, 0) == -1 && errno != ENOENT)
		code = err_errno(&found, ERR_IO, d->path, errno);
	buf_wipe(&old);
	if (code == ERR_OK || code == ERR_NO_MEMORY)
		return code == ERR_OK ? code : err_set(e, code, NULL, 0, NULL);
	return err_set(e, ERR_OUTPUT_EXISTS, d->path, 0, "%s: %s", name,
	    found.msg);
}

/* --- adding ------------------------------------------------------------- */

/* A file of ours. */
struct copy {
	char name[DROP_NAME];
	const struct buf *data;		/* borrowed */
};

static void
name_copy(struct copy *c, const uint8_t digest[static DIGEST_LEN],
    const char *kind, const struct buf *data)
{
	char hex[DIGEST_HEX_LEN];

	digest_hex(digest, hex);
	(void)snprintf(c->name, sizeof(c->name), "%s.%s", hex, kind);
	c->data = data;
}

static void
name_receipt(struct copy *c, const uint8_t digest[static DIGEST_LEN],
    enum receipt_stage stage, const struct buf *receipt)
{
	char kind[32];

	(void)snprintf(kind, sizeof(kind), "%s.p7s",
	    receipt_stage_name(stage));
	name_copy(c, digest, kind, receipt);
}

enum err_code
publish_read(const struct intake_settings *s,
    const uint8_t digest[static DIGEST_LEN], const char *kind,
    struct buf *out, struct err *e)
{
	bool there = false;
	enum err_code code;
	struct drop d;
	struct copy c = { 0 };

	name_copy(&c, digest, kind, NULL);
	if ((code = drop_begin(&d, s->verdicts, PUBLISH_MODE, e)) != ERR_OK)
		return code;
	code = read_old(&d, c.name, &there, out, e);
	code = drop_end(&d, code, e);
	return code != ERR_OK || there ? code : err_set(e, ERR_NO_INPUT,
	    d.path, 0, "%s", c.name);
}

enum err_code
publish_add(const struct intake_settings *s, struct drop *d,
    const uint8_t digest[static DIGEST_LEN],
    enum receipt_stage stage, const struct buf *receipt, struct err *e)
{
	struct copy c = { 0 };
	enum err_code code;

	name_receipt(&c, digest, stage, receipt);
	if ((code = put_aside(s, d, c.name, receipt, e)) != ERR_OK)
		return code;
	return drop_add(d, c.name, receipt->data, receipt->len, e);
}

enum err_code
publish_pass_over(const struct err *found, struct err *in_way, struct err *e)
{
	if (found->code != ERR_OUTPUT_EXISTS) {
		*e = *found;
		return found->code;
	}
	if (in_way->code == ERR_OK)
		*in_way = *found;
	return ERR_OK;
}

/* From the ledger into an open drop. */
static enum err_code
add_kept(const struct intake_settings *s, struct drop *d, struct sql *db,
    const uint8_t digest[static DIGEST_LEN], struct err *e)
{
	enum receipt_stage stage;
	struct buf receipt = { 0 };
	enum err_code code;

	if ((code = verdicts_get(db, digest, &stage, &receipt, e)) == ERR_OK)
		code = publish_add(s, d, digest, stage, &receipt, e);
	buf_wipe(&receipt);
	return code;
}

enum err_code
publish_again(const struct intake_settings *s, struct sql *db,
    const uint8_t digest[static DIGEST_LEN], struct err *e)
{
	struct err found = { 0 };
	enum err_code code;
	struct drop d;

	if (s->verdicts == NULL)
		return ERR_OK;
	if ((code = drop_begin(&d, s->verdicts, PUBLISH_MODE, e)) != ERR_OK)
		return code;
	code = add_kept(s, &d, db, digest, &found);
	if (code == ERR_HTTP_NOT_FOUND)		/* it is held, say */
		return drop_end(&d, ERR_OK, e);
	if (code != ERR_OK && e != NULL && e->code == ERR_OK)
		*e = found;
	return drop_end(&d, code, e);
}

enum err_code
publish_rest(const struct intake_settings *s, struct sql *db,
    uint64_t *from, struct notes *notes, size_t *n, struct err *in_way,
    struct err *e)
{
	struct verdict_row rows[DROP_MAX] = { 0 };
	bool added[DROP_MAX] = { false };
	enum err_code code;
	struct drop d;

	*n = s->verdicts != NULL ? DROP_MAX : 0;
	if (*n == 0)
		return ERR_OK;
	if ((code = verdicts_unpublished(db, *from, rows, n, e)) != ERR_OK ||
	    *n == 0 ||
	    (code = drop_begin(&d, s->verdicts, PUBLISH_MODE, e)) != ERR_OK)
		return code;
	for (size_t i = 0; code == ERR_OK && i < *n; i++) {
		struct err found = { 0 };

		added[i] = add_kept(s, &d, db, rows[i].digest, &found) ==
		    ERR_OK;
		if (!added[i])
			code = publish_pass_over(&found, in_way, e);
	}
	code = drop_end(&d, code, e);
	for (size_t i = 0; code == ERR_OK && i < *n; i++)
		if (added[i])
			notes_add(notes, NOTE_PUBLISHED, rows[i].digest,
			    rows[i].stage);
	if (code == ERR_OK)
		*from = rows[*n - 1].position + 1;
	return code;
}

static enum err_code
add_score(const struct intake_settings *s, struct drop *d, struct sql *db,
    const uint8_t digest[static DIGEST_LEN], struct err *e)
{
	struct copy v[2];
	struct score score = { 0 };
	enum err_code code;
	size_t n = 0;

	if ((code = scores_get(db, digest, &score, e)) == ERR_OK) {
		name_receipt(&v[n++], digest, STAGE_SCORED, &score.receipt);
		if (score.sealed.len != 0)
			name_copy(&v[n++], digest, "feedback.sigill",
			    &score.sealed);
	}
	/* Earlier ones go, the receipt first, before either of these comes. */
	for (size_t i = 0; code == ERR_OK && i < n; i++)
		code = put_aside(s, d, v[i].name, v[i].data, e);
	while (code == ERR_OK && n-- != 0)
		code = drop_add(d, v[n].name, v[n].data->data,
		    v[n].data->len, e);
	score_wipe(&score);
	return code;
}

enum err_code
publish_scores(const struct intake_settings *s, struct sql *db,
    struct scores_place *after, struct notes *notes, size_t *n,
    struct err *in_way, struct err *e)
{
	struct scores_place v[PUBLISH_SCORES];
	bool added[PUBLISH_SCORES] = { false };
	enum err_code code;
	struct drop d;

	*n = s->verdicts != NULL ? PUBLISH_SCORES : 0;
	if (*n == 0)
		return ERR_OK;
	if ((code = scores_unpublished(db, after, v, n, e)) != ERR_OK ||
	    *n == 0 ||
	    (code = drop_begin(&d, s->verdicts, PUBLISH_MODE, e)) != ERR_OK)
		return code;
	for (size_t i = 0; code == ERR_OK && i < *n; i++) {
		struct err found = { 0 };

		added[i] = add_score(s, &d, db, v[i].digest, &found) ==
		    ERR_OK;
		if (!added[i])
			code = publish_pass_over(&found, in_way, e);
	}
	code = drop_end(&d, code, e);
	for (size_t i = 0; code == ERR_OK && i < *n; i++)
		if (added[i])
			notes_add(notes, NOTE_SCORED, v[i].digest,
			    STAGE_SCORED);
	if (code == ERR_OK)
		*after = v[*n - 1];
	return code;
}
