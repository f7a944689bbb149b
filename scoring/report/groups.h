/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which groups of a round are shown at all: of all, and of each kind.  One
 * answer for reports, benchmarks and comparisons, so that laying one beside the
 * other tells nothing more.
 */
#ifndef SIGILL_SCORING_REPORT_GROUPS_H
#define SIGILL_SCORING_REPORT_GROUPS_H

#include <stddef.h>

#include "base/err.h"
#include "scoring/pile.h"
#include "scoring/report/disclosure.h"

#define GROUPS		(KIND_ANNAN + 2)
#define GROUP_ALL	0
#define GROUP_OF(kind)	((size_t)(kind) + 1)

struct groups {
	size_t size[GROUPS];	/* organisations */
	size_t order[GROUPS];	/* in which they are wanted: all, then the
				 * largest kind first, so that it is the
				 * smallest that a small one takes along */
	enum disclosure verdict[GROUPS];
};

enum err_code groups_shown(const struct pile *p, size_t least,
    struct groups *out, struct err *e);

/* The kind; -1: all. */
int group_kind(size_t group);
/* "all", "kommun" ... */
const char *group_id(size_t group);

#endif
