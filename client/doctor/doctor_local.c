/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/doctor/doctor_local.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "client/doctor/checkup.h"
#include "client/options.h"
#include "client/outbox/outbox.h"
#include "client/outbox/outbox_folder.h"
#include "client/session.h"

/* What is written to see whether the disk takes it: more than an ordinary
 * submission, and enough for a quota to say no. */
#define PROBE_BYTES	(256u * 1024)
/* Files and folders that one more submission needs, with its receipts. */
#define INODES		8u
#define MB		1000000u

/* --- the configuration --------------------------------------------------- */

/* What `submit` cannot do without, but for the environment, without which
 * there is no configuration. */
static const struct { const char *section, *key; } needed[] = {
	{ "identity", "certificate" }, { "identity", "key" },
	{ "authority", "portal" }, { "authority", "portal_anchors" },
	{ "authority", "recipients" }, { "authority", "anchors" },
	{ "authority", "portal_signers" }, { "authority", "intake_signers" },
};

/* All that is missing, in one sentence. */
static void
check_needed(const struct config *config, struct err *e)
{
	struct buf list = { 0 };
	const char *s;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (config_get(config, needed[i].section, needed[i].key) !=
		    NULL)
			continue;
		if (list.len != 0)
			buf_add_str(&list, ", ");
		buf_add_str(&list, "[");
		buf_add_str(&list, needed[i].section);
		buf_add_str(&list, "] ");
		buf_add_str(&list, needed[i].key);
	}
	if (list.len != 0 && (s = buf_str(&list)) != NULL)
		err_set(e, ERR_CONFIG, config_path(config), 0,
		    _("this is missing: %s"), s);
	buf_wipe(&list);
}

void
doctor_configuration(struct checkup *c)
{
	struct err e = { 0 };
	const char *path, *advice = NULL;
	struct stat st;
	bool test;

	if (settings_load(c->options, false, &c->settings, &e) != ERR_OK) {
		if (e.code == ERR_CONFIG_MISSING && c->options->config == NULL)
			advice = _("begin with 'sigill init', which makes a "
			    "key, a request for a certificate and a "
			    "configuration to complete");
		checkup_problem(c, &e, NULL, advice);
		return;
	}
	path = config_path(c->settings.config);
	check_needed(c->settings.config, &e);
	if (e.code != ERR_OK)
		advice = _("add it; certificates and addresses come from the "
		    "authority, and sigill.conf(5) tells what each is");
	else
		(void)session_check(&c->settings, &e);
	if (e.code != ERR_OK) {
		checkup_problem(c, &e, NULL, advice);
		return;
	}
	test = c->settings.environment == ENVIRONMENT_TEST;
	if (stat(path, &st) == 0 && (st.st_mode & S_IWOTH) != 0)
		checkup_warning(c, ERR_CONFIG, NULL,
		    _("run chmod go-w on it"),
		    _("%s: anybody on this machine can change it"), path);
	checkup_ok(c, json_pack("{s:s}", "environment",
	    environment_name(c->settings.environment)), "%s%s", path,
	    test ? _(" (TEST: nothing that is handed in counts)") : "");
}

/* --- the questionnaires -------------------------------------------------- */

static int
is_definition(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 5 && strcmp(d->d_name + len - 5, ".json") == 0;
}

/* All definitions of a folder: their names are added to *names, and each that
 * is wrong is said; and when it is not there although it must. */
static size_t
check_definitions(struct checkup *c, const char *dir, bool must_be,
    struct buf *names)
{
	struct dirent **v = NULL;
	struct err e = { 0 };
	size_t good = 0;
	char path[8192];
	int n;

	if ((n = scandir(dir, &v, is_definition, alphasort)) == -1) {
		err_errno(&e, ERR_NO_INPUT, dir, errno);
		if (must_be || errno != ENOENT)
			checkup_problem(c, &e, NULL, NULL);
		return 0;
	}
	for (int i = 0; i < n; i++) {
		struct questionnaire *q = NULL;

		(void)snprintf(path, sizeof(path), "%s/%s", dir,
		    v[i]->d_name);
		if (settings_questionnaire(&c->settings, path, NULL, &q,
		    &e) != ERR_OK)
			checkup_problem(c, &e, NULL, NULL);
		else {
			good++;
			buf_add_str(names, names->len != 0 ? ", " : "");
			buf_add_str(names, q->id);
		}
		questionnaire_free(q);
		free(v[i]);
	}
	free(v);
	return good;
}

void
doctor_questionnaires(struct checkup *c)
{
	const size_t before = c->problems;
	struct buf names = { 0 };
	char dir[4096];
	const char *s;
	size_t good = 0;

	for (size_t i = 0; i < SETTINGS_QUESTIONNAIRE_DIRS; i++)
		if (settings_questionnaire_dir(&c->settings, i, dir))
			good += check_definitions(c, dir, i == 0, &names);
	s = buf_str(&names);
	if (good != 0)
		checkup_ok(c, json_pack("{s:I}", "definitions",
		    (json_int_t)good), "%s", s != NULL ? s : "");
	else if (c->problems == before)
		checkup_warning(c, ERR_QUESTIONNAIRE_UNKNOWN, NULL,
		    _("set [questionnaires] directory, or name a definition "
		    "with --questionnaire"), "%s", _("there is no definition "
		    "of any"));
	buf_wipe(&names);
}

/* --- the outbox ---------------------------------------------------------- */

/* What has not arrived, or is not known to. */
static void
say_waiting(struct checkup *c, const char *path,
    const struct outbox_list *list)
{
	const struct outbox_entry *oldest = NULL;
	json_t *facts;
	size_t waiting = 0;
	char day[11];

	for (size_t i = 0; i < list->len; i++) {
		if (list->v[i].state != OUTBOX_WAITING)
			continue;
		if (oldest == NULL)
			oldest = &list->v[i];
		waiting++;
	}
	facts = json_pack("{s:s, s:I, s:I}", "directory", path, "submissions",
	    (json_int_t)list->len, "waiting", (json_int_t)waiting);
	if (oldest == NULL) {
		checkup_ok(c, facts, _("%s: nothing waits in it"), path);
		return;
	}
	if (json_object_set_new(facts, "waiting_since",
	    checkup_time(oldest->created)) != 0)
		c->report->failed = true;
	checkup_warning(c, ERR_WAITING, facts,
	    _("run 'sigill outbox flush'; 'sigill outbox list' tells what "
	    "stands in the way"), _("%s: waiting in it: %zu, since %s"), path,
	    waiting, checkup_day(oldest->created, day));
}

/* Can it be locked?  Who holds it shows that. */
static void
check_lock(struct checkup *c, const struct outbox *outbox)
{
	struct err e = { 0 };
	int lock;

	switch (outbox_hold(outbox, false, &lock, &e)) {
	case ERR_OK:
		(void)close(lock);
		break;
	case ERR_BUSY:
		break;
	default:
		checkup_problem(c, &e, NULL, NULL);
		break;
	}
}

void
doctor_outbox(struct checkup *c)
{
	struct outbox *outbox = NULL;
	struct outbox_list list = { 0 };
	struct err_list broken = { 0 };
	struct err e = { 0 };
	const char *path;
	struct stat st;

	if (c->settings.config == NULL) {
		checkup_skipped(c, "%s", _("there is no configuration that "
		    "can be read"));
		return;
	}
	if (outbox_open(&c->settings, &outbox, &e) != ERR_OK) {
		checkup_problem(c, &e, NULL, NULL);
		return;
	}
	path = outbox_path(outbox);
	(void)snprintf(c->outbox, sizeof(c->outbox), "%s", path);
	if (stat(path, &st) == 0 && (st.st_mode & 077) != 0)
		checkup_warning(c, ERR_OUTBOX, NULL, _("run chmod 700 on it"),
		    _("%s: others on this machine can look into it"), path);
	check_lock(c, outbox);
	if (outbox_read(outbox, &list, &broken, &e) != ERR_OK)
		checkup_problem(c, &e, NULL, NULL);
	else
		say_waiting(c, path, &list);
	for (size_t i = 0; i < list.len; i++)
		if (outbox_check_names(&list.v[i], &e) != ERR_OK)
			checkup_problem(c, &e, NULL, NULL);
	for (size_t i = 0; i < broken.len; i++)
		checkup_problem(c, &broken.v[i], NULL, NULL);
	outbox_list_wipe(&list);
	err_list_wipe(&broken);
	outbox_close(outbox);
}

/* A file without a name, or with one for a moment. */
static int
open_nameless(const char *dir)
{
	char path[sizeof(((struct checkup *)NULL)->outbox) + 16];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	/* Not every file system can. */
	if (fd != -1 || (errno != EOPNOTSUPP && errno != EISDIR &&
	    errno != ENOENT))
		return fd;
	(void)snprintf(path, sizeof(path), "%s/.probe.XXXXXX", dir);
	if ((fd = mkostemp(path, O_CLOEXEC)) != -1)
		(void)unlink(path);
	return fd;
}

/* Does the disk take what is written?  Only this tells of quotas and of a
 * disk that can be read only. */
static enum err_code
probe(const char *dir, struct err *e)
{
	static const uint8_t some[16384];
	enum err_code code = ERR_OK;
	int fd;

	if ((fd = open_nameless(dir)) == -1)
		return err_errno(e, ERR_IO, dir, errno);
	for (size_t n = 0; n < PROBE_BYTES && code == ERR_OK;
	    n += sizeof(some))
		code = file_write_fd(fd, dir, some, sizeof(some), e);
	if (code == ERR_OK && fsync(fd) == -1)
		code = err_errno(e, ERR_IO, dir, errno);
	(void)close(fd);
	return code;
}

void
doctor_disk(struct checkup *c)
{
	const uintmax_t need = (uintmax_t)LIMIT_SEALED + PROBE_BYTES;
	uintmax_t bytes, inodes;
	struct err e = { 0 };
	struct statvfs fs;
	json_t *facts;

	if (c->outbox[0] == '\0') {
		checkup_skipped(c, "%s", _("there is no outbox"));
		return;
	}
	if (statvfs(c->outbox, &fs) == -1) {
		err_errno(&e, ERR_IO, c->outbox, errno);
		checkup_problem(c, &e, NULL, NULL);
		return;
	}
	bytes = (uintmax_t)fs.f_bavail * fs.f_frsize;
	/* Some file systems do not count them. */
	inodes = fs.f_files != 0 ? (uintmax_t)fs.f_favail : UINTMAX_MAX;
	facts = json_pack("{s:I, s:I}", "free_bytes", (json_int_t)bytes,
	    "needed_bytes", (json_int_t)need);
	if (fs.f_files != 0 && json_object_set_new(facts, "free_inodes",
	    json_integer((json_int_t)inodes)) != 0)
		c->report->failed = true;
	if (probe(c->outbox, &e) != ERR_OK)
		checkup_problem(c, &e, facts, _("make room, or set [outbox] "
		    "directory to a place where there is some"));
	else if (inodes < INODES)
		checkup_warning(c, ERR_NO_SPACE, facts,
		    _("remove files that are not needed"),
		    _("%s: room for %ju more files only"), c->outbox, inodes);
	else if (bytes < need)
		checkup_warning(c, ERR_NO_SPACE, facts, _("make room, or set "
		    "[outbox] directory to a place where there is some"),
		    _("%s: %ju MB are free, and the largest possible "
		    "submission needs %ju MB"), c->outbox, bytes / MB,
		    need / MB);
	else
		checkup_ok(c, facts, _("%ju MB free for the outbox"),
		    bytes / MB);
}
