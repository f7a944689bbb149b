/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/options.h"

#include <string.h>

#include "base/timestamp.h"
#include "intake/settings.h"
#include "intake/tell.h"

enum {
	KEY_CONFIG = 'c', KEY_HELP = 'h', KEY_OUTPUT = 'o',
	KEY_VERSION = 'V',
	/* without a short form */
	KEY_JSON = 0x100, KEY_CSV, KEY_STATE, KEY_ORGANISATION, KEY_KIND,
	KEY_QUESTIONNAIRE, KEY_ROUND, KEY_CODE, KEY_LATE, KEY_DUPLICATE,
	KEY_UNHANDED, KEY_SINCE, KEY_BEFORE, KEY_LIMIT, KEY_CONTACTS,
	KEY_REASON, KEY_WAIT, KEY_DRY_RUN, KEY_FORCE, KEY_PASSPHRASE_FD,
	KEY_ONCE, KEY_JSON_LOG, KEY_FROM, KEY_TO, KEY_HEAD,
};

#define WAIT_MAX	(7 * 86400)

/* Every option once.  sigill-intake(8) lists the same ones. */
static const struct command_option rows[] = {
	{ TAKES_FILTER, KEY_STATE, "state", "STATE",
	    "only what is queued, held, accepted or rejected" },
	{ TAKES_FILTER, KEY_ORGANISATION, "organisation", "NUMBER",
	    "only of this organisation" },
	{ TAKES_FILTER | TAKES_ROUND, KEY_KIND, "kind", "KIND",
	    "only of kommun, region, myndighet, nis or annan" },
	{ TAKES_FILTER | TAKES_ROUND, KEY_QUESTIONNAIRE, "questionnaire",
	    "ID", "only answers to this questionnaire" },
	{ TAKES_FILTER | TAKES_ROUND, KEY_ROUND, "round", "ROUND",
	    "only of this round" },
	{ TAKES_FILTER, KEY_CODE, "code", "CODE",
	    "only what was rejected, or is held, for this reason" },
	{ TAKES_FILTER, KEY_LATE, "late", NULL,
	    "only what came when its round had closed" },
	{ TAKES_FILTER, KEY_DUPLICATE, "duplicate", NULL,
	    "only what was accepted before in another file" },
	{ TAKES_FILTER, KEY_UNHANDED, "unhanded", NULL,
	    "only what counts and has not been handed over" },
	{ TAKES_FILTER, KEY_SINCE, "since", "TIME",
	    "only what arrived at this time or later (2027-03-31, or "
	    "2027-03-31T22:00:00Z)" },
	{ TAKES_FILTER, KEY_BEFORE, "before", "TIME",
	    "only what arrived before this time" },
	{ TAKES_FILTER, KEY_LIMIT, "limit", "N",
	    "show at most so many (50; 0: all)" },
	{ TAKES_CONTACTS, KEY_CONTACTS, "contacts", NULL,
	    "only the contacts of those who are missing, one a line" },
	{ TAKES_REASON, KEY_REASON, "reason", "TEXT",
	    "why; of a rejection, what the sender reads" },
	{ TAKES_WAIT, KEY_WAIT, "wait", "SECONDS",
	    "then wait, that long, until the service has carried it out" },
	{ TAKES_REGISTER, KEY_DRY_RUN, "dry-run", NULL,
	    "only tell what would change" },
	{ TAKES_REGISTER, KEY_FORCE, "force", NULL,
	    "also when more than a tenth of the register would go" },
	{ TAKES_LOG, KEY_OUTPUT, "output", "FILE",
	    "where the signed head, or the proof, goes" },
	{ TAKES_EXPORT, KEY_OUTPUT, "output", "FILE",
	    "write it there, whole or not at all" },
	{ TAKES_SIGNING, KEY_OUTPUT, "output", "FILE",
	    "where the signed file goes" },
	{ TAKES_LOG, KEY_FROM, "from", "N",
	    "prove that the log has only been added to since it had N "
	    "leaves" },
	{ TAKES_LOG, KEY_TO, "to", "M",
	    "and until it had M (now)" },
	{ TAKES_LOG, KEY_HEAD, "head", "FILE",
	    "check a head that was signed earlier; may be given again" },
	{ TAKES_PASSPHRASE, KEY_PASSPHRASE_FD, "passphrase-fd", "N",
	    "read the keys' passphrase from file descriptor N" },
	{ TAKES_RUN, KEY_ONCE, "once", NULL,
	    "end when nothing is left to do" },
	{ TAKES_RUN, KEY_JSON_LOG, "json-log", NULL,
	    "log as JSON, one object a line" },
	{ TAKES_CSV, KEY_CSV, "csv", NULL,
	    "comma-separated values, with a header" },
	{ COMMAND_COMMON, KEY_CONFIG, "config", "FILE",
	    "configuration (" INTAKE_DEFAULT_PATH ")" },
	{ COMMAND_COMMON, KEY_JSON, "json", NULL,
	    "one JSON document on standard output" },
	{ COMMAND_COMMON, KEY_HELP, "help", NULL, "show this help" },
	{ COMMAND_COMMON, KEY_VERSION, "version", NULL, "show the version" },
};

static bool
take_flag(int key, struct options *o)
{
	const struct { int key; bool *to; } flags[] = {
		{ KEY_JSON, &o->json }, { KEY_HELP, &o->help },
		{ KEY_VERSION, &o->version }, { KEY_CSV, &o->csv },
		{ KEY_LATE, &o->late }, { KEY_DUPLICATE, &o->duplicate },
		{ KEY_UNHANDED, &o->unhanded },
		{ KEY_CONTACTS, &o->contacts },
		{ KEY_DRY_RUN, &o->dry_run }, { KEY_FORCE, &o->force },
		{ KEY_ONCE, &o->once }, { KEY_JSON_LOG, &o->json_log },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].key == key)
			return *flags[i].to = true;
	return false;
}

static bool
take_text(int key, const char *value, struct options *o)
{
	const struct { int key; const char **to; } texts[] = {
		{ KEY_CONFIG, &o->config }, { KEY_STATE, &o->state },
		{ KEY_ORGANISATION, &o->organisation },
		{ KEY_KIND, &o->kind },
		{ KEY_QUESTIONNAIRE, &o->questionnaire },
		{ KEY_ROUND, &o->round }, { KEY_CODE, &o->code },
		{ KEY_REASON, &o->reason }, { KEY_OUTPUT, &o->output },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].key == key) {
			*texts[i].to = value;
			return true;
		}
	return false;
}

static enum err_code
take_time(const char *option, const char *value, int64_t *out, struct err *e)
{
	if (timestamp_parse(value, out))
		return ERR_OK;
	return err_set(e, ERR_USAGE, option, 0, "'%s' is not a time like "
	    "2027-03-31T22:00:00Z or 2027-03-31", value);
}

static enum err_code
take(void *arg, int key, char *value, struct err *e)
{
	struct options *o = arg;
	enum err_code code;
	int64_t fd;

	if (take_flag(key, o) || take_text(key, value, o))
		return ERR_OK;
	switch (key) {
	case KEY_SINCE:
		return take_time("--since", value, &o->since, e);
	case KEY_BEFORE:
		return take_time("--before", value, &o->before, e);
	case KEY_LIMIT:
		return command_number("--limit", value, INT32_MAX, &o->limit,
		    e);
	case KEY_WAIT:
		return command_number("--wait", value, WAIT_MAX, &o->wait, e);
	case KEY_FROM:
		return command_number("--from", value, INT64_MAX, &o->from,
		    e);
	case KEY_TO:
		return command_number("--to", value, INT64_MAX, &o->to, e);
	case KEY_HEAD:
		if (o->n_heads == OPTIONS_HEADS)
			return err_set(e, ERR_USAGE, "--head", 0,
			    "it can be given %d times", OPTIONS_HEADS);
		o->heads[o->n_heads++] = value;
		return ERR_OK;
	default:
		if ((code = command_number("--passphrase-fd", value, 1 << 20,
		    &fd, e)) == ERR_OK)
			o->passphrase_fd = (int)fd;
		return code;
	}
}

static struct command_line
line_of(struct options *o)
{
	return (struct command_line){
		.program = TELL_PROGRAM, .options = rows,
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
	o->config = INTAKE_DEFAULT_PATH;
	o->passphrase_fd = -1;
	o->wait = -1;
	o->limit = -1;
	o->from = o->to = -1;
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

	code = command_parse(&line, usage, argc, argv, &operands, e);
	o->operands = operands.v;
	o->n_operands = operands.len;
	o->operand = operands.len != 0 ? operands.v[0] : NULL;
	if (code != ERR_OK || o->help || o->version)
		return code;
	if (usage->operand != NULL && o->operand == NULL &&
	    !command_takes_many(usage))
		return err_set(e, ERR_USAGE, usage->name, 0,
		    "%s is missing", usage->operand);
	if (o->csv && o->json)
		return err_set(e, ERR_USAGE, usage->name, 0,
		    "--csv and --json do not go together");
	return ERR_OK;
}

bool
options_help(const struct command *command)
{
	const struct command_line line = line_of(NULL);

	return command_help(&line, &command->usage);
}
