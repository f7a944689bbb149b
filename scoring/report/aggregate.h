/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The picture of all: one JSON document ("sigill-report", docs/SCORING.md),
 * from which CSV (report_csv.h), text (report_text.h) and the page
 * (report_page.h) are made.  A figure that is not shown is an object
 * {"suppressed": "small" | "complementary"} in the figure's place, everywhere.
 */
#ifndef SIGILL_SCORING_REPORT_AGGREGATE_H
#define SIGILL_SCORING_REPORT_AGGREGATE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/statement.h"
#include "scoring/benchmark.h"
#include "scoring/pile.h"

struct roll;

#define REPORT_FORMAT	"sigill-report"

/* All borrowed. */
struct aggregate_input {
	const struct pile *now;
	const struct pile *then;	/* the round before, or NULL; its
					 * definition may be another one */
	/* How many were asked, of each kind; -1: not known.  From a register
	 * (format/register.h). */
	int64_t asked[KIND_ANNAN + 1];
	const struct roll *roll;	/* that register; NULL: there is none */
	struct scoring_limits limits;
};

/* A new reference. */
enum err_code aggregate_make(const struct aggregate_input *in, json_t **out,
    struct err *e);

#endif
