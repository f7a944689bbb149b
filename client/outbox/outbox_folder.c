/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/outbox/outbox_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "client/settings.h"

#define LOCK		".lock"
#define HOLD_TENTHS	300	/* of a second: 30 s */

void
outbox_inside(const struct outbox *o, const char *name,
    char out[static PATH_MAX])
{
	(void)snprintf(out, PATH_MAX, "%.*s/%.250s", PATH_MAX - 256, o->path,
	    name);
}

enum err_code
outbox_hold(const struct outbox *o, bool wait, int *out, struct err *e)
{
	static const struct timespec tenth = { .tv_nsec = 100000000 };
	char path[PATH_MAX];
	int fd;

	outbox_inside(o, LOCK, path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK, 0600);
	if (fd == -1)
		return err_errno(e, ERR_OUTBOX, path, errno);
	/* Who holds it writes one file: but it may have been stopped. */
	for (unsigned i = 0; flock(fd, LOCK_EX | LOCK_NB) == -1; i++) {
		if (errno == EINTR || (errno == EWOULDBLOCK && wait &&
		    i < HOLD_TENTHS)) {
			(void)nanosleep(&tenth, NULL);
			continue;
		}
		(void)(errno == EWOULDBLOCK ?
		    err_set(e, ERR_BUSY, o->path, 0, NULL) :
		    err_errno(e, ERR_OUTBOX, path, errno));
		(void)close(fd);
		return e != NULL ? e->code : ERR_BUSY;
	}
	*out = fd;
	return ERR_OK;
}

void
outbox_remove_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *one;
	DIR *dir;

	if (fd == -1)
		return;
	if ((dir = fdopendir(fd)) == NULL) {
		(void)close(fd);
		return;
	}
	while ((one = readdir(dir)) != NULL)
		(void)unlinkat(fd, one->d_name, 0);
	(void)closedir(dir);
	(void)rmdir(path);
}

/* What dead runs have left: a live one would hold the lock. */
static void
sweep(const struct outbox *o)
{
	char path[PATH_MAX];
	struct dirent *one;
	DIR *dir;
	int lock;

	if (outbox_hold(o, false, &lock, NULL) != ERR_OK)
		return;
	if ((dir = opendir(o->path)) != NULL) {
		while ((one = readdir(dir)) != NULL) {
			if (strncmp(one->d_name, OUTBOX_NEW,
			    sizeof(OUTBOX_NEW) - 1) != 0)
				continue;
			outbox_inside(o, one->d_name, path);
			outbox_remove_folder(path);
		}
		(void)closedir(dir);
	}
	(void)close(lock);
}

static enum err_code
choose_path(const struct settings *s, char out[static PATH_MAX],
    struct err *e)
{
	const char *base = s->config != NULL ?
	    config_get(s->config, "outbox", "directory") : NULL;
	int n;

	if (base != NULL)
		n = snprintf(out, PATH_MAX, "%s", base);
	/* A relative one is to be ignored (XDG base directories). */
	else if ((base = getenv("XDG_STATE_HOME")) != NULL && base[0] == '/')
		n = snprintf(out, PATH_MAX, "%s/sigill/outbox", base);
	else if ((base = getenv("HOME")) != NULL && base[0] == '/')
		n = snprintf(out, PATH_MAX, "%s/.local/state/sigill/outbox",
		    base);
	else
		return err_set(e, ERR_CONFIG, s->config != NULL ?
		    config_path(s->config) : NULL, 0, _("where is the outbox? "
		    "Set [outbox] directory; HOME is not set either"));
	/* Names in it have their room too. */
	if (n < 0 || n >= PATH_MAX - 2 * NAME_MAX)
		return err_errno(e, ERR_IO, base, ENAMETOOLONG);
	return ERR_OK;
}

/* The folder as it is. */
static enum err_code
look(const char *path, struct outbox **out, struct err *e)
{
	struct outbox *o;
	enum err_code code = ERR_OK;
	struct stat st;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (realpath(path, o->path) == NULL || stat(o->path, &st) == -1)
		code = err_errno(e, ERR_OUTBOX, path, errno);
	else if (strlen(o->path) >= PATH_MAX - 2 * NAME_MAX)
		code = err_errno(e, ERR_IO, path, ENAMETOOLONG);
	else if (st.st_uid != geteuid())
		code = err_set(e, ERR_OUTBOX, o->path, 0,
		    _("it belongs to another user"));
	else if ((st.st_mode & 022) != 0)
		code = err_set(e, ERR_OUTBOX, o->path, 0,
		    _("others can write to it"));
	if (code != ERR_OK)
		free(o);
	else
		*out = o;
	return code;
}

enum err_code
outbox_look(const struct settings *s, struct outbox **out, struct err *e)
{
	char path[PATH_MAX];
	enum err_code code;

	if ((code = choose_path(s, path, e)) != ERR_OK)
		return code;
	return look(path, out, e);
}

enum err_code
outbox_open(const struct settings *s, struct outbox **out, struct err *e)
{
	char path[PATH_MAX];
	enum err_code code;

	if ((code = choose_path(s, path, e)) != ERR_OK ||
	    (code = file_make_dirs(path, NULL, e)) != ERR_OK ||
	    (code = look(path, out, e)) != ERR_OK)
		return code;
	sweep(*out);
	return ERR_OK;
}

void
outbox_close(struct outbox *o)
{
	free(o);
}

const char *
outbox_path(const struct outbox *o)
{
	return o->path;
}
