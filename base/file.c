/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"

enum err_code
file_read_fd(int fd, const char *name, size_t cap, struct buf *out,
    struct err *e)
{
	uint8_t chunk[16384];
	size_t total = 0;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n == -1) {
			if (errno == EINTR)
				continue;
			explicit_bzero(chunk, sizeof(chunk));
			return err_errno(e, ERR_NO_INPUT, name, errno);
		}
		total += (size_t)n;
		if (total > cap) {
			explicit_bzero(chunk, sizeof(chunk));
			return err_set(e, ERR_TOO_LARGE, name, 0,
			    _("more than %zu bytes"), cap);
		}
		buf_add(out, chunk, (size_t)n);
	}
	explicit_bzero(chunk, sizeof(chunk));
	return buf_check(out, e);
}

enum err_code
file_read(const char *path, size_t cap, struct buf *out, struct err *e)
{
	enum err_code code;
	struct stat st;
	int fd;

	if (strcmp(path, "-") == 0)
		return file_read_fd(STDIN_FILENO, "-", cap, out, e);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1)
		return err_errno(e, ERR_NO_INPUT, path, errno);
	if (fstat(fd, &st) == -1)
		code = err_errno(e, ERR_NO_INPUT, path, errno);
	else if (S_ISDIR(st.st_mode))
		code = err_errno(e, ERR_NO_INPUT, path, EISDIR);
	else if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > cap)
		code = err_set(e, ERR_TOO_LARGE, path, 0,
		    _("%jd bytes; the limit is %zu"),
		    (intmax_t)st.st_size, cap);
	else
		code = file_read_fd(fd, path, cap, out, e);
	(void)close(fd);
	return code;
}

enum err_code
file_write_fd(int fd, const char *name, const void *data, size_t len,
    struct err *e)
{
	const uint8_t *p = data;
	ssize_t n;

	while (len != 0) {
		if ((n = write(fd, p, len)) == -1) {
			if (errno == EINTR)
				continue;
			return err_errno(e, ERR_IO, name, errno);
		}
		p += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

const char *
file_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

enum err_code
file_sync_dir_of(const char *path, struct err *e)
{
	size_t len = (size_t)(file_base_name(path) - path);
	char dir[PATH_MAX];
	enum err_code code = ERR_OK;
	int fd;

	if (len >= sizeof(dir))
		return err_errno(e, ERR_IO, path, ENAMETOOLONG);
	memcpy(dir, len != 0 ? path : "./", len != 0 ? len : 2);
	dir[len != 0 ? len : 2] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return err_errno(e, ERR_IO, dir, errno);
	/* Some file systems cannot sync a folder and say EINVAL. */
	if (fsync(fd) == -1 && errno != EINVAL)
		code = err_errno(e, ERR_IO, dir, errno);
	(void)close(fd);
	return code;
}

enum err_code
file_make_dirs(const char *path, bool *made, struct err *e)
{
	const size_t len = strlen(path);
	char part[PATH_MAX];
	enum err_code code;
	struct stat st;
	bool is_new = false;

	if (len == 0 || len >= sizeof(part))
		return err_errno(e, ERR_IO, path,
		    len == 0 ? ENOENT : ENAMETOOLONG);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if ((is_new = mkdir(part, 0700) == 0)) {
			if ((code = file_sync_dir_of(part, e)) != ERR_OK)
				return code;
		} else if (errno != EEXIST)
			return err_errno(e, ERR_IO, part, errno);
	}
	if (stat(path, &st) == -1 || !S_ISDIR(st.st_mode))
		return err_errno(e, ERR_IO, path, ENOTDIR);
	if (made != NULL)
		*made = is_new;
	return ERR_OK;
}

enum err_code
file_name_new(const char *from, const char *to, struct err *e)
{
	/* In one step; link(2) has a moment with both names. */
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return ERR_OK;
	/* Not every kernel and file system can (NFS). */
	if ((errno != EINVAL && errno != ENOSYS) || link(from, to) == -1)
		return err_errno(e, ERR_IO, to, errno);
	(void)unlink(from);
	return ERR_OK;
}

static enum err_code
write_whole(const char *path, const void *data, size_t len, mode_t mode,
    bool replace, struct err *e)
{
	char tmp[PATH_MAX];
	enum err_code code;
	struct stat st;
	int fd, n;

	/* Said before the work and not only after it. */
	if (!replace && lstat(path, &st) == 0)
		return err_errno(e, ERR_IO, path, EEXIST);
	n = snprintf(tmp, sizeof(tmp), "%.*s.%s.XXXXXX",
	    (int)(file_base_name(path) - path), path, file_base_name(path));
	if (n < 0 || (size_t)n >= sizeof(tmp))
		return err_errno(e, ERR_IO, path, ENAMETOOLONG);
	if ((fd = mkostemp(tmp, O_CLOEXEC)) == -1)
		return err_errno(e, ERR_IO, path, errno);
	if ((code = file_write_fd(fd, path, data, len, e)) == ERR_OK &&
	    (fchmod(fd, mode) == -1 || fsync(fd) == -1))
		code = err_errno(e, ERR_IO, path, errno);
	if (close(fd) == -1 && code == ERR_OK)
		code = err_errno(e, ERR_IO, path, errno);
	if (code == ERR_OK && replace && rename(tmp, path) == -1)
		code = err_errno(e, ERR_IO, path, errno);
	if (code == ERR_OK && !replace)
		code = file_name_new(tmp, path, e);
	if (code != ERR_OK)
		(void)unlink(tmp);
	if (code == ERR_OK &&
	    (code = file_sync_dir_of(path, e)) != ERR_OK && !replace)
		(void)unlink(path);
	return code;
}

enum err_code
file_write_new(const char *path, const void *data, size_t len, mode_t mode,
    struct err *e)
{
	return write_whole(path, data, len, mode, false, e);
}

enum err_code
file_replace(const char *path, const void *data, size_t len, mode_t mode,
    struct err *e)
{
	return write_whole(path, data, len, mode, true, e);
}

bool
file_resolve(const char *base, const char *path, char out[static 4096])
{
	int dir = 0, n;

	if (path[0] != '/')
		dir = (int)(file_base_name(base) - base);
	n = snprintf(out, 4096, "%.*s%s", dir, base, path);
	return n >= 0 && n < 4096;
}

bool
file_share_dir(const char *name, char out[static 4096])
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;
	int len;

	if (n <= 0)
		return false;
	exe[n] = '\0';
	for (int up = 0; up < 2; up++) {
		if ((slash = strrchr(exe, '/')) == NULL)
			return false;
		*slash = '\0';
	}
	len = snprintf(out, 4096, "%s/share/%s", exe, name);
	return len >= 0 && len < 4096;
}
