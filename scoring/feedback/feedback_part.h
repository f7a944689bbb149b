/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the makers of a feedback document's parts have in common: the input,
 * what it is compared with, and a failure that is looked at once, at the end.
 */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_PART_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_PART_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "scoring/feedback/feedback.h"
#include "scoring/report/compare.h"

struct feedback_maker {
	const struct feedback_input *in;
	const struct questionnaire *q;	/* the input's */
	const struct benchmark_group *group;	/* of the benchmark; NULL:
						 * none */
	bool last;		/* is there a last round? */
	struct comparison compared;	/* with it */
	size_t same, left_out;	/* questions that can be compared, and those
				 * of either round that cannot */
	bool failed;		/* out of memory */
};

/* A member, an element; both take the reference, and NULL means out of
 * memory. */
void feedback_put(struct feedback_maker *m, json_t *o, const char *key,
    json_t *value);
void feedback_add(struct feedback_maker *m, json_t *list, json_t *value);
void feedback_put_text(struct feedback_maker *m, json_t *o, const char *key,
    const char *text);
void feedback_put_whole(struct feedback_maker *m, json_t *o, const char *key,
    int64_t n);
/* Of millionths, with two decimals. */
void feedback_put_mean(struct feedback_maker *m, json_t *o, const char *key,
    int64_t millionths);
/* {"id":…,"label":…} */
json_t *feedback_option(const struct question_option *option);
const char *feedback_level_label(const struct questionnaire *q,
    int64_t level);

#endif
