/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is drawn in a table's rows, as inline SVG 2, beside the figures that it
 * shows: as wide as its cell on any screen, and told apart by form and hatching,
 * not by colour alone.  Each has its title (role img); the axis is hidden from
 * screen readers, who have the figures.
 */
#ifndef SIGILL_SCORING_PAGE_CHART_H
#define SIGILL_SCORING_PAGE_CHART_H

#include <stddef.h>
#include <stdint.h>

#include "scoring/page/page.h"

#define CHART_PARTS	8
#define CHART_MARKS	4	/* those that are more are not drawn */

struct chart_scale {
	double from, to;
	double step;		/* of its lines; 0: none */
};

enum chart_shape { CHART_DIAMOND, CHART_RING, CHART_DOT, CHART_TICK };

struct chart_mark {
	enum chart_shape shape;
	double value;		/* NAN: there is none */
};

/* The hatchings, once on a page that has stacks. */
void chart_patterns(struct page *p);

/* The numbers of a scale, for the head of its column. */
void chart_axis(struct page *p, const struct chart_scale *scale);
/* A bar (value NAN: none) and marks upon it, at most CHART_MARKS. */
void chart_bar(struct page *p, const struct chart_scale *scale,
    double value, const struct chart_mark *marks, size_t n,
    const char *title);
/* Marks, at most CHART_MARKS, and a line from the least to the greatest. */
void chart_points(struct page *p, const struct chart_scale *scale,
    const struct chart_mark *marks, size_t n, const char *title);
/* Parts of a whole, side by side; n at most CHART_PARTS. */
void chart_stack(struct page *p, const double *parts, size_t n,
    const char *title);
/* A stair of levels from 0 up, climbed to one of them; at most 9. */
void chart_stair(struct page *p, int64_t level, int64_t highest,
    const char *title, const char *description);

/* Entries of a legend, in a list of the class "key". */
void chart_key_bar(struct page *p, const char *text);
void chart_key_mark(struct page *p, enum chart_shape shape,
    const char *text);
/* lang of the text, NULL: the page's. */
void chart_key_part(struct page *p, size_t part, const char *lang,
    const char *text);

#endif
