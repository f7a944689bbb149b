/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/page/chart.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "scoring/page/number.h"

/* Pixels of CSS: a row's height, and the bar in it. */
#define HEIGHT	"22"
#define TOP	"6"
#define THICK	"10"
#define MIDDLE	"11"

#define LINES	32	/* of a scale, at most */

static const struct {
	const char *class, *path;
} shapes[] = {
	[CHART_DIAMOND] = { "diamond", "M0-8L6.5 0 0 8-6.5 0Z" },
	[CHART_RING] = { "ring", "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0Z" },
	[CHART_DOT] = { "dot", "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0Z" },
	[CHART_TICK] = { "tick", "M-2-8H2V8H-2Z" },
};

static void
begin(struct page *p, const char *title)
{
	page_open(p, "svg", "width", "100%", "height", HEIGHT, "role", "img",
	    NULL);
	page_element(p, "title", title);
}

static void
rect(struct page *p, const char *class, const char *x, const char *width)
{
	page_open(p, "rect", "class", class, "x", x, "y", TOP,
	    "width", width, "height", THICK, NULL);
	page_close(p);
}

static void
upright(struct page *p, const char *class, const char *x, const char *y1,
    const char *y2)
{
	page_open(p, "line", "class", class, "x1", x, "x2", x, "y1", y1,
	    "y2", y2, NULL);
	page_close(p);
}

/* A path has no per cents: it stands in an SVG that has. */
static void
shape(struct page *p, enum chart_shape s, const char *x, const char *y)
{
	page_open(p, "svg", "x", x, "y", y, NULL);
	page_open(p, "path", "class", shapes[s].class, "d", shapes[s].path,
	    NULL);
	page_close(p);
	page_close(p);
}

/* Would one cover the other? */
static bool
is_near(const struct chart_scale *scale, double a, double b)
{
	double apart = a > b ? a - b : b - a;

	return apart < (scale->to - scale->from) / 16;
}

/* Where a mark stands by how many others are near it, and how many of these
 * are before it: the first of two above the second. */
static const char *const heights[CHART_MARKS][CHART_MARKS] = {
	{ MIDDLE }, { "6", "16" }, { "4", MIDDLE, "18" },
	{ "2", "8", "14", "20" },
};

static void
marks_draw(struct page *p, const struct chart_scale *scale,
    const struct chart_mark *marks, size_t n)
{
	char x[NUMBER_LEN];
	size_t near, before;

	n = n < CHART_MARKS ? n : CHART_MARKS;
	for (size_t i = 0; i < n; i++) {
		if (isnan(marks[i].value))
			continue;
		near = before = 0;
		for (size_t j = 0; j < n; j++)
			if (j != i && is_near(scale, marks[i].value,
			    marks[j].value)) {
				near++;
				before += j < i;
			}
		shape(p, marks[i].shape, number_place(x, marks[i].value,
		    scale->from, scale->to), heights[near][before]);
	}
}

static void
lines(struct page *p, const struct chart_scale *scale, const char *class)
{
	char x[NUMBER_LEN];

	for (unsigned i = 1; i < LINES && scale->step > 0 && scale->from +
	    i * scale->step < scale->to - scale->step / 2; i++)
		upright(p, class, number_place(x, scale->from +
		    i * scale->step, scale->from, scale->to), TOP, "16");
}

void
chart_axis(struct page *p, const struct chart_scale *scale)
{
	char x[NUMBER_LEN], text[NUMBER_LEN];
	double v;

	page_open(p, "svg", "width", "100%", "height", "18", "aria-hidden",
	    "true", NULL);
	for (unsigned i = 0; scale->step > 0 && i < LINES; i++) {
		v = scale->from + i * scale->step;
		if (v > scale->to + scale->step / 2)
			break;
		page_open(p, "text", "x", number_place(x, v, scale->from,
		    scale->to), "y", "13", "text-anchor", "middle", NULL);
		page_text(p, number_real(text, v,
		    scale->step < 1 ? 1 : 0));
		page_close(p);
	}
	page_close(p);
}

void
chart_bar(struct page *p, const struct chart_scale *scale, double value,
    const struct chart_mark *marks, size_t n, const char *title)
{
	char width[NUMBER_LEN];

	begin(p, title);
	rect(p, "track", "0", "100%");
	if (!isnan(value))
		rect(p, "bar", "0", number_place(width, value, scale->from,
		    scale->to));
	lines(p, scale, "cut");
	upright(p, "grid", "0", "2", "20");
	marks_draw(p, scale, marks, n);
	page_close(p);
}

void
chart_points(struct page *p, const struct chart_scale *scale,
    const struct chart_mark *marks, size_t n, const char *title)
{
	char x1[NUMBER_LEN], x2[NUMBER_LEN];
	double least = NAN, greatest = NAN;

	for (size_t i = 0; i < n; i++) {
		/* Nothing compares with NAN, and so neither is left alone. */
		if (!(least <= marks[i].value) && !isnan(marks[i].value))
			least = marks[i].value;
		if (!(greatest >= marks[i].value) && !isnan(marks[i].value))
			greatest = marks[i].value;
	}
	begin(p, title);
	page_open(p, "line", "class", "base", "x1", "0", "x2", "100%",
	    "y1", MIDDLE, "y2", MIDDLE, NULL);
	page_close(p);
	lines(p, scale, "grid");
	upright(p, "grid", "0", "2", "20");
	if (!isnan(least)) {
		page_open(p, "line", "class", "span", "x1", number_place(x1,
		    least, scale->from, scale->to), "x2", number_place(x2,
		    greatest, scale->from, scale->to), "y1", MIDDLE, "y2",
		    MIDDLE, NULL);
		page_close(p);
	}
	marks_draw(p, scale, marks, n);
	page_close(p);
}

/* --- parts ---------------------------------------------------------------- */

/* What is drawn in a part, in a square of 6; light lines on dark ground. */
static const struct {
	const char *path, *class;
} hatchings[CHART_PARTS] = {
	{ "", "hatch" },
	{ "M0 3H1M3 0V1", "hatch" },
	{ "M-1 7L7-1M-1 1L1-1M5 7L7 5", "hatch" },
	{ "", "hatch on" },
	{ "M-1-1L7 7M-1 5L1 7M5-1L7 1", "hatch on" },
	{ "M0 3H6", "hatch" },
	{ "M3 0V6", "hatch" },
	{ "M0 3H6M3 0V6", "hatch on" },
};

void
chart_patterns(struct page *p)
{
	char id[16];

	page_open(p, "svg", "class", "defs", "aria-hidden", "true", NULL);
	page_open(p, "defs", NULL);
	for (unsigned i = 0; i < CHART_PARTS; i++) {
		(void)snprintf(id, sizeof(id), "hatch%u", i);
		page_open(p, "pattern", "id", id, "width", "6", "height", "6",
		    "patternUnits", "userSpaceOnUse", NULL);
		page_open(p, "path", "class", hatchings[i].class, "d",
		    hatchings[i].path, NULL);
		page_close(p);
		page_close(p);
	}
	page_close(p);
	page_close(p);
}

static void
part(struct page *p, size_t i, const char *x, const char *width)
{
	char class[16], fill[24];

	(void)snprintf(class, sizeof(class), "part p%zu", i);
	(void)snprintf(fill, sizeof(fill), "url(#hatch%zu)", i);
	page_open(p, "rect", "class", class, "x", x, "y", "3", "width", width,
	    "height", "16", NULL);
	page_close(p);
	if (*hatchings[i].path == '\0')
		return;
	page_open(p, "rect", "fill", fill, "x", x, "y", "3", "width", width,
	    "height", "16", NULL);
	page_close(p);
}

void
chart_stack(struct page *p, const double *parts, size_t n,
    const char *title)
{
	char x[NUMBER_LEN], width[NUMBER_LEN];
	double sum = 0, before = 0;

	for (size_t i = 0; i < n; i++)
		sum += parts[i];
	begin(p, title);
	for (size_t i = 0; i < n && i < CHART_PARTS && sum > 0; i++) {
		if (parts[i] > 0)
			part(p, i, number_place(x, before, 0, sum),
			    number_place(width, parts[i], 0, sum));
		before += parts[i];
	}
	page_close(p);
}

/* --- the stair ------------------------------------------------------------ */

/* Of one step, in pixels: 30 wide, 12 higher than the one before. */
static void
step(struct page *p, int64_t i, int64_t highest, int64_t level)
{
	char x[24], y[24], height[24], middle[24], below[24];
	char digit[NUMBER_LEN];
	int64_t rise = 8 + 12 * i, top = 12 * highest - 12 * i + 4;

	(void)snprintf(x, sizeof(x), "%lld", (long long)(i * 34 + 1));
	(void)snprintf(y, sizeof(y), "%lld", (long long)top);
	(void)snprintf(height, sizeof(height), "%lld", (long long)rise);
	(void)snprintf(middle, sizeof(middle), "%lld",
	    (long long)(i * 34 + 16));
	(void)snprintf(below, sizeof(below), "%lld", (long long)(top + rise +
	    16));
	page_open(p, "rect", "class", i <= level ? "step on" : "step", "x", x,
	    "y", y, "width", "30", "height", height, NULL);
	page_close(p);
	page_open(p, "text", "class", i == level ? "own" : NULL, "x", middle,
	    "y", below, "text-anchor", "middle", NULL);
	page_text(p, number_whole(digit, i));
	page_close(p);
}

void
chart_stair(struct page *p, int64_t level, int64_t highest,
    const char *title, const char *description)
{
	char width[24], height[24];

	highest = highest < 9 ? highest : 9;
	(void)snprintf(width, sizeof(width), "%lld",
	    (long long)(highest * 34 + 32));
	(void)snprintf(height, sizeof(height), "%lld",
	    (long long)(highest * 12 + 32));
	page_open(p, "svg", "class", "stair", "width", width, "height",
	    height, "role", "img", NULL);
	page_element(p, "title", title);
	page_element(p, "desc", description);
	for (int64_t i = 0; i <= highest; i++)
		step(p, i, highest, level);
	page_close(p);
}

/* --- legends -------------------------------------------------------------- */

static void
key_begin(struct page *p)
{
	page_open(p, "li", NULL);
	page_open(p, "svg", "width", "20", "height", HEIGHT, "aria-hidden",
	    "true", NULL);
}

static void
key_end(struct page *p, const char *lang, const char *text)
{
	page_close(p);
	page_label(p, "span", lang, text);
	page_close(p);
}

void
chart_key_bar(struct page *p, const char *text)
{
	key_begin(p);
	rect(p, "bar", "0", "100%");
	key_end(p, NULL, text);
}

void
chart_key_mark(struct page *p, enum chart_shape s, const char *text)
{
	key_begin(p);
	shape(p, s, "10", MIDDLE);
	key_end(p, NULL, text);
}

void
chart_key_part(struct page *p, size_t i, const char *lang, const char *text)
{
	key_begin(p);
	part(p, i < CHART_PARTS ? i : CHART_PARTS - 1, "0", "20");
	key_end(p, lang, text);
}
