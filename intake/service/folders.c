/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intake/service/drop.h"

enum owner {
	OWNER_WE,	/* what we write there nobody else shall own */
	OWNER_NOT_ROOT,	/* root would leave there what others cannot read */
	OWNER_ANY,	/* what we write there is for all to read */
};

static enum err_code
no_folder(const char *path, enum owner owner, int why, struct err *e)
{
	if (why != ENOENT)
		return err_set(e, ERR_CONFIG, path, 0, "%s", strerror(why));
	return err_set(e, ERR_CONFIG, path, 0, "there is no such folder; as "
	    "root: install -d -o %s -m %s %s", owner == OWNER_ANY ?
	    "sigill -g sigill" : "sigill-intake -g sigill-intake",
	    owner == OWNER_ANY ? "770" : "750", path);
}

static enum err_code
wrong_owner(const char *path, uid_t owner, struct err *e)
{
	const struct passwd *found = getpwuid(owner);

	if (found == NULL)
		return err_set(e, ERR_CONFIG, path, 0,
		    "the folder belongs to another user, who has no name");
	return err_set(e, ERR_CONFIG, path, 0, "the folder belongs to another "
	    "user; run sigill-intake as it: sudo -u %s sigill-intake",
	    found->pw_name);
}

/* What others could write to would not be evidence. */
static enum err_code
check(const char *path, enum owner owner, struct err *e)
{
	struct stat st;

	if (path == NULL)
		return ERR_OK;
	if (stat(path, &st) == -1)
		return no_folder(path, owner, errno, e);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, ERR_CONFIG, path, 0, "it is not a folder");
	if (st.st_uid != geteuid() && (owner == OWNER_WE ||
	    (owner == OWNER_NOT_ROOT && geteuid() == 0)))
		return wrong_owner(path, st.st_uid, e);
	if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == -1)
		return err_set(e, ERR_CONFIG, path, 0, "%s", strerror(errno));
	if ((st.st_mode & S_IWOTH) != 0)
		return err_set(e, ERR_CONFIG, path, 0,
		    "everybody can write to the folder; run chmod o-w on it");
	return ERR_OK;
}

static bool
is_same(const char *a, const char *b)
{
	struct stat x, y;

	return a != NULL && b != NULL && stat(a, &x) == 0 &&
	    stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static enum err_code
twice(const char *path, const char *one, const char *other, struct err *e)
{
	return err_set(e, ERR_CONFIG, path, 0,
	    "one folder cannot be both %s and %s", one, other);
}

/* What is put into one of them would be taken for what is in the other. */
static enum err_code
check_place(const struct intake_settings *s, size_t i, struct err *e)
{
	const struct place *p = &s->places[i];
	const struct { const char *path, *name; } others[] = {
		{ s->archive, "[archive]" }, { s->verdicts, "[verdicts]" },
		{ s->handoff_dir, "[handoff]" }, { s->scored, "[scored]" },
	};

	for (size_t j = 0; j < i; j++)
		if (is_same(p->directory, s->places[j].directory))
			return twice(p->directory, s->places[j].name, p->name,
			    e);
	for (size_t j = 0; j < sizeof(others) / sizeof(others[0]); j++)
		if (is_same(p->directory, others[j].path))
			return twice(p->directory, others[j].name, p->name,
			    e);
	return ERR_OK;
}

/* Feedback is plaintext there, and for nobody who reads the others. */
static enum err_code
check_scored(const struct intake_settings *s, struct err *e)
{
	enum err_code code = check(s->scored, OWNER_NOT_ROOT, e);

	if (code != ERR_OK)
		return code;
	if (is_same(s->scored, s->verdicts))
		return twice(s->scored, "[scored]", "[verdicts]", e);
	if (is_same(s->scored, s->archive))
		return twice(s->scored, "[scored]", "[archive]", e);
	return is_same(s->scored, s->handoff_dir) ?
	    twice(s->scored, "[scored]", "[handoff]", e) : ERR_OK;
}

enum err_code
folders_check(const struct intake_settings *s, struct err *e)
{
	enum err_code code;

	if ((code = check(s->archive, OWNER_WE, e)) == ERR_OK &&
	    (code = check(s->verdicts, OWNER_ANY, e)) == ERR_OK)
		code = check(s->handoff_dir, OWNER_NOT_ROOT, e);
	if (code == ERR_OK)
		code = check_scored(s, e);
	for (size_t i = 0; code == ERR_OK && i < s->n_places; i++)
		code = check_place(s, i, e);
	if (code == ERR_OK && s->verdicts != NULL)
		drop_sweep(s->verdicts);
	if (code == ERR_OK && s->handoff_dir != NULL)
		drop_sweep(s->handoff_dir);
	return code;
}
