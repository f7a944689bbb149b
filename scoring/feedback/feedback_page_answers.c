/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_page_answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/page/number.h"

/* Characters that a column of print holds on one line, with three columns of
 * answers. */
#define COLUMN	29

/* How long an answer is when it is written out. */
static size_t
answer_length(const json_t *answer)
{
	const json_t *option;
	size_t i, n = 2;

	json_array_foreach(answer, i, option)
		n += view_length(option, "label") + 2;
	return n;
}

static void
put_answer(struct feedback_view *v, const char *class, const json_t *answer,
    const char *none)
{
	const json_t *option;
	char n[NUMBER_LEN];
	size_t i;

	page_open(&v->page, "td", "class", class, NULL);
	if (json_is_true(answer))
		page_text(&v->page, _("answered"));
	else if (json_is_array(answer) && json_array_size(answer) == 0)
		page_text(&v->page, none);
	else if (!json_is_array(answer))
		page_text(&v->page, number_json(n, answer, 2));
	json_array_foreach(answer, i, option) {
		page_text(&v->page, i != 0 ? "; " : "");
		page_label(&v->page, "span", v->language, view_text(option,
		    "label"));
	}
	page_close(&v->page);
}

static bool
asked(const json_t *question)
{
	return json_is_true(json_object_get(question, "asked"));
}

/* Free text is nothing to compare. */
static bool
differs(const json_t *question)
{
	const json_t *own = json_object_get(question, "answer"),
	    *theirs = json_object_get(question, "benchmark");

	return theirs != NULL && !json_is_true(theirs) &&
	    (own == NULL || !json_equal(own, theirs));
}

/* The highest of the cells counts; those of answers share what the question
 * leaves. */
static double
lines_of(const struct feedback_view *v, const json_t *question)
{
	const unsigned answers = 1 + (*v->typical != '\0' ? 1u : 0) +
	    (*v->last != '\0' ? 1u : 0);
	static const char *const keys[] = { "answer", "benchmark", "last" };
	double most = view_lines(view_length(question, "label") + 5, COLUMN),
	    lines;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		lines = view_lines(answer_length(json_object_get(question,
		    keys[i])), 2 * COLUMN / answers - 1);
		most = lines > most ? lines : most;
	}
	return 0.4 + 0.92 * most;
}

/* A row with an area's name. */
static double
lines_of_area(const json_t *area)
{
	return 0.8 + view_lines(view_length(area, "label"), VIEW_COLUMNS - 10);
}

static const json_t *
area_of(const struct feedback_view *v, const json_t *question)
{
	const json_t *area;
	size_t i;

	json_array_foreach(json_object_get(v->doc, "areas"), i, area)
		if (strcmp(view_text(area, "id"), view_text(question,
		    "area")) == 0)
			return area;
	return NULL;
}

/* Has any row of the area been chosen? */
static bool
area_chosen(const json_t *area, const json_t *questions, const bool *paper)
{
	const json_t *q;
	size_t i;

	json_array_foreach(questions, i, q)
		if (paper[i] && strcmp(view_text(q, "area"), view_text(area,
		    "id")) == 0)
			return true;
	return false;
}

/* Which rows are on paper: those that differ first, as far as there is room. */
static size_t
choose(struct feedback_view *v, const json_t *questions, bool *paper)
{
	const json_t *q, *area;
	size_t i, left = 0;

	for (int pass = 0; pass < 2; pass++)
		json_array_foreach(questions, i, q) {
			if (!asked(q) || paper[i] ||
			    differs(q) != (pass == 0))
				continue;
			area = area_of(v, q);
			paper[i] = view_take(v, lines_of(v, q) +
			    (area_chosen(area, questions, paper) ? 0 :
			    lines_of_area(area)), 2);
		}
	json_array_foreach(questions, i, q)
		left += asked(q) && !paper[i];
	return left;
}

static void
put_question(struct feedback_view *v, const json_t *q, bool paper)
{
	struct page *p = &v->page;

	page_open(p, "tr", "class", paper ? NULL : "screen", NULL);
	page_open(p, "th", "scope", "row", NULL);
	page_open(p, "span", "class", "quiet", NULL);
	page_format(p, "%s ", view_text(q, "id"));
	page_close(p);
	page_label(p, "span", v->language, view_text(q, "label"));
	page_close(p);
	put_answer(v, "own", json_object_get(q, "answer"), _("none"));
	if (*v->typical != '\0')
		put_answer(v, NULL, json_object_get(q, "benchmark"),
		    _("nothing that most chose"));
	if (*v->last != '\0')
		put_answer(v, NULL, json_object_get(q, "last"), _("none"));
	page_close(p);
}

/* A body of rows for each area, under its name. */
static void
put_area(struct feedback_view *v, const json_t *area, const bool *paper)
{
	const json_t *questions = json_object_get(v->doc, "questions"), *q;
	unsigned columns = 2u + (*v->typical != '\0') + (*v->last != '\0');
	struct page *p = &v->page;
	char span[8];
	size_t i;

	(void)snprintf(span, sizeof(span), "%u", columns);
	page_open(p, "tbody", "class", area_chosen(area, questions, paper) ?
	    NULL : "screen", NULL);
	page_open(p, "tr", NULL);
	page_open(p, "th", "scope", "rowgroup", "colspan", span, NULL);
	page_label(p, "span", v->language, view_text(area, "label"));
	page_close(p);
	page_close(p);
	json_array_foreach(questions, i, q)
		if (asked(q) && strcmp(view_text(q, "area"), view_text(area,
		    "id")) == 0)
			put_question(v, q, paper[i]);
	page_close(p);
}

static void
put_head(struct feedback_view *v)
{
	page_open(&v->page, "thead", NULL);
	page_open(&v->page, "tr", NULL);
	view_head(v, NULL, _("Question"));
	view_head(v, "own", _("Your answer"));
	if (*v->typical != '\0')
		view_head(v, NULL, v->typical);
	if (*v->last != '\0')
		view_head(v, NULL, v->last);
	page_close(&v->page);
	page_close(&v->page);
}

static void
put_not_asked(struct feedback_view *v, size_t n)
{
	char text[NUMBER_LEN];

	if (n == 0)
		return;
	page_open(&v->page, "p", "class", "quiet", NULL);
	page_format(&v->page, P_("%s question was not asked, because of other "
	    "answers.", "%s questions were not asked, because of other "
	    "answers.", n), number_whole(text, (int64_t)n));
	page_close(&v->page);
}

void
feedback_page_answers(struct feedback_view *v)
{
	const json_t *questions = json_object_get(v->doc, "questions"),
	    *areas = json_object_get(v->doc, "areas"), *one;
	size_t n = json_array_size(questions), i, left, not_asked = 0;
	bool *paper = calloc(n + 1, sizeof(*paper));

	if (paper == NULL) {
		v->page.out->failed = true;
		return;
	}
	json_array_foreach(questions, i, one)
		not_asked += !asked(one);
	(void)view_take(v, 12, -1000);
	left = choose(v, questions, paper);
	view_section(v, "answers", _("Your answers"));
	view_table(v, NULL, *v->typical != '\0' ?
	    _("Your answers beside what is typical") : _("Your answers"));
	put_head(v);
	json_array_foreach(areas, i, one)
		put_area(v, one, paper);
	page_close(&v->page);
	page_close(&v->page);
	view_rest(v, left);
	put_not_asked(v, not_asked);
	page_close(&v->page);
	free(paper);
}
