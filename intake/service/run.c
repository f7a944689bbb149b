/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/passphrase.h"
#include "base/timestamp.h"
#include "crypto/receipt_sig.h"
#include "crypto/trust.h"
#include "intake/service/folders.h"
#include "intake/service/hush.h"
#include "intake/service/lane.h"
#include "intake/service/known.h"
#include "intake/service/regain.h"
#include "intake/service/remains.h"
#include "intake/service/scan.h"
#include "intake/service/scored_regain.h"
#include "ledger/schema.h"
#include "ledger/sql.h"

#define PROGRAM		"sigill-intake"
#define LOOK_MS		1000	/* how long a file may lie unseen */
#define LOOK_ONCE_MS	50
#define FAILURES_MOST	5	/* looks, with --once */

struct service {
	const struct options *options;
	struct intake_settings settings;
	struct buf passphrase;
	struct sql *db;		/* the main thread's */
	int lock;		/* of a ledger in a file */
	struct scan *scan;
	struct lanes common;
	struct lane **lanes;
	size_t n_lanes;
	struct hush looking;
};

/* --- start -------------------------------------------------------------- */

/* The passphrase is needed here, and by every key holder: read once, and
 * given on through pipes. */
static enum err_code
load(struct service *s, struct err *e)
{
	const struct passphrase_source source = {
		.fd = s->options->passphrase_fd };
	unsigned parts = INTAKE_JUDGE | INTAKE_SIGN;
	int fd[2] = { -1, -1 };
	enum err_code code;

	if (source.fd != -1) {
		code = passphrase_get(&source, false, &s->passphrase, e);
		if (code != ERR_OK)
			return code;
		/* At most LIMIT_PASSPHRASE, which fits every pipe. */
		if (pipe2(fd, O_CLOEXEC) == -1)
			return err_errno(e, ERR_IO, "pipe", errno);
		code = file_write_fd(fd[1], "pipe", s->passphrase.data,
		    s->passphrase.len, e);
		(void)close(fd[1]);
		if (code != ERR_OK) {
			(void)close(fd[0]);
			return code;
		}
	}
	code = intake_settings_load(s->options->config, fd[0], parts,
	    timestamp_now(), &s->settings, e);
	if (fd[0] != -1)
		(void)close(fd[0]);
	return code;
}

/* One intake works on a ledger in a file. */
static enum err_code
take_lock(struct service *s, struct err *e)
{
	char path[PATH_MAX];
	int n;

	n = snprintf(path, sizeof(path), "%s.lock", s->settings.database);
	if (n < 0 || (size_t)n >= sizeof(path))
		return err_errno(e, ERR_IO, s->settings.database,
		    ENAMETOOLONG);
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock == -1)
		return err_errno(e, ERR_IO, path, errno);
	if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
		return ERR_OK;
	return errno != EWOULDBLOCK ? err_errno(e, ERR_IO, path, errno) :
	    err_set(e, ERR_BUSY, s->settings.database, 0,
	    "another sigill-intake works on this ledger");
}

static enum err_code
open_ledger(struct service *s, struct err *e)
{
	const char *where = s->settings.database;
	enum err_code code;

	if ((code = sql_open(where, &s->db, e)) != ERR_OK)
		return code;
	if (!sql_is_shared(s->db) && (code = take_lock(s, e)) != ERR_OK)
		return code;
	return schema_set_up(s->db, where, e);
}

static void
tell_outdated(const char *issuer, int64_t until, void *arg)
{
	char text[TIMESTAMP_LEN];

	(void)arg;
	timestamp_format(until, text);
	log_event(LOG_WARN, "revocation-list-outdated", "issuer", issuer,
	    "until", text, (char *)NULL);
}

/* Is the ledger the one that has given what the archive knows of? */
static enum err_code
compare_ledger(struct service *s, struct err *e)
{
	const struct intake_settings *set = &s->settings;
	int64_t now = timestamp_now();
	char number[24];
	enum err_code code;
	size_t n = 0, scores = 0;

	witness_init(&s->common.witness, set);
	if ((code = witness_check(&s->common.witness, s->db, e)) != ERR_OK ||
	    (code = regain_files(set, s->db, now, &n, e)) != ERR_OK ||
	    (code = scored_regain_all(set, s->db, &scores, e)) != ERR_OK)
		return code;
	(void)snprintf(number, sizeof(number), "%zu", scores);
	if (scores != 0)
		log_event(LOG_WARN, "scores-regained", "files", number,
		    "from", set->verdicts, (char *)NULL);
	(void)snprintf(number, sizeof(number), "%zu", n);
	if (n != 0)
		log_event(LOG_WARN, "regained", "files", number,
		    "from", set->archive, (char *)NULL);
	/* It cannot be written while the archive is full, say; upkeep tells. */
	(void)witness_look(&s->common.witness, s->db, now,
	    &(struct err){ 0 });
	return ERR_OK;
}

/* A receipt for nobody: a key that cannot sign shows at the start, and what
 * OpenSSL sets up at its first signature is set up while there is memory. */
static enum err_code
try_receipt(const struct intake_settings *s, struct err *e)
{
	const struct signer signer = { .key = s->receipt_key,
	    .cert = s->receipt_cert.v[0] };
	struct buf out = { 0 };
	enum err_code code;

	code = receipt_sig_make("", 0, &signer, timestamp_now(), &out, e);
	buf_wipe(&out);
	return code;
}

static enum err_code
start_lanes(struct service *s, struct err *e)
{
	const struct intake_settings *set = &s->settings;
	struct lanes *c = &s->common;
	enum err_code code;

	c->settings = set;
	c->config = s->options->config;
	c->started = timestamp_now();
	hands_init(&c->hands);
	(void)pthread_mutex_init(&c->turn, NULL);
	c->places = calloc(set->n_places, sizeof(char *));
	s->lanes = calloc(set->workers + 1, sizeof(struct lane *));
	if (c->places == NULL || s->lanes == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < set->n_places; i++)
		c->places[i] = set->places[i].name;
	if ((c->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1)
		return err_errno(e, ERR_IO, "eventfd", errno);
	if ((code = taken_init(&c->taken, e)) != ERR_OK ||
	    (code = keyholder_start(NULL, c->config,
	    s->passphrase.len != 0 ? &s->passphrase : NULL, &c->keys, e)) !=
	    ERR_OK)
		return code;
	while (s->n_lanes <= set->workers) {	/* and upkeep's */
		code = lane_start(c, (unsigned)s->n_lanes,
		    &s->lanes[s->n_lanes], e);
		if (code != ERR_OK)
			return code;
		s->n_lanes++;
	}
	return ERR_OK;
}

/* --- while it runs -------------------------------------------------------- */

static void
wake_all(const struct service *s)
{
	for (size_t i = 0; i < s->n_lanes; i++)
		lane_wake(s->lanes[i]);
}

/* What workers are to load is tried first: a list that is bad leaves those
 * that run as they are. */
static void
reload(struct service *s)
{
	struct intake_settings next = { 0 };
	struct err e = { 0 };
	enum err_code code;

	code = intake_settings_load(s->options->config, -1, INTAKE_JUDGE,
	    timestamp_now(), &next, &e);
	if (code == ERR_OK)
		trust_outdated(next.senders, timestamp_now(), tell_outdated,
		    NULL);
	intake_settings_wipe(&next);
	if (code == ERR_OK) {
		atomic_fetch_add(&s->common.generation, 1);
		code = arrivals_hurry(s->db, &e);
	}
	if (code != ERR_OK)
		log_err(LOG_FAIL, "not-reloaded", &e);
	else
		log_event(LOG_INFORM, "reloaded", (char *)NULL);
	wake_all(s);
}

/* *idle: nothing new was found, and nothing is being copied. */
static enum err_code
look(struct service *s, bool *idle, struct err *e)
{
	bool unsettled;
	size_t added;
	enum err_code code;

	code = scan_once(s->scan, s->db, timestamp_now(), &added, &unsettled,
	    e);
	*idle = code == ERR_OK && added == 0 && !unsettled;
	if (code != ERR_OK)
		hush_err(&s->looking, "look-failed", e);
	else if (added != 0)
		wake_all(s);
	return code;
}

/* Waits, and does what a signal says: true when that is to end. */
static bool
is_ended(struct service *s, const sigset_t *signals, int ms)
{
	const struct timespec wait = { .tv_sec = ms / 1000,
	    .tv_nsec = ms % 1000 * 1000000L };
	int sig = sigtimedwait(signals, NULL, &wait);

	if (sig == SIGHUP)
		reload(s);
	return sig == SIGTERM || sig == SIGINT;
}

/* *ended: by a signal; else, with --once, because there is nothing new. */
static enum err_code
serve(struct service *s, const sigset_t *signals, bool *ended, struct err *e)
{
	bool once = s->options->once, idle = false;
	unsigned failures = 0;

	for (;;) {
		struct err found = { 0 };

		failures = look(s, &idle, &found) == ERR_OK ? 0 : failures + 1;
		if (once && failures == FAILURES_MOST)
			return err_set(e, found.code, found.where, 0, "%s",
			    found.msg);
		if (once && idle)
			return ERR_OK;
		*ended = is_ended(s, signals, once ? LOOK_ONCE_MS : LOOK_MS);
		if (*ended)
			return ERR_OK;
	}
}

/* --- the end -------------------------------------------------------------- */

/* Until nothing is left, or a signal comes. */
static enum err_code
drain(struct service *s, const sigset_t *signals, struct err *e)
{
	enum err_code code;

	atomic_store(&s->common.drain, true);
	wake_all(s);
	while (atomic_load(&s->common.running) != 0)
		if (is_ended(s, signals, LOOK_ONCE_MS))
			return ERR_OK;
	code = (enum err_code)atomic_load(&s->common.failed);
	if (code != ERR_OK)
		return err_set(e, code, NULL, 0, "see the log");
	return remains_check(&s->common, s->scan, s->db, e);
}

static void
end(struct service *s)
{
	if (s->common.stop != -1)
		(void)eventfd_write(s->common.stop, 1);
	for (size_t i = 0; i < s->n_lanes; i++)
		lane_join(s->lanes[i]);
	keyholder_free(s->common.keys);
	if (s->common.taken.set != NULL)
		taken_wipe(&s->common.taken);
	if (s->common.stop != -1)
		(void)close(s->common.stop);
	free(s->common.places);
	free(s->lanes);
	scan_free(s->scan);
	sql_close(s->db);
	if (s->lock != -1)
		(void)close(s->lock);
	buf_wipe(&s->passphrase);
	intake_settings_wipe(&s->settings);
}

static enum err_code
run(struct service *s, const sigset_t *signals, struct err *e)
{
	enum err_code code;
	bool ended = false;

	if ((code = load(s, e)) != ERR_OK ||
	    (code = folders_check(&s->settings, e)) != ERR_OK ||
	    (code = try_receipt(&s->settings, e)) != ERR_OK ||
	    (code = open_ledger(s, e)) != ERR_OK ||
	    (code = compare_ledger(s, e)) != ERR_OK ||
	    (code = arrivals_hurry(s->db, e)) != ERR_OK ||
	    /* Before any lane looks for what it is to do. */
	    (code = known_adopt(&s->settings, s->db, e)) != ERR_OK ||
	    (code = scan_new(&s->settings, &s->scan, e)) != ERR_OK ||
	    (code = start_lanes(s, e)) != ERR_OK)
		return code;
	trust_outdated(s->settings.senders, timestamp_now(), tell_outdated,
	    NULL);
	log_event(LOG_INFORM, "started", "environment",
	    environment_name(s->settings.environment), (char *)NULL);
	notify_manager("READY=1");
	if ((code = serve(s, signals, &ended, e)) == ERR_OK && !ended)
		code = drain(s, signals, e);
	log_event(LOG_INFORM, "stopping", (char *)NULL);
	notify_manager("STOPPING=1");
	return code;
}

enum err_code
service_run(const struct options *options, struct report *report)
{
	struct service s = { .options = options, .lock = -1,
	    .common = { .stop = -1 } };
	struct err e = { 0 };
	enum err_code code;
	sigset_t signals;

	log_open(PROGRAM, options->json_log, LOG_INFORM);
	/* Taken by sigtimedwait alone; threads inherit the mask.  A full disk
	 * or a process that has gone is an error return, not a signal. */
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	code = run(&s, &signals, &e);
	end(&s);
	if (code != ERR_OK)
		report_err(report, &e);
	return code;
}
