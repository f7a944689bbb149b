/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/tell.h"

#include <stdio.h>

#include "base/show.h"

static const char *
own_hint(enum err_code code)
{
	static const char register_hint[] = "sigill-intake(8) describes the "
	    "register's file: its columns, and what each may have";
	static const struct { enum err_code code; const char *hint; } own[] = {
		{ ERR_FIELD_MISSING, register_hint },
		{ ERR_FIELD_UNKNOWN, register_hint },
		{ ERR_FIELD_VALUE, register_hint },
		{ ERR_CONFIG_MISSING, "name a file with --config; "
		    "sigill.conf(5) tells what it has in it" },
		{ ERR_SIGNER_CRL, "put the issuer's new revocation list among "
		    "those of [senders] crls, and reload the service: it "
		    "then tries again by itself" },
		{ ERR_TEST_CERTIFICATE, "use a certificate of the "
		    "authority's own, or [authority] environment = test" },
		{ ERR_MANDATE, "name the file as the organisation has it, "
		    "or the digest that it was told" },
		{ ERR_BENCHMARK, "name the file that 'sigill-score benchmark' "
		    "has written" },
		{ ERR_MANDATE_REVOKED, "'sigill-intake mandate show' tells "
		    "when, by whom and why" },
		{ ERR_VERDICT_PENDING, "'sigill-intake show' tells what it "
		    "waits for" },
		{ ERR_BUSY, "one service runs on an SQLite ledger: stop "
		    "the other one first" },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i].code == code)
			return own[i].hint;
	return NULL;
}

const char *
tell_hint(enum err_code code)
{
	const char *own = own_hint(code);

	return own != NULL ? own : err_hint(code);
}

int
tell_report(struct report *r, bool json)
{
	return show_report(r, TELL_PROGRAM, json);
}

/* Takes *text. */
static int
print(struct buf *text)
{
	struct report r = { 0 };
	int status;

	buf_move(&r.text, text);
	status = tell_report(&r, false);
	report_wipe(&r);
	return status;
}

int
tell_version(void)
{
	struct buf text = { 0 };

	buf_add_str(&text, TELL_PROGRAM " " SIGILL_VERSION "\n");
	return print(&text);
}

int
tell_help(const struct command commands[])
{
	struct buf text = { 0 };
	char name[16];

	buf_add_str(&text, "Usage: " TELL_PROGRAM " COMMAND [OPTION...] "
	    "[OPERAND...]\n"
	    "Takes sealed submissions, verifies them, signs receipts, and "
	    "keeps the books.\n\n");
	for (; commands->usage.name != NULL; commands++) {
		if (commands->hidden != NULL)
			continue;
		(void)snprintf(name, sizeof(name), "  %-9s ",
		    commands->usage.name);
		buf_add_str(&text, name);
		buf_add_str(&text, commands->usage.summary);
		buf_add_str(&text, "\n");
	}
	buf_add_str(&text, "\n'" TELL_PROGRAM " COMMAND --help' tells a "
	    "command's options.  The manual is\n" TELL_PROGRAM "(8).\n");
	return print(&text);
}

int
tell_help_of(const struct command *command)
{
	return options_help(command) ? 0 : err_status(ERR_IO);
}
