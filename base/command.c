/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/command.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"

/* argp's own words, which it looks up where ours are. */
static const char *const argps_words[] __attribute__((unused)) = {
	N_("Usage:"), N_(" [OPTION...]"),
};

/* What the parser works on. */
struct parse {
	const struct command_line *line;
	const struct command_usage *usage;	/* NULL: before the command */
	struct command_operands *operands;
	struct err *e;
};

enum err_code
command_number(const char *option, const char *value, int64_t max,
    int64_t *out, struct err *e)
{
	int64_t n;
	char *end;

	errno = 0;
	n = strtoll(value, &end, 10);
	if (*value < '0' || *value > '9' || errno != 0 || *end != '\0' ||
	    n > max)
		return err_set(e, ERR_USAGE, option, 0,
		    _("'%s' is not a whole number from 0 to %jd"), value,
		    (intmax_t)max);
	*out = n;
	return ERR_OK;
}

bool
command_takes_many(const struct command_usage *usage)
{
	return usage->operand != NULL && usage->operand[0] == '[';
}

/* argp has moved all operands behind the options when it gives the first. */
static error_t
take_operands(struct parse *p, struct argp_state *state)
{
	const struct command_usage *usage = p->usage;
	const int first = state->next - 1;
	const int n = state->argc - first;
	const int most = usage == NULL || usage->operand == NULL ? 0 : 1;

	/* The command itself: left where it is, and argp stops there. */
	if (usage == NULL)
		return ARGP_ERR_UNKNOWN;
	if (n > most && !command_takes_many(usage)) {
		err_set(p->e, ERR_USAGE, usage->name, 0,
		    _("unexpected operand '%s'"), state->argv[first + most]);
		return EINVAL;
	}
	p->operands->v = state->argv + first;
	p->operands->len = (size_t)n;
	state->next = state->argc;
	return 0;
}

/* Letters behind one hyphen, of which not all are options. */
static bool
is_wrong_cluster(const struct command_line *line, const char *word)
{
	size_t i;

	if (word == NULL || word[0] != '-' || word[1] == '-')
		return false;
	for (const char *c = word + 1; *c != '\0'; c++) {
		for (i = 0; i < line->n_options; i++)
			if (line->options[i].key == *c)
				break;
		if (i == line->n_options)
			return true;
		if (line->options[i].arg != NULL)
			break;
	}
	return false;
}

/* argp stands behind the word that is wrong, but not before it has read all
 * letters of one with several. */
static const char *
wrong_word(const struct parse *p, const struct argp_state *state)
{
	const char *before = state->argv[state->next - 1];

	if (before[0] != '-' || (before[1] != '-' &&
	    !is_wrong_cluster(p->line, before)))
		if (is_wrong_cluster(p->line, state->argv[state->next]))
			return state->argv[state->next];
	return before;
}

static error_t
take(int key, char *arg, struct argp_state *state)
{
	const struct parse *p = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		return take_operands(state->input, state);
	case ARGP_KEY_ERROR:
		err_set(p->e, ERR_USAGE, NULL, 0,
		    _("wrong or incomplete option '%s'"),
		    wrong_word(p, state));
		return 0;
	default:
		break;
	}
	/* argp's other calls have no key of ours. */
	for (size_t i = 0; i < p->line->n_options; i++)
		if (p->line->options[i].key == key)
			return p->line->take(p->line->arg, key, arg, p->e) ==
			    ERR_OK ? 0 : EINVAL;
	return ARGP_ERR_UNKNOWN;
}

/* The rows that takes asks for, as argp wants them: ends with { 0 }.  For
 * free; NULL without memory. */
static struct argp_option *
select_rows(const struct command_line *line, unsigned takes)
{
	struct argp_option *out = calloc(line->n_options + 1, sizeof(*out));
	size_t n = 0;

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < line->n_options; i++) {
		const struct command_option *row = &line->options[i];

		if ((row->takes & takes) == 0)
			continue;
		out[n].name = row->name;
		out[n].key = row->key;
		out[n].arg = row->arg;
		out[n].doc = row->doc;
		/* argp sorts within a group only. */
		out[n].group = row->takes == COMMAND_COMMON ? 2 : 1;
		n++;
	}
	return out;
}

static enum err_code
parse(struct parse *p, unsigned takes, unsigned flags, int argc, char **argv,
    int *rest)
{
	struct argp_option *options = select_rows(p->line, takes);
	const struct argp argp = { .options = options, .parser = take };
	error_t ret = ENOMEM;

	if (options != NULL)
		ret = argp_parse(&argp, argc, argv, flags | ARGP_NO_HELP |
		    ARGP_NO_ERRS | ARGP_NO_EXIT, rest, p);
	free(options);
	if (ret == 0)
		return ERR_OK;
	return err_set(p->e, ret == ENOMEM ? ERR_NO_MEMORY : ERR_USAGE, NULL,
	    0, NULL);
}

enum err_code
command_parse_common(const struct command_line *line, int argc, char **argv,
    int *rest, struct err *e)
{
	struct parse p = { .line = line, .e = e };

	*rest = argc;
	return parse(&p, COMMAND_COMMON, ARGP_IN_ORDER, argc, argv, rest);
}

enum err_code
command_parse(const struct command_line *line,
    const struct command_usage *usage, int argc, char **argv,
    struct command_operands *operands, struct err *e)
{
	struct parse p = { .line = line, .usage = usage,
	    .operands = operands, .e = e };
	int rest = argc;

	return parse(&p, usage->takes | COMMAND_COMMON, 0, argc, argv, &rest);
}

bool
command_help(const struct command_line *line,
    const struct command_usage *usage)
{
	struct argp_option *options = select_rows(line, usage->takes |
	    COMMAND_COMMON);
	struct argp argp = {
		.options = options, .parser = take, .argp_domain = "sigill",
		.args_doc = usage->operand != NULL ? _(usage->operand) : NULL,
	};
	struct buf doc = { 0 };
	char name[64];
	bool ok;

	/* argp's note about long and short options says nothing here, and
	 * without a parser's state there is no other way to be rid of it. */
	(void)setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	buf_add_str(&doc, _(usage->summary));
	buf_add_str(&doc, "\v");
	buf_add_str(&doc, _(usage->details));
	argp.doc = buf_str(&doc);
	(void)snprintf(name, sizeof(name), "%s %s", line->program,
	    usage->name);
	ok = options != NULL && argp.doc != NULL;
	if (ok) {
		argp_help(&argp, stdout, ARGP_HELP_STD_HELP &
		    ~(unsigned)(ARGP_HELP_EXIT_OK | ARGP_HELP_EXIT_ERR),
		    name);
		ok = fflush(stdout) == 0 && !ferror(stdout);
	}
	buf_wipe(&doc);
	free(options);
	return ok;
}

bool
command_has(int argc, char **argv, const char *option)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], option) == 0)
			return true;
	return false;
}
