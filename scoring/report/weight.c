/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/weight.h"

#include <string.h>

#include "format/scoring.h"
#include "scoring/score.h"

void
weights_of(const struct sheet_layout *l, const struct sheet *s,
    struct weight *out)
{
	const struct questionnaire *q = l->q;
	uint32_t values = 0, areas = 0;
	int64_t value;

	memset(out, 0, q->n_areas * sizeof(*out));
	for (size_t k = 0; k < q->n_questions; k++) {
		if (!score_value(l, s, k, &value))
			continue;
		areas += out[q->questions[k].area].area++ == 0;
		values++;
	}
	for (size_t a = 0; a < q->n_areas; a++)
		out[a].all = q->scoring->mean_of_areas ? areas : values;
}
