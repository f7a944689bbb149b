/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is missing for a level, and what is nearest: the way up for one
 * organisation.
 */
#ifndef SIGILL_SCORING_GAP_H
#define SIGILL_SCORING_GAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/questionnaire.h"
#include "scoring/score.h"
#include "scoring/sheet.h"

/* One question that lacks something. */
struct gap {
	size_t question;
	int64_t level;		/* the lowest that it holds back */
	bool points;		/* lacks counts points: of a single choice or
				 * a scale; else boxes, also where a demand
				 * counts points */
	int64_t lacks;		/* for the level that was asked about */
};

struct gap_list {
	struct gap *v;
	size_t len;
};

void gap_list_wipe(struct gap_list *g);

/* The level above this one; false when there is none. */
bool gap_next_level(const struct questionnaire *q, int64_t level,
    int64_t *out);

/*
 * All that is missing for that level (of the whole, or of one area; SIZE_MAX:
 * the whole), in the order in which it is best done: what a lower level
 * demands first; then the area that is behind most; then what like (a typical
 * sheet; NULL: none) has already and others did; then what lacks least; then
 * in the questionnaire's order.
 */
enum err_code gap_to_level(const struct sheet_layout *l,
    const struct sheet *s, const struct score *score, int64_t level,
    size_t area, const struct sheet *like, struct gap_list *out,
    struct err *e);

/* One area that a few boxes would lift. */
struct win {
	size_t area;
	int64_t level;		/* the next of the area */
	int64_t lacks;		/* boxes and points together */
};

struct win_list {
	struct win *v;
	size_t len;
};

void win_list_wipe(struct win_list *w);

/* Every area below the highest level, those first that lack least. */
enum err_code gap_wins(const struct sheet_layout *l, const struct sheet *s,
    const struct score *score, struct win_list *out, struct err *e);

#endif
