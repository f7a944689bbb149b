/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/definition.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/json_take.h"
#include "format/nearest.h"

#define N(table)	(sizeof(table) / sizeof((table)[0]))

static bool
load_basis_name(const struct json_source *src, const char *path,
    const json_t *v, enum basis *weakest)
{
	const char *s = json_string_value(v);

	for (int b = BASIS_PUBLISHED; s != NULL && b <= BASIS_ASSUMED; b++)
		if (strcmp(s, basis_name((enum basis)b)) == 0) {
			if ((enum basis)b > *weakest)
				*weakest = (enum basis)b;
			return true;
		}
	json_mistake(src, ERR_FIELD_VALUE, path,
	    "it must be \"published\", \"derived\" or \"assumed\"");
	return false;
}

bool
definition_basis(const struct json_source *src, const char *path,
    const json_t *thing, enum basis *out)
{
	const json_t *v = json_object_get(thing, "basis");
	char at[JSON_PATH_LEN], fact[JSON_PATH_LEN], quoted[JSON_QUOTE_LEN];
	const char *name;
	json_t *value;

	*out = BASIS_PUBLISHED;
	json_path(at, path, "basis");
	if (!json_is_object(v))
		return load_basis_name(src, at, v, out);
	/* jansson iterates over what it does not change, but its types do not
	 * say so. */
	json_object_foreach((json_t *)(uintptr_t)v, name, value) {
		json_path(fact, at, name);
		if (strcmp(name, "basis") == 0 ||
		    json_object_get(thing, name) == NULL) {
			json_mistake(src, ERR_FIELD_UNKNOWN, fact,
			    "there is no member %s beside \"basis\"",
			    json_quote(name, strlen(name), quoted));
			return false;
		}
		if (!load_basis_name(src, fact, value, out))
			return false;
	}
	json_object_foreach((json_t *)(uintptr_t)thing, name, value)
		if (strcmp(name, "basis") != 0 &&
		    json_object_get(v, name) == NULL) {
			json_mistake(src, ERR_FIELD_MISSING, at,
			    "%s has no basis",
			    json_quote(name, strlen(name), quoted));
			return false;
		}
	return true;
}

bool
definition_name(const struct json_source *src, const char *path,
    const char *what, const json_t *v, const char *const *names, size_t n,
    size_t *out)
{
	char quoted[JSON_QUOTE_LEN], hint[NEAREST_HINT_LEN];
	struct nearest nearest;
	const char *s;

	if (!json_check_kind(src, path, v, JSON_KIND_TEXT))
		return false;
	s = json_string_value(v);
	nearest = nearest_to(s);
	for (*out = 0; *out < n; ++*out) {
		if (strcmp(names[*out], s) == 0)
			return true;
		nearest_offer(&nearest, names[*out]);
	}
	nearest_hint(&nearest, hint);
	json_mistake(src, ERR_FIELD_VALUE, path, "there is no %s %s%s", what,
	    json_quote(s, strlen(s), quoted), hint);
	return false;
}

bool
definition_group(const struct json_source *src, const char *path,
    const char *what, const json_t *v, const struct question_group *groups,
    size_t n, size_t *out)
{
	const char *ids[LIMIT_OPTIONS];

	for (size_t i = 0; i < n; i++)
		ids[i] = groups[i].id;
	return definition_name(src, path, what, v, ids, n, out);
}

bool
definition_kinds(const struct json_source *src, const char *path,
    const json_t *list, bool kinds[static KIND_ANNAN + 1])
{
	const char *names[KIND_ANNAN + 1];
	char at[JSON_PATH_LEN];
	size_t kind;

	for (int k = 0; k <= KIND_ANNAN; k++)
		names[k] = organisation_kind_name((enum organisation_kind)k);
	if (json_array_size(list) == 0) {
		json_mistake(src, ERR_FIELD_VALUE, path,
		    "it must name a kind of organisation");
		return false;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_path_index(at, path, i);
		if (!definition_name(src, at, "kind of organisation",
		    json_array_get(list, i), names, N(names), &kind))
			return false;
		if (kinds[kind]) {
			json_mistake(src, ERR_FIELD_VALUE, at,
			    "\"%s\" is there twice", names[kind]);
			return false;
		}
		kinds[kind] = true;
	}
	return true;
}

static bool
load_option(const struct json_source *src, const char *path, const json_t *o,
    bool valued, struct question_option *out)
{
	static const struct json_member members[] = {
		{ "id", JSON_KIND_TEXT, true },
		{ "label", JSON_KIND_TEXT, true },
		{ "basis", JSON_KIND_ANY, true },
		{ "value", JSON_KIND_WHOLE, false },
	};
	const json_t *m[4] = { NULL };
	char at[JSON_PATH_LEN];

	if (!json_members(src, path, o, members, valued ? 4 : 3, m))
		return false;
	json_path(at, path, "id");
	if (!json_take_id(src, at, m[0], &out->id))
		return false;
	json_path(at, path, "label");
	if (!json_take_line(src, at, m[1], LIMIT_TEXT, &out->label))
		return false;
	json_path(at, path, "value");
	if (!json_take_whole(src, at, m[3], -LIMIT_POINTS, LIMIT_POINTS,
	    &out->value))
		return false;
	out->has_value = m[3] != NULL;
	return definition_basis(src, path, o, &out->basis);
}

bool
definition_options(const struct json_source *src, const char *path,
    const json_t *list, bool valued, struct question_option **out, size_t *n)
{
	size_t count = json_array_size(list);
	struct question_option *made;
	char at[JSON_PATH_LEN];

	if (!json_check_kind(src, path, list, JSON_KIND_LIST))
		return false;
	if (count == 0 || count > LIMIT_OPTIONS) {
		json_mistake(src, ERR_FIELD_VALUE, path,
		    "it has %zu items; it must have 1 to %u", count,
		    LIMIT_OPTIONS);
		return false;
	}
	if ((made = calloc(count, sizeof(*made))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, path, "a list");
		return false;
	}
	*out = made;
	*n = count;
	for (size_t i = 0; i < count; i++) {
		json_path_index(at, path, i);
		if (!load_option(src, at, json_array_get(list, i), valued,
		    &made[i]))
			return false;
		for (size_t j = 0; j < i; j++)
			if (strcmp(made[j].id, made[i].id) == 0) {
				json_mistake(src, ERR_FIELD_VALUE, at,
				    "the id \"%s\" is there twice",
				    made[i].id);
				return false;
			}
	}
	return true;
}

void
definition_options_free(struct question_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		wipe_free(options[i].id);
		wipe_free(options[i].label);
	}
	free(options);
}

bool
definition_groups(const struct json_source *src, const char *path,
    const json_t *list, struct question_group **out, size_t *n)
{
	struct question_option *things = NULL;
	struct question_group *groups = NULL;
	size_t count = 0;
	bool good;

	good = definition_options(src, path, list, false, &things, &count);
	if (good && (groups = calloc(count, sizeof(*groups))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, path, "a list");
		good = false;
	}
	for (size_t i = 0; good && i < count; i++) {
		groups[i] = (struct question_group){ .id = things[i].id,
		    .label = things[i].label, .basis = things[i].basis };
		things[i].id = things[i].label = NULL;
	}
	definition_options_free(things, count);
	if (good) {
		*out = groups;
		*n = count;
	}
	return good;
}

void
definition_groups_free(struct question_group *groups, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		wipe_free(groups[i].id);
		wipe_free(groups[i].label);
	}
	free(groups);
}

static bool
load_level(const struct json_source *src, const char *path, const json_t *o,
    int64_t least, struct question_level *out)
{
	static const struct json_member members[] = {
		{ "level", JSON_KIND_WHOLE, true },
		{ "label", JSON_KIND_TEXT, true },
		{ "basis", JSON_KIND_ANY, true },
	};
	const json_t *m[N(members)];
	char at[JSON_PATH_LEN];

	if (!json_members(src, path, o, members, N(members), m))
		return false;
	json_path(at, path, "level");
	if (!json_take_whole(src, at, m[0], least, LIMIT_LEVEL, &out->level))
		return false;
	json_path(at, path, "label");
	return json_take_line(src, at, m[1], LIMIT_TEXT, &out->label) &&
	    definition_basis(src, path, o, &out->basis);
}

bool
definition_levels(const struct json_source *src, const json_t *list,
    struct question_level **out, size_t *n)
{
	size_t count = json_array_size(list);
	struct question_level *levels;
	char path[JSON_PATH_LEN];
	int64_t least = 0;

	if (count == 0)
		return true;
	if ((levels = calloc(count, sizeof(*levels))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, "levels", "a list");
		return false;
	}
	*out = levels;
	for (; *n < count; least = levels[*n - 1].level + 1) {
		size_t i = (*n)++;	/* to be freed, good or not */

		json_path_index(path, "levels", i);
		if (!load_level(src, path, json_array_get(list, i), least,
		    &levels[i]))
			return false;
	}
	return true;
}

void
definition_levels_free(struct question_level *levels, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wipe_free(levels[i].label);
	free(levels);
}
