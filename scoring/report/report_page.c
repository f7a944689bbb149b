/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/report_page.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/page/number.h"
#include "scoring/report/report_page_group.h"
#include "scoring/report/report_page_questions.h"
#include "scoring/report/report_view.h"
#include "scoring/report/report_words.h"

static const char style[] =
    "main{max-width:62rem}\n"
    "nav ul{columns:2 16rem;margin:.4rem 0;padding-left:1.2rem}\n"
    "tbody th[scope=rowgroup]{padding-top:1rem;font-weight:600}\n"
    "tr.sum th,tr.sum td{color:var(--quiet)}\n"
    ".warn{border-left:6px solid var(--mark);padding-left:.7rem;"
    "font-weight:600}\n"
    "@media print{html{font-size:9pt}thead th{font-size:7.5pt}"
    "td.c,th.c{width:24%}}\n";

/* Does any group have this member? */
static bool
any(const struct report_view *v, const char *key)
{
	const json_t *group;
	size_t i;

	json_array_foreach(v->groups, i, group)
		if (json_object_get(group, key) != NULL)
			return true;
	return false;
}

static void
put_header(struct report_view *v)
{
	const char *round = figure_text(v->doc, "round"),
	    *before = figure_text(json_object_get(v->doc, "previous"), "round");

	page_open(&v->page, "header", NULL);
	page_open(&v->page, "p", "class", "eyebrow", NULL);
	page_format(&v->page, _("Round %s"), round);
	if (*before != '\0')
		page_format(&v->page, _(", compared with round %s"), before);
	page_close(&v->page);
	page_label(&v->page, "h1", v->language, figure_text(v->questionnaire,
	    "title"));
	view_words(v, report_unprotected(v->doc) ? "warn" : "quiet",
	    report_promise);
	if (strcmp(figure_text(v->doc, "environment"), "test") == 0)
		page_element_class(&v->page, "p", "warn", _("TEST ONLY: made from test data."));
	page_close(&v->page);
}

static void
put_link(struct report_view *v, const char *id, const char *text)
{
	char to[128];

	(void)snprintf(to, sizeof(to), "#%.100s", id);
	page_open(&v->page, "li", NULL);
	page_open(&v->page, "a", "href", to, NULL);
	page_text(&v->page, text);
	page_close(&v->page);
	page_close(&v->page);
}

static void
put_contents(struct report_view *v)
{
	const json_t *group;
	char id[80], name[VIEW_NAME_LEN];
	size_t i;

	page_open(&v->page, "nav", "aria-labelledby", "contents", NULL);
	page_open(&v->page, "h2", "id", "contents", NULL);
	page_text(&v->page, _("Contents"));
	page_close(&v->page);
	page_open(&v->page, "ul", NULL);
	put_link(v, "participation", _("Who answered"));
	if (v->levels || v->means)
		put_link(v, "result", _("Result"));
	json_array_foreach(v->groups, i, group) {
		if (!report_page_has(v, group))
			continue;
		(void)snprintf(id, sizeof(id), "group-%.60s", figure_text(group,
		    "id"));
		put_link(v, id, view_group_name(name, group));
	}
	put_link(v, "questions", _("Question by question"));
	put_link(v, "basis", _("What this rests on"));
	page_close(&v->page);
	page_close(&v->page);
}

/* Is it known how many were asked? */
static bool
have_rates(const struct report_view *v)
{
	const json_t *group;
	size_t i;

	json_array_foreach(v->groups, i, group)
		if (json_object_get(json_object_get(group, "participation"),
		    "rate") != NULL)
			return true;
	return false;
}

static void
put_participation(struct report_view *v)
{
	static const struct chart_scale scale = { 0, 100, 25 };
	const bool rates = have_rates(v);
	const json_t *group, *p, *rate;
	char title[64], name[VIEW_NAME_LEN];
	size_t i;

	view_chapter(v, "h2", "participation", _("Who answered"));
	view_begin_table(v, rates ? _("Participation and response rate") :
	    _("Participation"));
	view_column(v, NULL, _("Group"));
	if (rates) {
		view_column_chart(v, &scale, _("Drawn"));
		view_column(v, "n own", _("Response rate"));
		view_column(v, "n", _("Asked"));
	}
	view_column(v, "n", _("Answered"));
	if (rates)
		view_column(v, "n", _("Of these not asked"));
	view_column(v, "n", _("After the round's end"));
	view_rows(v);
	json_array_foreach(v->groups, i, group) {
		p = figure_at(group, "participation", NULL);
		rate = figure_at(p, "rate", NULL);
		view_row(v, NULL, view_group_name(name, group));
		if (rates) {
			page_open(&v->page, "td", "class", "c", NULL);
			chart_bar(&v->page, &scale, figure_value(rate), NULL,
			    0, figure_words(title, sizeof(title), rate, 1));
			page_close(&v->page);
			view_figure(v, rate, 1);
			view_figure(v, figure_at(p, "asked", NULL), 0);
		}
		view_figure(v, figure_at(p, "respondents", NULL), 0);
		if (rates)
			view_figure(v, figure_at(p, "not_asked", NULL), 0);
		view_figure(v, figure_at(p, "late", NULL), 0);
		page_close(&v->page);
	}
	view_end_table(v);
	view_words(v, NULL, report_all_are);
	page_close(&v->page);
}

/* Which share of each group is at each level, or at it or a higher one. */
static void
put_levels(struct report_view *v, const char *which, const char *caption,
    bool drawn)
{
	const json_t *group, *row, *levels = json_object_get(v->questionnaire,
	    "levels"), *rows;
	char head[64], n[NUMBER_LEN], name[VIEW_NAME_LEN];
	size_t i, j;

	view_begin_table(v, caption);
	view_column(v, NULL, _("Group"));
	if (drawn)
		view_column_chart(v, NULL, _("Drawn"));
	json_array_foreach(levels, j, row) {
		(void)snprintf(head, sizeof(head), _("Level %s"), number_json(n,
		    json_object_get(row, "level"), 0));
		view_column(v, "n", head);
	}
	view_rows(v);
	json_array_foreach(v->groups, i, group) {
		rows = figure_at(group, "levels", NULL);
		view_row(v, NULL, view_group_name(name, group));
		if (drawn)
			view_levels_stack(v, rows);
		for (j = 0; j < json_array_size(levels); j++)
			view_figure(v, figure_hidden(rows) ? rows :
			    figure_at(json_array_get(rows, j), which, NULL), 1);
		page_close(&v->page);
	}
	view_end_table(v);
}

static void
put_labels(struct report_view *v)
{
	const json_t *level;
	size_t i;

	page_open(&v->page, "ul", NULL);
	json_array_foreach(json_object_get(v->questionnaire, "levels"), i,
	    level) {
		char n[NUMBER_LEN];

		page_open(&v->page, "li", NULL);
		page_format(&v->page, _("Level %s"), number_json(n,
		    json_object_get(level, "level"), 0));
		page_text(&v->page, ": ");
		page_label(&v->page, "span", v->language, figure_text(level,
		    "label"));
		page_close(&v->page);
	}
	page_close(&v->page);
}

/* A figure of each group, in a column of its own. */
static void
put_figures(struct report_view *v)
{
	const bool lead = any(v, "lead");
	const json_t *group;
	char name[VIEW_NAME_LEN];
	size_t i;

	view_begin_table(v, lead ? _("Means, what is typical, and the leading "
	    "area") : _("Means, and what is typical"));
	view_column(v, NULL, _("Group"));
	if (v->means) {
		view_column(v, "n", _("Mean"));
		view_column(v, "n", _("Typical mean"));
	} else {
		view_column(v, "n", _("Points, mean"));
		view_column(v, "n", _("Actions, mean"));
		view_column(v, "n", _("Typical level"));
		view_column(v, "n", _("Typical actions"));
	}
	if (lead)
		view_column(v, "n", _("R² of leadership and total"));
	view_rows(v);
	json_array_foreach(v->groups, i, group) {
		view_row(v, NULL, view_group_name(name, group));
		if (v->means) {
			view_figure(v, figure_at(group, "mean", NULL), 2);
			view_figure(v, figure_at(group, "typical", "mean",
			    NULL), 2);
		} else {
			view_figure(v, figure_at(group, "points", "mean",
			    NULL), 1);
			view_figure(v, figure_at(group, "boxes", "mean", NULL),
			    1);
			view_figure(v, figure_at(group, "typical", "level",
			    NULL), 0);
			view_figure(v, figure_at(group, "typical", "boxes",
			    "count", NULL), 0);
		}
		if (lead)
			view_figure(v, figure_at(group, "lead", "r2", NULL), 4);
		page_close(&v->page);
	}
	view_end_table(v);
	if (!lead)
		return;
	page_open(&v->page, "p", "class", "quiet", NULL);
	page_text(&v->page, _("R² tells how much of the difference between "
	    "organisations goes with the points of the area:"));
	page_text(&v->page, " ");
	page_label(&v->page, "span", v->language, view_area_label(v,
	    figure_text(json_object_get(json_array_get(v->groups, 0), "lead"),
	    "area")));
	page_text(&v->page, _(". 0 is nothing, 1 all; it is no cause."));
	page_close(&v->page);
}

static void
put_result(struct report_view *v)
{
	if (!v->levels && !v->means)
		return;
	view_chapter(v, "h2", "result", _("Result"));
	if (v->levels) {
		view_levels_key(v);
		put_levels(v, "exactly", _("Share at each level"), true);
		put_levels(v, "at_least", _("Share at the level or a higher "
		    "one"), false);
		put_labels(v);
	}
	put_figures(v);
	page_close(&v->page);
}

/* Of the round before. */
static void
put_left_out(struct report_view *v)
{
	const json_t *left_out = figure_at(v->doc, "previous", "comparable",
	    "left_out", NULL), *one;
	size_t i;

	if (json_array_size(left_out) == 0)
		return;
	page_open(&v->page, "p", NULL);
	page_text(&v->page, _("Questions that cannot be compared with the "
	    "round before:"));
	json_array_foreach(left_out, i, one)
		page_format(&v->page, "%s %s", i != 0 ? "," : "",
		    figure_text(one, "id"));
	page_text(&v->page, ".");
	page_close(&v->page);
}

static void
put_typical_is(struct report_view *v)
{
	char a[NUMBER_LEN], b[NUMBER_LEN];

	page_open(&v->page, "p", NULL);
	page_format(&v->page, v->means ?
	    _("Typical is the answer in the middle of a group's, question by "
	    "question.") :
	    _("Typical is what more than %s of a group's answers have, and the "
	    "answer in the middle where one is chosen."), number_percent(a,
	    figure_value(figure_at(v->doc, "settings", "percent", NULL)), 0));
	if (v->levels || v->means) {
		page_text(&v->page, " ");
		page_format(&v->page, _("The best are the %s with the best "
		    "results."), number_json(b, figure_at(v->doc, "settings",
		    "best", NULL), 0));
	}
	page_close(&v->page);
}

static void
put_basis(struct report_view *v)
{
	struct buf assumed = { 0 };

	view_chapter(v, "h2", "basis", _("What this rests on"));
	view_words(v, NULL, report_hidden_is);
	put_typical_is(v);
	page_open(&v->page, "p", NULL);
	page_text(&v->page, _("Not published by the authority, and so "
	    "assumed:"));
	page_text(&v->page, " ");
	report_assumed(v->doc, &assumed);
	page_text(&v->page, buf_str(&assumed) != NULL ? buf_str(&assumed) :
	    "");
	page_text(&v->page, ".");
	page_close(&v->page);
	buf_wipe(&assumed);
	put_left_out(v);
	page_open(&v->page, "p", NULL);
	page_open(&v->page, "small", NULL);
	page_format(&v->page, "%s, %s %s. %s: %s", figure_text(v->questionnaire,
	    "id"), _("version"), figure_text(v->questionnaire, "version"),
	    _("Its definition, SHA-256"), figure_text(v->questionnaire,
	    "sha256"));
	page_close(&v->page);
	page_close(&v->page);
	page_close(&v->page);
}

enum err_code
report_page(const json_t *doc, struct buf *out, struct err *e)
{
	struct report_view v;
	const json_t *group;
	char title[512];
	size_t i;

	report_view_begin(&v, doc);
	(void)snprintf(title, sizeof(title), _("%.200s, round %.64s"),
	    figure_text(v.questionnaire, "title"), figure_text(doc, "round"));
	page_begin(&v.page, out, title, style);
	chart_patterns(&v.page);
	put_header(&v);
	put_contents(&v);
	put_participation(&v);
	put_result(&v);
	json_array_foreach(v.groups, i, group) {
		if (report_page_has(&v, group))
			report_page_group(&v, group);
	}
	report_page_questions(&v);
	put_basis(&v);
	report_view_end(&v);
	return page_end(&v.page, e);
}
