/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/options.h"

#include <string.h>

#include "base/message.h"

enum {
	KEY_OUTPUT = 'o', KEY_QUESTIONNAIRE = 'q', KEY_ROUND = 'r',
	KEY_HELP = 'h', KEY_VERSION = 'V',
	/* without a short form */
	KEY_JSON = 0x100, KEY_QUESTIONNAIRES, KEY_PREVIOUS,
	KEY_PREVIOUS_QUESTIONNAIRE, KEY_PREVIOUS_ROUND, KEY_REGISTER,
	KEY_LEAST, KEY_BEST, KEY_TYPICAL, KEY_BENCHMARK, KEY_LANGUAGE,
	KEY_HTML,
};

/* Far more than there are organisations. */
#define MANY	100000000

/* Every option once.  sigill-score(1) lists the same ones. */
static const struct command_option rows[] = {
	{ TAKES_OUTPUT, KEY_OUTPUT, "output", N_("DIR"),
	    N_("write the documents and pages into this folder") },
	{ TAKES_OUTPUT_FILE, KEY_OUTPUT, "output", N_("FILE"),
	    N_("write the document to this file") },
	{ TAKES_LANGUAGE, KEY_LANGUAGE, "language", N_("WHICH"),
	    N_("of texts and pages: sv or en (the environment's)") },
	{ TAKES_PREVIOUS, KEY_PREVIOUS, "previous", N_("WHAT"),
	    N_("documents of the round before: a file or a folder; may be "
	    "given again") },
	{ TAKES_PREVIOUS, KEY_PREVIOUS_QUESTIONNAIRE,
	    "previous-questionnaire", N_("FILE"),
	    N_("its definition, or that one's name") },
	{ TAKES_PREVIOUS, KEY_PREVIOUS_ROUND, "previous-round", N_("NAME"),
	    N_("its name, where there are documents of several") },
	{ TAKES_REGISTER, KEY_REGISTER, "register", N_("FILE"),
	    N_("who was asked: comma-separated, as 'sigill-intake "
	    "register' takes it") },
	{ TAKES_BENCHMARK, KEY_BENCHMARK, "benchmark", N_("FILE"),
	    N_("compare with this benchmark; may be given again, one for each "
	    "questionnaire") },
	{ TAKES_HTML, KEY_HTML, "html", N_("FILE"),
	    N_("write a page to this file, too") },
	{ TAKES_LIMITS, KEY_LEAST, "least", N_("N"),
	    N_("organisations that a figure must be about (5)") },
	{ TAKES_TYPICAL, KEY_BEST, "best", N_("N"),
	    N_("how many the best of a group are (30)") },
	{ TAKES_TYPICAL, KEY_TYPICAL, "typical", N_("PERCENT"),
	    N_("typical is what more than that share has done (50)") },
	{ COMMAND_COMMON, KEY_QUESTIONNAIRE, "questionnaire", N_("FILE"),
	    N_("the definition, or its name (the one that the documents "
	    "name)") },
	{ COMMAND_COMMON, KEY_QUESTIONNAIRES, "questionnaires", N_("DIR"),
	    N_("where definitions are looked for first") },
	{ COMMAND_COMMON, KEY_ROUND, "round", N_("NAME"),
	    N_("the round, where there are documents of several") },
	{ COMMAND_COMMON, KEY_JSON, "json", NULL,
	    N_("one JSON document on standard output, in English") },
	{ COMMAND_COMMON, KEY_HELP, "help", NULL, N_("show this help") },
	{ COMMAND_COMMON, KEY_VERSION, "version", NULL,
	    N_("show the version") },
};

static enum err_code
take_text(int key, const char *value, struct score_options *o)
{
	const struct { int key; const char **to; } texts[] = {
		{ KEY_OUTPUT, &o->output },
		{ KEY_QUESTIONNAIRE, &o->questionnaire },
		{ KEY_QUESTIONNAIRES, &o->questionnaires },
		{ KEY_ROUND, &o->round },
		{ KEY_PREVIOUS_QUESTIONNAIRE, &o->previous_questionnaire },
		{ KEY_PREVIOUS_ROUND, &o->previous_round },
		{ KEY_REGISTER, &o->register_file },
		{ KEY_HTML, &o->html },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].key == key)
			*texts[i].to = value;
	return ERR_OK;
}

static enum err_code
take_size(const char *option, const char *value, int64_t max, size_t *out,
    struct err *e)
{
	enum err_code code;
	int64_t n;

	if ((code = command_number(option, value, max, &n, e)) == ERR_OK)
		*out = (size_t)n;
	return code;
}

static enum err_code
take_language(const char *value, struct score_options *o, struct err *e)
{
	if (strcmp(value, "sv") != 0 && strcmp(value, "en") != 0)
		return err_set(e, ERR_USAGE, "--language", 0,
		    _("'%s' is neither sv nor en"), value);
	/* Better now than a page in another language than was asked for. */
	if (!message_language(value))
		return err_set(e, ERR_USAGE, "--language", 0,
		    _("the texts in '%s' are not installed, or the locale "
		    "C.UTF-8 is not"), value);
	(void)message_language(NULL);
	o->language = value;
	return ERR_OK;
}

static enum err_code
take_again(const char *option, char *value, char **list, size_t *n,
    size_t most, struct err *e)
{
	if (*n == most)
		return err_set(e, ERR_USAGE, option, 0,
		    _("it can be given %zu times"), most);
	list[(*n)++] = value;
	return ERR_OK;
}

static enum err_code
take(void *arg, int key, char *value, struct err *e)
{
	struct score_options *o = arg;
	enum err_code code;
	size_t n;

	switch (key) {
	case KEY_JSON:
		o->json = true;
		return ERR_OK;
	case KEY_HELP:
		o->help = true;
		return ERR_OK;
	case KEY_VERSION:
		o->version = true;
		return ERR_OK;
	case KEY_LANGUAGE:
		return take_language(value, o, e);
	case KEY_PREVIOUS:
		return take_again("--previous", value, o->previous,
		    &o->n_previous, OPTIONS_PREVIOUS, e);
	case KEY_BENCHMARK:
		return take_again("--benchmark", value, o->benchmarks,
		    &o->n_benchmarks, OPTIONS_BENCHMARKS, e);
	case KEY_LEAST:
		return take_size("--least", value, MANY, &o->limits.least,
		    e);
	case KEY_BEST:
		return take_size("--best", value, MANY, &o->limits.best, e);
	case KEY_TYPICAL:
		if ((code = take_size("--typical", value, 99, &n, e)) ==
		    ERR_OK)
			o->limits.percent = (unsigned)n;
		return code;
	default:
		return take_text(key, value, o);
	}
}

static struct command_line
line_of(struct score_options *o)
{
	return (struct command_line){
		.program = "sigill-score", .options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
		.take = take, .arg = o,
	};
}

enum err_code
options_parse_common(int argc, char **argv, struct score_options *o,
    int *rest, struct err *e)
{
	const struct command_line line = line_of(o);

	memset(o, 0, sizeof(*o));
	o->limits = SCORING_LIMITS;
	return command_parse_common(&line, argc, argv, rest, e);
}

enum err_code
options_parse(const struct score_command *command, int argc, char **argv,
    struct score_options *o, struct err *e)
{
	const struct command_usage *usage = &command->usage;
	const struct command_line line = line_of(o);
	struct command_operands operands = { 0 };
	enum err_code code;

	code = command_parse(&line, usage, argc, argv, &operands, e);
	o->operands = operands.v;
	o->n_operands = operands.len;
	if (code != ERR_OK || o->help || o->version)
		return code;
	if (o->n_operands == 0)
		return err_set(e, ERR_USAGE, usage->name, 0,
		    _("which documents? Name files or a folder, or - for "
		    "standard input"));
	if ((usage->takes & TAKES_THEN) != 0 && o->n_previous == 0 &&
	    o->n_operands == 2)
		o->previous[o->n_previous++] = o->operands[--o->n_operands];
	if (o->n_previous == 0 && (o->previous_round != NULL ||
	    o->previous_questionnaire != NULL))
		return err_set(e, ERR_USAGE, "--previous", 0,
		    _("it is missing; what tells of the round before needs "
		    "it"));
	return ERR_OK;
}

bool
options_help(const struct score_command *command)
{
	const struct command_line line = line_of(NULL);

	return command_help(&line, &command->usage);
}
