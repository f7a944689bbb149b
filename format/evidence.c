/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/evidence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/wipe.h"
#include "format/field.h"
#include "format/json_take.h"

static bool
take_name(const struct json_source *src, const char *path, const json_t *v,
    const struct statement *s, char **out)
{
	if (!json_take_line(src, path, v, LIMIT_NAME, out))
		return false;
	if (field_check(FIELD_FILE_NAME, *out, strlen(*out)) != ERR_OK) {
		json_mistake(src, ERR_FIELD_VALUE, path, _("it must be "
		    "a file's name without folders and not begin with a "
		    "dot"));
		return false;
	}
	for (size_t i = 0; i + 1 < s->n_attachments; i++)
		if (s->attachments[i].name != NULL &&
		    strcmp(s->attachments[i].name, *out) == 0) {
			json_mistake(src, ERR_FIELD_VALUE, path,
			    _("another attachment has the same name"));
			return false;
		}
	return true;
}

static bool
take_media_type(const struct json_source *src, const char *path,
    const json_t *v, char **out)
{
	if (!json_take_line(src, path, v, LIMIT_NAME, out))
		return false;
	/* RFC 6838 §4.2: case does not count. */
	for (char *p = *out; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	if (field_check(FIELD_MEDIA_TYPE, *out, strlen(*out)) == ERR_OK)
		return true;
	json_mistake(src, ERR_FIELD_VALUE, path,
	    _("it must be a media type without parameters, like "
	    "\"application/pdf\""));
	return false;
}

/* Only regular files: "-" would be standard input, and a pipe might make a
 * scheduled job wait for ever. */
static bool
read_file(const struct json_source *src, const char *path, const json_t *v,
    const char *name, size_t budget, struct buf *out)
{
	const char *file = json_string_value(v);
	char full[4096], quoted[JSON_QUOTE_LEN];
	struct err e = { 0 };
	struct stat st;

	json_quote(file, json_string_length(v), quoted);
	if (*file == '\0' || strcmp(file, "-") == 0 ||
	    !file_resolve(name, file, full)) {
		json_mistake(src, ERR_FIELD_VALUE, path,
		    _("%s is not a file's name"), quoted);
		return false;
	}
	if (stat(full, &st) == -1) {
		json_mistake(src, ERR_NO_INPUT, path, "%s: %s", quoted,
		    strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode)) {
		json_mistake(src, ERR_NO_INPUT, path,
		    _("%s: it is not a regular file"), quoted);
		return false;
	}
	if (file_read(full, budget, out, &e) == ERR_OK)
		return true;
	if (e.code == ERR_TOO_LARGE)
		json_mistake(src, e.code, path, _("%s has %lld bytes, and "
		    "there is room for %zu more"), quoted,
		    (long long)st.st_size, budget);
	else
		json_mistake(src, e.code, path, "%s: %s", quoted, e.msg);
	return false;
}

static bool
read_one(const struct json_source *src, const char *path, const json_t *o,
    const char *name, size_t budget, struct statement *s)
{
	static const struct json_member members[] = {
		{ "name", JSON_KIND_TEXT, true },
		{ "media_type", JSON_KIND_TEXT, true },
		{ "file", JSON_KIND_TEXT, true },
	};
	struct attachment *a = &s->attachments[s->n_attachments++];
	const json_t *m[3];
	char at[JSON_PATH_LEN];
	bool good;

	good = json_members(src, path, o, members, 3, m);
	json_path(at, path, "name");
	good = (m[0] == NULL || take_name(src, at, m[0], s, &a->name)) &&
	    good;
	json_path(at, path, "media_type");
	good = (m[1] == NULL ||
	    take_media_type(src, at, m[1], &a->media_type)) && good;
	json_path(at, path, "file");
	return (m[2] == NULL ||
	    read_file(src, at, m[2], name, budget, &a->data)) && good;
}

static int
compare_names(const void *a, const void *b)
{
	const struct attachment *x = a, *y = b;

	return strcmp(x->name, y->name);
}

void
evidence_read(const struct json_source *src, const json_t *list,
    const char *name, size_t budget, struct statement *s)
{
	size_t n = json_array_size(list);
	char path[JSON_PATH_LEN];
	bool good = true;

	if (n == 0)
		return;
	if (n > LIMIT_ATTACHMENTS) {
		json_mistake(src, ERR_FIELD_VALUE, "attachments",
		    _("there are %zu; at most %u are allowed"), n,
		    LIMIT_ATTACHMENTS);
		return;
	}
	if ((s->attachments = calloc(n, sizeof(*s->attachments))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, "attachments", "a list");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		json_path_index(path, "attachments", i);
		if (!read_one(src, path, json_array_get(list, i), name,
		    budget, s))
			good = false;
		budget -= s->attachments[i].data.len;
	}
	/* Only whole ones have names to be sorted by. */
	if (good)
		qsort(s->attachments, n, sizeof(*s->attachments),
		    compare_names);
}
