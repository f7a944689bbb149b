/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/assumed.h"

#include <stdbool.h>

#include "format/scoring.h"

static bool
demands_assumed(const struct questionnaire *q)
{
	for (size_t i = 0; i < q->scoring->n_demands; i++)
		if (q->scoring->demands[i].basis == BASIS_ASSUMED)
			return true;
	return false;
}

/* Of the questions, or of those that have points. */
static bool
questions_assumed(const struct questionnaire *q, bool points)
{
	for (size_t i = 0; i < q->n_questions; i++) {
		const struct question *one = &q->questions[i];

		if (one->basis == BASIS_ASSUMED && (!points || one->points > 0))
			return true;
		for (size_t j = 0; j < one->n_options && !points; j++)
			if (one->options[j].basis == BASIS_ASSUMED)
				return true;
	}
	return false;
}

json_t *
assumed_json(const struct questionnaire *q)
{
	const enum scoring_result result = q->scoring->result;
	const struct { const char *what; bool is; } all[] = {
		{ "demands", result == SCORING_LEVELS && demands_assumed(q) },
		{ "points", result == SCORING_LEVELS &&
		    questions_assumed(q, true) },
		{ "means", result == SCORING_MEANS &&
		    q->scoring->basis == BASIS_ASSUMED },
		{ "questions", questions_assumed(q, false) },
	};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].is && json_array_append_new(list,
		    json_string(all[i].what)) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}
