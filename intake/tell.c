/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/tell.h"

#include <stdio.h>

#include "base/show.h"

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
