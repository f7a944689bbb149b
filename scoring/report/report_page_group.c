/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/report_page_group.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/page/number.h"
#include "scoring/report/report_page_change.h"
#include "scoring/report/report_words.h"
#include "scoring/words.h"

/* "spread-kommun": headings of different groups have different ids. */
static void
chapter(struct report_view *v, const json_t *group, const char *what,
    const char *title)
{
	char id[96];

	(void)snprintf(id, sizeof(id), "%.20s-%.60s", what,
	    figure_text(group, "id"));
	view_chapter(v, "h3", id, title);
}

/* In place of what is hidden as a whole; false when it is not. */
static bool
put_if_hidden(struct report_view *v, const json_t *figure)
{
	char word[64];

	if (!figure_hidden(figure))
		return false;
	page_open(&v->page, "p", "class", "quiet", NULL);
	page_format(&v->page, "%s: %s", _("All of this"), figure_words(word,
	    sizeof(word), figure, 0));
	page_close(&v->page);
	return true;
}

/* --- areas ---------------------------------------------------------------- */

static void
put_area_levels(struct report_view *v, const json_t *areas)
{
	const size_t levels = json_array_size(json_object_get(v->questionnaire,
	    "levels"));
	const json_t *area, *rows;
	char head[64], n[NUMBER_LEN];
	size_t i;

	view_levels_key(v);
	view_begin_table(v, _("Share at each level, and means, area by area"));
	view_column(v, NULL, _("Area"));
	view_column_chart(v, NULL, _("Drawn"));
	for (size_t j = 1; j < levels; j++) {
		(void)snprintf(head, sizeof(head), _("Level ≥ %s"),
		    number_whole(n, (int64_t)j));
		view_column(v, "n", head);
	}
	view_column(v, "n", _("Level, mean"));
	view_column(v, "n", _("Points, mean"));
	view_column(v, "n", _("Actions, mean"));
	view_rows(v);
	json_array_foreach(areas, i, area) {
		rows = figure_at(area, "levels", NULL);
		view_row(v, v->language, view_area_label(v, figure_text(area,
		    "id")));
		view_levels_stack(v, rows);
		for (size_t j = 1; j < levels; j++)
			view_figure(v, figure_hidden(rows) ? rows :
			    figure_at(json_array_get(rows, j), "at_least",
			    NULL), 1);
		view_figure(v, figure_at(area, "mean_level", NULL), 2);
		view_figure(v, figure_at(area, "points", NULL), 2);
		view_figure(v, figure_at(area, "boxes", NULL), 2);
		page_close(&v->page);
	}
	view_end_table(v);
}

static void
put_area_means(struct report_view *v, const json_t *areas)
{
	const json_t *area, *mean;
	char title[64];
	size_t i;

	view_begin_table(v, _("Means, area by area"));
	view_column(v, NULL, _("Area"));
	view_column_chart(v, &v->scale, _("Drawn"));
	view_column(v, "n", _("Mean"));
	view_rows(v);
	json_array_foreach(areas, i, area) {
		mean = figure_at(area, "mean", NULL);
		view_row(v, v->language, view_area_label(v, figure_text(area,
		    "id")));
		page_open(&v->page, "td", "class", "c", NULL);
		chart_bar(&v->page, &v->scale, figure_value(mean), NULL, 0,
		    figure_words(title, sizeof(title), mean, 2));
		page_close(&v->page);
		view_figure(v, mean, 2);
		page_close(&v->page);
	}
	view_end_table(v);
}

static void
put_areas(struct report_view *v, const json_t *group)
{
	const json_t *areas = figure_at(group, "areas", NULL);

	if (areas == NULL)
		return;
	chapter(v, group, "areas", _("Areas"));
	if (put_if_hidden(v, areas))
		;
	else if (v->levels)
		put_area_levels(v, areas);
	else
		put_area_means(v, areas);
	page_close(&v->page);
}

/* --- spread --------------------------------------------------------------- */

static void
put_spread_row(struct report_view *v, const char *lang, const char *label,
    const json_t *values)
{
	const json_t *three[3];
	struct chart_mark marks[3] = { { CHART_TICK, NAN }, { CHART_DOT, NAN },
	    { CHART_DIAMOND, NAN } };
	char title[256], a[64], b[64], c[64];

	for (size_t i = 0; i < 3; i++) {
		three[i] = figure_hidden(values) ? values :
		    json_array_get(values, i);
		marks[i].value = figure_value(three[i]);
	}
	(void)snprintf(title, sizeof(title), _("Weakest %s, middle %s, best %s"),
	    figure_words(a, sizeof(a), three[0], 2),
	    figure_words(b, sizeof(b), three[1], 2),
	    figure_words(c, sizeof(c), three[2], 2));
	view_row(v, lang, label);
	page_open(&v->page, "td", "class", "c", NULL);
	chart_points(&v->page, &v->scale, marks, 3, title);
	page_close(&v->page);
	for (size_t i = 0; i < 3; i++)
		view_figure(v, three[i], 2);
	page_close(&v->page);
}

static void
put_spread(struct report_view *v, const json_t *group)
{
	const json_t *spread = figure_at(group, "spread", NULL), *area;
	size_t i;

	if (spread == NULL)
		return;
	chapter(v, group, "spread", _("Spread"));
	if (!put_if_hidden(v, spread)) {
		page_open(&v->page, "ul", "class", "key", NULL);
		chart_key_mark(&v->page, CHART_TICK, _("Weakest tenth"));
		chart_key_mark(&v->page, CHART_DOT, _("Middle"));
		chart_key_mark(&v->page, CHART_DIAMOND, _("Best tenth"));
		page_close(&v->page);
		view_begin_table(v, _("Weakest tenth, middle and best tenth"));
		view_column(v, NULL, _("Area"));
		view_column_chart(v, &v->scale, _("Drawn"));
		view_column(v, "n", _("Weakest tenth"));
		view_column(v, "n", _("Middle"));
		view_column(v, "n", _("Best tenth"));
		view_rows(v);
		put_spread_row(v, NULL, _("All areas together"),
		    figure_at(spread, "total", NULL));
		json_array_foreach(figure_at(spread, "areas", NULL), i, area)
			put_spread_row(v, v->language, view_area_label(v,
			    figure_text(area, "id")), figure_at(area, "values",
			    NULL));
		view_end_table(v);
		view_words(v, "quiet", report_spread_is);
	}
	page_close(&v->page);
}

/* --- points --------------------------------------------------------------- */

static double
greatest_count(const json_t *classes)
{
	const json_t *class;
	double most = 1, value;
	size_t i;

	json_array_foreach(classes, i, class) {
		value = figure_value(figure_at(class, "count", NULL));
		most = value > most ? value : most;
	}
	return most;
}

static void
put_points(struct report_view *v, const json_t *group)
{
	const json_t *classes = figure_at(group, "points", "classes", NULL),
	    *class, *count;
	char label[2 * NUMBER_LEN + 8], a[NUMBER_LEN], b[NUMBER_LEN];
	struct chart_scale scale = { 0, 1, 0 };
	size_t i;

	if (classes == NULL)
		return;
	chapter(v, group, "points", _("Points"));
	if (put_if_hidden(v, classes)) {
		page_close(&v->page);
		return;
	}
	scale.to = greatest_count(classes);
	view_begin_table(v, _("How many organisations have how many points"));
	view_column(v, NULL, _("Points"));
	view_column_chart(v, NULL, _("Drawn"));
	view_column(v, "n", _("Organisations"));
	view_column(v, "n", _("of them on no level"));
	view_rows(v);
	json_array_foreach(classes, i, class) {
		count = figure_at(class, "count", NULL);
		(void)snprintf(label, sizeof(label), "%s–%s", number_json(a,
		    json_object_get(class, "from"), 0), number_json(b,
		    json_object_get(class, "to"), 0));
		view_row(v, NULL, label);
		page_open(&v->page, "td", "class", "c", NULL);
		chart_bar(&v->page, &scale, figure_value(count), NULL, 0,
		    figure_words(label, sizeof(label), count, 0));
		page_close(&v->page);
		view_figure(v, count, 0);
		view_figure(v, figure_at(class, "without_level", NULL), 0);
		page_close(&v->page);
	}
	view_end_table(v);
	page_close(&v->page);
}

/* --- typical, and the best ------------------------------------------------ */

/* level or mean, and the boxes with their share. */
static void
put_typical_cells(struct report_view *v, const json_t *figures)
{
	if (v->means) {
		view_figure(v, figure_at(figures, "mean", NULL), 2);
		return;
	}
	view_figure(v, figure_at(figures, "level", NULL), 0);
	view_figure(v, figure_at(figures, "boxes", "count", NULL), 0);
	view_figure(v, figure_at(figures, "boxes", NULL), 1);
}

/* The area of that id in the figures of a typical organisation. */
static const json_t *
area_of(const json_t *figures, const char *id)
{
	const json_t *area;
	size_t i;

	if (figure_hidden(figures))
		return figures;
	json_array_foreach(json_object_get(figures, "areas"), i, area)
		if (strcmp(figure_text(area, "id"), id) == 0)
			return area;
	return NULL;
}

static void
put_typical_columns(struct report_view *v, const char *whose)
{
	char text[160];

	if (v->means) {
		view_column(v, "n", whose);
		return;
	}
	(void)snprintf(text, sizeof(text), _("%s: level"), whose);
	view_column(v, "n", text);
	view_column(v, "n", _("actions"));
	view_column(v, "n", _("share"));
}

static void
put_typical(struct report_view *v, const json_t *group)
{
	const json_t *typical = figure_at(group, "typical", NULL),
	    *best = json_object_get(group, "best"), *area;
	char name[WORDS_GROUP_LEN];
	const char *id;
	size_t i;

	if (typical == NULL || (!v->levels && !v->means))
		return;
	chapter(v, group, "typical", _("The typical organisation"));
	view_begin_table(v, v->means ? _("The typical mean, and that of the "
	    "best") : _("What most have done, and what most of the best have "
	    "done"));
	view_column(v, NULL, _("Area"));
	put_typical_columns(v, _("Typical"));
	words_group_best(figure_text(group, "id"), json_integer_value(
	    json_object_get(best, "organisations")), name);
	if (best != NULL)
		put_typical_columns(v, figure_hidden(best) ? _("The best") :
		    name);
	view_rows(v);
	view_row(v, NULL, _("All areas together"));
	put_typical_cells(v, typical);
	if (best != NULL)
		put_typical_cells(v, best);
	page_close(&v->page);
	json_array_foreach(json_object_get(v->questionnaire, "areas"), i,
	    area) {
		id = figure_text(area, "id");
		view_row(v, v->language, figure_text(area, "label"));
		put_typical_cells(v, area_of(typical, id));
		if (best != NULL)
			put_typical_cells(v, area_of(best, id));
		page_close(&v->page);
	}
	view_end_table(v);
	page_close(&v->page);
}

/* --- questions that gave most of them nothing ----------------------------- */

static const char *
question_label(const json_t *group, const char *id)
{
	const json_t *question;
	size_t i;

	json_array_foreach(json_object_get(group, "questions"), i, question)
		if (strcmp(figure_text(question, "id"), id) == 0)
			return figure_text(question, "label");
	return "";
}

static void
put_without(struct report_view *v, const json_t *group)
{
	const json_t *list = json_object_get(group, "mostly_without_points"),
	    *one;
	const char *id;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	chapter(v, group, "without", _("Questions where most have no points"));
	page_open(&v->page, "ul", NULL);
	json_array_foreach(list, i, one) {
		id = json_is_string(one) ? json_string_value(one) :
		    figure_text(one, "id");
		page_open(&v->page, "li", NULL);
		page_format(&v->page, "%s ", id);
		page_label(&v->page, "span", v->language, question_label(group,
		    id));
		page_close(&v->page);
	}
	page_close(&v->page);
	page_close(&v->page);
}

bool
report_page_has(const struct report_view *v, const json_t *group)
{
	return v->levels || v->means || json_object_get(group, "change") !=
	    NULL;
}

void
report_page_group(struct report_view *v, const json_t *group)
{
	char id[80], name[VIEW_NAME_LEN];

	(void)snprintf(id, sizeof(id), "group-%.60s", figure_text(group, "id"));
	page_open(&v->page, "section", "class", "group", "aria-labelledby", id,
	    NULL);
	page_open(&v->page, "h2", "id", id, NULL);
	page_text(&v->page, view_group_name(name, group));
	page_close(&v->page);
	if (!put_if_hidden(v, group)) {
		put_areas(v, group);
		put_spread(v, group);
		put_points(v, group);
		put_typical(v, group);
		put_without(v, group);
		report_page_change(v, group);
	}
	page_close(&v->page);
}
