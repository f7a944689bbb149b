/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/definition.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/json_take.h"

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
	out->has_value = m[3] != NULL;
	out->value = json_integer_value(m[3]);
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
