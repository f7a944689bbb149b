/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/scoring.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/definition.h"
#include "format/demand.h"

#define N(table)	(sizeof(table) / sizeof((table)[0]))

enum scoring_members {
	S_RESULT, S_GROUPS, S_DEMANDS, S_ORDER, S_LEAD, S_TOTAL,
	S_INDICATIONS, S_BASIS,
};

static const struct json_member scoring_members[] = {
	[S_RESULT] = { "result", JSON_KIND_TEXT, true },
	[S_GROUPS] = { "groups", JSON_KIND_LIST, true },
	[S_DEMANDS] = { "demands", JSON_KIND_LIST, false },
	[S_ORDER] = { "order", JSON_KIND_LIST, false },
	[S_LEAD] = { "lead", JSON_KIND_TEXT, false },
	[S_TOTAL] = { "total", JSON_KIND_TEXT, false },
	[S_INDICATIONS] = { "indications", JSON_KIND_LIST, false },
	[S_BASIS] = { "basis", JSON_KIND_ANY, true },
};

static const char *const results[] = {
	[SCORING_COUNTS] = "counts",
	[SCORING_LEVELS] = "levels",
	[SCORING_MEANS] = "means",
};

static const char *const keys[] = {
	[SCORING_BY_LEVEL] = "level",
	[SCORING_BY_AREA_LEVELS] = "area_levels",
	[SCORING_BY_POINTS] = "points",
	[SCORING_BY_AREA_POINTS] = "area_points",
	[SCORING_BY_MEAN] = "mean",
};

static const char *const totals[] = { "questions", "areas" };

/* Which members a result must have (M), may have (m) or must not have. */
static const struct { enum scoring_members member; char of[N(results) + 1]; }
    by_result[] = {
	/*		   counts, levels, means */
	{ S_DEMANDS,		"-M-" },
	{ S_ORDER,		"-MM" },
	{ S_LEAD,		"-mm" },
	{ S_TOTAL,		"--m" },
	{ S_INDICATIONS,	"-m-" },
};

/* Which keys put organisations with which result in order. */
static const char *const keys_of[] = {
	[SCORING_COUNTS] = "-----",
	[SCORING_LEVELS] = "xxxx-",
	[SCORING_MEANS] = "----x",
};

static bool
wrong(const struct json_source *src, const char *path, const char *what)
{
	json_mistake(src, ERR_FIELD_VALUE, path, "%s", what);
	return false;
}

/* --- the member as a whole --- */

static bool
check_members(const struct json_source *src, const char *path,
    const json_t *const m[static N(scoring_members)],
    enum scoring_result result)
{
	char at[JSON_PATH_LEN];

	for (size_t i = 0; i < N(by_result); i++) {
		const char *name = scoring_members[by_result[i].member].name;
		bool given = m[by_result[i].member] != NULL;

		json_path(at, path, name);
		if (given && by_result[i].of[result] == '-') {
			json_mistake(src, ERR_FIELD_UNKNOWN, at,
			    "the result \"%s\" has no \"%s\"",
			    results[result], name);
			return false;
		}
		if (!given && by_result[i].of[result] == 'M') {
			json_mistake(src, ERR_FIELD_MISSING, at,
			    "the result \"%s\" has \"%s\"",
			    results[result], name);
			return false;
		}
	}
	return true;
}

static bool
load_order(const struct json_source *src, const char *path,
    const json_t *list, struct scoring *s)
{
	char at[JSON_PATH_LEN];
	size_t key;

	if (list != NULL && json_array_size(list) == 0)
		return wrong(src, path, "it must name at least one thing");
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_path_index(at, path, i);
		if (!definition_name(src, at, "key", json_array_get(list, i),
		    keys, N(keys), &key))
			return false;
		if (keys_of[s->result][key] != 'x') {
			json_mistake(src, ERR_FIELD_VALUE, at,
			    "the result \"%s\" has no %s",
			    results[s->result], keys[key]);
			return false;
		}
		for (size_t j = 0; j < s->n_order; j++)
			if (s->order[j] == (enum scoring_key)key)
				return wrong(src, at, "it is there twice");
		s->order[s->n_order++] = (enum scoring_key)key;
	}
	return true;
}

/* --- what a result needs of the rest --- */

/* Levels are counted: 0, 1, 2 ... */
static bool
check_levels(const struct json_source *src, const struct questionnaire *q)
{
	char at[JSON_PATH_LEN];

	if (q->n_levels < 2)
		return wrong(src, "levels", "the result \"levels\" has level "
		    "0 and at least one more");
	for (size_t i = 0; i < q->n_levels; i++)
		if (q->levels[i].level != (int64_t)i) {
			json_path_index(at, "levels", i);
			json_mistake(src, ERR_FIELD_VALUE, at, "for the "
			    "result \"levels\" they must be 0, 1, 2 and so "
			    "on; this is level %lld",
			    (long long)q->levels[i].level);
			return false;
		}
	return true;
}

/* Values that there are: a scale has two, at least. */
struct values {
	bool any;
	int64_t least, greatest;
};

static void
values_add(struct values *v, int64_t value)
{
	v->least = v->any && v->least < value ? v->least : value;
	v->greatest = v->any && v->greatest > value ? v->greatest : value;
	v->any = true;
}

/* Does what can be chosen have values to make means of? */
static bool
check_question(const struct json_source *src, const char *path,
    const struct question *q, struct values *values)
{
	size_t valued = 0;

	for (size_t i = 0; i < q->n_options; i++) {
		const struct question_option *o = &q->options[i];

		if (o->has_value && o->value < 0) {
			json_mistake(src, ERR_FIELD_VALUE, path, "for the "
			    "result \"means\" values are 0 or more; \"%s\" "
			    "has %lld", o->id, (long long)o->value);
			return false;
		}
		if (o->has_value)
			values_add(values, o->value);
		valued += o->has_value;
	}
	if (valued != q->n_options &&
	    (valued > 0 || q->type == QUESTION_SCALE)) {
		json_mistake(src, ERR_FIELD_VALUE, path, "for the result "
		    "\"means\" each of its options must have a value");
		return false;
	}
	return true;
}

static bool
check_values(const struct json_source *src, const struct questionnaire *q)
{
	struct values values = { 0 };
	char at[JSON_PATH_LEN];

	for (size_t i = 0; i < q->n_questions; i++) {
		json_path_index(at, "questions", i);
		if (!check_question(src, at, &q->questions[i], &values))
			return false;
	}
	return values.least < values.greatest || wrong(src, "questions",
	    "the result \"means\" needs options with different values");
}

static bool
check_result(const struct json_source *src, const struct questionnaire *q,
    enum scoring_result result)
{
	switch (result) {
	case SCORING_COUNTS:
		return true;
	case SCORING_LEVELS:
		return check_levels(src, q);
	case SCORING_MEANS:
		return check_values(src, q);
	}
	return false;
}

/* --- the whole --- */

static void
weakest(struct scoring *s)
{
	for (size_t i = 0; i < s->n_demands; i++)
		if (s->demands[i].basis > s->basis)
			s->basis = s->demands[i].basis;
	for (size_t i = 0; i < s->n_indications; i++)
		if (s->indications[i].basis > s->basis)
			s->basis = s->indications[i].basis;
}

static bool
load(const struct json_source *src, const char *path, const json_t *o,
    const struct questionnaire *q, struct scoring *s)
{
	const json_t *m[N(scoring_members)];
	char at[JSON_PATH_LEN];
	size_t which = 0;

	if (!json_members(src, path, o, scoring_members, N(scoring_members),
	    m))
		return false;
	json_path(at, path, "result");
	if (!definition_name(src, at, "result", m[S_RESULT], results,
	    N(results), &which))
		return false;
	s->result = (enum scoring_result)which;
	if (!check_members(src, path, m, s->result) ||
	    !check_result(src, q, s->result))
		return false;
	json_path(at, path, "groups");
	if (!definition_kinds(src, at, m[S_GROUPS], s->groups))
		return false;
	json_path(at, path, "order");
	if (!load_order(src, at, m[S_ORDER], s))
		return false;
	json_path(at, path, "lead");
	if (m[S_LEAD] != NULL && !definition_group(src, at, "area",
	    m[S_LEAD], q->areas, q->n_areas, &s->lead))
		return false;
	which = 0;
	json_path(at, path, "total");
	if (m[S_TOTAL] != NULL && !definition_name(src, at, "total",
	    m[S_TOTAL], totals, N(totals), &which))
		return false;
	s->mean_of_areas = which == 1;
	if (s->result == SCORING_LEVELS) {
		json_path(at, path, "demands");
		if (!demands_load(src, at, m[S_DEMANDS], q, s))
			return false;
		json_path(at, path, "indications");
		if (!indications_load(src, at, m[S_INDICATIONS], q, s))
			return false;
	}
	return definition_basis(src, path, o, &s->basis);
}

bool
scoring_load(const struct json_source *src, const char *path,
    const json_t *o, const struct questionnaire *q, struct scoring *out)
{
	out->lead = SIZE_MAX;
	if (o == NULL) {	/* counts, of every kind */
		for (size_t k = 0; k < N(out->groups); k++)
			out->groups[k] = true;
		return true;
	}
	if (!load(src, path, o, q, out))
		return false;
	weakest(out);
	return true;
}

void
scoring_wipe(struct scoring *s)
{
	free(s->demands);
	for (size_t i = 0; i < s->n_indications; i++)
		wipe_free(s->indications[i].label);
	free(s->indications);
	*s = (struct scoring){ .lead = SIZE_MAX };
}
