/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/config.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/timestamp.h"

struct entry {
	char *section, *key, *value;	/* owned */
	int64_t number;			/* of CONFIG_NUMBER and _TIME */
};

struct config {
	char *path;
	const struct config_item *items;
	struct entry *v;
	size_t len;
	/* while reading */
	struct err err;			/* inih tells the line afterwards */
};

/* Does a section of the file ("recipient 2026") belong to an item? */
static bool
in_section(const struct config_item *item, const char *section)
{
	size_t n = strlen(item->section);

	if (!item->named)
		return strcmp(item->section, section) == 0;
	return strncmp(item->section, section, n) == 0 &&
	    section[n] == ' ' && section[n + 1] != '\0';
}

static bool
parse_number(const char *s, int64_t *out)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*out = strtoll(s, &end, 10);
	return errno == 0 && *end == '\0';
}

/* scheme ":" (RFC 3986 §3.1); a file with such a name is written "./a:b". */
static bool
is_uri(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789+-.");

	return n > 1 && s[0] >= 'a' && s[0] <= 'z' && s[n] == ':';
}

static bool
parse_value(const struct config *c, const struct config_item *item,
    const char *value, struct entry *out)
{
	char path[4096];

	switch (item->type) {
	case CONFIG_STRING:
		if (*value == '\0')
			return false;
		break;
	case CONFIG_PLACE:
		if (is_uri(value))
			break;
		/* FALLTHROUGH */
	case CONFIG_PATH:
		if (*value == '\0' || !file_resolve(c->path, value, path))
			return false;
		value = path;
		break;
	case CONFIG_NUMBER:
		if (!parse_number(value, &out->number))
			return false;
		break;
	case CONFIG_TIME:
		if (!timestamp_parse(value, &out->number))
			return false;
		break;
	}
	return (out->value = strdup(value)) != NULL;
}

static const struct entry *
find(const struct config *c, const char *section, const char *key)
{
	for (size_t i = 0; i < c->len; i++)
		if (strcmp(c->v[i].section, section) == 0 &&
		    strcmp(c->v[i].key, key) == 0)
			return &c->v[i];
	return NULL;
}

static const char *
form_of(enum config_type type)
{
	static const char *const forms[] = {
		[CONFIG_STRING] = N_("a text"),
		[CONFIG_PATH] = N_("a file name"),
		[CONFIG_PLACE] = N_("a file name"),
		[CONFIG_NUMBER] = N_("a whole number"),
		[CONFIG_TIME] =
		    N_("a date, or a time as 2027-03-31T22:00:00Z"),
	};

	return _(forms[type]);
}

/* inih's callback: 1 goes on, 0 stops.  Called with name NULL at a section's
 * start where inih is built so; sections without keys are then ignored. */
static int
on_entry(void *user, const char *section, const char *name, const char *value)
{
	const struct config_item *item;
	struct config *c = user;
	struct entry *v, *entry;
	bool known = false;

	if (name == NULL || c->err.code != ERR_OK)
		return 1;
	for (item = c->items; item->section != NULL; item++) {
		if (!in_section(item, section))
			continue;
		known = true;
		if (strcmp(item->key, name) == 0)
			break;
	}
	if (item->section == NULL) {
		err_set(&c->err, ERR_CONFIG, c->path, 0,
		    known ? _("[%s] has no key '%s'") :
		    _("there is no section [%s] (key '%s')"), section, name);
		return 0;
	}
	if (find(c, section, name) != NULL) {
		err_set(&c->err, ERR_CONFIG, c->path, 0,
		    _("[%s] %s is set twice"), section, name);
		return 0;
	}
	if ((v = reallocarray(c->v, c->len + 1, sizeof(*v))) == NULL) {
		err_set(&c->err, ERR_NO_MEMORY, NULL, 0, NULL);
		return 0;
	}
	c->v = v;
	entry = &v[c->len++];
	memset(entry, 0, sizeof(*entry));
	entry->section = strdup(section);
	entry->key = strdup(name);
	if (entry->section == NULL || entry->key == NULL ||
	    !parse_value(c, item, value != NULL ? value : "", entry)) {
		err_set(&c->err, ERR_CONFIG, c->path, 0,
		    _("[%s] %s must be %s"),
		    section, name, form_of(item->type));
		return 0;
	}
	return 1;
}

static enum err_code
check_required(const struct config *c, struct err *e)
{
	const struct config_item *item;
	const char *section;

	for (item = c->items; item->section != NULL; item++) {
		if (!item->required)
			continue;
		if (!item->named && find(c, item->section, item->key) == NULL)
			return err_set(e, ERR_CONFIG, c->path, 0,
			    _("[%s] %s is missing"), item->section, item->key);
		for (size_t i = 0; item->named &&
		    (section = config_section(c, item->section, i)) != NULL;
		    i++)
			if (find(c, section, item->key) == NULL)
				return err_set(e, ERR_CONFIG, c->path, 0,
				    _("[%s] %s is missing"), section,
				    item->key);
	}
	return ERR_OK;
}

/* inih cuts longer lines in two without a word. */
static enum err_code
check_lines(const char *path, const char *s, struct err *e)
{
	size_t len;

	for (size_t line = 1; *s != '\0'; line++) {
		if ((len = strcspn(s, "\n")) > INI_MAX_LINE - 2)
			return err_set(e, ERR_CONFIG, path, line,
			    _("the line is longer than %d bytes"),
			    INI_MAX_LINE - 2);
		s += len + (s[len] == '\n');
	}
	return ERR_OK;
}

enum err_code
config_load(const char *path, const struct config_item *items,
    struct config **out, struct err *e)
{
	struct config *c = NULL;
	struct buf text = { 0 };
	const char *s;
	enum err_code code;
	struct err unread = { 0 };
	int line;

	code = file_read(path, LIMIT_CONFIG_FILE, &text, &unread);
	if (code != ERR_OK) {
		code = err_set(e, code == ERR_NO_INPUT && access(path,
		    F_OK) == -1 && errno == ENOENT ? ERR_CONFIG_MISSING :
		    code, path, 0, "%s", unread.msg);
		goto out;
	}
	if ((s = buf_str(&text)) == NULL ||
	    (c = calloc(1, sizeof(*c))) == NULL ||
	    (c->path = strdup(path)) == NULL) {
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		goto out;
	}
	if (strlen(s) != text.len) {
		code = err_set(e, ERR_CONFIG, path, 0, _("it has a NUL byte"));
		goto out;
	}
	c->items = items;
	if ((code = check_lines(path, s, e)) != ERR_OK)
		goto out;
	line = ini_parse_string(s, on_entry, c);
	if ((code = c->err.code) != ERR_OK) {
		c->err.at = line > 0 ? (size_t)line : 0;
		if (e != NULL && e->code == ERR_OK)
			*e = c->err;
	} else if (line != 0)
		code = err_set(e, ERR_CONFIG, path,
		    line > 0 ? (size_t)line : 0,
		    _("this line is neither [section] nor key = value"));
	if (code == ERR_OK)
		code = check_required(c, e);
	if (code == ERR_OK) {
		*out = c;
		c = NULL;
	}
out:
	config_free(c);
	buf_wipe(&text);
	return code;
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->len; i++) {
		free(c->v[i].section);
		free(c->v[i].key);
		free(c->v[i].value);
	}
	free(c->v);
	free(c->path);
	free(c);
}

const char *
config_path(const struct config *c)
{
	return c->path;
}

const char *
config_get(const struct config *c, const char *section, const char *key)
{
	const struct entry *entry = find(c, section, key);

	return entry != NULL ? entry->value : NULL;
}

int64_t
config_number(const struct config *c, const char *section, const char *key,
    int64_t otherwise)
{
	const struct entry *entry = find(c, section, key);

	return entry != NULL ? entry->number : otherwise;
}

const char *
config_section(const struct config *c, const char *kind, size_t n)
{
	const struct config_item named = { .section = kind, .named = true };
	const char *last = NULL;

	for (size_t i = 0; i < c->len; i++) {
		const char *section = c->v[i].section;
		bool seen = false;

		if (!in_section(&named, section))
			continue;
		for (size_t j = 0; j < i && !seen; j++)
			seen = strcmp(c->v[j].section, section) == 0;
		if (!seen && n-- == 0) {
			last = section;
			break;
		}
	}
	return last;
}
