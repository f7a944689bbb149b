/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_page_areas.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/page/chart.h"
#include "scoring/page/number.h"

/* Characters of a label on a line of print, and more for each column that is
 * not there; and how many lines of labels leave room for what follows: when they
 * are more, they are set denser. */
#define COLUMN		25
#define COLUMN_MORE	4
#define DENSE		36
#define DENSE_COLUMN	36

/* What is drawn: levels, or means. */
struct measure {
	const char *key, *name;
	struct chart_scale scale;
};

static struct measure
measure_of(const struct feedback_view *v)
{
	const json_t *scale = json_object_get(v->doc, "scale");

	if (strcmp(view_text(v->doc, "result"), "levels") == 0)
		return (struct measure){ "level", _("Level"), { 0, (double)
		    view_whole(json_object_get(v->doc, "level"), "of"), 1 } };
	return (struct measure){ "mean", _("Mean"), {
	    (double)view_whole(scale, "least"),
	    (double)view_whole(scale, "greatest"), 1 } };
}

static void
put_key(struct feedback_view *v, const struct measure *m)
{
	page_open(&v->page, "ul", "class", "key", NULL);
	chart_key_bar(&v->page, strcmp(m->key, "level") == 0 ?
	    _("Your level") : _("Your mean"));
	if (*v->typical != '\0')
		chart_key_mark(&v->page, CHART_DIAMOND, v->typical);
	if (*v->last != '\0')
		chart_key_mark(&v->page, CHART_RING, v->last);
	page_close(&v->page);
}

static void
put_head(struct feedback_view *v, const struct measure *m)
{
	struct page *p = &v->page;

	page_open(p, "thead", NULL);
	page_open(p, "tr", NULL);
	view_head(v, NULL, _("Area"));
	page_open(p, "th", "scope", "col", "class", "c", NULL);
	page_element_class(p, "span", "vh", _("Drawn"));
	chart_axis(p, &m->scale);
	page_close(p);
	view_head(v, "n own", m->name);
	if (*v->typical != '\0')
		view_head(v, "n w", v->typical);
	if (*v->last != '\0')
		view_head(v, "n w", v->last);
	if (strcmp(m->key, "level") == 0) {
		view_head(v, "n", _("Points"));
		view_head(v, "n", _("Actions"));
	}
	page_close(p);
	page_close(p);
}

/* "20 of 44" */
static void
put_part(struct feedback_view *v, const json_t *area, const char *key,
    const char *of_key)
{
	char text[2 * NUMBER_LEN + 32], n[NUMBER_LEN], of[NUMBER_LEN];

	(void)snprintf(text, sizeof(text), _("%s of %s"),
	    number_json(n, json_object_get(area, key), 0),
	    number_json(of, json_object_get(area, of_key), 0));
	view_cell(v, NULL, text);
}

/* "Level 1; typical of municipalities: 2; you, round 2025: 0" */
static void
put_bar(struct feedback_view *v, const struct measure *m, const json_t *area)
{
	const json_t *typical = json_object_get(area, "benchmark"),
	    *last = json_object_get(area, "last");
	const struct chart_mark marks[] = {
		{ CHART_RING, view_number(last, m->key) },
		{ CHART_DIAMOND, view_number(typical, m->key) },
	};
	char title[512], n[NUMBER_LEN];
	int at;

	at = snprintf(title, sizeof(title), "%s: %s", m->name,
	    number_json(n, json_object_get(area, m->key), 2));
	if (!isnan(marks[1].value))
		at += snprintf(title + at, sizeof(title) - (size_t)at,
		    "; %s: %s", v->typical, number_json(n,
		    json_object_get(typical, m->key), 2));
	if (!isnan(marks[0].value))
		(void)snprintf(title + at, sizeof(title) - (size_t)at,
		    "; %s: %s", v->last, number_json(n,
		    json_object_get(last, m->key), 2));
	page_open(&v->page, "td", "class", "c", NULL);
	chart_bar(&v->page, &m->scale, view_number(area, m->key), marks, 2,
	    title);
	page_close(&v->page);
}

static void
put_area(struct feedback_view *v, const struct measure *m,
    const json_t *area)
{
	char text[NUMBER_LEN];

	page_open(&v->page, "tr", NULL);
	page_open(&v->page, "th", "scope", "row", NULL);
	page_label(&v->page, "span", v->language, view_text(area, "label"));
	page_close(&v->page);
	put_bar(v, m, area);
	view_cell(v, "own", number_json(text, json_object_get(area, m->key),
	    2));
	if (*v->typical != '\0')
		view_cell(v, NULL, number_json(text, json_object_get(
		    json_object_get(area, "benchmark"), m->key), 2));
	if (*v->last != '\0')
		view_cell(v, NULL, number_json(text, json_object_get(
		    json_object_get(area, "last"), m->key), 2));
	if (strcmp(m->key, "level") == 0) {
		put_part(v, area, "points", "points_of");
		put_part(v, area, "boxes", "boxes_of");
	}
	page_close(&v->page);
}

/* Of print, for all rows, with so many characters to a line of a label. */
static double
lines_of(const struct feedback_view *v, unsigned columns, double height)
{
	const json_t *area;
	double lines = 0;
	size_t i;

	json_array_foreach(json_object_get(v->doc, "areas"), i, area)
		lines += 0.4 + height * view_lines(view_length(area, "label"),
		    columns);
	return lines;
}

/* How many areas are higher, as high and lower than in the last round. */
static void
put_change(struct feedback_view *v, const struct measure *m)
{
	const json_t *area;
	char text[3][NUMBER_LEN];
	int64_t n[3] = { 0 };
	double now, last;
	size_t i;

	json_array_foreach(json_object_get(v->doc, "areas"), i, area) {
		now = view_number(area, m->key);
		last = view_number(json_object_get(area, "last"), m->key);
		if (!isnan(now) && !isnan(last))
			n[now > last ? 0 : now < last ? 2 : 1]++;
	}
	if (n[0] + n[1] + n[2] == 0)
		return;
	page_open(&v->page, "p", NULL);
	page_format(&v->page, _("Since your last round: areas that are higher "
	    "now: %s, as high: %s, lower: %s."), number_whole(text[0], n[0]),
	    number_whole(text[1], n[1]), number_whole(text[2], n[2]));
	page_close(&v->page);
	(void)view_take(v, 1.5, -1000);
}

void
feedback_page_areas(struct feedback_view *v)
{
	const struct measure m = measure_of(v);
	const unsigned missing = (*v->typical == '\0' ? 1u : 0) +
	    (*v->last == '\0' ? 1u : 0);
	const unsigned column = COLUMN + COLUMN_MORE * missing;
	const bool dense = lines_of(v, column, 0.9) > DENSE;
	const json_t *area;
	size_t i;

	view_section(v, "areas", _("Area by area"));
	put_key(v, &m);
	view_table(v, dense ? "dense" : NULL, strcmp(m.key,
	    "level") == 0 ? _("Levels, points and actions of each area") :
	    _("Means of each area"));
	put_head(v, &m);
	page_open(&v->page, "tbody", NULL);
	json_array_foreach(json_object_get(v->doc, "areas"), i, area)
		put_area(v, &m, area);
	page_close(&v->page);
	page_close(&v->page);
	page_close(&v->page);
	put_change(v, &m);
	page_close(&v->page);
	(void)view_take(v, 9.2 - 0.9 * missing + (dense ? lines_of(v,
	    DENSE_COLUMN, 0.78) : lines_of(v, column, 0.9)), -1000);
}
