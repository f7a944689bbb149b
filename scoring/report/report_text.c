/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/report_text.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/page/number.h"
#include "scoring/report/report_text_questions.h"
#include "scoring/report/report_text_row.h"
#include "scoring/report/report_words.h"
#include "scoring/words.h"

/* A line of what one of report_words.h appends. */
static void
tell_words(const json_t *doc, const char *before,
    void (*words)(const json_t *doc, struct buf *out), struct report *r)
{
	struct buf text = { 0 };
	const char *s;

	words(doc, &text);
	if ((s = buf_str(&text)) == NULL)
		r->failed = true;
	else if (*s != '\0')
		report_say(r, "%s%s", before, s);
	buf_wipe(&text);
}

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

/* --- tables, a line for each group --------------------------------------- */

/* Does any group have this member? */
static bool
have(const json_t *groups, const char *key)
{
	const json_t *g;
	size_t i;

	json_array_foreach(groups, i, g)
		if (json_object_get(g, key) != NULL)
			return true;
	return false;
}

static void
tell_participation(const json_t *groups, struct report *r)
{
	const json_t *g;
	size_t i;

	row_title(r, _("Who answered"));
	json_array_foreach(groups, i, g) {
		const json_t *p = json_object_get(g, "participation");
		const json_t *others = json_object_get(p, "not_asked");

		row_label(r, words_group(text_of(g, "id")));
		if (p == NULL) {
			report_say(r, "*");
			continue;
		}
		row_cell(r, json_object_get(p, "respondents"), 0);
		row_share(r, json_object_get(p, "rate"));
		if (json_integer_value(others) != 0) {
			row_label(r, _("  of these not asked"));
			row_cell(r, others, 0);
			row_end(r);
		}
	}
}

static void
tell_levels(const json_t *groups, struct report *r)
{
	const json_t *g, *row, *levels, *first = NULL;
	char cell[32];
	size_t i, j;

	if (!have(groups, "levels"))
		return;
	row_title(r, _("At this level or a higher one"));
	row_label(r, "");
	json_array_foreach(groups, i, g)
		if (!json_is_array(first))
			first = json_object_get(g, "levels");
	json_array_foreach(first, j, row) {
		(void)snprintf(cell, sizeof(cell), "%lld",
		    (long long)json_integer_value(json_object_get(row,
		    "level")));
		row_head(r, cell);
	}
	row_end(r);
	json_array_foreach(groups, i, g) {
		if ((levels = json_object_get(g, "levels")) == NULL)
			continue;
		row_label(r, words_group(text_of(g, "id")));
		if (json_is_object(levels))	/* hidden */
			row_cell(r, levels, 1);
		json_array_foreach(levels, j, row)
			row_cell(r, json_object_get(row, "at_least"), 1);
		row_end(r);
	}
}

/* One figure of each group, as the member "key.sub" has it. */
static void
tell_member(const json_t *groups, const char *title, const char *key,
    const char *sub, unsigned decimals, struct report *r)
{
	const json_t *g;
	size_t i;

	if (!have(groups, key))
		return;
	row_title(r, title);
	json_array_foreach(groups, i, g) {
		const json_t *v = json_object_get(g, key);

		if (v == NULL)
			continue;
		row_label(r, words_group(text_of(g, "id")));
		row_cell(r, sub == NULL ||
		    json_object_get(v, "suppressed") != NULL ? v :
		    json_object_get(v, sub), decimals);
		row_end(r);
	}
}

static void
tell_spread(const json_t *doc, const json_t *groups, struct report *r)
{
	const json_t *g, *v;
	size_t i, j;

	if (!have(groups, "spread"))
		return;
	row_title(r, _("Weakest tenth, middle and best tenth"));
	row_label(r, "");
	row_head(r, _("weakest"));
	row_head(r, _("middle"));
	row_head(r, _("best"));
	row_end(r);
	json_array_foreach(groups, i, g) {
		const json_t *spread = json_object_get(g, "spread");
		const json_t *total = json_object_get(spread, "total");

		if (spread == NULL)
			continue;
		row_label(r, words_group(text_of(g, "id")));
		if (total == NULL)
			row_cell(r, spread, 2);
		json_array_foreach(total, j, v)
			row_cell(r, v, 2);
		row_end(r);
	}
	tell_words(doc, "  ", report_spread_is, r);
}

/* "boxes" of the typical organisation, or its mean; of the best ones too. */
static void
tell_typical(const json_t *groups, const char *key, const char *title,
    struct report *r)
{
	const json_t *g;
	size_t i;

	if (!have(groups, key) || !have(groups, "spread"))
		return;
	row_title(r, title);
	json_array_foreach(groups, i, g) {
		const json_t *t = json_object_get(g, key);
		const json_t *boxes = json_object_get(t, "boxes");
		const json_t *level = json_object_get(t, "level");
		char n[NUMBER_LEN], of[NUMBER_LEN], p[NUMBER_LEN];

		if (t == NULL)
			continue;
		row_label(r, words_group(text_of(g, "id")));
		if (level != NULL)
			report_say(r, _("level %s, %s of %s actions (%s)"),
			    number_json(n, level, 0),
			    number_json(p, json_object_get(boxes, "count"), 0),
			    number_json(of, json_object_get(boxes, "of"), 0),
			    number_percent((char[NUMBER_LEN]){ 0 },
			    json_number_value(json_object_get(boxes,
			    "percent")), 1));
		else {
			row_cell(r, json_object_get(t, "mean") != NULL ?
			    json_object_get(t, "mean") : t, 2);
			row_end(r);
		}
	}
}

/* --- areas, and the round before ----------------------------------------- */

static const char *
area_label(const json_t *doc, const char *id)
{
	const json_t *a;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(doc,
	    "questionnaire"), "areas"), i, a)
		if (strcmp(text_of(a, "id"), id) == 0)
			return text_of(a, "label");
	return id;
}

static void
tell_areas(const json_t *doc, const json_t *all, struct report *r)
{
	static const char *const keys[] = { "mean_level", "points", "boxes",
	    "mean" };
	const char *const titles[] = { _("level"), _("points"), _("actions"),
	    _("mean") };
	const json_t *areas = json_object_get(all, "areas"), *a;
	const json_t *first = json_array_get(areas, 0);
	size_t i;

	if (first == NULL)
		return;
	row_title(r, _("Areas, means of all"));
	row_label(r, "");
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		if (json_object_get(first, keys[k]) != NULL)
			row_head(r, titles[k]);
	row_end(r);
	json_array_foreach(areas, i, a) {
		row_label(r, area_label(doc, text_of(a, "id")));
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			if (json_object_get(a, keys[k]) != NULL)
				row_cell(r, json_object_get(a, keys[k]), 2);
		row_end(r);
	}
}

static void
put_pair(struct report *r, const char *label, const json_t *pair)
{
	if (pair == NULL)
		return;
	row_label(r, label);
	if (json_object_get(pair, "suppressed") != NULL)
		row_cell(r, pair, 2);
	else {
		row_cell(r, json_object_get(pair, "then"), 2);
		row_cell(r, json_object_get(pair, "now"), 2);
		row_change(r, pair);
	}
	row_end(r);
}

static void
tell_change(const json_t *all, struct report *r)
{
	const json_t *change = json_object_get(all, "change");
	const json_t *both = json_object_get(change, "both");

	if (change == NULL)
		return;
	row_title(r, _("Since the round before, of all: then and now"));
	put_pair(r, _("respondents"), json_object_get(change, "respondents"));
	row_label(r, _("in both rounds"));
	row_cell(r, json_object_get(both, "suppressed") != NULL ? both :
	    json_object_get(both, "organisations"), 0);
	row_end(r);
	put_pair(r, _("points of these"), json_object_get(both, "points"));
	put_pair(r, _("actions of these"), json_object_get(both, "boxes"));
	put_pair(r, _("mean of these"), json_object_get(both, "mean"));
	put_pair(r, _("the typical one"), json_object_get(change, "typical"));
	put_pair(r, _("the typical one of the best"),
	    json_object_get(change, "best"));
}

/* --- all of it ----------------------------------------------------------- */

/* The object "suppressed" stands for a figure, anywhere. */
static bool
has_hidden(const json_t *v)
{
	const json_t *one;
	const char *key;
	size_t i;

	if (json_is_array(v)) {
		json_array_foreach(v, i, one)
			if (has_hidden(one))
				return true;
	} else
		json_object_foreach((json_t *)v, key, one)
			if (strcmp(key, "suppressed") == 0 || has_hidden(one))
				return true;
	return false;
}

static void
tell_head(const json_t *doc, struct report *r)
{
	const char *round = text_of(doc, "round");
	const char *before = text_of(json_object_get(doc, "previous"),
	    "round");

	report_line(r, _("Survey"), "%s", text_of(json_object_get(doc,
	    "questionnaire"), "title"));
	if (*before != '\0')
		report_line(r, _("Round"), _("%s, and %s before it"), round,
		    before);
	else
		report_line(r, _("Round"), "%s", round);
	if (strcmp(text_of(doc, "environment"), "test") == 0)
		report_line(r, _("Note"), "%s", _("these are answers of the "
		    "test environment"));
}

static void
tell_assumed(const json_t *doc, struct report *r)
{
	row_title(r, _("Not published by the authority, and so assumed:"));
	tell_words(doc, "  ", report_assumed, r);
}

/* The text may have gone to a file. */
static void
tell_note(const json_t *doc, struct report *r)
{
	struct buf text = { 0 };

	report_promise(doc, &text);
	if (buf_str(&text) != NULL)
		report_note(r, "%s", buf_str(&text));
	buf_wipe(&text);
}

void
report_tell(const json_t *doc, struct report *r)
{
	const json_t *groups = json_object_get(doc, "groups");
	const json_t *all = json_array_get(groups, 0);
	char points[128];

	tell_head(doc, r);
	tell_participation(groups, r);
	tell_words(doc, "  ", report_all_are, r);
	tell_levels(groups, r);
	(void)snprintf(points, sizeof(points), _("Points, on the mean, of "
	    "%lld"), (long long)json_integer_value(json_object_get(
	    json_object_get(all, "points"), "of")));
	tell_member(groups, json_object_get(json_object_get(all, "points"),
	    "of") != NULL ? points : _("Points, on the mean"), "points",
	    "mean", 2, r);
	tell_member(groups, _("Mean"), "mean", NULL, 2, r);
	tell_areas(doc, all, r);
	tell_spread(doc, groups, r);
	tell_typical(groups, "typical", _("The typical organisation"), r);
	tell_typical(groups, "best", _("The typical one of the best"), r);
	tell_member(groups, _("How much of the result the leadership's area "
	    "tells (R²)"), "lead", "r2", 4, r);
	report_text_worst(all, r);
	tell_change(all, r);
	report_text_questions(doc, all, r);
	tell_assumed(doc, r);
	if (has_hidden(groups)) {
		report_say(r, "%s", "");
		report_say(r, _("* not shown: it would be about a group of "
		    "fewer than %lld organisations, or tell of one."),
		    (long long)json_integer_value(json_object_get(
		    json_object_get(doc, "settings"), "least")));
	}
	if (report_unprotected(doc)) {
		report_say(r, "%s", "");
		tell_words(doc, "", report_promise, r);
		tell_note(doc, r);
	}
	report_set(r, "report", json_incref((json_t *)doc));
}
