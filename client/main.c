/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill: the sender's command.  Picks the command, and nothing else: each
 * one is in its own file and says in a report what ui.c shows.
 */
#include <stdio.h>
#include <string.h>

#include "base/command.h"
#include "base/message.h"
#include "base/report.h"
#include "base/wipe.h"
#include "client/check.h"
#include "client/doctor/doctor.h"
#include "client/feedback_command.h"
#include "client/init.h"
#include "client/inspect.h"
#include "client/mandate.h"
#include "client/options.h"
#include "client/outbox/outbox_command.h"
#include "client/receipt.h"
#include "client/seal_command.h"
#include "client/send.h"
#include "client/status.h"
#include "client/submit.h"
#include "client/ui.h"
#include "crypto/crypto.h"
#include "format/json.h"

static const struct command commands[] = {
	{ { "init", NULL,
	    N_("make a key, a certificate request and a configuration"),
	    N_("Needs --organisation and --name. Nothing that exists is "
	    "overwritten."),
	    TAKES_INIT | TAKES_PASSPHRASE }, init_run },
	{ { "doctor", NULL,
	    N_("try everything that a delivery depends on, and send nothing"),
	    N_("Tells of each thing whether it is in order, and what to do "
	    "when it is not. Good to run a week before the last day, also "
	    "from a scheduled job."),
	    TAKES_PASSPHRASE }, doctor_run },
	{ { "check", N_("ANSWERS"),
	    N_("find all mistakes, and show what would leave the house"),
	    N_("Works without a configuration and sends nothing."),
	    TAKES_QUESTIONNAIRE }, check_run },
	{ { "seal", N_("ANSWERS"),
	    N_("sign and encrypt answers for the authority, offline"),
	    N_("The sealed file is never overwritten. '-o -' writes it to "
	    "standard output."),
	    TAKES_QUESTIONNAIRE | TAKES_OUTPUT | TAKES_SUPERSEDES |
	    TAKES_MANDATE | TAKES_PASSPHRASE }, seal_run },
	{ { "send", N_("FILE"),
	    N_("deliver a sealed file, and keep the receipts beside it"),
	    N_("Running it again goes on where it stopped and never delivers "
	    "twice."),
	    TAKES_WAIT | TAKES_PASSPHRASE }, send_run },
	{ { "submit", N_("ANSWERS"),
	    N_("check, seal and send: the everyday command"),
	    N_("The sealed file goes into the outbox before anything is sent "
	    "and stays there, its receipts beside it. Running it again goes "
	    "on where it stopped and never delivers twice."),
	    TAKES_QUESTIONNAIRE | TAKES_SUPERSEDES | TAKES_MANDATE |
	    TAKES_WAIT | TAKES_PASSPHRASE }, submit_run },
	{ { "outbox", N_("[list | flush [ID...] | drop ID]"),
	    N_("what is waiting: list it, send it, or take it back"),
	    N_("'flush' is for scheduled jobs: it never asks anything, and "
	    "ends with 75 while something is still waiting."),
	    TAKES_OUTBOX | TAKES_WAIT | TAKES_PASSPHRASE | NEVER_ASKS },
	    outbox_run },
	{ { "status", N_("[ID | FILE...]"),
	    N_("what has become of what was handed in"),
	    N_("Fetches, verifies and keeps the receipts that are still "
	    "missing. Without operands: of everything in the outbox."),
	    TAKES_WAIT | TAKES_PASSPHRASE }, status_run },
	{ { "receipt", N_("FILE | ID"),
	    N_("verify and show a receipt, offline"),
	    N_("A receipt called FILE.stored.p7s is compared with FILE when "
	    "that lies beside it."),
	    TAKES_SEALED }, receipt_run },
	{ { "mandate", N_("[FILE]"),
	    N_("let another organisation answer for yours"),
	    N_("Makes a mandate, signed with your key, which the other one "
	    "encloses: needs --submitter, --questionnaire, --round and "
	    "--expires. With a file's name, shows what that one says."),
	    TAKES_TERMS | TAKES_PASSPHRASE }, mandate_run },
	{ { "feedback", N_("ANSWERS | FILE | ID"),
	    N_("what answers give, before they are handed in; or what came "
	    "back"),
	    N_("Answers are checked and scored here, and nothing is sent: "
	    "good to show to management first. Of a submission in the "
	    "outbox, or a FILE.feedback.json that 'sigill status' has "
	    "fetched, shows what the authority says."),
	    TAKES_QUESTIONNAIRE | TAKES_COMPARED }, feedback_run },
	{ { "inspect", N_("FILE"),
	    N_("show what an outsider can see of a sealed file"),
	    N_("Works without a configuration."),
	    0 }, inspect_run },
};
#define N_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].usage.name, name) == 0)
			return &commands[i];
	return NULL;
}

static int
show_help(void)
{
	struct buf text = { 0 };
	const char *s;
	char line[16];
	int status = 74;

	buf_add_str(&text, _("Usage: sigill COMMAND [OPTION...] [FILE]\n"
	    "Seals an organisation's answers so that only the authority can "
	    "open them,\n"
	    "and hands them in.\n\n"));
	for (size_t i = 0; i < N_COMMANDS; i++) {
		(void)snprintf(line, sizeof(line), "  %-9s ",
		    commands[i].usage.name);
		buf_add_str(&text, line);
		buf_add_str(&text, _(commands[i].usage.summary));
		buf_add_str(&text, "\n");
	}
	buf_add_str(&text, _("\n'sigill COMMAND --help' tells a command's "
	    "options.  The manual is sigill(1).\n"));
	if ((s = buf_str(&text)) != NULL)
		status = ui_print(s);
	buf_wipe(&text);
	return status;
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
			    _("there is no command '%.60s'"), argv[rest]);
		else
			(void)options_parse(command, argc - rest,
			    argv + rest, &o, &e);
	}
	if (e.code == ERR_OK && o.help && command != NULL)
		return options_help(command) ? 0 : 74;
	if (e.code == ERR_OK && o.help)
		return show_help();
	if (e.code == ERR_OK && o.version)
		return ui_print("sigill " SIGILL_VERSION "\n");
	if (e.code == ERR_OK && command == NULL)
		err_set(&e, ERR_USAGE, NULL, 0, _("which command?"));
	report_err(r, &e);
	if (r->errors.len == 0) {
		(void)command->run(&o, r);
		if (wipe_ran_out())
			report_blame_memory(r);
	}
	return ui_show(r, o.json ||
	    command_has(argc, argv, "--json"));
}

int
main(int argc, char **argv)
{
	/* It counts wherever it stands, also on a line that is wrong. */
	const bool json = command_has(argc, argv, "--json");
	struct report r = { 0 };
	struct err e = { 0 };
	int status;

	wipe_harden();
	ui_init();
	message_init(json);
	json_init();
	if (crypto_init(&e) != ERR_OK) {
		report_err(&r, &e);
		status = ui_show(&r, json);
	} else
		status = run(argc, argv, &r);
	report_wipe(&r);
	return status;
}
