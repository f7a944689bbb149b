/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/timestamp.h"
#include "ledger/schema.h"

/* An empty file for the ledger, of the one who owns the folder: root may be
 * the first to look, and the service must be able to write all the same. */
static enum err_code
make_file(const char *path, struct err *e)
{
	const char *name = file_base_name(path);
	char dir[4096];
	struct stat st;
	enum err_code code = ERR_OK;
	int fd;

	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(name - path), path);
	if (dir[0] == '\0')
		(void)snprintf(dir, sizeof(dir), ".");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd == -1)
		return errno == EEXIST ? ERR_OK :
		    err_errno(e, ERR_IO, path, errno);
	if (geteuid() == 0 && (stat(dir, &st) == -1 ||
	    fchown(fd, st.st_uid, st.st_gid) == -1))
		code = err_errno(e, ERR_IO, path, errno);
	(void)close(fd);
	return code;
}

/* Even who only reads writes beside it: what keeps readers and the service
 * apart is in the ledger's own files. */
static enum err_code
check_access(const char *path, uid_t owner, struct err *e)
{
	const struct passwd *p;
	int why;

	if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0)
		return ERR_OK;
	why = errno;
	p = getpwuid(owner);
	return err_set(e, ERR_NO_INPUT, path, 0, "%s; it belongs to %s: "
	    "run this as that user (sudo -u %s)", strerror(why),
	    p != NULL ? p->pw_name : "nobody known here",
	    p != NULL ? p->pw_name : "USER");
}

static enum err_code
check_file(const char *path, bool create, struct err *e)
{
	struct stat st;

	if (strncmp(path, "postgres", 8) == 0)
		return ERR_OK;
	if (stat(path, &st) == 0)
		return check_access(path, st.st_uid, e);
	if (errno != ENOENT)
		return err_errno(e, ERR_NO_INPUT, path, errno);
	if (create)
		return make_file(path, e);
	return err_set(e, ERR_NO_INPUT, path, 0,
	    "there is no ledger; the service makes it when it starts, and "
	    "'register FILE' does");
}

enum err_code
desk_open(const struct options *o, unsigned parts, bool create,
    struct desk *out, struct err *e)
{
	enum err_code code;

	out->now = timestamp_now();
	code = intake_settings_load(o->config, o->passphrase_fd, parts,
	    out->now, &out->settings, e);
	if (code == ERR_OK)
		code = check_file(out->settings.database, create, e);
	if (code == ERR_OK)
		code = sql_open(out->settings.database, &out->db, e);
	if (code == ERR_OK)
		code = schema_set_up(out->db, out->settings.database, e);
	return code;
}

void
desk_close(struct desk *desk)
{
	sql_close(desk->db);
	intake_settings_wipe(&desk->settings);
	memset(desk, 0, sizeof(*desk));
}
