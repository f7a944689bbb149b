/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/json_take.h"

#include "base/i18n.h"
#include "base/limits.h"
#include "base/wipe.h"
#include "format/text.h"

typedef enum err_code normal_form(const char *s, size_t len, size_t max,
    const char *where, char **out, struct err *e);

static bool
load_text(const struct json_source *src, const char *path, const json_t *v,
    size_t max, normal_form *form, char **out)
{
	struct err e = { 0 };

	if (v == NULL)
		return true;
	if (!json_check_kind(src, path, v, JSON_KIND_TEXT))
		return false;
	if (form(json_string_value(v), json_string_length(v), max, path, out,
	    &e) != ERR_OK) {
		json_mistake(src, e.code, path, "%s", e.msg);
		return false;
	}
	if (**out == '\0') {
		json_mistake(src, ERR_FIELD_VALUE, path,
		    _("the text is empty"));
		return false;
	}
	return true;
}

bool
json_take_line(const struct json_source *src, const char *path,
    const json_t *v, size_t max, char **out)
{
	return load_text(src, path, v, max, text_line, out);
}

bool
json_take_block(const struct json_source *src, const char *path,
    const json_t *v, size_t max, char **out)
{
	return load_text(src, path, v, max, text_block, out);
}

bool
json_take_id(const struct json_source *src, const char *path,
    const json_t *v, char **out)
{
	if (v == NULL)
		return true;
	if (!json_check_kind(src, path, v, JSON_KIND_TEXT))
		return false;
	if (!text_id_valid(json_string_value(v), json_string_length(v))) {
		json_mistake(src, ERR_FIELD_VALUE, path, _("an id has 1 to %u "
		    "of A-Z a-z 0-9 . _ -"), LIMIT_ID);
		return false;
	}
	if ((*out = wipe_strdup(json_string_value(v))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, path, "an id");
		return false;
	}
	return true;
}

bool
json_take_whole(const struct json_source *src, const char *path,
    const json_t *v, int64_t min, int64_t max, int64_t *out)
{
	if (v == NULL)
		return true;
	if (!json_check_kind(src, path, v, JSON_KIND_WHOLE))
		return false;
	*out = json_integer_value(v);
	if (*out < min || *out > max) {
		json_mistake(src, ERR_FIELD_VALUE, path,
		    _("it must be from %lld to %lld"), (long long)min,
		    (long long)max);
		return false;
	}
	return true;
}
