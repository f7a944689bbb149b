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
#include "scoring/typical.h"

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

/* The best of each group that is shown and has at least twice as many; of the
 * others none (len 0, and as small). */
struct groups_best {
	struct group of[GROUPS];	/* best first; owned */
	enum disclosure verdict[GROUPS];
};

/*
 * The best of one group and another's may be the same but for a few, so each
 * is shown only if no combination with the others and with whole groups tells
 * of fewer than least; as if they were sums, though of the best only typical
 * sheets are shown.  Kinds are wanted first, and then all.
 */
enum err_code groups_find_best(const struct pile *p, const struct groups *g,
    size_t best, size_t least, struct groups_best *out, struct err *e);
void groups_best_wipe(struct groups_best *b);

/* The kind; -1: all. */
int group_kind(size_t group);
/* "all", "kommun" ... */
const char *group_id(size_t group);

#endif
