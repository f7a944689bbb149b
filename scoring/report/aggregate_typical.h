/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The typical organisation of a group and of its best, as a report tells of
 * them: what the sheet that most have answered amounts to.
 */
#ifndef SIGILL_SCORING_REPORT_AGGREGATE_TYPICAL_H
#define SIGILL_SCORING_REPORT_AGGREGATE_TYPICAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "scoring/report/census.h"
#include "scoring/score.h"
#include "scoring/sheet.h"

/* Owned. */
struct typical {
	size_t organisations;	/* that it was made from */
	struct sheet sheet;
	struct score score;
};

/*
 * Of a group, or (best) of the best of it, which have somebody in them.  Answers
 * to questions that too few of them have answered are not in it: they would be
 * theirs.
 */
enum err_code typical_make(const struct census *c, size_t group, bool best,
    struct typical *out, struct err *e);
void typical_wipe(struct typical *t);

/* The members "typical" and "best".  A new reference; NULL without memory. */
json_t *typical_json(const struct census *c, const struct typical *t);

#endif
