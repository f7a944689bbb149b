/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the chapters of a report's page have in common: the document, the page,
 * and figures that may be hidden.
 */
#ifndef SIGILL_SCORING_REPORT_REPORT_VIEW_H
#define SIGILL_SCORING_REPORT_REPORT_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoring/page/chart.h"
#include "scoring/page/page.h"

struct report_view {
	struct page page;
	const json_t *doc, *questionnaire, *groups;	/* borrowed */
	const char *language;	/* of the definition's labels */
	bool levels, means;	/* what the instrument tells */
	json_t *own_groups;	/* see report_view_end */
	struct chart_scale scale;	/* of levels, or of means */
};

/* groups are those of the document, but for one that all and nobody else are
 * made of: its figures would stand there twice.  The view must be ended. */
void report_view_begin(struct report_view *v, const json_t *doc);
void report_view_end(struct report_view *v);

/* "" when it is not there. */
const char *figure_text(const json_t *o, const char *key);
/* The member at the end of that way of keys, ended by NULL; or what hides it: an
 * object with "suppressed"; NULL: there is none. */
const json_t *figure_at(const json_t *o, ...) __attribute__((sentinel));
bool figure_hidden(const json_t *figure);
/* As a number, of a share its per cent; NAN when it is hidden or none. */
double figure_value(const json_t *figure);

/* A paragraph of what one of report_words.h appends; nothing when that is
 * nothing. */
void view_words(struct report_view *v, const char *class,
    void (*words)(const json_t *doc, struct buf *out));
/* A cell of a table.  A share is shown in per cent, and what is hidden as
 * such. */
void view_figure(struct report_view *v, const json_t *figure,
    unsigned decimals);
/* A change in per cent, with its sign. */
void view_change(struct report_view *v, const json_t *figure);
/* The same as text, for a chart's title. */
const char *figure_words(char *out, size_t size, const json_t *figure,
    unsigned decimals);

/* section, with a heading ("h2", "h3") and the id that joins them. */
void view_chapter(struct report_view *v, const char *heading,
    const char *id, const char *title);
/* A frame that scrolls by itself (no stop of the Tab key: there are too many),
 * table, caption and the row of the head, four
 * elements; then view_column for each column, and view_rows. */
void view_begin_table(struct report_view *v, const char *caption);
void view_column(struct report_view *v, const char *class,
    const char *text);
void view_column_chart(struct report_view *v,
    const struct chart_scale *scale, const char *text);
void view_rows(struct report_view *v);
void view_end_table(struct report_view *v);
/* tr with its head; lang of the label, NULL: the page's. */
void view_row(struct report_view *v, const char *lang, const char *label);
/* "Municipalities": as a heading and a row's head have it. */
#define VIEW_NAME_LEN	160
const char *view_group_name(char out[static VIEW_NAME_LEN],
    const json_t *group);
/* Of the area with that id; "": there is none. */
const char *view_area_label(const struct report_view *v, const char *id);

/* A legend of the levels' parts. */
void view_levels_key(struct report_view *v);
/* A cell with the shares of levels as parts: rows is "levels". */
void view_levels_stack(struct report_view *v, const json_t *rows);

#endif
