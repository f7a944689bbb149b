/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/outbox/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "client/outbox/outbox_entry.h"
#include "client/outbox/outbox_folder.h"

/* --- looking ----------------------------------------------------------- */

static int
by_age(const void *a, const void *b)
{
	const struct outbox_entry *x = a, *y = b;

	if (x->created != y->created)
		return x->created < y->created ? -1 : 1;
	/* FINGERPRINT.10 after FINGERPRINT.9 */
	if (strlen(x->id) != strlen(y->id))
		return strlen(x->id) < strlen(y->id) ? -1 : 1;
	return strcmp(x->id, y->id);
}

static enum err_code
add_entry(struct outbox *o, const char *name, struct outbox_list *list,
    struct err *e)
{
	struct outbox_entry *v;
	char path[PATH_MAX];
	char (*broken)[OUTBOX_ID_LEN];
	enum err_code code;

	outbox_inside(o, name, path);
	if (!outbox_entry_is_id(name))
		return err_set(e, ERR_OUTBOX, path, 0,
		    _("it does not belong in an outbox"));
	v = reallocarray(list->v, list->len + 1, sizeof(*v));
	if (v != NULL)
		list->v = v;
	broken = reallocarray(list->broken, list->n_broken + 1,
	    sizeof(*broken));
	if (broken != NULL)
		list->broken = broken;
	if (v == NULL || broken == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	code = outbox_entry_read(path, name, &v[list->len], e);
	if (code == ERR_OK)
		list->len++;
	else if (code != ERR_OUTBOX_ENTRY)	/* it has gone just now */
		memcpy(broken[list->n_broken++], name, strlen(name) + 1);
	return code;
}

enum err_code
outbox_read(struct outbox *o, struct outbox_list *out,
    struct err_list *broken, struct err *e)
{
	DIR *dir = opendir(o->path);
	enum err_code code = ERR_OK;
	struct err found = { 0 };
	struct dirent *one;

	memset(out, 0, sizeof(*out));
	if (dir == NULL)
		return err_errno(e, ERR_OUTBOX, o->path, errno);
	while (code == ERR_OK && (one = readdir(dir)) != NULL) {
		if (one->d_name[0] == '.')
			continue;
		err_clear(&found);
		switch (add_entry(o, one->d_name, out, &found)) {
		case ERR_OK:
		case ERR_OUTBOX_ENTRY:
			break;
		case ERR_NO_MEMORY:
			code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
			break;
		default:
			err_list_add(broken, &found);
			break;
		}
	}
	(void)closedir(dir);
	if (out->len != 0)
		qsort(out->v, out->len, sizeof(*out->v), by_age);
	if (code != ERR_OK)
		outbox_list_wipe(out);
	return code;
}

void
outbox_list_wipe(struct outbox_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		outbox_unlock(&l->v[i]);
	free(l->v);
	free(l->broken);
	memset(l, 0, sizeof(*l));
}

enum err_code
outbox_find(const struct outbox_list *l, const char *id,
    struct outbox_entry **out, struct err *e)
{
	const size_t len = strlen(id);
	struct outbox_entry *only = NULL;
	size_t n = 0;

	for (size_t i = 0; i < l->len; i++) {
		if (strcasecmp(l->v[i].id, id) == 0) {
			*out = &l->v[i];
			return ERR_OK;
		}
		if (len >= 4 && strncasecmp(l->v[i].id, id, len) == 0) {
			only = &l->v[i];
			n++;
		}
	}
	if (n == 1) {
		*out = only;
		return ERR_OK;
	}
	for (size_t i = 0; i < l->n_broken && n == 0; i++)
		if (strcasecmp(l->broken[i], id) == 0)
			return err_set(e, ERR_OUTBOX, id, 0,
			    _("it cannot be read"));
	if (len < 4)
		return err_set(e, ERR_OUTBOX_ENTRY, id, 0,
		    _("of an id at least four characters are needed"));
	return err_set(e, ERR_OUTBOX_ENTRY, id, 0, n == 0 ? NULL :
	    _("%zu begin like that"), n);
}

enum err_code
outbox_find_same(const struct outbox_list *l,
    const struct outbox_entry *like, struct outbox_entry **out,
    struct err *e)
{
	char printed[FINGERPRINT_LEN];

	*out = NULL;
	fingerprint_format(like->fingerprint, printed);
	for (size_t i = 0; i < l->n_broken; i++)
		if (strncmp(l->broken[i], printed, FINGERPRINT_LEN - 1) == 0)
			return err_set(e, ERR_OUTBOX, l->broken[i], 0,
			    _("it may be the same submission and cannot be "
			    "read; nothing was sealed"));
	for (size_t i = 0; i < l->len; i++) {
		struct outbox_entry *one = &l->v[i];

		if (memcmp(one->fingerprint, like->fingerprint,
		    DIGEST_LEN) == 0 &&
		    one->environment == like->environment &&
		    one->has_supersedes == like->has_supersedes &&
		    (!one->has_supersedes || memcmp(one->supersedes,
		    like->supersedes, DIGEST_LEN) == 0) &&
		    /* Whatever the clock said: one that counts comes before
		     * those that made room for it. */
		    (*out == NULL || one->state != OUTBOX_REJECTED ||
		    (*out)->state == OUTBOX_REJECTED))
			*out = one;
	}
	return ERR_OK;
}

/* --- working on one ---------------------------------------------------- */

/* Unfinished files of runs that ended too early; the entry is locked. */
static void
sweep_entry(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *one;

	if (dir == NULL)
		return;
	while ((one = readdir(dir)) != NULL)
		if (one->d_name[0] == '.' && one->d_name[1] != '\0' &&
		    strcmp(one->d_name, "..") != 0)
			(void)unlinkat(dirfd(dir), one->d_name, 0);
	(void)closedir(dir);
}

enum err_code
outbox_lock(struct outbox *o, struct outbox_entry *entry, struct err *e)
{
	char folder[PATH_MAX], path[PATH_MAX];
	struct outbox_entry now = { .fd = -1 };
	struct stat held, there;
	enum err_code code;
	int fd;

	outbox_inside(o, entry->id, folder);
	(void)snprintf(path, sizeof(path), "%.3800s/%s", folder,
	    OUTBOX_ENTRY_FILE);
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1 && errno == ENOENT)
		return err_set(e, ERR_OUTBOX_ENTRY, entry->id, 0, NULL);
	if (fd == -1)
		return err_errno(e, ERR_OUTBOX, path, errno);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		code = errno == EWOULDBLOCK ?
		    err_set(e, ERR_BUSY, entry->id, 0,
		    _("it sends this submission, or asks for its verdict")) :
		    err_errno(e, ERR_OUTBOX, path, errno);
	/* Removed, and perhaps another put, while it was opened? */
	else if (fstat(fd, &held) == -1 || lstat(path, &there) == -1 ||
	    held.st_ino != there.st_ino || held.st_dev != there.st_dev)
		code = err_set(e, ERR_OUTBOX_ENTRY, entry->id, 0, NULL);
	else
		code = outbox_entry_read(folder, entry->id, &now, e);
	if (code != ERR_OK) {
		(void)close(fd);
		return code;
	}
	sweep_entry(folder);
	*entry = now;
	entry->fd = fd;
	return ERR_OK;
}

void
outbox_unlock(struct outbox_entry *entry)
{
	if (entry->fd != -1)
		(void)close(entry->fd);
	entry->fd = -1;
}

enum err_code
outbox_sealed(const struct outbox_entry *entry, struct buf *out,
    struct err *e)
{
	uint8_t digest[DIGEST_LEN];
	struct err found = { 0 };
	enum err_code code;
	struct stat st;
	int fd = open(entry->sealed, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC | O_NOCTTY);

	if (fd == -1 && (errno == ENOENT || errno == ELOOP))
		return err_set(e, ERR_SEALED_CHANGED, entry->sealed, 0,
		    errno == ENOENT ? _("it is gone") :
		    _("it is not a regular file"));
	if (fd == -1)
		return err_errno(e, ERR_OUTBOX, entry->sealed, errno);
	if (fstat(fd, &st) == -1)
		code = err_errno(e, ERR_OUTBOX, entry->sealed, errno);
	else if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != entry->size)
		code = err_set(e, ERR_SEALED_CHANGED, entry->sealed, 0, NULL);
	/* A disk that fails here is this entry's trouble, and not that of
	 * a file which was named wrongly. */
	else if ((code = file_read_fd(fd, entry->sealed, entry->size, out,
	    &found)) != ERR_OK)
		code = err_set(e, code == ERR_NO_INPUT ? ERR_OUTBOX : code,
		    entry->sealed, 0, "%s", found.msg);
	else if ((code = digest_sha256(out->data, out->len, digest, e)) ==
	    ERR_OK && memcmp(digest, entry->digest, DIGEST_LEN) != 0)
		code = err_set(e, ERR_SEALED_CHANGED, entry->sealed, 0, NULL);
	(void)close(fd);
	return code;
}

enum err_code
outbox_note(struct outbox *o, const struct outbox_entry *entry,
    struct err *e)
{
	char folder[PATH_MAX], path[PATH_MAX];
	struct buf text = { 0 };
	enum err_code code;

	outbox_inside(o, entry->id, folder);
	(void)snprintf(path, sizeof(path), "%.3800s/%s", folder,
	    OUTBOX_ATTEMPTS_FILE);
	if ((code = outbox_attempts_encode(entry, &text, e)) == ERR_OK)
		code = file_replace(path, text.data, text.len, 0600, e);
	buf_wipe(&text);
	return code;
}
