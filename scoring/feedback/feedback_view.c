/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_view.h"

#include <math.h>
#include <stdio.h>

#include "base/i18n.h"
#include "scoring/feedback/feedback_read.h"
#include "scoring/page/number.h"
#include "scoring/part.h"

const char *
view_text(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL ? text : "";
}

int64_t
view_whole(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

double
view_number(const json_t *o, const char *key)
{
	const json_t *n = json_object_get(o, key);

	return json_is_number(n) ? json_number_value(n) : NAN;
}

void
feedback_view_begin(struct feedback_view *v, const json_t *doc,
    enum feedback_voice voice)
{
	const json_t *benchmark = json_object_get(doc, "benchmark"),
	    *last = json_object_get(doc, "last");
	char group[WORDS_GROUP_LEN];

	*v = (struct feedback_view){ .doc = doc, .voice = voice,
	    .lines = VIEW_LINES,
	    .language = view_text(json_object_get(doc, "questionnaire"),
	    "language") };
	if (benchmark != NULL) {
		words_group_best(view_text(benchmark, "group"),
		    view_whole(benchmark, "best"), group);
		(void)snprintf(v->typical, sizeof(v->typical),
		    _("Typical of %s"), group);
	}
	if (last != NULL)
		(void)snprintf(v->last, sizeof(v->last), _("You, round %.64s"),
		    view_text(last, "round"));
}

const char *
view_area(const struct feedback_view *v, const char *id)
{
	return part_area_label(json_object_get(v->doc, "areas"), id);
}

double
view_lines(size_t characters, unsigned columns)
{
	return (double)((characters + columns - 1) / columns);
}

size_t
view_length(const json_t *o, const char *key)
{
	size_t n = 0;

	/* RFC 3629: all octets but those that continue a character. */
	for (const char *p = view_text(o, key); *p != '\0'; p++)
		n += (*p & 0xc0) != 0x80;
	return n;
}

bool
view_take(struct feedback_view *v, double lines, double keep)
{
	if (v->lines - lines < keep)
		return false;
	v->lines -= lines;
	return true;
}

void
view_keep_together(struct feedback_view *v, double lines)
{
	const double page = VIEW_LINES / 2.0;
	double used = VIEW_LINES - v->lines - v->kept;

	if (used < page && used + lines > page)
		v->lines -= page - used;
}

void
view_cell(struct feedback_view *v, const char *class, const char *text)
{
	char both[32];

	(void)snprintf(both, sizeof(both), "n%s%s", class != NULL ? " " : "",
	    class != NULL ? class : "");
	page_element_class(&v->page, "td", both, text);
}

void
view_head(struct feedback_view *v, const char *class, const char *text)
{
	page_open(&v->page, "th", "scope", "col", "class", class, NULL);
	page_text(&v->page, text);
	page_close(&v->page);
}

void
view_section(struct feedback_view *v, const char *id, const char *title)
{
	struct page *p = &v->page;

	page_open(p, "section", "aria-labelledby", id, NULL);
	page_open(p, "h2", "id", id, NULL);
	page_text(p, title);
	page_close(p);
}

void
view_table(struct feedback_view *v, const char *class, const char *caption)
{
	struct page *p = &v->page;

	page_open(p, "div", "class", "scroll", "role", "group", "aria-label",
	    caption, "tabindex", "0", NULL);
	page_open(p, "table", "class", class, NULL);
	page_element(p, "caption", caption);
}

void
view_rules(struct feedback_view *v)
{
	if (!feedback_assumed(v->doc))
		return;
	page_open(&v->page, "p", "class", "quiet", NULL);
	page_text(&v->page, voice_knows_rules(v->voice) ?
	    _("By rules of which some are not published: see at the end what "
	    "this rests on.") :
	    _("By rules of which some are assumed: see at the end what this "
	    "rests on."));
	page_close(&v->page);
	(void)view_take(v, 1.5, -1000);
}

void
view_rest(struct feedback_view *v, size_t n)
{
	char text[NUMBER_LEN];

	if (n == 0)
		return;
	page_open(&v->page, "p", "class", "paper quiet", NULL);
	page_format(&v->page, P_("%s more is on this page on a screen, and in "
	    "the file that it was made from.", "%s more are on this page on a "
	    "screen, and in the file that it was made from.", n),
	    number_whole(text, (int64_t)n));
	page_close(&v->page);
}
