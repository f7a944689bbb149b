/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/options.h"

#include <string.h>

#include "base/message.h"

enum {
	KEY_ALL = 'a', KEY_CONFIG = 'c', KEY_OUTPUT = 'o', KEY_WAIT = 'w',
	KEY_HELP = 'h', KEY_VERSION = 'V',
	/* without a short form */
	KEY_JSON = 0x100, KEY_PASSPHRASE_FD, KEY_PASSPHRASE_FILE,
	KEY_QUESTIONNAIRE, KEY_SUPERSEDES, KEY_SEALED, KEY_DIR,
	KEY_ORGANISATION, KEY_NAME, KEY_KEY_TYPE, KEY_ENVIRONMENT,
	KEY_NO_PASSPHRASE, KEY_LOCAL, KEY_MANDATE, KEY_SUBMITTER, KEY_ROUND,
	KEY_EXPIRES, KEY_OLDER, KEY_HEAD, KEY_PROOF, KEY_BENCHMARK,
	KEY_PREVIOUS, KEY_PREVIOUS_QUESTIONNAIRE, KEY_HTML,
};

/* Every option once.  sigill(1) lists the same ones. */
static const struct command_option rows[] = {
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
	{ TAKES_MANDATE, KEY_MANDATE, "mandate", N_("FILE"),
	    N_("answer for another organisation, whose mandate this is") },
	{ TAKES_TERMS, KEY_SUBMITTER, "submitter", N_("NUMBER"),
	    N_("who may answer, by its organisation number") },
	{ TAKES_TERMS, KEY_QUESTIONNAIRE, "questionnaire", N_("NAME"),
	    N_("what may be answered, as infosakkollen-2023") },
	{ TAKES_TERMS, KEY_ROUND, "round", N_("NAME"),
	    N_("in which round, as 2027") },
	{ TAKES_TERMS, KEY_EXPIRES, "expires", N_("DATE"),
	    N_("the last day, as 2027-03-31") },
	{ TAKES_TERMS, KEY_OUTPUT, "output", N_("FILE"),
	    N_("the mandate (NUMBER-QUESTIONNAIRE-ROUND.mandate)") },
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
	{ TAKES_SEALED, KEY_OLDER, "older", N_("FILE"),
	    N_("another receipt, to compare what they say of the "
	    "authority's log; may be given again") },
	{ TAKES_SEALED, KEY_HEAD, "head", N_("FILE"),
	    N_("a head of that log, which the authority has signed") },
	{ TAKES_SEALED, KEY_PROOF, "proof", N_("FILE"),
	    N_("a proof of the authority's that its log has only been "
	    "added to") },
	{ TAKES_COMPARED, KEY_BENCHMARK, "benchmark", N_("FILE"),
	    N_("compare with others like you: a file that the authority "
	    "gives out") },
	{ TAKES_COMPARED, KEY_PREVIOUS, "previous", N_("ANSWERS"),
	    N_("compare with your answers of the last round") },
	{ TAKES_COMPARED, KEY_PREVIOUS_QUESTIONNAIRE,
	    "previous-questionnaire", N_("FILE"),
	    N_("the definition that those belong to") },
	{ TAKES_COMPARED, KEY_HTML, "html", N_("FILE"),
	    N_("write a page to this file, too") },
	{ TAKES_PASSPHRASE, KEY_PASSPHRASE_FD, "passphrase-fd", N_("N"),
	    N_("read the key's passphrase from file descriptor N") },
	{ TAKES_PASSPHRASE, KEY_PASSPHRASE_FILE, "passphrase-file",
	    N_("FILE"), N_("read the key's passphrase from FILE") },
	{ COMMAND_COMMON, KEY_CONFIG, "config", N_("FILE"),
	    N_("configuration (~/.config/sigill/sigill.conf)") },
	{ COMMAND_COMMON, KEY_JSON, "json", NULL,
	    N_("one JSON document on standard output, in English") },
	{ COMMAND_COMMON, KEY_HELP, "help", NULL, N_("show this help") },
	{ COMMAND_COMMON, KEY_VERSION, "version", NULL,
	    N_("show the version") },
};

static enum err_code
take_text(int key, const char *value, struct options *o)
{
	const struct { int key; const char **to; } texts[] = {
		{ KEY_CONFIG, &o->config }, { KEY_OUTPUT, &o->output },
		{ KEY_PASSPHRASE_FILE, &o->passphrase_file },
		{ KEY_QUESTIONNAIRE, &o->questionnaire },
		{ KEY_SUPERSEDES, &o->supersedes },
		{ KEY_SEALED, &o->sealed }, { KEY_DIR, &o->dir },
		{ KEY_HEAD, &o->head }, { KEY_PROOF, &o->proof },
		{ KEY_ORGANISATION, &o->organisation },
		{ KEY_NAME, &o->name }, { KEY_KEY_TYPE, &o->key_type },
		{ KEY_ENVIRONMENT, &o->environment },
		{ KEY_MANDATE, &o->mandate },
		{ KEY_SUBMITTER, &o->submitter },
		{ KEY_ROUND, &o->round }, { KEY_EXPIRES, &o->expires },
		{ KEY_BENCHMARK, &o->benchmark },
		{ KEY_PREVIOUS, &o->previous },
		{ KEY_PREVIOUS_QUESTIONNAIRE, &o->previous_questionnaire },
		{ KEY_HTML, &o->html },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].key == key)
			*texts[i].to = value;
	return ERR_OK;
}

static enum err_code
take(void *arg, int key, char *value, struct err *e)
{
	struct options *o = arg;
	enum err_code code;
	int64_t fd;

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
	case KEY_NO_PASSPHRASE:
		o->no_passphrase = true;
		return ERR_OK;
	case KEY_ALL:
		o->all = true;
		return ERR_OK;
	case KEY_LOCAL:
		o->local = true;
		return ERR_OK;
	case KEY_WAIT:
		return command_number("--wait", value, 30 * 86400, &o->wait,
		    e);
	case KEY_PASSPHRASE_FD:
		if ((code = command_number("--passphrase-fd", value, 1 << 20,
		    &fd, e)) == ERR_OK)
			o->passphrase_fd = (int)fd;
		return code;
	case KEY_OLDER:
		if (o->n_older == OPTIONS_OLDER)
			return err_set(e, ERR_USAGE, "--older", 0,
			    _("it can be given %d times"), OPTIONS_OLDER);
		o->older[o->n_older++] = value;
		return ERR_OK;
	default:
		return take_text(key, value, o);
	}
}

static struct command_line
line_of(struct options *o)
{
	return (struct command_line){
		.program = "sigill", .options = rows,
		.n_options = sizeof(rows) / sizeof(rows[0]),
		.take = take, .arg = o,
	};
}

enum err_code
options_parse_common(int argc, char **argv, struct options *o, int *rest,
    struct err *e)
{
	const struct command_line line = line_of(o);

	memset(o, 0, sizeof(*o));
	o->passphrase_fd = -1;
	o->wait = -1;
	return command_parse_common(&line, argc, argv, rest, e);
}

enum err_code
options_parse(const struct command *command, int argc, char **argv,
    struct options *o, struct err *e)
{
	const struct command_usage *usage = &command->usage;
	const struct command_line line = line_of(o);
	struct command_operands operands = { 0 };
	enum err_code code;

	o->never_ask = (usage->takes & NEVER_ASKS) != 0;
	code = command_parse(&line, usage, argc, argv, &operands, e);
	o->operands = operands.v;
	o->n_operands = operands.len;
	o->operand = operands.len != 0 ? operands.v[0] : NULL;
	if (code == ERR_OK && usage->operand != NULL && o->operand == NULL &&
	    !command_takes_many(usage) && !o->help && !o->version)
		code = err_set(e, ERR_USAGE, usage->name, 0,
		    _("which file? %s is missing"), _(usage->operand));
	if (code == ERR_OK && o->previous_questionnaire != NULL &&
	    o->previous == NULL)
		code = err_set(e, ERR_USAGE, "--previous", 0,
		    _("it is missing; what tells of the round before needs "
		    "it"));
	return code;
}

bool
options_help(const struct command *command)
{
	const struct command_line line = line_of(NULL);

	return command_help(&line, &command->usage);
}
