/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_page_now.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/page/chart.h"
#include "scoring/page/number.h"

static void
put_stair(struct feedback_view *v, const json_t *level)
{
	char title[128], own[NUMBER_LEN], of[NUMBER_LEN];
	int64_t reached = view_whole(level, "level"),
	    highest = view_whole(level, "of");

	(void)snprintf(title, sizeof(title), _("Level %s of %s"),
	    number_whole(own, reached), number_whole(of, highest));
	page_open(&v->page, "div", "class", "now", NULL);
	page_open(&v->page, "div", NULL);
	page_element_class(&v->page, "p", "big", title);
	page_open(&v->page, "p", "class", "meaning", NULL);
	page_label(&v->page, "span", v->language, view_text(level, "label"));
	page_close(&v->page);
	view_rules(v);
	page_close(&v->page);
	chart_stair(&v->page, reached, highest, title,
	    _("A stair with a step for each level; those up to the level that "
	    "is reached are filled."));
	page_close(&v->page);
}

/* What the level means for what comes. */
static void
put_outlook(struct feedback_view *v)
{
	const json_t *next = json_object_get(v->doc, "next");
	size_t n = json_array_size(json_object_get(next, "missing"));
	char level[NUMBER_LEN], text[NUMBER_LEN];

	page_open(&v->page, "p", NULL);
	if (next == NULL)
		page_text(&v->page, _("There is no higher level."));
	else
		page_format(&v->page, P_("Level %s is reached when more is "
		    "done in %s question. A level also demands all that lower "
		    "levels do, in every area.", "Level %s is reached when more "
		    "is done in %s questions. A level also demands all that "
		    "lower levels do, in every area.", n),
		    number_whole(level, view_whole(next, "level")),
		    number_whole(text, (int64_t)n));
	page_close(&v->page);
}

static void
put_mean(struct feedback_view *v)
{
	const json_t *scale = json_object_get(v->doc, "scale");
	double mean = view_number(v->doc, "mean");
	char text[NUMBER_LEN], from[NUMBER_LEN], to[NUMBER_LEN];

	page_open(&v->page, "div", "class", "now", NULL);
	page_open(&v->page, "div", NULL);
	page_open(&v->page, "p", "class", "big", NULL);
	if (isnan(mean))
		page_text(&v->page, _("No mean"));
	else
		page_format(&v->page, _("Mean %s"), number_real(text, mean, 2));
	page_close(&v->page);
	page_open(&v->page, "p", "class", "meaning", NULL);
	if (isnan(mean))
		page_text(&v->page, _("Nothing that has a value was answered."));
	else if (scale != NULL)
		page_format(&v->page, _("on a scale from %s to %s"),
		    number_whole(from, view_whole(scale, "least")),
		    number_whole(to, view_whole(scale, "greatest")));
	page_close(&v->page);
	view_rules(v);
	page_close(&v->page);
	page_close(&v->page);
}

static void
put_answered(struct feedback_view *v)
{
	const json_t *question;
	size_t i, asked = 0, answered = 0;
	char some[NUMBER_LEN], all[NUMBER_LEN];

	json_array_foreach(json_object_get(v->doc, "questions"), i, question) {
		asked += json_is_true(json_object_get(question, "asked"));
		answered += json_object_get(question, "answer") != NULL;
	}
	page_open(&v->page, "p", "class", "big", NULL);
	page_format(&v->page, _("%s of %s questions answered"),
	    number_whole(some, (int64_t)answered),
	    number_whole(all, (int64_t)asked));
	page_close(&v->page);
	page_element(&v->page, "p", *v->typical != '\0' ?
	    _("This survey has no levels and no points: it shows your answers "
	    "beside those of others.") :
	    _("This survey has no levels and no points: it shows your "
	    "answers."));
}

/* One row of what is compared: "You, round 2027 | 1 | 96 | 150". */
static void
put_total(struct feedback_view *v, const char *who, const char *class,
    const json_t *figures, bool nested)
{
	static const char *const keys[] = { "level", "points", "boxes" };
	char text[NUMBER_LEN];
	const json_t *n;

	page_open(&v->page, "tr", NULL);
	page_open(&v->page, "th", "scope", "row", "class", class, NULL);
	page_text(&v->page, who);
	page_close(&v->page);
	for (size_t i = 0; i < 3; i++) {
		n = json_object_get(figures, keys[i]);
		if (nested)
			n = json_object_get(n, keys[i]);
		view_cell(v, class, number_json(text, n, 2));
	}
	page_close(&v->page);
}

static void
put_total_means(struct feedback_view *v, const char *who, const char *class,
    const json_t *figures)
{
	char text[NUMBER_LEN];

	page_open(&v->page, "tr", NULL);
	page_open(&v->page, "th", "scope", "row", "class", class, NULL);
	page_text(&v->page, who);
	page_close(&v->page);
	view_cell(v, class, number_json(text, json_object_get(figures, "mean"),
	    2));
	page_close(&v->page);
}

static void
head_of(struct feedback_view *v, const char *key, const char *what)
{
	char text[128], of[NUMBER_LEN];

	(void)snprintf(text, sizeof(text), _("%s, of %s"), what,
	    number_whole(of, view_whole(json_object_get(v->doc, key), "of")));
	view_head(v, "n", text);
}

/* Beside the group and the last round; nothing when there is neither and the
 * figures have been told already. */
static void
put_totals(struct feedback_view *v, bool means)
{
	const json_t *benchmark = json_object_get(v->doc, "benchmark"),
	    *last = json_object_get(v->doc, "last");
	char you[96];

	if (means && benchmark == NULL && last == NULL)
		return;
	(void)snprintf(you, sizeof(you), _("You, round %.64s"),
	    view_text(v->doc, "round"));
	view_table(v, NULL, _("All areas together"));
	page_open(&v->page, "thead", NULL);
	page_open(&v->page, "tr", NULL);
	view_head(v, NULL, _("Who"));
	if (means) {
		view_head(v, "n", _("Mean"));
	} else {
		head_of(v, "level", _("Level"));
		head_of(v, "points", _("Points"));
		head_of(v, "boxes", _("Actions"));
	}
	page_close(&v->page);
	page_close(&v->page);
	page_open(&v->page, "tbody", NULL);
	if (means) {
		put_total_means(v, you, "own", v->doc);
		if (last != NULL)
			put_total_means(v, v->last, NULL, last);
		if (benchmark != NULL)
			put_total_means(v, v->typical, NULL, benchmark);
	} else {
		put_total(v, you, "own", v->doc, true);
		if (last != NULL)
			put_total(v, v->last, NULL, last, false);
		if (benchmark != NULL)
			put_total(v, v->typical, NULL, benchmark, false);
	}
	page_close(&v->page);
	page_close(&v->page);
	page_close(&v->page);
	(void)view_take(v, 4.8 + 1.35 * ((benchmark != NULL) + (last != NULL)),
	    -1000);
}

/* What the last round can be compared in, when not in everything. */
static void
put_comparable(struct feedback_view *v)
{
	const json_t *last = json_object_get(v->doc, "last"),
	    *c = json_object_get(last, "comparable"),
	    *boxes = json_object_get(c, "boxes");
	char a[NUMBER_LEN], b[NUMBER_LEN], of[NUMBER_LEN];
	int64_t left_out = view_whole(c, "left_out");

	if (last == NULL || left_out == 0)
		return;
	page_open(&v->page, "p", "class", "quiet", NULL);
	page_format(&v->page, _("The questionnaire has changed since the last "
	    "round: questions that can be compared: %s, that cannot: %s."),
	    number_whole(a, view_whole(c, "questions")),
	    number_whole(b, left_out));
	if (view_whole(boxes, "of") > 0) {
		page_text(&v->page, " ");
		page_format(&v->page, _("Of the %s actions that both rounds "
		    "asked for, you had %s then and have %s now."),
		    number_whole(of, view_whole(boxes, "of")),
		    number_whole(a, view_whole(boxes, "then")),
		    number_whole(b, view_whole(boxes, "now")));
	}
	page_close(&v->page);
	(void)view_take(v, 2.4, -1000);
}

void
feedback_page_now(struct feedback_view *v)
{
	const char *result = view_text(v->doc, "result");

	view_section(v, "now", _("Where you stand"));
	if (strcmp(result, "levels") == 0) {
		put_stair(v, json_object_get(v->doc, "level"));
		put_outlook(v);
		put_totals(v, false);
	} else if (strcmp(result, "means") == 0) {
		put_mean(v);
		put_totals(v, true);
	} else {
		put_answered(v);
	}
	put_comparable(v);
	page_close(&v->page);
	(void)view_take(v, strcmp(result, "levels") != 0 ? 6 : 7.2 + 1.3 *
	    view_lines(view_length(json_object_get(v->doc, "level"), "label"),
	    VIEW_COLUMNS / 2), -1000);
}
