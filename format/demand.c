/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/demand.h"

#include <stdlib.h>

#include "base/limits.h"
#include "format/definition.h"
#include "format/json_take.h"

#define N(table)	(sizeof(table) / sizeof((table)[0]))

static bool
wrong(const struct json_source *src, const char *path, const char *what)
{
	json_mistake(src, ERR_FIELD_VALUE, path, "%s", what);
	return false;
}

/* The level that a demand or an indication is about. */
static bool
take_level(const struct json_source *src, const char *path, const json_t *v,
    const struct questionnaire *q, int64_t *out)
{
	char at[JSON_PATH_LEN];

	json_path(at, path, "level");
	return json_take_whole(src, at, v, 1, (int64_t)q->n_levels - 1, out);
}

/* Can any question of the section meet a demand? */
static bool
has_anything(const struct questionnaire *q, const struct scoring_demand *d)
{
	for (size_t i = 0; i < q->n_questions; i++) {
		const struct question *question = &q->questions[i];

		if (question->section == d->section && (d->points ?
		    question->points > 0 :
		    question->type == QUESTION_MULTIPLE))
			return true;
	}
	return false;
}

static bool
load_demand(const struct json_source *src, const char *path, const json_t *o,
    const struct questionnaire *q, struct scoring_demand *d)
{
	static const struct json_member members[] = {
		{ "level", JSON_KIND_WHOLE, true },
		{ "section", JSON_KIND_TEXT, true },
		{ "boxes", JSON_KIND_WHOLE, false },
		{ "points", JSON_KIND_WHOLE, false },
		{ "basis", JSON_KIND_ANY, true },
	};
	const json_t *m[N(members)];
	char at[JSON_PATH_LEN];

	if (!json_members(src, path, o, members, N(members), m) ||
	    !take_level(src, path, m[0], q, &d->level))
		return false;
	json_path(at, path, "section");
	if (!definition_group(src, at, "section", m[1], q->sections, q->n_sections,
	    &d->section))
		return false;
	if ((m[2] == NULL) == (m[3] == NULL))
		return wrong(src, path,
		    "it must have either \"boxes\" or \"points\"");
	d->points = m[3] != NULL;
	json_path(at, path, d->points ? "points" : "boxes");
	if (!json_take_whole(src, at, d->points ? m[3] : m[2], 1,
	    d->points ? LIMIT_POINTS : LIMIT_OPTIONS, &d->least))
		return false;
	if (!has_anything(q, d))
		return wrong(src, at, "no question of the section has any");
	return definition_basis(src, path, o, &d->basis);
}

/* Does a demand fit one that came before it? */
static bool
check_demands(const struct json_source *src, const char *path,
    const struct scoring_demand *a, const struct scoring_demand *b)
{
	if (a->section != b->section || a->points != b->points)
		return true;
	if (a->level == b->level)
		return wrong(src, path, "its level demands that of its "
		    "section twice");
	if ((a->level < b->level) != (a->least < b->least) &&
	    a->least != b->least)
		return wrong(src, path, "a higher level cannot demand less "
		    "of the same section");
	return true;
}

static int
compare_demands(const void *va, const void *vb)
{
	const struct scoring_demand *a = va, *b = vb;

	if (a->level != b->level)
		return a->level < b->level ? -1 : 1;
	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	return (int)a->points - (int)b->points;
}

bool
demands_load(const struct json_source *src, const char *path,
    const json_t *list, const struct questionnaire *q, struct scoring *s)
{
	size_t n = json_array_size(list);
	bool demanded[LIMIT_LEVEL + 1] = { false };
	char at[JSON_PATH_LEN];

	if (n > LIMIT_QUESTIONS)
		return wrong(src, path, "there are too many");
	if (n > 0 && (s->demands = calloc(n, sizeof(*s->demands))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, path, "a list");
		return false;
	}
	for (; s->n_demands < n; s->n_demands++) {
		struct scoring_demand *d = &s->demands[s->n_demands];

		json_path_index(at, path, s->n_demands);
		if (!load_demand(src, at, json_array_get(list, s->n_demands),
		    q, d))
			return false;
		for (size_t i = 0; i < s->n_demands; i++)
			if (!check_demands(src, at, &s->demands[i], d))
				return false;
		demanded[d->level] = true;
	}
	for (size_t level = 1; level < q->n_levels; level++)
		if (!demanded[level]) {
			json_mistake(src, ERR_FIELD_VALUE, path,
			    "nothing is demanded for level %zu", level);
			return false;
		}
	qsort(s->demands, s->n_demands, sizeof(*s->demands), compare_demands);
	return true;
}

static bool
load_indication(const struct json_source *src, const char *path,
    const json_t *o, const struct questionnaire *q,
    struct scoring_indication *out)
{
	static const struct json_member members[] = {
		{ "level", JSON_KIND_WHOLE, true },
		{ "kinds", JSON_KIND_LIST, true },
		{ "label", JSON_KIND_TEXT, true },
		{ "basis", JSON_KIND_ANY, true },
	};
	const json_t *m[N(members)];
	char at[JSON_PATH_LEN];

	if (!json_members(src, path, o, members, N(members), m) ||
	    !take_level(src, path, m[0], q, &out->level))
		return false;
	json_path(at, path, "kinds");
	if (!definition_kinds(src, at, m[1], out->kinds))
		return false;
	json_path(at, path, "label");
	return json_take_line(src, at, m[2], LIMIT_NAME, &out->label) &&
	    definition_basis(src, path, o, &out->basis);
}

bool
indications_load(const struct json_source *src, const char *path,
    const json_t *list, const struct questionnaire *q, struct scoring *s)
{
	size_t n = json_array_size(list);
	char at[JSON_PATH_LEN];

	if (n == 0)
		return true;
	if (n > LIMIT_OPTIONS)
		return wrong(src, path, "there are too many");
	if ((s->indications = calloc(n, sizeof(*s->indications))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, path, "a list");
		return false;
	}
	s->n_indications = n;
	for (size_t i = 0; i < n; i++) {
		json_path_index(at, path, i);
		if (!load_indication(src, at, json_array_get(list, i), q,
		    &s->indications[i]))
			return false;
	}
	return true;
}
