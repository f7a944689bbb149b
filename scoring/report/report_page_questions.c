/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/report_page_questions.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/words.h"

/* The same question in another group's chapter; questions are in the same
 * order everywhere. */
static const json_t *
question_of(const json_t *group, size_t i)
{
	const json_t *list = figure_at(group, "questions", NULL);

	return figure_hidden(list) ? list : json_array_get(list, i);
}

/* One figure of a question, of each group. */
static void
put_row(struct report_view *v, const char *class, const char *lang,
    const char *label, size_t i, const char *key, const char *sub,
    unsigned decimals)
{
	const json_t *group;
	size_t j;

	page_open(&v->page, "tr", "class", class, NULL);
	page_open(&v->page, "th", "scope", "row", NULL);
	page_label(&v->page, "span", lang, label);
	page_close(&v->page);
	json_array_foreach(v->groups, j, group)
		view_figure(v, figure_at(question_of(group, i), key, sub,
		    NULL), decimals);
	page_close(&v->page);
}

static void
put_option(struct report_view *v, size_t i, size_t option,
    const char *label)
{
	const json_t *group, *options;
	size_t j;

	view_row(v, v->language, label);
	json_array_foreach(v->groups, j, group) {
		options = figure_at(question_of(group, i), "options", NULL);
		view_figure(v, figure_hidden(options) ? options :
		    json_array_get(options, option), 1);
	}
	page_close(&v->page);
}

/* What the question is, from the first group that shows its options. */
static const json_t *
shown(const struct report_view *v, size_t i)
{
	const json_t *group, *q;
	size_t j;

	json_array_foreach(v->groups, j, group) {
		q = question_of(group, i);
		if (json_is_array(json_object_get(q, "options")))
			return q;
	}
	return question_of(json_array_get(v->groups, 0), i);
}

static bool
some(const struct report_view *v, size_t i, const char *key)
{
	const json_t *group;
	size_t j;

	json_array_foreach(v->groups, j, group)
		if (json_object_get(question_of(group, i), key) != NULL)
			return true;
	return false;
}

static void
put_question(struct report_view *v, size_t i)
{
	const json_t *q = shown(v, i), *option;
	char span[24];
	size_t j;

	page_open(&v->page, "tr", NULL);
	(void)snprintf(span, sizeof(span), "%zu", json_array_size(v->groups) +
	    1);
	page_open(&v->page, "th", "scope", "rowgroup", "colspan", span, NULL);
	page_format(&v->page, "%s ", figure_text(q, "id"));
	page_label(&v->page, "span", v->language, figure_text(q, "label"));
	page_close(&v->page);
	page_close(&v->page);
	json_array_foreach(json_object_get(q, "options"), j, option)
		put_option(v, i, j, figure_text(option, "label"));
	if (some(v, i, "number")) {
		put_row(v, NULL, NULL, _("Median"), i, "number", "median", 0);
		put_row(v, NULL, NULL, _("Mean"), i, "number", "mean", 2);
	}
	if (some(v, i, "mean"))
		put_row(v, "sum", NULL, _("Mean"), i, "mean", NULL, 2);
	if (some(v, i, "no_points"))
		put_row(v, "sum", NULL, _("No points"), i, "no_points", NULL,
		    1);
	put_row(v, "sum", NULL, _("Answers"), i, "n", NULL, 0);
}

/* A table for each area, a body for each question. */
static void
put_area(struct report_view *v, const json_t *area, const json_t *questions)
{
	const json_t *q, *group;
	char id[96];
	bool open = false;
	size_t i, j;

	json_array_foreach(questions, i, q) {
		if (strcmp(figure_text(q, "area"), figure_text(area, "id")) !=
		    0)
			continue;
		if (!open) {
			(void)snprintf(id, sizeof(id), "in-%.80s",
			    figure_text(area, "id"));
			page_open(&v->page, "section", "aria-labelledby", id,
			    NULL);
			page_open(&v->page, "h3", "id", id, NULL);
			page_label(&v->page, "span", v->language,
			    figure_text(area, "label"));
			page_close(&v->page);
			view_begin_table(v, _("Share of those that answered the "
			    "question"));
			view_column(v, NULL, _("Question"));
			json_array_foreach(v->groups, j, group)
				view_column(v, "n", words_group(figure_text(
				    group, "id")));
			view_rows(v);
			open = true;
		} else {
			page_close(&v->page);
			page_open(&v->page, "tbody", NULL);
		}
		put_question(v, i);
	}
	if (!open)
		return;
	view_end_table(v);
	page_close(&v->page);
}

void
report_page_questions(struct report_view *v)
{
	const json_t *questions = figure_at(json_array_get(v->groups, 0),
	    "questions", NULL), *area;
	size_t i;

	page_open(&v->page, "section", "aria-labelledby", "questions", NULL);
	page_open(&v->page, "h2", "id", "questions", NULL);
	page_text(&v->page, _("Question by question"));
	page_close(&v->page);
	json_array_foreach(json_object_get(v->questionnaire, "areas"), i, area)
		put_area(v, area, questions);
	page_close(&v->page);
}
