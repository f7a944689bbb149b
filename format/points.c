/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/points.h"

#include <stdlib.h>

#include "base/limits.h"
#include "format/json_take.h"

/* Without the member: evenly over the boxes, all boxes give all points.
 * ceil((i + 1) * boxes / points), which is at least 1. */
static size_t
evenly(const struct question *q, size_t i)
{
	size_t points = (size_t)q->points;

	return ((i + 1) * q->n_options + points - 1) / points;
}

/* How many boxes give how many points. */
static bool
load_steps(const struct json_source *src, const char *path,
    const json_t *list, struct question *q)
{
	size_t n = (size_t)q->points;
	char at[JSON_PATH_LEN];
	int64_t boxes = 1;

	if (list != NULL && json_array_size(list) != n) {
		json_mistake(src, ERR_FIELD_VALUE, path, "it has %zu items; "
		    "it must have %zu, one for each point",
		    json_array_size(list), n);
		return false;
	}
	if (n == 0)
		return true;
	if ((q->points_at = calloc(n, sizeof(*q->points_at))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, path, "a list");
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (list == NULL) {
			q->points_at[i] = evenly(q, i);
			continue;
		}
		json_path_index(at, path, i);
		if (!json_check_kind(src, at, json_array_get(list, i),
		    JSON_KIND_WHOLE) ||
		    !json_take_whole(src, at, json_array_get(list, i), boxes,
		    (int64_t)q->n_options, &boxes))
			return false;
		q->points_at[i] = (size_t)boxes;
	}
	return true;
}

/* Points are the value of what was chosen. */
static bool
check_values(const struct json_source *src, const char *path,
    const struct question *q)
{
	int64_t greatest = 0;

	for (size_t i = 0; i < q->n_options; i++) {
		const struct question_option *o = &q->options[i];

		if (!o->has_value || o->value < 0 || o->value > q->points) {
			json_mistake(src, ERR_FIELD_VALUE, path, "each option "
			    "must have a value from 0 to %lld; \"%s\" has "
			    "not", (long long)q->points, o->id);
			return false;
		}
		if (o->value > greatest)
			greatest = o->value;
	}
	if (greatest == q->points)
		return true;
	json_mistake(src, ERR_FIELD_VALUE, path, "no answer can give more "
	    "than %lld points", (long long)greatest);
	return false;
}

bool
points_load(const struct json_source *src, const char *path,
    const json_t *points, const json_t *points_at, struct question *q)
{
	char at[JSON_PATH_LEN];

	json_path(at, path, "points");
	if (!json_take_whole(src, at, points, 0, LIMIT_POINTS, &q->points))
		return false;
	switch (q->type) {
	case QUESTION_MULTIPLE:
		json_path(at, path, "points_at");
		return load_steps(src, at, points_at, q);
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
		return q->points == 0 || check_values(src, at, q);
	case QUESTION_NUMBER:
	case QUESTION_TEXT:
		if (q->points == 0)
			return true;
		json_mistake(src, ERR_FIELD_VALUE, at, "only questions with "
		    "options can give points");
	}
	return false;
}
