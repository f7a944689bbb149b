/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/compare_text.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/page/number.h"
#include "scoring/part.h"
#include "scoring/words.h"

#define LABEL	24

static long long
whole_of(const json_t *o, const char *key)
{
	return (long long)json_integer_value(json_object_get(o, key));
}

static const char *
words_why(const char *suppressed)
{
	return strcmp(suppressed, "small") == 0 ?
	    _("too few organisations") :
	    _("not shown: another group could be computed from it");
}

/* A figure then and now, or why it is not shown; nothing when it is not
 * there. */
static void
tell_pair(const json_t *o, const char *key, const char *label,
    struct report *r)
{
	const json_t *pair = json_object_get(o, key), *percent;
	const char *why = part_text(pair, "suppressed");
	char then[NUMBER_LEN], now[NUMBER_LEN], change[NUMBER_LEN];

	if (pair == NULL)
		return;
	if (*why != '\0') {
		report_line(r, label, "%s", words_why(why));
		return;
	}
	(void)number_json(then, json_object_get(pair, "then"), 2);
	(void)number_json(now, json_object_get(pair, "now"), 2);
	percent = json_object_get(pair, "percent");
	if (percent != NULL)
		report_line(r, label, _("%s now, %s before (%s %%)"), now, then,
		    number_signed(change, json_number_value(percent), 1));
	else
		report_line(r, label, _("%s now, %s before"), now, then);
}

static void
tell_level(const json_t *level, struct report *r)
{
	const char *why = part_text(level, "suppressed");

	if (*why != '\0')
		report_line(r, _("  level"), "%s", words_why(why));
	else if (level != NULL)
		report_line(r, _("  level"),
		    _("rose for %lld, fell for %lld, the same for %lld"),
		    whole_of(level, "rose"), whole_of(level, "fell"),
		    whole_of(level, "same"));
}

static void
tell_group(const json_t *group, struct report *r)
{
	const char *why = part_text(group, "suppressed");
	long long n = whole_of(group, "organisations");

	if (*why != '\0') {
		report_line(r, words_group(part_text(group, "id")), "%s",
		    words_why(why));
		return;
	}
	report_line(r, words_group(part_text(group, "id")),
	    P_("%lld organisation in both rounds",
	    "%lld organisations in both rounds", n), n);
	tell_pair(group, "boxes", _("  common actions"), r);
	tell_pair(group, "points", _("  points"), r);
	tell_pair(group, "mean", _("  mean"), r);
	tell_level(json_object_get(group, "level"), r);
}

static const char *
words_reason(const char *reason)
{
	static const struct { const char *name, *said; } all[] = {
		{ "added", N_("only in the later round") },
		{ "removed", N_("only in the earlier round") },
		{ "type", N_("another kind of answer") },
		{ "label", N_("another wording") },
		{ "condition", N_("asked of others") },
		{ "options", N_("other options") },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].name, reason) == 0)
			return _(all[i].said);
	return reason;
}

static void
tell_left_out(const json_t *doc, struct report *r)
{
	const json_t *list = json_object_get(doc, "left_out"), *o;
	size_t i;

	if (json_array_size(list) > 0)
		report_say(r, "%s", _("Not compared:"));
	json_array_foreach(list, i, o) {
		char what[LABEL + 4];

		(void)snprintf(what, sizeof(what), "  %.20s",
		    part_text(o, "question"));
		report_line(r, what, "%s (%s)", words_reason(part_text(o,
		    "reason")), part_text(o, "label"));
	}
	list = json_object_get(doc, "options_left_out");
	json_array_foreach(list, i, o) {
		size_t n = json_array_size(json_object_get(o, "now")) +
		    json_array_size(json_object_get(o, "then"));

		report_say(r, P_("Of question %s, %zu option is not compared.",
		    "Of question %s, %zu options are not compared.", n),
		    part_text(o, "question"), n);
	}
}

/* What is not compared as a whole. */
static void
tell_comparable(const json_t *c, struct report *r)
{
	report_line(r, _("what is asked"),
	    _("%lld questions are compared, %lld not"),
	    whole_of(c, "questions"), whole_of(c, "left_out"));
	if (!json_is_true(json_object_get(c, "levels")) &&
	    !json_is_true(json_object_get(c, "means")))
		report_say(r, "%s", _("What the two rounds' results are made "
		    "of differs, so levels and means are not compared."));
}

void
compare_tell(const json_t *doc, struct report *r)
{
	const json_t *now = json_object_get(doc, "now");
	const json_t *then = json_object_get(doc, "then"), *group;
	size_t i;

	report_say(r, _("%s, round %s, compared with round %s"),
	    part_text(json_object_get(now, "questionnaire"), "title"),
	    part_text(now, "round"), part_text(then, "round"));
	tell_comparable(json_object_get(doc, "comparable"), r);
	json_array_foreach(json_object_get(doc, "groups"), i, group) {
		tell_group(group, r);
	}
	tell_left_out(doc, r);
	report_set(r, "comparison", json_incref((json_t *)doc));
}
