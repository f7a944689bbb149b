/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_page_way.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/page/number.h"

#define OPTIONS		3	/* that are named at once */
#define WINS_KEPT	3	/* those that come before things to do */

/* --- one thing to do ------------------------------------------------------ */

/* How many of the options are named at once: those that it takes, or a few. */
static size_t
named(const json_t *item)
{
	size_t n = json_array_size(json_object_get(item, "options")),
	    lacks = (size_t)view_whole(item, "lacks");
	size_t some = lacks > OPTIONS && strcmp(view_text(item, "unit"),
	    "boxes") == 0 ? lacks : OPTIONS;

	/* Nobody reads ten in a row. */
	some = some > 2 * OPTIONS ? 2 * OPTIONS : some;
	return n <= some + 1 ? n : some;
}

static double
lines_of(const struct feedback_view *v, const json_t *item)
{
	const json_t *option, *options = json_object_get(item, "options");
	const bool typical = json_is_true(json_object_get(json_array_get(
	    options, 0), "benchmark"));
	size_t i, all = view_length(item, "label") + 20, some = 22 +
	    strlen(view_area(v, view_text(item, "area"))) +
	    (typical ? strlen(v->typical) + 12 : 18);

	json_array_foreach(options, i, option)
		if (i < named(item))
			some += view_length(option, "label") + 2;
	if (json_object_get(item, "follows") != NULL)
		some += 90;
	return view_lines(all, VIEW_COLUMNS) + view_lines(some,
	    VIEW_COLUMNS + 12) + 0.25;
}

static void
put_options(struct feedback_view *v, const json_t *options, size_t from,
    size_t to)
{
	for (size_t i = from; i < to; i++) {
		page_text(&v->page, i != from ? "; " : "");
		page_label(&v->page, "span", v->language, view_text(
		    json_array_get(options, i), "label"));
	}
}

/* Those that the group does first, under its name. */
static void
put_named(struct feedback_view *v, const json_t *item)
{
	const json_t *options = json_object_get(item, "options");
	size_t n = named(item), typical = 0;
	char text[NUMBER_LEN];

	while (typical < n && json_is_true(json_object_get(json_array_get(
	    options, typical), "benchmark")))
		typical++;
	if (typical > 0) {
		page_format(&v->page, "%s: ", v->typical);
		put_options(v, options, 0, typical);
	}
	if (typical < n) {
		page_text(&v->page, typical > 0 ? ". " : "");
		page_format(&v->page, "%s: ", typical > 0 ? _("Besides") :
		    _("To choose from"));
		put_options(v, options, typical, n);
	}
	if (n < json_array_size(options)) {
		page_text(&v->page, "; ");
		page_format(&v->page, _("%s more"), number_whole(text,
		    (int64_t)(json_array_size(options) - n)));
	}
	page_text(&v->page, ".");
}

/* All of them, for who wants to know. */
static void
put_all(struct feedback_view *v, const json_t *item)
{
	const json_t *options = json_object_get(item, "options"), *option;
	struct page *p = &v->page;
	char n[NUMBER_LEN];
	size_t i;

	if (named(item) >= json_array_size(options))
		return;
	page_open(p, "details", "class", "screen", NULL);
	page_open(p, "summary", NULL);
	page_format(p, _("All %s to choose from: question %s"), number_whole(n,
	    (int64_t)json_array_size(options)), view_text(item, "question"));
	page_close(p);
	page_open(p, "ul", NULL);
	json_array_foreach(options, i, option)
		page_label(p, "li", v->language, view_text(option, "label"));
	page_close(p);
	page_close(p);
}

static void
put_condition(struct feedback_view *v, const json_t *follows)
{
	const json_t *options = json_object_get(follows, "options");

	if (follows == NULL)
		return;
	page_format(&v->page, _("It is asked only when question %s has the "
	    "answer"), view_text(follows, "question"));
	page_text(&v->page, " ");
	put_options(v, options, 0, json_array_size(options));
	page_text(&v->page, ". ");
}

static void
put_item(struct feedback_view *v, const json_t *item, bool paper)
{
	const uint64_t lacks = (uint64_t)view_whole(item, "lacks");
	struct page *p = &v->page;
	char n[NUMBER_LEN];

	page_open(p, "li", "class", paper ? NULL : "screen", NULL);
	page_open(p, "p", NULL);
	page_label(p, "strong", v->language, view_text(item, "label"));
	page_text(p, ": ");
	page_format(p, strcmp(view_text(item, "unit"), "boxes") == 0 ?
	    P_("%s more action", "%s more actions", lacks) :
	    P_("%s more point", "%s more points", lacks),
	    number_whole(n, (int64_t)lacks));
	page_close(p);
	page_open(p, "p", "class", "do", NULL);
	page_open(p, "span", "class", "quiet", NULL);
	page_format(p, _("Question %s, "), view_text(item, "question"));
	page_label(p, "span", v->language, view_area(v, view_text(item,
	    "area")));
	page_text(p, ". ");
	page_close(p);
	put_condition(v, json_object_get(item, "follows"));
	put_named(v, item);
	page_close(p);
	put_all(v, item);
	page_close(p);
}

/* --- lists ---------------------------------------------------------------- */

static double
lines_of_win(const struct feedback_view *v, const json_t *win)
{
	return view_lines(strlen(view_area(v, view_text(win, "area"))) + 45 +
	    4 * json_array_size(json_object_get(win, "questions")),
	    VIEW_COLUMNS + 12);
}

/* Lines that so many of the first wins take, with their heading. */
static double
lines_of_wins(const struct feedback_view *v, size_t n)
{
	const json_t *win;
	double lines = 0;
	size_t i;

	json_array_foreach(json_object_get(v->doc, "wins"), i, win)
		lines += (i == 0 ? 5.3 : 0) + (i < n ? lines_of_win(v, win) :
		    0);
	return lines;
}

/* How many of the first there is room for. */
static size_t
wins_kept(const struct feedback_view *v)
{
	size_t n = WINS_KEPT;

	while (n > 0 && lines_of_wins(v, n) > v->lines)
		n--;
	return n;
}

static void
put_next(struct feedback_view *v)
{
	const json_t *next = json_object_get(v->doc, "next"), *item,
	    *missing = json_object_get(next, "missing");
	double keep;
	char title[128], level[NUMBER_LEN];
	size_t i, paper = 0;

	if (next == NULL)
		return;
	(void)snprintf(title, sizeof(title), _("What to do next, for level %s"),
	    number_whole(level, view_whole(next, "level")));
	view_section(v, "next", title);
	page_open(&v->page, "p", "class", "meaning", NULL);
	page_label(&v->page, "span", v->language, view_text(next, "label"));
	page_close(&v->page);
	page_element_class(&v->page, "p", "lead", *v->typical != '\0' ?
	    _("First what a lower level demands, then the areas that are "
	    "furthest behind, then what others in your group do already.") :
	    _("First what a lower level demands, then the areas with the "
	    "lowest level."));
	view_keep_together(v, 9);
	(void)view_take(v, 7.4 + 1.2 * view_lines(view_length(next, "label"),
	    VIEW_COLUMNS - 14), -1000);
	keep = lines_of_wins(v, wins_kept(v)) + 1;
	page_open(&v->page, "ol", "class", "way", NULL);
	json_array_foreach(missing, i, item) {
		if (paper == i && view_take(v, lines_of(v, item), keep))
			paper++;
		put_item(v, item, i < paper);
	}
	page_close(&v->page);
	view_rest(v, json_array_size(missing) - paper);
	page_close(&v->page);
}

static void
put_win(struct feedback_view *v, const json_t *win, bool paper)
{
	const json_t *questions = json_object_get(win, "questions"), *one;
	const uint64_t lacks = (uint64_t)view_whole(win, "lacks");
	struct page *p = &v->page;
	char n[NUMBER_LEN], level[NUMBER_LEN];
	size_t i;

	page_open(p, "li", "class", paper ? NULL : "screen", NULL);
	page_label(p, "strong", v->language, view_area(v, view_text(win,
	    "area")));
	page_text(p, ": ");
	page_format(p, P_("%s more action lifts it to level %s",
	    "%s more actions lift it to level %s", lacks),
	    number_whole(n, (int64_t)lacks), number_whole(level,
	    view_whole(win, "level")));
	page_open(p, "span", "class", "quiet", NULL);
	page_text(p, " (");
	page_text(p, P_("question", "questions", json_array_size(questions)));
	json_array_foreach(questions, i, one)
		page_format(p, "%s %s", i != 0 ? "," : "",
		    json_string_value(one));
	page_text(p, ")");
	page_close(p);
	page_close(p);
}

static void
put_wins(struct feedback_view *v)
{
	const json_t *wins = json_object_get(v->doc, "wins"), *win;
	const size_t kept = wins_kept(v);
	size_t i, paper = 0;

	if (json_array_size(wins) == 0)
		return;
	(void)view_take(v, lines_of_wins(v, kept), -1000);
	view_section(v, "wins", _("Nearest wins"));
	page_element(&v->page, "p", _("Areas that a few actions lift, whatever "
	    "the whole then reaches:"));
	page_open(&v->page, "ul", "class", "wins", NULL);
	json_array_foreach(wins, i, win) {
		if (i < kept || (paper == i &&
		    view_take(v, lines_of_win(v, win), 0)))
			paper++;
		put_win(v, win, i < paper);
	}
	page_close(&v->page);
	view_rest(v, json_array_size(wins) - paper);
	page_close(&v->page);
}

/* --- means ---------------------------------------------------------------- */

static void
put_weak(struct feedback_view *v, const json_t *weak, bool paper)
{
	const json_t *benchmark = json_object_get(weak, "benchmark");
	struct page *p = &v->page;
	char n[NUMBER_LEN];

	page_open(p, "tr", "class", paper ? NULL : "screen", NULL);
	page_open(p, "th", "scope", "row", NULL);
	page_label(p, "span", v->language, view_text(weak, "label"));
	page_open(p, "span", "class", "quiet", NULL);
	page_format(p, " (%s)", view_text(weak, "question"));
	page_close(p);
	page_close(p);
	page_label(p, "td", v->language, view_area(v, view_text(weak,
	    "area")));
	page_label(p, "td", v->language, view_text(json_object_get(weak,
	    "answer"), "label"));
	view_cell(v, "own", number_json(n, json_object_get(weak, "value"), 0));
	if (*v->typical != '\0')
		view_cell(v, NULL, number_json(n, benchmark, 0));
	page_close(p);
}

/* Characters on a line of its columns (feedback_page.c has their widths); the
 * highest of them counts. */
#define WEAK_LABEL	32
#define WEAK_AREA	22
#define WEAK_ANSWER	11

static double
lines_of_weak(const struct feedback_view *v, const json_t *weak)
{
	double label = view_lines(6 + view_length(weak, "label"), WEAK_LABEL),
	    area = view_lines(strlen(view_area(v, view_text(weak, "area"))), WEAK_AREA),
	    answer = view_lines(view_length(json_object_get(weak, "answer"),
	    "label"), WEAK_ANSWER), most = label > area ? label : area;

	return 0.4 + 0.93 * (most > answer ? most : answer);
}

static void
put_weakest(struct feedback_view *v)
{
	const json_t *weakest = json_object_get(v->doc, "weakest"), *weak;
	size_t i, paper = 0;

	if (json_array_size(weakest) == 0)
		return;
	view_section(v, "weakest", _("Where there is most to win"));
	view_table(v, NULL, *v->typical != '\0' ?
	    _("Questions with the lowest values first; among equals those "
	    "where you are furthest behind the group") :
	    _("Questions with the lowest values first"));
	page_open(&v->page, "thead", NULL);
	page_open(&v->page, "tr", NULL);
	view_head(v, NULL, _("Question"));
	view_head(v, NULL, _("Area"));
	view_head(v, NULL, _("Your answer"));
	view_head(v, "n own", _("Value"));
	if (*v->typical != '\0')
		view_head(v, "n w", v->typical);
	page_close(&v->page);
	page_close(&v->page);
	page_open(&v->page, "tbody", NULL);
	(void)view_take(v, 9, -1000);
	json_array_foreach(weakest, i, weak) {
		if (paper == i && view_take(v, lines_of_weak(v, weak), 1))
			paper++;
		put_weak(v, weak, i < paper);
	}
	page_close(&v->page);
	page_close(&v->page);
	page_close(&v->page);
	view_rest(v, json_array_size(weakest) - paper);
	page_close(&v->page);
}

void
feedback_page_way(struct feedback_view *v)
{
	put_next(v);
	put_wins(v);
	put_weakest(v);
}
