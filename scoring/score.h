/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The result of one answer sheet by the definition's rules (format/scoring.h):
 * points, levels, means.  Ticking one more box never lowers any of them.
 */
#ifndef SIGILL_SCORING_SCORE_H
#define SIGILL_SCORING_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/scoring.h"
#include "scoring/sheet.h"

/* A mean and what is made of means: whole millionths, rounded half up, so
 * that sums do not depend on their order. */
#define SCORE_ONE	INT64_C(1000000)

struct score_area {
	int64_t level;		/* by the demands on its own questions; -1:
				 * the questionnaire has no levels */
	int64_t points, points_max;
	size_t boxes, boxes_max;	/* ticked, of multiple questions */
	int64_t mean;		/* millionths; -1: nothing answered, or the
				 * questionnaire has no means */
};

struct score {
	int64_t level;		/* -1: there are none */
	int64_t points, points_max;
	size_t boxes, boxes_max;
	int64_t mean;		/* as above */
	int64_t number;		/* the result number, in millionths: the level,
				 * and as decimals what comes after it in the
				 * order (2.34140: level 2, the areas' levels
				 * add up to 34, 140 points); or the mean */
	struct score_area *areas;	/* [q->n_areas]; owned */
};

enum err_code score_sheet(const struct sheet_layout *l,
    const struct sheet *s, struct score *out, struct err *e);
void score_wipe(struct score *s);

/* Points of one question: of k boxes as many as its points_at allow, or the
 * value of what was chosen. */
int64_t score_question(const struct sheet_layout *l, const struct sheet *s,
    size_t question);
/* The value of what was chosen; false: nothing was, or it has none. */
bool score_value(const struct sheet_layout *l, const struct sheet *s,
    size_t question, int64_t *out);
/* What a demand still lacks in one question of its section; 0: nothing.  In
 * boxes or points. */
int64_t score_lacks(const struct sheet_layout *l, const struct sheet *s,
    const struct scoring_demand *demand, size_t question);

/* Does the question count in anything: boxes, points, or means? */
bool score_counts(const struct questionnaire *q, size_t question);
/* Does any level demand something of the question? */
bool score_demanded(const struct questionnaire *q, size_t question);

/* By the definition's order: below 0 when a is worse than b; 0 when nothing
 * tells them apart. */
int score_compare(const struct questionnaire *q, const struct score *a,
    const struct score *b);

/* a * SCORE_ONE / b, rounded half away from zero; b > 0. */
int64_t score_ratio(int64_t a, int64_t b);

#endif
