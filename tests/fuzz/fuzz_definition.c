/* SPDX-License-Identifier: EUPL-1.2 */
/* A definition that is accepted keeps what its readers rely on: points_at as
 * long as the points, levels that are counted, demands in order. */
#include <stdlib.h>

#include "format/questionnaire.h"
#include "format/scoring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check_question(const struct questionnaire *q, const struct question *asked)
{
	int64_t greatest = 0;

	must(asked->area < q->n_areas && asked->section < q->n_sections);
	must(asked->follows == SIZE_MAX ||
	    &q->questions[asked->follows] < asked);
	if (asked->type == QUESTION_MULTIPLE)
		for (int64_t i = 0; i < asked->points; i++)
			must(asked->points_at[i] >= 1 &&
			    asked->points_at[i] <= asked->n_options &&
			    (i == 0 || asked->points_at[i - 1] <=
			    asked->points_at[i]));
	else
		for (size_t i = 0; i < asked->n_options; i++)
			if (asked->options[i].value > greatest)
				greatest = asked->options[i].value;
	must(asked->type == QUESTION_MULTIPLE || asked->points == 0 ||
	    greatest == asked->points);
}

static void
check_scoring(const struct questionnaire *q, const struct scoring *s)
{
	must(s->lead == SIZE_MAX || s->lead < q->n_areas);
	must(s->n_order <= SCORING_KEYS);
	must((s->n_order == 0) == (s->result == SCORING_COUNTS));
	if (s->result != SCORING_LEVELS) {
		must(s->n_demands == 0 && s->n_indications == 0);
		return;
	}
	must(q->n_levels >= 2 && s->n_demands >= q->n_levels - 1);
	for (size_t i = 0; i < q->n_levels; i++)
		must(q->levels[i].level == (int64_t)i);
	for (size_t i = 0; i < s->n_demands; i++) {
		const struct scoring_demand *d = &s->demands[i];

		must(d->level >= 1 && d->level < (int64_t)q->n_levels);
		must(d->section < q->n_sections && d->least >= 1);
		must(i == 0 || s->demands[i - 1].level <= d->level);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t digest[32] = { 0 };
	struct questionnaire *q = NULL;

	if (questionnaire_parse(data, len, "q", digest, &q, NULL) != ERR_OK)
		return 0;
	for (size_t i = 0; i < q->n_questions; i++)
		check_question(q, &q->questions[i]);
	check_scoring(q, q->scoring);
	questionnaire_free(q);
	return 0;
}
