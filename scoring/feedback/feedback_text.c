/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_text.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/tame.h"
#include "format/orgnr.h"
#include "scoring/feedback/feedback_read.h"
#include "scoring/feedback/feedback_text_way.h"
#include "scoring/page/number.h"
#include "scoring/words.h"

/* A screen is 80 columns wide. */
#define LABEL	40		/* of an area, in the table */
#define COLUMN	8

/* --- whose it is, and the whole ------------------------------------------- */

static void
report_head(const json_t *doc, enum feedback_voice voice, struct report *r)
{
	const json_t *who = json_object_get(doc, "organisation");
	char digits[ORGNR_LEN], number[12];

	report_say(r, "%s", voice_words(voice));
	if (strcmp(feedback_text(doc, "environment"), "test") == 0)
		report_say(r, "%s", _("TEST: it was handed in to the test "
		    "environment."));
	report_say(r, "%s", "");
	if (orgnr_parse(feedback_text(who, "number"), digits)) {
		orgnr_format(digits, number);
		report_line(r, _("Organisation"), "%s %s", number,
		    feedback_text(who, "name"));
	} else
		report_line(r, _("Organisation"), "%s",
		    feedback_text(who, "name"));
	report_line(r, _("Survey"), "%s", feedback_text(json_object_get(doc,
	    "questionnaire"), "title"));
	report_line(r, _("Round"), "%s", feedback_text(doc, "round"));
}

/* "level 1, 80 points, 116 ticked", of what there is; empty: nothing. */
static void
say_figures(const json_t *o, char *out, size_t size)
{
	char number[NUMBER_LEN];
	size_t n = 0;

	out[0] = '\0';
	if (json_object_get(o, "level") != NULL)
		n += (size_t)snprintf(out, size, _("level %lld"),
		    feedback_whole(o, "level"));
	if (json_object_get(o, "points") != NULL && n < size)
		n += (size_t)snprintf(out + n, size - n, _("%s%lld points"),
		    n != 0 ? ", " : "", feedback_whole(o, "points"));
	if (json_object_get(o, "boxes") != NULL && n < size)
		n += (size_t)snprintf(out + n, size - n, _("%s%lld actions"),
		    n != 0 ? ", " : "", feedback_whole(o, "boxes"));
	if (json_object_get(o, "mean") != NULL && n < size)
		(void)snprintf(out + n, size - n, _("%smean %s"),
		    n != 0 ? ", " : "", number_json(number,
		    json_object_get(o, "mean"), 2));
}

static void
report_total(const json_t *doc, struct report *r)
{
	const json_t *level = json_object_get(doc, "level");
	const json_t *points = json_object_get(doc, "points");
	const json_t *boxes = json_object_get(doc, "boxes");
	const json_t *scale = json_object_get(doc, "scale");
	const json_t *mean = json_object_get(doc, "mean");
	char number[NUMBER_LEN];

	if (level != NULL)
		report_line(r, _("Result"), _("level %lld of %lld: %s"),
		    feedback_whole(level, "level"), feedback_whole(level, "of"),
		    feedback_text(level, "label"));
	if (feedback_is(doc, "levels"))
		report_line(r, "", _("%lld of %lld points, %lld of %lld "
		    "actions"), feedback_whole(points, "points"),
		    feedback_whole(points, "of"),
		    feedback_whole(boxes, "boxes"),
		    feedback_whole(boxes, "of"));
	if (mean != NULL)
		report_line(r, _("Result"), _("mean %s, on a scale from %lld "
		    "to %lld"), number_json(number, mean, 2),
		    feedback_whole(scale, "least"),
		    feedback_whole(scale, "greatest"));
}

static void
report_basis(const json_t *doc, enum feedback_voice voice, struct report *r)
{
	if (feedback_assumed(doc))
		report_line(r, "", "%s", voice_rules(voice));
}

static void
report_group(const json_t *doc, struct report *r)
{
	const json_t *b = json_object_get(doc, "benchmark");
	char group[WORDS_GROUP_LEN], figures[200];

	if (b == NULL)
		return;
	words_group_best(feedback_text(b, "group"), feedback_whole(b, "best"),
	    group);
	report_line(r, _("Group"), _("%s, %lld of them, round %s"), group,
	    feedback_whole(b, "organisations"), feedback_text(b, "round"));
	say_figures(b, figures, sizeof(figures));
	if (figures[0] != '\0')
		report_line(r, "", _("the typical one: %s"), figures);
}

static void
report_last(const json_t *doc, struct report *r)
{
	const json_t *last = json_object_get(doc, "last");
	const json_t *same = json_object_get(last, "comparable");
	const json_t *boxes = json_object_get(same, "boxes");
	char figures[200];

	if (last == NULL)
		return;
	say_figures(last, figures, sizeof(figures));
	report_line(r, _("Last round"), "%s%s%s", feedback_text(last, "round"),
	    figures[0] != '\0' ? ": " : "", figures);
	if (feedback_whole(same, "left_out") != 0)
		report_line(r, "", _("questions that cannot be compared: "
		    "%lld; compared: %lld"), feedback_whole(same, "left_out"),
		    feedback_whole(same, "questions"));
	if (boxes != NULL && json_object_get(last, "boxes") == NULL)
		report_line(r, "", _("of %lld actions that both rounds had: "
		    "%lld then, %lld now"), feedback_whole(boxes, "of"),
		    feedback_whole(boxes, "then"),
		    feedback_whole(boxes, "now"));
}

/* --- areas ---------------------------------------------------------------- */

/* A row of the table: cells, of which the last one ends the line. */
static void
say_row(struct report *r, const char *label, const char *const *cells,
    size_t n)
{
	char cut[LABEL];

	tame_line(label, cut, sizeof(cut));
	report_column(r, cut, LABEL);
	for (size_t i = 0; i + 1 < n; i++)
		report_column(r, cells[i], COLUMN);
	report_say(r, "%s", cells[n - 1]);
}

static const char *
share(const json_t *o, const char *key, const char *of_key,
    char out[static NUMBER_LEN])
{
	(void)snprintf(out, NUMBER_LEN, "%lld/%lld", feedback_whole(o, key),
	    feedback_whole(o, of_key));
	return out;
}

static void
area_row(const json_t *doc, const json_t *area, struct report *r)
{
	const bool levels = feedback_is(doc, "levels");
	const char *what = levels ? "level" : "mean", *cells[5];
	const json_t *theirs = json_object_get(area, "benchmark");
	const json_t *last = json_object_get(area, "last");
	char text[5][NUMBER_LEN];
	size_t n = 0;

	cells[n++] = number_json(text[0], json_object_get(area, what), 2);
	if (levels) {
		cells[n++] = share(area, "points", "points_of", text[1]);
		cells[n++] = share(area, "boxes", "boxes_of", text[2]);
	}
	if (json_object_get(doc, "benchmark") != NULL)
		cells[n++] = number_json(text[3], json_object_get(theirs,
		    what), 2);
	if (json_object_get(doc, "last") != NULL)
		cells[n++] = number_json(text[4], json_object_get(last, what),
		    2);
	say_row(r, feedback_text(area, "label"), cells, n);
}

static void
report_areas(const json_t *doc, struct report *r)
{
	const bool levels = feedback_is(doc, "levels");
	const char *cells[5];
	const json_t *area;
	size_t i, n = 0;

	cells[n++] = levels ? _("level") : _("mean");
	if (levels) {
		cells[n++] = _("points");
		cells[n++] = _("actions");
	}
	if (json_object_get(doc, "benchmark") != NULL)
		cells[n++] = _("group");
	if (json_object_get(doc, "last") != NULL)
		cells[n++] = _("last");
	report_say(r, "%s", "");
	say_row(r, _("Area"), cells, n);
	json_array_foreach(json_object_get(doc, "areas"), i, area) {
		area_row(doc, area, r);
	}
}

/* --- what to think of it -------------------------------------------------- */

static void
report_caution(const json_t *doc, enum feedback_voice voice, struct report *r)
{
	const json_t *what;
	size_t i;

	report_say(r, "%s", "");
	json_array_foreach(json_object_get(doc, "assumed"), i, what) {
		report_line(r, i != 0 ? "" : voice_knows_rules(voice) ?
		    _("Unpublished") : _("Assumed"), "%s",
		    words_assumed(json_string_value(what)));
	}
	if (i != 0)
		report_line(r, "", "%s", voice_rules_end(voice));
	report_say(r, "%s", _("It rests on what the organisation says of "
	    "itself: an indication, no audit."));
}

void
feedback_report(const json_t *doc, enum feedback_voice voice, struct report *r)
{
	report_head(doc, voice, r);
	report_total(doc, r);
	report_basis(doc, voice, r);
	report_group(doc, r);
	report_last(doc, r);
	if (feedback_is(doc, "counts"))
		feedback_text_questions(doc, r);
	else
		report_areas(doc, r);
	if (feedback_is(doc, "levels"))
		feedback_text_way(doc, voice, r);
	if (feedback_is(doc, "means"))
		feedback_text_weakest(doc, r);
	report_caution(doc, voice, r);
	report_set(r, "feedback", json_deep_copy(doc));
}
