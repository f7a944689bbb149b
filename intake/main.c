/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill-intake: the authority's intake, its service and its staff's
 * commands.  Picks the command, and nothing else: each one is in its own file
 * and says in a report what tell.c shows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/message.h"
#include "base/report.h"
#include "base/show.h"
#include "base/wipe.h"
#include "crypto/crypto.h"
#include "format/json.h"
#include "intake/options.h"
#include "intake/service/keyholder.h"
#include "intake/service/run.h"
#include "intake/service/worker.h"
#include "intake/staff/benchmark.h"
#include "intake/staff/decide.h"
#include "intake/staff/export.h"
#include "intake/staff/list.h"
#include "intake/staff/log.h"
#include "intake/staff/mandate.h"
#include "intake/staff/missing.h"
#include "intake/staff/register.h"
#include "intake/staff/show.h"
#include "intake/staff/summary.h"
#include "intake/tell.h"

static int
run_worker(const struct options *o)
{
	return worker_main(o->config);
}

static int
run_keyholder(const struct options *o)
{
	return keyholder_main(o->config, o->passphrase_fd);
}

/* The last one has no name. */
static const struct command commands[] = {
	{ { "run", NULL, "take sealed files and give verdicts: the service",
	    "Runs until SIGTERM; SIGHUP has it load revocation lists, anchors "
	    "and questionnaires again.", TAKES_RUN | TAKES_PASSPHRASE },
	    service_run, NULL },
	{ { "list", NULL, "what has come, and what has become of it",
	    "What waits for a person stands on top, then the newest. --json "
	    "and --csv give all unless --limit says otherwise.",
	    TAKES_FILTER | TAKES_CSV }, list_run, NULL },
	{ { "show", "WHAT", "everything that is known about a file",
	    "WHAT is a digest or its first digits, a fingerprint, a "
	    "submission's id, the name of the file, or an organisation "
	    "number.", 0 }, show_run, NULL },
	{ { "accept", "WHAT", "take a file that is held, all the same",
	    "Tells what counts now and what will. Who decided, when and why is written into the log; the service "
	    "signs the receipt and hands the answers over.",
	    TAKES_REASON | TAKES_WAIT }, decide_accept, NULL },
	{ { "reject", "WHAT", "turn a file away that is held",
	    "Needs --reason: the sender reads it in the rejected receipt. "
	    "Who decided, when and why is written into the log.",
	    TAKES_REASON | TAKES_WAIT }, decide_reject, NULL },
	{ { "missing", NULL, "who has answered in a round, and who has not",
	    "Who has handed in something that waits for us is not missing. "
	    "Each questionnaire of the round is counted for itself.",
	    TAKES_ROUND | TAKES_CONTACTS | TAKES_CSV }, missing_run, NULL },
	{ { "report", NULL, "a round, or all of them, in figures",
	    "With --round alone, what was turned away before its round was "
	    "known counts if it came while the round was open.",
	    TAKES_ROUND | TAKES_CSV }, summary_run, NULL },
	{ { "register", "[FILE]",
	    "replace the register of who is expected to answer, or list it",
	    "FILE has comma-separated values: number, name, kind, contact. "
	    "All of it becomes the register, or nothing does.",
	    TAKES_REGISTER | TAKES_CSV }, register_run, NULL },
	{ { "mandate", "[list | show WHAT | revoke WHAT]",
	    "who answered for others, and who may no longer",
	    "WHAT is a mandate's file, its digest, or the first digits of "
	    "that. 'revoke' needs --reason: from then on what comes by it is "
	    "rejected. Who did it, when and why is kept.",
	    TAKES_REASON | TAKES_CSV }, mandate_run, NULL },
	{ { "log", "[head | prove [WHAT] | check [RECEIPT...]]",
	    "the log's head, proofs about it, and whether it is what it was",
	    "'head' signs one when --output says where to. 'prove' proves "
	    "that the log has only been added to (--from), or that the "
	    "receipt for WHAT is in it. 'check' computes everything anew, "
	    "and sees that earlier receipts and heads (--head) are of this "
	    "log.", TAKES_LOG | TAKES_PASSPHRASE }, log_run, NULL },
	{ { "benchmark", "FILE", "sign a benchmark, to be given to everybody",
	    "FILE is what 'sigill-score benchmark' has made; --output must be "
	    "given. Who has the signed file can compare with it by 'sigill "
	    "feedback'.", TAKES_SIGNING | TAKES_PASSPHRASE },
	    benchmark_run, NULL },
	{ { "export", NULL, "the whole ledger as JSON, one row a line",
	    "As it is at one moment, while the service runs; nothing waits "
	    "for it. The last line has \"table\":\"end\".", TAKES_EXPORT },
	    export_run, NULL },
	{ { "worker", NULL, NULL, NULL, 0 }, NULL, run_worker },
	{ { "keyholder", NULL, NULL, NULL, TAKES_PASSPHRASE }, NULL,
	    run_keyholder },
	{ .run = NULL },
};

static const struct command *
find_command(const char *name)
{
	for (const struct command *c = commands; c->usage.name != NULL; c++)
		if (strcmp(c->usage.name, name) == 0)
			return c;
	return NULL;
}

/* Help and version, or the command; the exit status. */
static int
run(int argc, char **argv, struct report *r)
{
	const struct command *command = NULL;
	struct options o;
	struct err e = { 0 };
	int rest;

	if (options_parse_common(argc, argv, &o, &rest, &e) == ERR_OK &&
	    rest < argc) {
		if ((command = find_command(argv[rest])) == NULL)
			err_set(&e, ERR_USAGE, NULL, 0,
			    "there is no command '%.60s'", argv[rest]);
		else
			(void)options_parse(command, argc - rest,
			    argv + rest, &o, &e);
	}
	if (e.code == ERR_OK && o.help)
		return command != NULL ? tell_help_of(command) :
		    tell_help(commands);
	if (e.code == ERR_OK && o.version)
		return tell_version();
	if (e.code == ERR_OK && command == NULL)
		err_set(&e, ERR_USAGE, NULL, 0, "which command?");
	if (e.code == ERR_OK && command->hidden != NULL)
		return command->hidden(&o);
	if (report_err(r, &e) == ERR_OK) {
		(void)command->run(&o, r);
		if (wipe_ran_out())
			report_blame_memory(r);
	}
	return tell_report(r, command_has(argc, argv, "--json"));
}

int
main(int argc, char **argv)
{
	struct report r = { 0 };
	struct err e = { 0 };
	int status;

	wipe_harden();
	if (!show_init())
		return err_status(ERR_INTERNAL);
	message_init(true);
	message_hints(tell_hint);
	json_init();
	if (crypto_init(&e) != ERR_OK) {
		report_err(&r, &e);
		status = tell_report(&r, command_has(argc, argv, "--json"));
	} else
		status = run(argc, argv, &r);
	report_wipe(&r);
	return status;
}
