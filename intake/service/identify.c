/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/identify.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/tame.h"

static bool
ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && strcmp(s + len - n, end) == 0;
}

bool
identify_passes(const char *name)
{
	return ends_with(name, ".part") || ends_with(name, ".tmp");
}

bool
identify_is_text(const char *name)
{
	char copy[NAME_MAX + 1];

	(void)snprintf(copy, sizeof(copy), "%s", name);
	tame(copy);
	return strcmp(copy, name) == 0;
}

void
identify_tell(const char *place, const char *name, const char *why)
{
	char copy[NAME_MAX + 1];

	(void)snprintf(copy, sizeof(copy), "%s", name);
	tame(copy);
	log_event(LOG_WARN, "odd-name", "place", place, "name", copy, "why",
	    why, (char *)NULL);
}

bool
identify_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

enum err_code
identify_read(int dir, const char *name, const struct stat *st,
    struct buf *out, bool *steady, struct err *e)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC | O_NOCTTY);
	struct stat before, after;
	enum err_code code = ERR_OK;

	if (fd == -1)
		return err_errno(e, ERR_NO_INPUT, name, errno);
	if (fstat(fd, &before) == -1 || !S_ISREG(before.st_mode) ||
	    (code = file_read_fd(fd, name, LIMIT_SEALED, out, e)) != ERR_OK ||
	    fstat(fd, &after) == -1) {
		if (code == ERR_OK)
			code = err_set(e, ERR_NO_INPUT, name, 0, NULL);
	} else
		*steady = identify_same(&before, &after) &&
		    identify_same(&before, st);
	(void)close(fd);
	return code;
}
