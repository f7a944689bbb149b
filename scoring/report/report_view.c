/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/report_view.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/page/number.h"
#include "scoring/part.h"
#include "scoring/words.h"

const char *
figure_text(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL ? text : "";
}

bool
figure_hidden(const json_t *figure)
{
	return json_object_get(figure, "suppressed") != NULL;
}

const json_t *
figure_at(const json_t *o, ...)
{
	const char *key;
	va_list ap;

	va_start(ap, o);
	while (!figure_hidden(o) && (key = va_arg(ap, const char *)) != NULL)
		o = json_object_get(o, key);
	va_end(ap);
	return o;
}

double
figure_value(const json_t *figure)
{
	const json_t *percent = json_object_get(figure, "percent");

	if (percent != NULL)
		figure = percent;
	return json_is_number(figure) ? json_number_value(figure) : NAN;
}

/* "all" are of one kind, and this is that kind. */
static bool
repeats_all(const json_t *groups, const json_t *group)
{
	const json_t *kinds = json_object_get(json_array_get(groups, 0),
	    "kinds");

	return group != json_array_get(groups, 0) &&
	    json_array_size(kinds) == 1 && json_equal(json_array_get(kinds, 0),
	    json_object_get(group, "id"));
}

static json_t *
different_groups(const json_t *groups)
{
	json_t *out = json_array();
	json_t *group;
	size_t i;

	json_array_foreach(groups, i, group) {
		if (!repeats_all(groups, group))
			(void)json_array_append(out, group);
	}
	return out;
}

void
report_view_end(struct report_view *v)
{
	json_decref(v->own_groups);
	v->own_groups = NULL;
	v->groups = NULL;
}

void
report_view_begin(struct report_view *v, const json_t *doc)
{
	const json_t *q = json_object_get(doc, "questionnaire");
	const char *result = figure_text(q, "result");
	size_t levels = json_array_size(json_object_get(q, "levels"));

	*v = (struct report_view){ .doc = doc, .questionnaire = q,
	    .own_groups = different_groups(json_object_get(doc, "groups")),
	    .language = figure_text(q, "language"),
	    .levels = strcmp(result, "levels") == 0,
	    .means = strcmp(result, "means") == 0,
	    .scale = { 0, levels > 1 ? (double)(levels - 1) : 1, 1 } };
	v->groups = v->own_groups;
	if (*v->language == '\0')
		v->language = NULL;
	if (v->means)
		v->scale = (struct chart_scale){ figure_value(figure_at(q,
		    "scale", "from", NULL)), figure_value(figure_at(q, "scale",
		    "to", NULL)), 1 };
	if (isnan(v->scale.from) || isnan(v->scale.to))
		v->scale = (struct chart_scale){ 0, 4, 1 };
}

const char *
figure_words(char *out, size_t size, const json_t *figure, unsigned decimals)
{
	char number[NUMBER_LEN];

	if (figure_hidden(figure))
		(void)snprintf(out, size, "%s%s", _("hidden"),
		    strcmp(figure_text(figure, "suppressed"), "small") == 0 ?
		    "" : "*");
	else if (json_object_get(figure, "of") != NULL)
		(void)snprintf(out, size, "%s", number_percent(number,
		    figure_value(figure), 1));
	else
		(void)snprintf(out, size, "%s", number_json(number, figure,
		    decimals));
	return out;
}

void
view_words(struct report_view *v, const char *class,
    void (*words)(const json_t *doc, struct buf *out))
{
	struct buf text = { 0 };
	const char *s;

	words(v->doc, &text);
	if ((s = buf_str(&text)) == NULL)
		v->page.out->failed = true;
	else if (*s != '\0')
		page_element_class(&v->page, "p", class, s);
	buf_wipe(&text);
}

void
view_figure(struct report_view *v, const json_t *figure, unsigned decimals)
{
	char text[64];

	page_element_class(&v->page, "td", figure_hidden(figure) ? "n quiet" :
	    "n", figure_words(text, sizeof(text), figure, decimals));
}

void
view_change(struct report_view *v, const json_t *figure)
{
	char number[NUMBER_LEN], text[NUMBER_LEN + 4];
	double value = figure_value(figure);

	if (isnan(value)) {
		view_figure(v, figure, 1);
		return;
	}
	(void)snprintf(text, sizeof(text), "%s%s", value > 0 ? "+" : "",
	    number_percent(number, value, 1));
	page_element_class(&v->page, "td", "n", text);
}

/* --- chapters and tables -------------------------------------------------- */

void
view_chapter(struct report_view *v, const char *heading, const char *id,
    const char *title)
{
	page_open(&v->page, "section", "aria-labelledby", id, NULL);
	page_open(&v->page, heading, "id", id, NULL);
	page_text(&v->page, title);
	page_close(&v->page);
}

void
view_begin_table(struct report_view *v, const char *caption)
{
	page_open(&v->page, "div", "class", "scroll", "role", "group",
	    "aria-label", caption, NULL);
	page_open(&v->page, "table", NULL);
	page_element(&v->page, "caption", caption);
	page_open(&v->page, "thead", NULL);
	page_open(&v->page, "tr", NULL);
}

void
view_column(struct report_view *v, const char *class, const char *text)
{
	page_open(&v->page, "th", "scope", "col", "class", class, NULL);
	page_text(&v->page, text);
	page_close(&v->page);
}

void
view_column_chart(struct report_view *v, const struct chart_scale *scale,
    const char *text)
{
	page_open(&v->page, "th", "scope", "col", "class", "c", NULL);
	if (scale != NULL) {
		page_element_class(&v->page, "span", "vh", text);
		chart_axis(&v->page, scale);
	} else {
		page_text(&v->page, text);
	}
	page_close(&v->page);
}

void
view_rows(struct report_view *v)
{
	page_close(&v->page);
	page_close(&v->page);
	page_open(&v->page, "tbody", NULL);
}

void
view_end_table(struct report_view *v)
{
	page_close(&v->page);
	page_close(&v->page);
	page_close(&v->page);
}

void
view_row(struct report_view *v, const char *lang, const char *label)
{
	page_open(&v->page, "tr", NULL);
	page_open(&v->page, "th", "scope", "row", NULL);
	page_label(&v->page, "span", lang, label);
	page_close(&v->page);
}

const char *
view_group_name(char out[static VIEW_NAME_LEN], const json_t *group)
{
	(void)snprintf(out, VIEW_NAME_LEN, "%s", words_group(figure_text(group,
	    "id")));
	if (*out >= 'a' && *out <= 'z')
		*out = (char)(*out - 'a' + 'A');
	return out;
}

const char *
view_area_label(const struct report_view *v, const char *id)
{
	return part_area_label(json_object_get(v->questionnaire, "areas"),
	    id);
}

/* --- levels --------------------------------------------------------------- */

void
view_levels_key(struct report_view *v)
{
	const json_t *level;
	char text[256], n[NUMBER_LEN];
	size_t i;

	page_open(&v->page, "ul", "class", "key", NULL);
	json_array_foreach(json_object_get(v->questionnaire, "levels"), i,
	    level) {
		(void)snprintf(text, sizeof(text), _("Level %s"), number_json(n,
		    json_object_get(level, "level"), 0));
		chart_key_part(&v->page, i, NULL, text);
	}
	page_close(&v->page);
}

void
view_levels_stack(struct report_view *v, const json_t *rows)
{
	double parts[CHART_PARTS] = { 0 }, value;
	char title[512], word[64], n[NUMBER_LEN];
	const json_t *row, *share;
	size_t i, count = 0, at = 0;

	page_open(&v->page, "td", "class", "c", NULL);
	json_array_foreach(rows, i, row) {
		share = figure_at(row, "exactly", NULL);
		value = figure_value(figure_at(share, "count", NULL));
		if (i >= CHART_PARTS || isnan(value))
			break;
		parts[count++] = value;
		if (at < sizeof(title))
			at += (size_t)snprintf(title + at, sizeof(title) - at,
			    "%s%s: %s", i != 0 ? ", " : "", number_json(n,
			    json_object_get(row, "level"), 0),
			    figure_words(word, sizeof(word), share, 1));
	}
	if (count != 0)
		chart_stack(&v->page, parts, count, title);
	page_close(&v->page);
}
