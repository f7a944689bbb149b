/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/reason.h"

#include <string.h>

#include "base/message.h"
#include "base/report.h"
#include "base/tame.h"
#include "format/receipt.h"

/* So much of a quotation in an error, in octets: it is one line. */
#define QUOTE_MAX	168u

static const char *
sentence(const struct receipt *rejected)
{
	const enum err_code why = err_by_name(rejected->reason);

	return why != ERR_OK ? _(err_sentence(why)) :
	    _("for a reason that this version does not know");
}

const char *
reason_quote(const struct receipt *rejected)
{
	const enum err_code why = err_by_name(rejected->reason);
	const char *own = err_sentence(why), *advice = rejected->advice;
	const size_t len = strlen(own);

	/* Intake gives "sentence; hint", or one of them alone, in English. */
	if (why != ERR_OK && strncmp(advice, own, len) == 0 &&
	    (advice[len] == '\0' || (strncmp(advice + len, "; ", 2) == 0 &&
	    strcmp(advice + len + 2, err_hint(why)) == 0)))
		return NULL;
	return advice[0] != '\0' ? advice : NULL;
}

/* Line by line; below a label, or indented when that is NULL. */
static void
report_quote(const char *quote, const char *label, struct report *r)
{
	const char *open = "\"", *end;
	int len;

	do {
		end = strchrnul(quote, '\n');
		len = (int)(end - quote);
		if (label != NULL)
			report_line(r, label, "%s%.*s%s", open, len, quote,
			    *end == '\0' ? "\"" : "");
		else
			report_say(r, "    %s%.*s%s", open, len, quote,
			    *end == '\0' ? "\"" : "");
		if (label != NULL)
			label = "";
		open = " ";
		quote = end + 1;
	} while (*end != '\0');
}

void
reason_report(const struct receipt *rejected, struct report *r)
{
	const enum err_code why = err_by_name(rejected->reason);
	const char *quote = reason_quote(rejected);

	report_line(r, _("Reason"), "%s [%s]", sentence(rejected),
	    rejected->reason);
	if (quote != NULL)
		report_quote(quote, _("Authority says"), r);
	if (why != ERR_OK && err_hint(why)[0] != '\0')
		report_line(r, _("What to do"), "%s", _(err_hint(why)));
}

void
reason_say(const struct receipt *rejected, struct report *r)
{
	const char *quote = reason_quote(rejected);

	report_say(r, "    %s [%s]", sentence(rejected), rejected->reason);
	if (quote != NULL)
		report_quote(quote, NULL, r);
}

void
reason_json(const struct receipt *rejected, struct report *r, json_t *o)
{
	if (json_object_set_new(o, "reason",
	    report_text(rejected->reason)) != 0 ||
	    json_object_set_new(o, "advice",
	    json_string(rejected->advice)) != 0)
		r->failed = true;
}

enum err_code
reason_err(const struct receipt *rejected, const char *where, struct err *e)
{
	const char *quote = reason_quote(rejected);
	char words[QUOTE_MAX];

	if (quote == NULL)
		return err_set(e, ERR_REJECTED, where, 0, "%s [%s]",
		    sentence(rejected), rejected->reason);
	tame_line(quote, words, sizeof(words));
	return err_set(e, ERR_REJECTED, where, 0, "%s: \"%s\" [%s]",
	    sentence(rejected), words, rejected->reason);
}
