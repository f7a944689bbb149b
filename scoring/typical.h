/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The answer sheet that a typical organisation of a group would hand in, made
 * from the answers of those that did; and who the best of a group are.
 */
#ifndef SIGILL_SCORING_TYPICAL_H
#define SIGILL_SCORING_TYPICAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "scoring/pile.h"

/* Some of a pile: indexes of its items.  Owned by who made it. */
struct group {
	size_t *v;
	size_t len;
};

void group_wipe(struct group *g);
/* Of a kind; -1: of the kinds that the definition puts together as all. */
enum err_code group_of_kind(const struct pile *p, int kind,
    struct group *out, struct err *e);
/* The same ones in the definition's order, worst first; those that it does not
 * tell apart by their numbers. */
enum err_code group_ordered(const struct pile *p, const struct group *g,
    struct group *out, struct err *e);
/* The n best of it, best first. */
enum err_code group_best(const struct pile *p, const struct group *g,
    size_t n, struct group *out, struct err *e);

/*
 * A box is ticked when more than percent of 100 of the group that were asked
 * and answered have ticked it.  Of single choices and scales the median is
 * chosen (the lower one of two in the middle; options in the file's order), of
 * numbers the lower median.  What is not asked on the sheet as it becomes is
 * left empty; so is a question that fewer than least have answered, or nobody,
 * and a number that fewer than twice least have given, for a median is
 * somebody's own.
 */
enum err_code typical_sheet(const struct pile *p, const struct group *g,
    unsigned percent, size_t least, struct sheet *out, struct err *e);

#endif
