/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/private.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

#define OTHERS		(S_IRWXG | S_IRWXO)

/* Neither the folder nor the file may be somebody else's, or open to all. */
static bool
is_credential(const struct stat *st, const char *path)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	struct stat dir, there;
	bool found;
	int fd;

	if (folder == NULL || (st->st_mode & OTHERS) != S_IRGRP)
		return false;
	fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return false;
	found = fstat(fd, &dir) == 0 &&
	    fstatat(fd, file_base_name(path), &there, AT_SYMLINK_NOFOLLOW) ==
	    0 && there.st_dev == st->st_dev && there.st_ino == st->st_ino;
	(void)close(fd);
	return found && (dir.st_mode & (S_IWGRP | S_IRWXO)) == 0 &&
	    dir.st_uid == st->st_uid &&
	    (st->st_uid == 0 || st->st_uid == geteuid());
}

bool
private_file(const struct stat *st, const char *path)
{
	return !S_ISREG(st->st_mode) || (st->st_mode & OTHERS) == 0 ||
	    is_credential(st, path);
}
