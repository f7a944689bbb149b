/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Charts as inline SVG 2, each with its title and description (role img), for
 * pages that also have the figures in a table.  Colours are told apart without
 * colour sight and in grey print.
 */
#ifndef SIGILL_SCORING_PAGE_CHART_H
#define SIGILL_SCORING_PAGE_CHART_H

#include <stddef.h>

#include "scoring/page/page.h"

/* One line of a chart; values below 0 are not there, and so said. */
struct chart_bar {
	const char *label;
	const char *lang;	/* of the label, or NULL: the page's */
	double value;
	double mark;		/* the benchmark's, or the earlier one's */
	double parts[8];	/* of a stacked bar instead of value */
};

struct chart {
	const char *title, *description;	/* translated */
	const char *value_name, *mark_name;	/* for the legend; mark_name
						 * NULL: no marks */
	double max;		/* of the axis */
	double step;		/* of its lines */
	const char *part_names[8];
	size_t n_parts;		/* 0: not stacked */
	const struct chart_bar *bars;
	size_t n_bars;
};

void chart_bars(struct page *p, const struct chart *c);

#endif
