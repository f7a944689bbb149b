/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which members a feedback document has, and of which types: tables, with
 * which one of anybody's is judged before anything of it is shown.
 */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_SHAPE_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_SHAPE_H

#include <stdbool.h>

/* What a member is.  Numbers are from 0 to SHAPE_MOST, so that whoever
 * multiplies two of them needs not look; levels and values are as those of
 * definitions, since charts have a line for each. */
enum shape_kind {
	SHAPE_TEXT,
	SHAPE_WHOLE,
	SHAPE_LEVEL,		/* to LIMIT_LEVEL */
	SHAPE_VALUE,		/* from -LIMIT_POINTS to LIMIT_POINTS */
	SHAPE_NUMBER,		/* a mean, to LIMIT_POINTS */
	SHAPE_BOOL,
	SHAPE_OBJECT,		/* of members */
	SHAPE_LIST,		/* of objects */
	SHAPE_TEXTS,		/* a list of texts */
	SHAPE_ANSWER,		/* what a question was answered with */
	SHAPE_WORD,		/* one of words */
	SHAPE_AREA,		/* the id of one of the areas */
};
#define SHAPE_MOST	1000000000

struct shape {
	const char *name;	/* NULL ends a table */
	enum shape_kind kind;
	bool optional;
	const struct shape *members;
	const char *const *words;	/* NULL ends them */
};

extern const struct shape feedback_shape[];	/* the document */
extern const struct shape feedback_shape_option[];
/* What one of this result must have, beside. */
extern const struct shape feedback_shape_levels[], feedback_shape_means[],
    feedback_shape_counts[];

#endif
