/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who is in which of a report's groups and parts of them, and which of these
 * sets figures may be shown of: all of them are decided together
 * (disclosure.h), so that no two of them tell of a few.
 */
#ifndef SIGILL_SCORING_REPORT_CENSUS_H
#define SIGILL_SCORING_REPORT_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "scoring/benchmark.h"
#include "scoring/pile.h"
#include "scoring/report/disclosure.h"
#include "scoring/report/groups.h"
#include "scoring/typical.h"

/* Which of a group (groups.h), in the order in which figures are wanted. */
enum census_part {
	CENSUS_WHOLE,
	CENSUS_BOTH,		/* who took part in the other round, too */
	CENSUS_ONLY,		/* who did not */
	CENSUS_LOW, CENSUS_MIDDLE, CENSUS_HIGH,	/* by results; empty when they
						 * would be too few */
	CENSUS_PARTS,
};
#define CENSUS_SETS	(CENSUS_PARTS * GROUPS)
#define CENSUS_SET(part, group)	((size_t)(part) * GROUPS + (group))

struct census {
	const struct pile *pile;	/* borrowed */
	struct scoring_limits limits;
	struct groups groups;
	struct groups_best best;	/* none of counts */
	size_t *other;		/* [pile->len]: its item in the other pile;
				 * SIZE_MAX */
	struct group set[CENSUS_SETS];	/* slices in the order of results,
					 * worst first, others in the pile's */
	enum disclosure verdict[CENSUS_SETS];
	/* Of a group's members those who have answered a question, [q]: they
	 * may be fewer. */
	enum disclosure (*question)[GROUPS];
	/* What is counted over a set's questions, of an area or, last, of all:
	 * not where it would tell of a question that is not shown, or (means)
	 * few have it, or few have left out as much of it as they did. */
	enum disclosure (*counted)[CENSUS_SETS];
	/* Levels of all: not where a question that is not shown has demands
	 * that they rest on. */
	enum disclosure levels[CENSUS_SETS];
};

/* other: the pile of the other round, or NULL. */
enum err_code census_make(const struct pile *p, const struct pile *other,
    const struct scoring_limits *limits, struct census *out, struct err *e);
void census_wipe(struct census *c);

/* Is this kind in that group, by the definition? */
bool census_has_kind(const struct questionnaire *q, size_t group, int kind);

#endif
