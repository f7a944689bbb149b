/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/wipe.h"
#include "format/json_fault.h"
#include "format/json_scan.h"
#include "format/nearest.h"

void
json_init(void)
{
	json_set_alloc_funcs(wipe_malloc, wipe_free);
}

void
json_skip_mark(const uint8_t **text, size_t *len)
{
	if (*len >= 3 && memcmp(*text, "\xef\xbb\xbf", 3) == 0) {
		*text += 3;
		*len -= 3;
	}
}

enum err_code
json_read(const uint8_t *text, size_t len, const char *name, json_t **out,
    struct err *e)
{
	json_error_t found;
	enum err_code rc;
	json_t *o;

	if ((rc = json_fault_kind(text, len, name, e)) != ERR_OK)
		return rc;
	memset(&found, 0, sizeof(found));
	/* Any value is let in, so that one that is no object can be told from
	 * one that is not JSON. */
	o = json_loadb((const char *)text, len, JSON_REJECT_DUPLICATES |
	    JSON_DECODE_ANY, &found);
	if (o == NULL)
		return json_fault(text, len, name, &found, e);
	if (!json_is_object(o)) {
		rc = err_set(e, ERR_JSON, name, json_line(text, len, ""),
		    _("it must be one object in { }, and is %s"),
		    json_kind_name(o));
		json_decref(o);
		return rc;
	}
	*out = o;
	return ERR_OK;
}

/* Takes half a character off the end. */
static void
clip(char *s)
{
	size_t n = strlen(s), start = n, need;
	unsigned char c;

	while (start > 0 && ((unsigned char)s[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0 || (c = (unsigned char)s[start - 1]) < 0xc0)
		return;
	need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (n - (start - 1) < need)
		s[start - 1] = '\0';
}

const char *
json_quote(const char *s, size_t len, char out[static JSON_QUOTE_LEN])
{
	const size_t most = JSON_QUOTE_LEN - sizeof("\"...\"");
	size_t n = len < most ? len : most;

	out[0] = '"';
	memcpy(out + 1, s, n);
	out[n + 1] = '\0';
	clip(out);
	(void)strcat(out, n < len ? "...\"" : "\"");
	return out;
}

/* Appends as much of s as fits; every member of a file passes here, which is
 * more than snprintf's machinery likes. */
static size_t
append(char out[static JSON_PATH_LEN], size_t used, const char *s)
{
	size_t len = strlen(s), room = JSON_PATH_LEN - 1 - used;
	bool fits = len <= room;

	memcpy(out + used, s, fits ? len : room);
	used += fits ? len : room;
	out[used] = '\0';
	if (!fits)
		clip(out);
	return fits ? used : JSON_PATH_LEN - 1;
}

void
json_path(char out[static JSON_PATH_LEN], const char *path, const char *name)
{
	size_t used = append(out, 0, path);

	if (*path != '\0')
		used = append(out, used, ".");
	(void)append(out, used, name);
}

void
json_path_index(char out[static JSON_PATH_LEN], const char *path,
    size_t index)
{
	int n = snprintf(out, JSON_PATH_LEN, "%s[%zu]", path, index);

	if (n >= JSON_PATH_LEN)
		clip(out);
}

void
json_mistake(const struct json_source *src, enum err_code code,
    const char *path, const char *fmt, ...)
{
	struct err e = { 0 };
	char msg[ERR_MSG_LEN];
	size_t line = 0;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	clip(msg);
	/* Looking a line up walks the text: not for what is only counted. */
	if (src->mistakes->len < LIMIT_MISTAKES)
		line = json_line(src->text, src->len, path);
	(void)err_set(&e, code, path, line, "%s", msg);
	err_list_add(src->mistakes, &e);
}

static bool
is_kind(const json_t *v, enum json_kind kind)
{
	switch (kind) {
	case JSON_KIND_TEXT:
		return json_is_string(v);
	case JSON_KIND_WHOLE:
		return json_is_integer(v);
	case JSON_KIND_BOOL:
		return json_is_boolean(v);
	case JSON_KIND_LIST:
		return json_is_array(v);
	case JSON_KIND_OBJECT:
		return json_is_object(v);
	case JSON_KIND_ANY:
		break;
	}
	return true;
}

bool
json_check_kind(const struct json_source *src, const char *path,
    const json_t *v, enum json_kind kind)
{
	static const char *const words[] = {
		[JSON_KIND_ANY] = N_("a value"),
		[JSON_KIND_TEXT] = N_("a text in quotation marks"),
		[JSON_KIND_WHOLE] =
		    N_("a whole number without quotation marks"),
		[JSON_KIND_BOOL] = N_("true or false"),
		[JSON_KIND_LIST] = N_("a list in [ ]"),
		[JSON_KIND_OBJECT] = N_("an object in { }"),
	};

	if (is_kind(v, kind))
		return true;
	json_mistake(src, ERR_FIELD_TYPE, path, _("it must be %s, and is %s"),
	    _(words[kind]), json_kind_name(v));
	return false;
}

const char *
json_kind_name(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return _("an object");
	case JSON_ARRAY:
		return _("a list");
	case JSON_STRING:
		return _("a text");
	case JSON_INTEGER:
		return _("a number");
	case JSON_REAL:
		return _("a number with a decimal point");
	case JSON_TRUE:
	case JSON_FALSE:
		return _("true or false");
	case JSON_NULL:
		break;
	}
	return "null";
}

static void
unknown_member(const struct json_source *src, const char *path,
    const char *name, const struct json_member *members, size_t n)
{
	struct nearest nearest = nearest_to(name);
	char hint[NEAREST_HINT_LEN], where[JSON_PATH_LEN];
	char quoted[JSON_QUOTE_LEN];

	for (size_t i = 0; i < n; i++)
		nearest_offer(&nearest, members[i].name);
	nearest_hint(&nearest, hint);
	json_path(where, path, name);
	json_mistake(src, ERR_FIELD_UNKNOWN, where, "%s%s",
	    json_quote(name, strlen(name), quoted), hint);
}

/* One that is known: its value goes to *out. */
static bool
known_member(const struct json_source *src, const char *path,
    const json_t *o, const struct json_member *member, const json_t **out)
{
	const json_t *v = json_object_get(o, member->name);
	char where[JSON_PATH_LEN];

	*out = NULL;
	if (v == NULL && !member->required)
		return true;
	json_path(where, path, member->name);
	if (v == NULL) {
		json_mistake(src, ERR_FIELD_MISSING, where, "\"%s\"",
		    member->name);
		return false;
	}
	if (!json_check_kind(src, where, v, member->kind))
		return false;
	*out = v;
	return true;
}

bool
json_members(const struct json_source *src, const char *path,
    const json_t *o, const struct json_member *members, size_t n,
    const json_t **out)
{
	const char *name;
	json_t *value;
	bool good = true;
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = NULL;
	if (!json_check_kind(src, path, o, JSON_KIND_OBJECT))
		return false;
	/* jansson iterates over what it does not change, but does not say
	 * so in its types. */
	json_object_foreach((json_t *)(uintptr_t)o, name, value) {
		for (i = 0; i < n; i++)
			if (strcmp(name, members[i].name) == 0)
				break;
		if (i == n) {
			unknown_member(src, path, name, members, n);
			good = false;
		}
	}
	for (i = 0; i < n; i++)
		if (!known_member(src, path, o, &members[i], &out[i]))
			good = false;
	return good;
}
