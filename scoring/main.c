/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill-score: from verified answers to levels, feedback, benchmarks and the
 * picture of all.  Picks the command, and nothing else: each one is in its own
 * file and says in a report what base/show.h shows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/report.h"
#include "base/show.h"
#include "base/wipe.h"
#include "format/json.h"
#include "scoring/aggregate_command.h"
#include "scoring/benchmark_command.h"
#include "scoring/feedback_command.h"
#include "scoring/compare_command.h"
#include "scoring/options.h"

#define PROGRAM	"sigill-score"

/* The last one has no name. */
static const struct score_command commands[] = {
	{ { "aggregate", N_("[WHAT...]"),
	    N_("the picture of all, by groups that are large enough"),
	    N_("Prints a summary; with --output, the folder gets report.json, "
	    "report.csv and report.html. What could be told of fewer "
	    "organisations than --least is not shown, nor what that could be "
	    "computed from."),
	    TAKES_OUTPUT | TAKES_LANGUAGE | TAKES_PREVIOUS | TAKES_REGISTER |
	    TAKES_LIMITS | TAKES_TYPICAL }, aggregate_run },
	{ { "benchmark", N_("[WHAT...]"),
	    N_("what organisations compare themselves with"),
	    N_("Makes the typical answers of each group that is large enough, "
	    "and of its best. With --output, they are written to the file, "
	    "for 'sigill-intake benchmark' to sign."),
	    TAKES_OUTPUT_FILE | TAKES_LIMITS | TAKES_TYPICAL },
	    benchmark_run },
	{ { "feedback", N_("[WHAT...]"),
	    N_("what one organisation is told, or each of many"),
	    N_("Of one submission, prints a text, and with --html writes a "
	    "page, too. With --output, the folder gets a document for each, "
	    "named by the sealed file's SHA-256; one that is there is left "
	    "as it is. '-' is one that sigill-intake hands over."),
	    TAKES_OUTPUT | TAKES_LANGUAGE | TAKES_PREVIOUS | TAKES_BENCHMARK |
	    TAKES_HTML }, feedback_run },
	{ { "compare", N_("[NOW THEN]"),
	    N_("two rounds, also where the questionnaire has changed"),
	    N_("Of organisations that took part in both rounds: what they did "
	    "then and now, of what means the same in both definitions. The "
	    "rest is listed, each with its reason. THEN is the same as "
	    "--previous=THEN. Without --previous-questionnaire each round's "
	    "documents tell their definition."),
	    TAKES_OUTPUT_FILE | TAKES_PREVIOUS | TAKES_THEN | TAKES_LIMITS },
	    compare_run },
	{ .run = NULL },
};

/* Who scores has other things at hand than who answers. */
static const char *
own_hint(enum err_code code)
{
	static const struct { enum err_code code; const char *hint; } own[] = {
		{ ERR_ENVIRONMENT, N_("keep what was handed in for a test in "
		    "a folder of its own") },
		{ ERR_QUESTIONNAIRE_UNKNOWN, N_("put its definition into the "
		    "folder of --questionnaires, or name it with "
		    "--questionnaire") },
		{ ERR_QUESTIONNAIRE_DIGEST, N_("use the very definition that "
		    "the answers name by its SHA-256; keep other editions "
		    "beside it, as ID-EDITION.json") },
		{ ERR_OUTPUT_EXISTS, N_("choose another folder or file; "
		    "nothing is ever overwritten by other figures") },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i].code == code)
			return own[i].hint;
	return err_hint(code);
}

static const struct score_command *
find_command(const char *name)
{
	for (const struct score_command *c = commands; c->usage.name != NULL;
	    c++)
		if (strcmp(c->usage.name, name) == 0)
			return c;
	return NULL;
}

static int
show_text(struct buf *text)
{
	struct report r = { 0 };
	int status;

	buf_move(&r.text, text);
	status = show_report(&r, PROGRAM, false);
	report_wipe(&r);
	return status;
}

static int
show_help(void)
{
	struct buf text = { 0 };
	char line[32];

	buf_add_str(&text, _("Usage: sigill-score COMMAND [OPTION...] "
	    "WHAT...\n"
	    "Makes results of what intake has handed over: for each "
	    "organisation, and\n"
	    "of all, by groups that are large enough.\n\n"));
	for (const struct score_command *c = commands; c->usage.name != NULL;
	    c++) {
		(void)snprintf(line, sizeof(line), "  %-10s ",
		    c->usage.name);
		buf_add_str(&text, line);
		buf_add_str(&text, _(c->usage.summary));
		buf_add_str(&text, "\n");
	}
	buf_add_str(&text, _("\n'sigill-score COMMAND --help' tells a "
	    "command's options.  The manual is\nsigill-score(1).\n"));
	return show_text(&text);
}

static int
show_version(void)
{
	struct buf text = { 0 };

	buf_add_str(&text, PROGRAM " " SIGILL_VERSION "\n");
	return show_text(&text);
}

/* Help and version, or the command; the exit status. */
static int
run(int argc, char **argv, bool json, struct report *r)
{
	const struct score_command *command = NULL;
	struct score_options o;
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
		return options_help(command) ? 0 : err_status(ERR_IO);
	if (e.code == ERR_OK && o.help)
		return show_help();
	if (e.code == ERR_OK && o.version)
		return show_version();
	if (e.code == ERR_OK && command == NULL)
		err_set(&e, ERR_USAGE, NULL, 0, _("which command?"));
	report_err(r, &e);
	if (r->errors.len == 0) {
		(void)command->run(&o, r);
		if (wipe_ran_out())
			report_blame_memory(r);
	}
	return show_report(r, PROGRAM, json);
}

int
main(int argc, char **argv)
{
	/* It counts wherever it stands, also on a line that is wrong. */
	const bool json = command_has(argc, argv, "--json");
	struct report r = { 0 };
	int status;

	wipe_harden();
	if (!show_init())
		return err_status(ERR_INTERNAL);
	message_init(json);
	message_hints(own_hint);
	json_init();
	status = run(argc, argv, json, &r);
	report_wipe(&r);
	return status;
}
