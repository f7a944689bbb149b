/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Can a round be the one before another?  One that cannot is a slip of the
 * hand, and figures that are made of it look like any others.
 */
#ifndef SIGILL_SCORING_ROUNDS_H
#define SIGILL_SCORING_ROUNDS_H

#include <stdbool.h>

#include "base/err.h"
#include "format/questionnaire.h"

/* Is there a question that means the same in both? */
enum err_code rounds_comparable(const struct questionnaire *now,
    const struct questionnaire *then, bool *out, struct err *e);

/*
 * ERR_USAGE, with where = "--previous": nothing in the two questionnaires can
 * be compared, or the round is its own predecessor.
 */
enum err_code rounds_check(const struct questionnaire *now,
    const char *round, const struct questionnaire *then,
    const char *then_round, struct err *e);

/* Has the round before a later name?  Rounds are named by years, mostly: so
 * it is told, and no error. */
bool rounds_reversed(const char *now, const char *then);

#endif
