/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "intake/service/archive.h"
#include "intake/service/drop.h"

#define NAME_LEN	128

static atomic_uint counter;

static enum err_code
failed(const struct keep *k, struct err *e)
{
	return err_errno(e, ERR_IO, k->archive, errno);
}

/* "ab/DIGEST.sigill", and its folder is the first two characters. */
static void
name_of(const uint8_t digest[static DIGEST_LEN], char name[static NAME_LEN])
{
	char hex[DIGEST_HEX_LEN];

	digest_hex(digest, hex);
	(void)snprintf(name, NAME_LEN, "%.2s/%s.sigill", hex, hex);
}

/* As drop_sweep knows them. */
static void
temporary_of(const struct keep *k, size_t i, char name[static NAME_LEN])
{
	char hex[DIGEST_HEX_LEN];

	digest_hex(k->v[i].digest, hex);
	(void)snprintf(name, NAME_LEN, ".%s.%ld-%u" DROP_TAIL, hex,
	    (long)getpid(), k->v[i].number);
}

static bool
has(const struct keep *k, const uint8_t digest[static DIGEST_LEN])
{
	uint8_t there[DIGEST_LEN];
	char name[NAME_LEN];
	struct stat st;
	bool same;
	int fd;

	for (size_t i = 0; i < k->len; i++)
		if (memcmp(k->v[i].digest, digest, DIGEST_LEN) == 0)
			return true;
	name_of(digest, name);
	fd = openat(k->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC | O_NOCTTY);
	if (fd == -1)
		return false;
	same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    digest_sha256_fd(fd, there, NULL) == ERR_OK &&
	    memcmp(there, digest, DIGEST_LEN) == 0;
	(void)close(fd);
	return same;
}

static enum err_code
write_copy(const struct keep *k, const char *name, const struct buf *bytes,
    struct err *e)
{
	enum err_code code;
	int fd;

	fd = openat(k->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (fd == -1)
		return failed(k, e);
	code = file_write_fd(fd, k->archive, bytes->data, bytes->len, e);
	if (code == ERR_OK && fchmod(fd, ARCHIVE_FILE_MODE) == -1)
		code = failed(k, e);
	if (close(fd) == -1 && code == ERR_OK)
		code = failed(k, e);
	if (code != ERR_OK)
		(void)unlinkat(k->dir, name, 0);
	return code;
}

enum err_code
keep_add(struct keep *k, const uint8_t digest[static DIGEST_LEN],
    const struct buf *bytes, struct err *e)
{
	char temporary[NAME_LEN];
	enum err_code code;

	if (k->dir == -1 && (k->dir = open(k->archive, O_RDONLY |
	    O_DIRECTORY | O_CLOEXEC)) == -1)
		return failed(k, e);
	if (has(k, digest)) {
		k->found = true;
		return ERR_OK;
	}
	if (k->len == KEEP_MAX)
		return err_set(e, ERR_INTERNAL, k->archive, 0, NULL);
	memcpy(k->v[k->len].digest, digest, DIGEST_LEN);
	k->v[k->len].number = atomic_fetch_add(&counter, 1);
	temporary_of(k, k->len, temporary);
	if ((code = write_copy(k, temporary, bytes, e)) == ERR_OK)
		k->len++;
	return code;
}

/* It replaces only what had that name and other bytes: a file that a power cut
 * left unfinished, or damaged. */
static enum err_code
give_name(const struct keep *k, size_t i, struct err *e)
{
	char from[NAME_LEN], to[NAME_LEN], folder[3];

	temporary_of(k, i, from);
	name_of(k->v[i].digest, to);
	memcpy(folder, to, 2);
	folder[2] = '\0';
	if (mkdirat(k->dir, folder, ARCHIVE_FOLDER_MODE) == -1 &&
	    errno != EEXIST)
		return failed(k, e);
	return renameat(k->dir, from, k->dir, to) == 0 ? ERR_OK :
	    failed(k, e);
}

enum err_code
keep_end(struct keep *k, struct err *e)
{
	bool any = k->len != 0 || k->found;
	char temporary[NAME_LEN];
	enum err_code code = ERR_OK;
	size_t named = 0;

	/* All bytes before the names, and the names before what the ledger
	 * says: one wait each, where there would be three for each file. */
	if (any && syncfs(k->dir) == -1)
		code = failed(k, e);
	while (code == ERR_OK && named < k->len)
		if ((code = give_name(k, named, e)) == ERR_OK)
			named++;
	if (named != 0 && code == ERR_OK && syncfs(k->dir) == -1)
		code = failed(k, e);
	for (; named < k->len; named++) {
		temporary_of(k, named, temporary);
		(void)unlinkat(k->dir, temporary, 0);
	}
	if (k->dir != -1)
		(void)close(k->dir);
	k->dir = -1;
	k->len = 0;
	k->found = false;
	return code;
}
