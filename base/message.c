/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/message.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* What message_init found, for the way back. */
static struct {
	bool english;
	bool changed;		/* LANGUAGE is not the environment's own */
	char *language;		/* LANGUAGE; NULL: there was none */
} environment;

void
message_init(bool english)
{
	environment.english = english;
	char dir[4096];

	(void)setlocale(LC_ALL, "");
	if (english)
		(void)setlocale(LC_MESSAGES, "C");
	if (file_share_dir("locale", dir))
		(void)bindtextdomain("sigill", dir);
	(void)bind_textdomain_codeset("sigill", "UTF-8");
	(void)textdomain("sigill");
}

const char *
message_language_name(void)
{
	static char name[16];
	/* The catalogue's header; without a catalogue, "". */
	const char *header = "", *p = strstr(_(header), "Language: ");
	size_t len = p != NULL ? strcspn(p += strlen("Language: "), "\n") : 0;

	if (len == 0 || len >= sizeof(name))
		return "en";
	memcpy(name, p, len);
	name[len] = '\0';
	return name;
}

static bool
language_restore(void)
{
	const char *locale = environment.english ? "C" : "";
	bool set = !environment.changed || (environment.language == NULL ?
	    unsetenv("LANGUAGE") : setenv("LANGUAGE", environment.language,
	    1)) == 0;

	environment.changed = environment.changed && !set;
	/* "C" in between, or gettext would not notice the change. */
	(void)setlocale(LC_MESSAGES, "C");
	(void)setlocale(LC_MESSAGES, locale);
	return set;
}

/* gettext looks at LANGUAGE in any locale but "C", and C.UTF-8 is a part of
 * every Debian (libc-bin). */
static bool
language_set(const char *language)
{
	const char *own = getenv("LANGUAGE");

	if (!environment.changed) {
		free(environment.language);
		environment.language = own != NULL ? strdup(own) : NULL;
		if (own != NULL && environment.language == NULL)
			return false;
	}
	(void)setlocale(LC_MESSAGES, "C");
	if (strcmp(language, "en") == 0)	/* the source's */
		return true;
	environment.changed = true;
	return setenv("LANGUAGE", language, 1) == 0 &&
	    setlocale(LC_MESSAGES, "C.UTF-8") != NULL;
}

bool
message_language(const char *language)
{
	char before[16];

	if (language == NULL)
		return language_restore();
	(void)snprintf(before, sizeof(before), "%s", message_language_name());
	if (strcmp(before, language) == 0)
		return true;
	if (language_set(language) &&
	    strcmp(message_language_name(), language) == 0)
		return true;
	(void)language_set(before);
	return false;
}

static const char *(*own_hint)(enum err_code code);

void
message_hints(const char *(*hint)(enum err_code code))
{
	own_hint = hint;
}

/* Static; "" when there is none. */
static const char *
hint_of(enum err_code code)
{
	const char *own = own_hint != NULL ? own_hint(code) : NULL;

	return own != NULL ? own : err_hint(code);
}

/* gettext gives the catalogue's header for "". */
static const char *
translated(const char *s)
{
	return *s != '\0' ? _(s) : s;
}

void
message_finding(struct buf *out, const struct err *e)
{
	char at[32];

	if (e->where[0] != '\0') {
		buf_add_str(out, e->where);
		if (e->at != 0) {
			(void)snprintf(at, sizeof(at), ":%zu", e->at);
			buf_add_str(out, at);
		}
		buf_add_str(out, ": ");
	}
	buf_add_str(out, translated(err_sentence(e->code)));
	if (e->msg[0] != '\0') {
		buf_add_str(out, ": ");
		buf_add_str(out, e->msg);
	}
}

void
message_text(struct buf *out, const char *program, const struct err *e,
    bool hint)
{
	buf_add_str(out, program);
	buf_add_str(out, ": ");
	buf_add_str(out, _("error"));
	buf_add_str(out, ": ");
	message_finding(out, e);
	buf_add_str(out, " [");
	buf_add_str(out, err_name(e->code));
	buf_add_str(out, "]\n");
	if (hint && hint_of(e->code)[0] != '\0') {
		buf_add_str(out, program);
		buf_add_str(out, ": ");
		buf_add_str(out, _("hint"));
		buf_add_str(out, ": ");
		buf_add_str(out, translated(hint_of(e->code)));
		buf_add_str(out, "\n");
	}
}

/* Sets a text member unless it is empty; false without memory. */
static bool
set_text(json_t *o, const char *key, const char *s)
{
	return *s == '\0' ||
	    json_object_set_new(o, key, json_string(s)) == 0;
}

json_t *
message_json(const struct err *e)
{
	json_t *o = json_object();

	if (o == NULL)
		return NULL;
	if (!set_text(o, "code", err_name(e->code)) ||
	    !set_text(o, "where", e->where) ||
	    (e->at != 0 && json_object_set_new(o, "at",
	    json_integer((json_int_t)e->at)) != 0) ||
	    !set_text(o, "sentence", err_sentence(e->code)) ||
	    !set_text(o, "message", e->msg) ||
	    !set_text(o, "hint", hint_of(e->code))) {
		json_decref(o);
		return NULL;
	}
	return o;
}
