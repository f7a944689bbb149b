/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill-verify: verdicts on sealed files, for intake staff and for jobs.
 * Reads the command line, loads what is needed, and judges one file after
 * the other.
 */
#include <argp.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "crypto/crypto.h"
#include "verifier/handoff.h"
#include "verifier/judge.h"
#include "verifier/receipts.h"
#include "verifier/report.h"
#include "verifier/seen.h"
#include "verifier/settings.h"
#include "verifier/verify.h"

/* argp's own interface. */
const char *argp_program_version = "sigill-verify " SIGILL_VERSION;

struct options {
	const char *config;
	const char *receipts;
	const char *handoff_dir;
	const char *handoff_command;
	unsigned handoff_timeout;
	int passphrase_fd;
	int64_t at;		/* -1: now */
	bool json, open;
	char **files;
	int n_files;
};

enum { OPT_JSON = 256, OPT_OPEN, OPT_AT, OPT_RECEIPTS, OPT_HANDOFF,
	OPT_HANDOFF_COMMAND, OPT_HANDOFF_TIMEOUT, OPT_PASSPHRASE_FD };

static const struct argp_option argp_options[] = {
	{ "config", 'c', "FILE", 0,
	    "read this configuration, not " SETTINGS_DEFAULT_PATH, 0 },
	{ "json", OPT_JSON, NULL, 0,
	    "print one JSON document with all verdicts", 0 },
	{ "open", OPT_OPEN, NULL, 0,
	    "print the verified submission of the one FILE as JSON, "
	    "and nothing else", 0 },
	{ "at", OPT_AT, "TIME", 0,
	    "judge as at this time (2027-03-31T22:00:00Z), such as the "
	    "one of the stored receipt", 0 },
	{ "receipts", OPT_RECEIPTS, "DIR", 0,
	    "write signed accepted and rejected receipts", 0 },
	{ "handoff", OPT_HANDOFF, "DIR", 0,
	    "write each verified submission to a file here", 0 },
	{ "handoff-command", OPT_HANDOFF_COMMAND, "CMD", 0,
	    "give each verified submission to a command's standard "
	    "input", 0 },
	{ "handoff-timeout", OPT_HANDOFF_TIMEOUT, "SECONDS", 0,
	    "how long the command may take (60)", 0 },
	{ "passphrase-fd", OPT_PASSPHRASE_FD, "FD", 0,
	    "read the keys' passphrase from this file descriptor", 0 },
	{ 0 },
};

/* A whole number from least to most; a usage error otherwise. */
static int
number(const struct argp_state *state, const char *option, const char *arg,
    int least, int most)
{
	char *rest;
	long n = strtol(arg, &rest, 10);

	if (*arg < '0' || *arg > '9' || *rest != '\0' || n < least ||
	    n > most)
		argp_error(state, "--%s: '%s' is not a number from %d to "
		    "%d", option, arg, least, most);
	return (int)n;
}

static void
check(const struct argp_state *state, const struct options *o)
{
	if (o->n_files == 0)
		argp_error(state, "no file is named");
	if (o->open && o->n_files != 1)
		argp_error(state, "--open takes exactly one file");
	if (o->open && o->json)
		argp_error(state, "--open and --json do not go together");
	if (o->handoff_dir != NULL && o->handoff_command != NULL)
		argp_error(state, "--handoff and --handoff-command do not "
		    "go together");
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'c':
		o->config = arg;
		break;
	case OPT_JSON:
		o->json = true;
		break;
	case OPT_OPEN:
		o->open = true;
		break;
	case OPT_AT:
		if (!timestamp_parse(arg, &o->at))
			argp_error(state, "--at: '%s' is not a time like "
			    "2027-03-31T22:00:00Z", arg);
		break;
	case OPT_RECEIPTS:
		o->receipts = arg;
		break;
	case OPT_HANDOFF:
		o->handoff_dir = arg;
		break;
	case OPT_HANDOFF_COMMAND:
		o->handoff_command = arg;
		break;
	case OPT_HANDOFF_TIMEOUT:
		o->handoff_timeout = (unsigned)number(state,
		    "handoff-timeout", arg, 1, 86400);
		break;
	case OPT_PASSPHRASE_FD:
		o->passphrase_fd = number(state, "passphrase-fd", arg, 0,
		    65535);
		break;
	case ARGP_KEY_ARGS:
		o->files = state->argv + state->next;
		o->n_files = state->argc - state->next;
		break;
	case ARGP_KEY_END:
		check(state, o);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "FILE...",
	.doc = "Verifies sealed submissions: one verdict for each FILE "
	    "(- is standard input).\v"
	    "Exit status: 0 all accepted; 65, 77 the first rejected file's; "
	    "66, 74, 75 a file could not be judged; 64, 78 nothing was "
	    "judged.  See sigill-verify(1).",
	.argp_domain = "sigill",
};

/* The loop: nothing of one file is left in memory when the next one comes. */
static void
judge_all(const struct options *o, struct verifier *verifier,
    const struct job *job, struct report *report)
{
	int64_t now;

	for (int i = 0; i < o->n_files; i++) {
		struct outcome out = { 0 };

		now = timestamp_now();
		verifier->now = o->at != -1 ? o->at : now;
		verifier->arrived = verifier->now;
		judge_file(job, o->files[i], now, &out);
		report_outcome(report, &out);
		outcome_wipe(&out);
	}
}

static enum err_code
run(const struct options *o, struct report *report, struct err *e)
{
	struct settings settings = { 0 };
	struct receipts receipts = { .lock = -1 };
	struct seen seen = { 0 };
	struct verifier verifier = { .seen = &seen };
	struct job job = { .verifier = &verifier, .seen = &seen,
	    .handoff_dir = o->handoff_dir,
	    .handoff_command = o->handoff_command,
	    .handoff_timeout = o->handoff_timeout, .open = o->open };
	enum err_code code;

	code = settings_load(o->config, o->passphrase_fd, o->receipts != NULL,
	    timestamp_now(), &settings, e);
	if (o->passphrase_fd > STDERR_FILENO)
		(void)close(o->passphrase_fd);
	if (code == ERR_OK && o->receipts != NULL) {
		code = receipts_open(o->receipts, &settings, &receipts,
		    &seen, e);
		job.receipts = &receipts;
	}
	if (code == ERR_OK) {
		verifier.environment = settings.environment;
		verifier.senders = settings.senders;
		verifier.keys = settings.keys;
		verifier.n_keys = settings.n_keys;
		verifier.questionnaires = settings.questionnaires;
		verifier.n_questionnaires = settings.n_questionnaires;
		verifier.rounds = settings.rounds;
		verifier.n_rounds = settings.n_rounds;
		judge_all(o, &verifier, &job, report);
	}
	receipts_close(&receipts);
	seen_wipe(&seen);
	settings_wipe(&settings);
	return code;
}

/* A closed standard stream would give its number to the next file that is
 * opened, and that file would get our output. */
static bool
keep_standard_streams(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 &&
		    open("/dev/null", O_RDONLY) != fd)
			return false;
	return true;
}

int
main(int argc, char **argv)
{
	struct options o = { .config = SETTINGS_DEFAULT_PATH,
	    .passphrase_fd = -1, .at = -1,
	    .handoff_timeout = HANDOFF_TIMEOUT };
	struct report report;
	struct err e = { 0 };

	wipe_harden();
	/* A reader that has gone and a limit on file sizes are errors to be
	 * told, not reasons to be killed; and a parent that ignores its
	 * children must not hide the end of ours. */
	if (!keep_standard_streams() ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
	    signal(SIGCHLD, SIG_DFL) == SIG_ERR)
		return err_status(ERR_INTERNAL);
	json_set_alloc_funcs(wipe_malloc, wipe_free);
	message_init(true);
	if (argp_parse(&argp, argc, argv, 0, NULL, &o) != 0)
		return err_status(ERR_INTERNAL);
	report_begin(&report, o.open ? REPORT_OPEN :
	    o.json ? REPORT_JSON : REPORT_TEXT);
	if (crypto_init(&e) != ERR_OK || run(&o, &report, &e) != ERR_OK) {
		/* What a library calls a bad key may be a lack of memory. */
		if (wipe_ran_out()) {
			err_clear(&e);
			err_set(&e, ERR_NO_MEMORY, NULL, 0, NULL);
		}
		report_fault(&report, &e);
	}
	return report_end(&report);
}
