/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How answers become a result: a definition's member "scoring", as the
 * authority decides it (docs/QUESTIONNAIRES.md).  Data only; scoring/score.h
 * applies it.
 */
#ifndef SIGILL_FORMAT_SCORING_H
#define SIGILL_FORMAT_SCORING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/json.h"
#include "format/questionnaire.h"
#include "format/statement.h"

/* What an organisation is told. */
enum scoring_result {
	SCORING_COUNTS,		/* nothing but its answers beside others' */
	SCORING_LEVELS,		/* a level, levels of areas, points */
	SCORING_MEANS,		/* means of the values of what was chosen */
};

/*
 * What a level demands of every question of a section that has anything to
 * count: at least so many boxes ticked, or points.  A question with fewer
 * boxes (points) than that has to have them all.  Levels accumulate: a level
 * is reached when the demands of it and of all below it are met.
 */
struct scoring_demand {
	int64_t level;
	size_t section;		/* index */
	bool points;		/* least counts points, else boxes */
	int64_t least;		/* >= 1 */
	enum basis basis;
};

/* By what organisations are put in order, the first that differs decides. */
enum scoring_key {
	SCORING_BY_LEVEL,
	SCORING_BY_AREA_LEVELS,	/* their sum */
	SCORING_BY_POINTS,
	SCORING_BY_AREA_POINTS,	/* the lowest share of points in an area, then
				 * the next lowest ... */
	SCORING_BY_MEAN,
};
#define SCORING_KEYS	5

/* Reaching a level indicates that these kinds meet a rule. */
struct scoring_indication {
	int64_t level;
	bool kinds[KIND_ANNAN + 1];
	char *label;		/* "MSBFS 2020:6" */
	enum basis basis;
};

struct scoring {
	enum scoring_result result;
	bool groups[KIND_ANNAN + 1];	/* the kinds that "all" is made of */
	struct scoring_demand *demands;	/* by level, then section */
	size_t n_demands;
	enum scoring_key order[SCORING_KEYS];
	size_t n_order;
	size_t lead;		/* the area that is compared with the whole;
				 * SIZE_MAX: none */
	bool mean_of_areas;	/* the total is the mean of the areas' means,
				 * else of all questions */
	struct scoring_indication *indications;
	size_t n_indications;
	enum basis basis;	/* the weakest */
};

/*
 * Reads the member "scoring" o of a definition whose levels, areas, sections
 * and questions q has; without it (NULL) counts, all kinds in all.  *out is
 * empty before.  False, and a mistake, when it is wrong; *out is the caller's
 * to wipe in any case.
 *
 * With SCORING_LEVELS, q's levels are 0, 1, 2 ... and the highest is
 * n_levels - 1 (>= 1), each over 0 with at least one demand.  With
 * SCORING_MEANS, the options of every scale question have values, those of a
 * single question all or none, none of them below 0.
 */
bool scoring_load(const struct json_source *src, const char *path,
    const json_t *o, const struct questionnaire *q, struct scoring *out);
void scoring_wipe(struct scoring *s);

#endif
