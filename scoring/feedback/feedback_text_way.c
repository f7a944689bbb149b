/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_text_way.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/feedback/feedback_read.h"

/* A screen has some fifty lines: the rest is in the document and on the
 * page. */
#define NEAREST	3
#define MISSING	6
#define WEAKEST	8

/* --- the way up ----------------------------------------------------------- */

static void
report_example(const json_t *gap, struct report *r)
{
	const json_t *follows = json_object_get(gap, "follows");
	const json_t *option = json_array_get(json_object_get(gap, "options"),
	    0);

	if (follows != NULL)
		report_line(r, "", _("first answer question %s: %s"),
		    feedback_text(follows, "question"),
		    feedback_text(json_array_get(json_object_get(follows,
		    "options"), 0), "label"));
	else if (json_is_true(json_object_get(option, "benchmark")))
		report_line(r, "", _("as the group has: %s"),
		    feedback_text(option, "label"));
	else if (option != NULL)
		report_line(r, "", _("for instance: %s"),
		    feedback_text(option, "label"));
}

static void
report_missing(const json_t *doc, struct report *r)
{
	const json_t *next = json_object_get(doc, "next"), *gap;
	const json_t *missing = json_object_get(next, "missing");
	const size_t n = json_array_size(missing);
	long long lacks;
	size_t i;

	report_say(r, "%s", "");
	if (next == NULL) {
		report_line(r, _("Next level"), "%s",
		    _("this is the highest"));
		return;
	}
	report_line(r, _("Next level"), "%lld: %s",
	    feedback_whole(next, "level"), feedback_text(next, "label"));
	report_line(r, "", P_("lacking something: %zu question",
	    "lacking something: %zu questions, the most urgent first", n), n);
	json_array_foreach(missing, i, gap) {
		if (i == MISSING)
			break;
		lacks = feedback_whole(gap, "lacks");
		report_line(r, "", strcmp(feedback_text(gap, "unit"),
		    "points") == 0 ?
		    P_("%lld more point in question %s: %s",
		    "%lld more points in question %s: %s", lacks) :
		    P_("%lld more action in question %s: %s",
		    "%lld more actions in question %s: %s", lacks), lacks,
		    feedback_text(gap, "question"),
		    feedback_text(gap, "label"));
		report_example(gap, r);
	}
	if (n > MISSING)
		report_line(r, "", _("and %zu more"), n - MISSING);
}

static void
report_wins(const json_t *doc, struct report *r)
{
	const json_t *wins = json_object_get(doc, "wins"), *win;
	const size_t n = json_array_size(wins);
	size_t i;

	json_array_foreach(wins, i, win) {
		if (i == NEAREST)
			break;
		report_line(r, i == 0 ? _("Nearest wins") : "",
		    P_("%s reaches level %lld with %lld more action",
		    "%s reaches level %lld with %lld more actions",
		    feedback_whole(win, "lacks")),
		    feedback_area_label(doc, feedback_text(win, "area")),
		    feedback_whole(win, "level"), feedback_whole(win, "lacks"));
	}
	if (n > NEAREST)
		report_line(r, "", _("and %zu more"), n - NEAREST);
}

static void
report_indications(const json_t *doc, enum feedback_voice voice,
    struct report *r)
{
	const json_t *in;
	size_t i;

	json_array_foreach(json_object_get(doc, "indications"), i, in) {
		report_line(r, i == 0 ? _("Indication") : "",
		    json_is_true(json_object_get(in, "reached")) ?
		    _("level %lld is reached, which indicates that %s is "
		    "met") :
		    _("level %lld, which would indicate that %s is met, is "
		    "not reached"), feedback_whole(in, "level"),
		    feedback_text(in, "label"));
		report_line(r, "", "%s",
		    _("an indication only: no proof, and no supervision"));
		if (feedback_assumed(doc))
			report_line(r, "", "%s", voice_rules(voice));
	}
}

void
feedback_text_way(const json_t *doc, enum feedback_voice voice,
    struct report *r)
{
	report_missing(doc, r);
	report_wins(doc, r);
	report_indications(doc, voice, r);
}

/* --- statements and answers ----------------------------------------------- */

void
feedback_text_weakest(const json_t *doc, struct report *r)
{
	const json_t *list = json_object_get(doc, "weakest"), *weak;
	const json_t *theirs;
	const size_t n = json_array_size(list);
	const char *answer;
	size_t i;

	report_say(r, "%s", "");
	if (n == 0)
		return;
	report_line(r, _("Weakest"), P_("%zu statement is below the highest "
	    "value", "%zu statements are below the highest value", n), n);
	json_array_foreach(list, i, weak) {
		if (i == WEAKEST)
			break;
		theirs = json_object_get(weak, "benchmark");
		answer = feedback_text(json_object_get(weak, "answer"),
		    "label");
		report_line(r, "", "%s. %s", feedback_text(weak, "question"),
		    feedback_text(weak, "label"));
		if (theirs != NULL)
			report_line(r, "", _("    %s (%lld); the group %lld"),
			    answer, feedback_whole(weak, "value"),
			    (long long)json_integer_value(theirs));
		else
			report_line(r, "", "    %s (%lld)", answer,
			    feedback_whole(weak, "value"));
	}
	if (n > WEAKEST)
		report_line(r, "", _("and %zu more"), n - WEAKEST);
}

/* Appends it: options with commas between them, a number, or that there is
 * a text. */
static void
add_answer(struct buf *out, const json_t *v, bool typical)
{
	char number[32];
	const json_t *option;
	size_t i;

	if (v == NULL)
		buf_add_str(out, "-");
	else if (json_is_integer(v)) {
		(void)snprintf(number, sizeof(number), "%lld",
		    (long long)json_integer_value(v));
		buf_add_str(out, number);
	} else if (json_is_true(v))
		buf_add_str(out, _("a text"));
	else if (json_array_size(v) == 0)
		buf_add_str(out, typical ? _("nothing that most chose") :
		    _("none of them"));
	json_array_foreach(v, i, option) {
		buf_add_str(out, i != 0 ? ", " : "");
		buf_add_str(out, feedback_text(option, "label"));
	}
}

static void
question_rows(const json_t *doc, const json_t *question, struct report *r)
{
	const struct { const char *key, *of, *label; } rows[] = {
		{ "answer", NULL, _("you") },
		{ "benchmark", "benchmark", _("group") },
		{ "last", "last", _("last") },
	};
	struct buf line = { 0 };
	const char *s;

	report_say(r, "%s. %s", feedback_text(question, "id"),
	    feedback_text(question, "label"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].of != NULL &&
		    json_object_get(doc, rows[i].of) == NULL)
			continue;
		add_answer(&line, json_object_get(question, rows[i].key),
		    i == 1);
		if ((s = buf_str(&line)) == NULL)
			r->failed = true;
		else {
			report_column(r, "", 4);
			report_column(r, rows[i].label, 12);
			report_say(r, "%s", s);
		}
		buf_wipe(&line);
	}
}

void
feedback_text_questions(const json_t *doc, struct report *r)
{
	const char *area = "";
	const json_t *question;
	size_t i;

	json_array_foreach(json_object_get(doc, "questions"), i, question) {
		if (!json_is_true(json_object_get(question, "asked")))
			continue;
		if (strcmp(area, feedback_text(question, "area")) != 0) {
			area = feedback_text(question, "area");
			report_say(r, "%s", "");
			report_say(r, "%s", feedback_area_label(doc, area));
		}
		question_rows(doc, question, r);
	}
}
