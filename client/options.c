/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/options.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/message.h"

enum {
	KEY_ALL = 'a', KEY_CONFIG = 'c', KEY_OUTPUT = 'o', KEY_WAIT = 'w',
	KEY_HELP = 'h', KEY_VERSION = 'V',
	/* without a short form */
	KEY_JSON = 0x100, KEY_PASSPHRASE_FD, KEY_PASSPHRASE_FILE,
	KEY_QUESTIONNAIRE, KEY_SUPERSEDES, KEY_SEALED, KEY_DIR,
	KEY_ORGANISATION, KEY_NAME, KEY_KEY_TYPE, KEY_ENVIRONMENT,
	KEY_NO_PASSPHRASE, KEY_LOCAL,
};

/* argp's own words, which it looks up where ours are. */
static const char *const argps_words[] __attribute__((unused)) = {
	N_("Usage:"), N_(" [OPTION...]"),
};

/* Every option once.  sigill(1) lists the same ones. */
static const struct row {
	unsigned takes;
	int key;
	const char *name, *arg, *doc;
} rows[] = {
	{ TAKES_INIT, KEY_ORGANISATION, "organisation", N_("NUMBER"),
	    N_("the organisation number, as 212000-0142") },
	{ TAKES_INIT, KEY_NAME, "name", N_("NAME"),
	    N_("the organisation's name") },
	{ TAKES_INIT, KEY_DIR, "dir", N_("DIR"),
	    N_("where the files go (~/.config/sigill)") },
	{ TAKES_INIT, KEY_KEY_TYPE, "key-type", N_("TYPE"),
	    N_("p256 (the default), p384 or rsa3072") },
	{ TAKES_INIT, KEY_ENVIRONMENT, "environment", N_("WHICH"),
	    N_("production (the default) or test") },
	{ TAKES_INIT, KEY_NO_PASSPHRASE, "no-passphrase", NULL,
	    N_("leave the key unencrypted, for a machine without people") },
	{ TAKES_QUESTIONNAIRE, KEY_QUESTIONNAIRE, "questionnaire", N_("FILE"),
	    N_("the questionnaire's definition, instead of the installed") },
	{ TAKES_OUTPUT, KEY_OUTPUT, "output", N_("FILE"),
	    N_("the sealed file (the answers' name with .sigill)") },
	{ TAKES_SUPERSEDES, KEY_SUPERSEDES, "supersedes", N_("WHAT"),
	    N_("replace an earlier submission: its id in the outbox, its "
	    "accepted receipt, or its fingerprint in 64 hexadecimal digits") },
	{ TAKES_WAIT, KEY_WAIT, "wait", N_("SECONDS"),
	    N_("then ask for the authority's verdict, that long") },
	{ TAKES_OUTBOX, KEY_ALL, "all", NULL,
	    N_("list also what has its verdict") },
	{ TAKES_OUTBOX, KEY_LOCAL, "local", NULL,
	    N_("drop without asking the portal") },
	{ TAKES_SEALED, KEY_SEALED, "sealed", N_("FILE"),
	    N_("the sealed file that the receipt should be for") },
	{ TAKES_PASSPHRASE, KEY_PASSPHRASE_FD, "passphrase-fd", N_("N"),
	    N_("read the key's passphrase from file descriptor N") },
	{ TAKES_PASSPHRASE, KEY_PASSPHRASE_FILE, "passphrase-file",
	    N_("FILE"), N_("read the key's passphrase from FILE") },
	{ TAKES_COMMON, KEY_CONFIG, "config", N_("FILE"),
	    N_("configuration (~/.config/sigill/sigill.conf)") },
	{ TAKES_COMMON, KEY_JSON, "json", NULL,
	    N_("one JSON document on standard output, in English") },
	{ TAKES_COMMON, KEY_HELP, "help", NULL, N_("show this help") },
	{ TAKES_COMMON, KEY_VERSION, "version", NULL,
	    N_("show the version") },
};
#define N_ROWS	(sizeof(rows) / sizeof(rows[0]))

/* What the parser works on. */
struct parse {
	struct options *o;
	const struct command *command;	/* NULL: before the command */
	struct err *e;
};

/* A whole number from 0 to max; -1 when it is none. */
static int64_t
number_of(const char *s, int64_t max)
{
	int64_t n;
	char *end;

	if (*s < '0' || *s > '9')
		return -1;
	errno = 0;
	n = strtoll(s, &end, 10);
	return errno == 0 && *end == '\0' && n <= max ? n : -1;
}

static error_t
take_number(struct parse *p, const char *option, const char *arg,
    int64_t max, int64_t *out)
{
	if ((*out = number_of(arg, max)) == -1) {
		err_set(p->e, ERR_USAGE, option, 0,
		    _("'%s' is not a whole number that it takes"), arg);
		return EINVAL;
	}
	return 0;
}

/* Operands may be many, or none. */
static bool
takes_many(const struct command *command)
{
	return command->operand != NULL && command->operand[0] == '[';
}

/* argp has moved all operands behind the options when it gives the first. */
static error_t
take_operands(struct parse *p, struct argp_state *state)
{
	const struct command *command = p->command;
	const int first = state->next - 1;
	const int n = state->argc - first;
	const int most = command == NULL || command->operand == NULL ? 0 : 1;

	/* The command itself: left where it is, and argp stops there. */
	if (command == NULL)
		return ARGP_ERR_UNKNOWN;
	if (n > most && !takes_many(command)) {
		err_set(p->e, ERR_USAGE, command->name, 0,
		    _("unexpected operand '%s'"), state->argv[first + most]);
		return EINVAL;
	}
	p->o->operands = state->argv + first;
	p->o->n_operands = (size_t)n;
	p->o->operand = p->o->operands[0];
	state->next = state->argc;
	return 0;
}

static error_t
take_text(int key, char *arg, struct options *o)
{
	const struct { int key; const char **to; } texts[] = {
		{ KEY_CONFIG, &o->config }, { KEY_OUTPUT, &o->output },
		{ KEY_PASSPHRASE_FILE, &o->passphrase_file },
		{ KEY_QUESTIONNAIRE, &o->questionnaire },
		{ KEY_SUPERSEDES, &o->supersedes },
		{ KEY_SEALED, &o->sealed }, { KEY_DIR, &o->dir },
		{ KEY_ORGANISATION, &o->organisation },
		{ KEY_NAME, &o->name }, { KEY_KEY_TYPE, &o->key_type },
		{ KEY_ENVIRONMENT, &o->environment },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].key == key) {
			*texts[i].to = arg;
			return 0;
		}
	return ARGP_ERR_UNKNOWN;
}

static error_t
take(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	int64_t fd;
	error_t ret;

	switch (key) {
	case KEY_JSON:
		p->o->json = true;
		return 0;
	case KEY_HELP:
		p->o->help = true;
		return 0;
	case KEY_VERSION:
		p->o->version = true;
		return 0;
	case KEY_NO_PASSPHRASE:
		p->o->no_passphrase = true;
		return 0;
	case KEY_ALL:
		p->o->all = true;
		return 0;
	case KEY_LOCAL:
		p->o->local = true;
		return 0;
	case KEY_WAIT:
		return take_number(p, "--wait", arg, 30 * 86400, &p->o->wait);
	case KEY_PASSPHRASE_FD:
		ret = take_number(p, "--passphrase-fd", arg, 1 << 20, &fd);
		if (ret == 0)
			p->o->passphrase_fd = (int)fd;
		return ret;
	case ARGP_KEY_ARG:
		return take_operands(p, state);
	case ARGP_KEY_ERROR:
		err_set(p->e, ERR_USAGE, NULL, 0,
		    _("wrong or incomplete option '%s'"),
		    state->argv[state->next - 1]);
		return 0;
	default:
		return take_text(key, arg, p->o);
	}
}

/* The rows that takes asks for, as argp wants them: ends with { 0 }. */
static void
select_rows(unsigned takes, struct argp_option out[static N_ROWS + 1])
{
	size_t n = 0;

	memset(out, 0, (N_ROWS + 1) * sizeof(*out));
	for (size_t i = 0; i < N_ROWS; i++) {
		if ((rows[i].takes & takes) == 0)
			continue;
		out[n].name = rows[i].name;
		out[n].key = rows[i].key;
		out[n].arg = rows[i].arg;
		out[n].doc = rows[i].doc;
		/* argp sorts within a group only. */
		out[n].group = rows[i].takes == TAKES_COMMON ? 2 : 1;
		n++;
	}
}

static enum err_code
parse(const struct command *command, unsigned takes, unsigned flags,
    int argc, char **argv, struct options *o, int *rest, struct err *e)
{
	struct argp_option options[N_ROWS + 1];
	const struct argp argp = { .options = options, .parser = take };
	struct parse p = { .o = o, .command = command, .e = e };
	error_t ret;

	select_rows(takes, options);
	ret = argp_parse(&argp, argc, argv, flags | ARGP_NO_HELP |
	    ARGP_NO_ERRS | ARGP_NO_EXIT, rest, &p);
	if (ret == 0)
		return ERR_OK;
	return err_set(e, ret == ENOMEM ? ERR_NO_MEMORY : ERR_USAGE, NULL, 0,
	    NULL);
}

enum err_code
options_parse_common(int argc, char **argv, struct options *o, int *rest,
    struct err *e)
{
	memset(o, 0, sizeof(*o));
	o->passphrase_fd = -1;
	o->wait = -1;
	*rest = argc;
	return parse(NULL, TAKES_COMMON, ARGP_IN_ORDER, argc, argv, o, rest,
	    e);
}

enum err_code
options_parse(const struct command *command, int argc, char **argv,
    struct options *o, struct err *e)
{
	enum err_code code;
	int rest = argc;

	o->never_ask = (command->takes & NEVER_ASKS) != 0;
	code = parse(command, command->takes | TAKES_COMMON, 0, argc, argv,
	    o, &rest, e);
	if (code == ERR_OK && command->operand != NULL &&
	    o->operand == NULL && !takes_many(command) && !o->help &&
	    !o->version)
		code = err_set(e, ERR_USAGE, command->name, 0,
		    _("which file? %s is missing"), _(command->operand));
	return code;
}

bool
options_help(const struct command *command)
{
	struct argp_option options[N_ROWS + 1];
	struct buf doc = { 0 };
	struct argp argp = {
		.options = options, .parser = take, .argp_domain = "sigill",
		.args_doc = command->operand != NULL ? _(command->operand) :
		    NULL,
	};
	char name[64];

	/* argp's note about long and short options says nothing here, and
	 * without a parser's state there is no other way to be rid of it. */
	(void)setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	select_rows(command->takes | TAKES_COMMON, options);
	buf_add_str(&doc, _(command->summary));
	buf_add_str(&doc, "\v");
	buf_add_str(&doc, _(command->details));
	if ((argp.doc = buf_str(&doc)) == NULL)
		return false;
	(void)snprintf(name, sizeof(name), "sigill %s", command->name);
	argp_help(&argp, stdout, ARGP_HELP_STD_HELP &
	    ~(unsigned)(ARGP_HELP_EXIT_OK | ARGP_HELP_EXIT_ERR), name);
	buf_wipe(&doc);
	return fflush(stdout) == 0 && !ferror(stdout);
}
