/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/regain.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intake/book/arrivals.h"
#include "intake/service/names.h"

#define BATCH	256	/* files that the ledger is asked about at once */

struct regain {
	const struct intake_settings *settings;
	struct sql *db;
	int64_t now;
	struct arrival batch[BATCH];
	size_t len;
	size_t added;
};

static enum err_code
add_batch(struct regain *r, struct err *e)
{
	bool known[BATCH] = { false };
	enum err_code code = ERR_OK;

	if (r->len != 0)
		code = arrivals_add(r->db, r->batch, r->len, known, e);
	for (size_t i = 0; i < r->len; i++) {
		if (code == ERR_OK && !known[i])
			r->added++;
		arrival_wipe(&r->batch[i]);
	}
	r->len = 0;
	return code;
}

static enum err_code
look_at_name(struct regain *r, int dir, const char *name, struct err *e)
{
	struct arrival *a = &r->batch[r->len];
	struct stat st;

	memset(a, 0, sizeof(*a));
	if (!names_sealed(name, a->digest) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISREG(st.st_mode))
		return ERR_OK;
	a->size = (uint64_t)st.st_size;
	a->arrived = st.st_mtime < r->now ? st.st_mtime : r->now;
	(void)snprintf(a->source, sizeof(a->source), "archive");
	a->place = strdup(r->settings->places[0].name);
	a->name = strdup(name);
	r->len++;
	if (a->place == NULL || a->name == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	return r->len == BATCH ? add_batch(r, e) : ERR_OK;
}

/* One of the folders "00" to "ff"; there need not be all of them. */
static enum err_code
look_into(struct regain *r, int archive, unsigned number, struct err *e)
{
	enum err_code code = ERR_OK;
	const struct dirent *entry;
	char name[8];
	DIR *d;
	int fd;

	(void)snprintf(name, sizeof(name), "%02x", number & 0xff);
	fd = openat(archive, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
	    O_NOFOLLOW);
	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		return ERR_OK;
	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		err_errno(e, ERR_IO, r->settings->archive, errno);
		if (fd != -1)
			(void)close(fd);
		return ERR_IO;
	}
	while (code == ERR_OK && (errno = 0, entry = readdir(d)) != NULL)
		code = look_at_name(r, dirfd(d), entry->d_name, e);
	if (code == ERR_OK && errno != 0)
		code = err_errno(e, ERR_IO, r->settings->archive, errno);
	(void)closedir(d);
	return code;
}

enum err_code
regain_files(const struct intake_settings *s, struct sql *db, int64_t now,
    size_t *n, struct err *e)
{
	struct regain r = { .settings = s, .db = db, .now = now };
	int archive = open(s->archive, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err_code code = ERR_OK;

	*n = 0;
	if (archive == -1)
		return err_errno(e, ERR_IO, s->archive, errno);
	for (unsigned i = 0; code == ERR_OK && i < 256; i++)
		code = look_into(&r, archive, i, e);
	if (code == ERR_OK)
		code = add_batch(&r, e);
	for (size_t i = 0; i < r.len; i++)
		arrival_wipe(&r.batch[i]);
	(void)close(archive);
	*n = r.added;
	return code;
}
