/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/question.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/definition.h"
#include "format/json_take.h"
#include "format/points.h"

#define N(table)	(sizeof(table) / sizeof((table)[0]))

static const char *const types[] = {
	[QUESTION_MULTIPLE] = "multiple",
	[QUESTION_SINGLE] = "single",
	[QUESTION_SCALE] = "scale",
	[QUESTION_NUMBER] = "number",
	[QUESTION_TEXT] = "text",
};

enum question_members {
	Q_ID, Q_LABEL, Q_TYPE, Q_AREA, Q_SECTION, Q_POINTS, Q_POINTS_AT,
	Q_REQUIRED, Q_OPTIONS, Q_SCALE, Q_MIN, Q_MAX, Q_FOLLOWS, Q_BASIS,
};

static const struct json_member question_members[] = {
	[Q_ID] = { "id", JSON_KIND_TEXT, true },
	[Q_LABEL] = { "label", JSON_KIND_TEXT, true },
	[Q_TYPE] = { "type", JSON_KIND_TEXT, true },
	[Q_AREA] = { "area", JSON_KIND_TEXT, true },
	[Q_SECTION] = { "section", JSON_KIND_TEXT, true },
	[Q_POINTS] = { "points", JSON_KIND_WHOLE, false },
	[Q_POINTS_AT] = { "points_at", JSON_KIND_LIST, false },
	[Q_REQUIRED] = { "required", JSON_KIND_BOOL, false },
	[Q_OPTIONS] = { "options", JSON_KIND_LIST, false },
	[Q_SCALE] = { "scale", JSON_KIND_TEXT, false },
	[Q_MIN] = { "min", JSON_KIND_WHOLE, false },
	[Q_MAX] = { "max", JSON_KIND_WHOLE, false },
	[Q_FOLLOWS] = { "follows", JSON_KIND_OBJECT, false },
	[Q_BASIS] = { "basis", JSON_KIND_ANY, true },
};

/* Which of the members that only some types have a type must have (M), may
 * have (m) or must not have. */
static const struct { enum question_members member; char of[N(types) + 1]; }
    by_type[] = {
	/*		 multiple, single, scale, number, text */
	{ Q_POINTS_AT,	"m----" },
	{ Q_OPTIONS,	"MM---" },
	{ Q_SCALE,	"--M--" },
	{ Q_MIN,	"---M-" },
	{ Q_MAX,	"---Mm" },
};

static bool
check_type_members(const struct json_source *src, const char *path,
    const json_t *const m[static N(question_members)],
    enum question_type type)
{
	char at[JSON_PATH_LEN];

	for (size_t i = 0; i < N(by_type); i++) {
		const char *name = question_members[by_type[i].member].name;
		bool given = m[by_type[i].member] != NULL;

		json_path(at, path, name);
		if (given && by_type[i].of[type] == '-') {
			json_mistake(src, ERR_FIELD_UNKNOWN, at,
			    "a question of type \"%s\" has no \"%s\"",
			    types[type], name);
			return false;
		}
		if (!given && by_type[i].of[type] == 'M') {
			json_mistake(src, ERR_FIELD_MISSING, at,
			    "a question of type \"%s\" has \"%s\"",
			    types[type], name);
			return false;
		}
	}
	return true;
}

static bool
find_scale(const struct json_source *src, const char *path, const json_t *v,
    const struct questionnaire *q, struct question *out)
{
	const char *ids[LIMIT_OPTIONS];
	char at[JSON_PATH_LEN];
	size_t i;

	for (i = 0; i < q->n_scales; i++)
		ids[i] = q->scales[i].id;
	json_path(at, path, "scale");
	if (!definition_name(src, at, "scale", v, ids, q->n_scales, &i))
		return false;
	out->options = q->scales[i].options;
	out->n_options = q->scales[i].n_options;
	return true;
}

/* The options of the followed question that make this one be asked. */
static bool
load_any_of(const struct json_source *src, const char *path,
    const json_t *list, const struct question *followed,
    struct question *out)
{
	size_t n = json_array_size(list);
	char at[JSON_PATH_LEN];

	if (n == 0 || n > followed->n_options) {
		json_mistake(src, ERR_FIELD_VALUE, path, "it has %zu items; "
		    "it must have 1 to %zu, as many as question %s has "
		    "options", n, followed->n_options, followed->id);
		return false;
	}
	if ((out->follows_any = calloc(n, sizeof(char *))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, path, "a list");
		return false;
	}
	out->n_follows_any = n;
	for (size_t i = 0; i < n; i++) {
		json_path_index(at, path, i);
		if (!json_take_id(src, at, json_array_get(list, i),
		    &out->follows_any[i]))
			return false;
		if (question_find_option(followed, out->follows_any[i]) ==
		    NULL) {
			json_mistake(src, ERR_FIELD_VALUE, at, "question %s "
			    "has no option \"%s\"", followed->id,
			    out->follows_any[i]);
			return false;
		}
		for (size_t j = 0; j < i; j++)
			if (strcmp(out->follows_any[i],
			    out->follows_any[j]) == 0) {
				json_mistake(src, ERR_FIELD_VALUE, at,
				    "\"%s\" is there twice",
				    out->follows_any[i]);
				return false;
			}
	}
	return true;
}

static bool
load_follows(const struct json_source *src, const char *path, const json_t *o,
    const struct questionnaire *q, struct question *out)
{
	static const struct json_member members[] = {
		{ "question", JSON_KIND_TEXT, true },
		{ "any_of", JSON_KIND_LIST, true },
	};
	const struct question *followed;
	const json_t *m[N(members)];
	char at[JSON_PATH_LEN];

	if (!json_members(src, path, o, members, N(members), m))
		return false;
	json_path(at, path, "question");
	/* Only those before this one are there yet. */
	followed = questionnaire_find(q, json_string_value(m[0]));
	if (followed == NULL || followed->n_options == 0) {
		json_mistake(src, ERR_FIELD_VALUE, at,
		    "it must be the id of an earlier question with options");
		return false;
	}
	out->follows = (size_t)(followed - q->questions);
	json_path(at, path, "any_of");
	return load_any_of(src, at, m[1], followed, out);
}

/* What a question may be answered with. */
static bool
load_range(const struct json_source *src, const char *path,
    const json_t *const m[static N(question_members)],
    const struct questionnaire *q, struct question *out)
{
	char at[JSON_PATH_LEN];

	switch (out->type) {
	case QUESTION_MULTIPLE:
	case QUESTION_SINGLE:
		json_path(at, path, "options");
		return definition_options(src, at, m[Q_OPTIONS],
		    out->type == QUESTION_SINGLE, &out->options,
		    &out->n_options);
	case QUESTION_SCALE:
		return find_scale(src, path, m[Q_SCALE], q, out);
	case QUESTION_NUMBER:
		out->min = json_integer_value(m[Q_MIN]);
		json_path(at, path, "max");
		return json_take_whole(src, at, m[Q_MAX], out->min,
		    INT64_MAX, &out->max);
	case QUESTION_TEXT:
		out->max = LIMIT_TEXT;
		json_path(at, path, "max");
		return json_take_whole(src, at, m[Q_MAX], 1, LIMIT_TEXT,
		    &out->max);
	}
	return false;
}

static bool
load_type(const struct json_source *src, const char *path, const json_t *v,
    enum question_type *out)
{
	char at[JSON_PATH_LEN];
	size_t type;

	json_path(at, path, "type");
	if (!definition_name(src, at, "type", v, types, N(types), &type))
		return false;
	*out = (enum question_type)type;
	return true;
}

static bool
load_place(const struct json_source *src, const char *path,
    const json_t *const m[static N(question_members)],
    const struct questionnaire *q, struct question *out)
{
	char at[JSON_PATH_LEN];

	json_path(at, path, "area");
	if (!definition_group(src, at, "area", m[Q_AREA], q->areas,
	    q->n_areas, &out->area))
		return false;
	json_path(at, path, "section");
	return definition_group(src, at, "section", m[Q_SECTION],
	    q->sections, q->n_sections, &out->section);
}

bool
question_load(const struct json_source *src, const char *path,
    const json_t *o, const struct questionnaire *q, struct question *out)
{
	const json_t *m[N(question_members)];
	char at[JSON_PATH_LEN];

	out->follows = SIZE_MAX;
	if (!json_members(src, path, o, question_members,
	    N(question_members), m) ||
	    !load_type(src, path, m[Q_TYPE], &out->type) ||
	    !check_type_members(src, path, m, out->type) ||
	    !load_place(src, path, m, q, out) ||
	    !definition_basis(src, path, o, &out->basis))
		return false;
	json_path(at, path, "id");
	if (!json_take_id(src, at, m[Q_ID], &out->id))
		return false;
	if (questionnaire_find(q, out->id) != NULL) {
		json_mistake(src, ERR_FIELD_VALUE, at,
		    "the id \"%s\" is there twice", out->id);
		return false;
	}
	json_path(at, path, "label");
	if (!json_take_line(src, at, m[Q_LABEL], LIMIT_TEXT, &out->label))
		return false;
	out->required = m[Q_REQUIRED] == NULL || json_is_true(m[Q_REQUIRED]);
	json_path(at, path, "follows");
	return load_range(src, path, m, q, out) && (m[Q_FOLLOWS] == NULL ||
	    load_follows(src, at, m[Q_FOLLOWS], q, out)) &&
	    points_load(src, path, m[Q_POINTS], m[Q_POINTS_AT], out);
}

void
question_wipe(struct question *question)
{
	wipe_free(question->id);
	wipe_free(question->label);
	free(question->points_at);
	if (question->type != QUESTION_SCALE)
		definition_options_free(question->options,
		    question->n_options);
	for (size_t i = 0; i < question->n_follows_any; i++)
		wipe_free(question->follows_any[i]);
	free(question->follows_any);
}
