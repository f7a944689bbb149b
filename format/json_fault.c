/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/json_fault.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/i18n.h"
#include "format/json.h"
#include "format/json_scan.h"

/* Files that are given by mistake, by how they begin. */
static const struct {
	const char *start;
	size_t len;
	const char *what;
} kinds[] = {
	{ "PK\x03\x04", 4, N_("this is a workbook (.xlsx) or a zip archive; "
	    "answers are given in a JSON file") },
	{ "\xd0\xcf\x11\xe0", 4, N_("this is an old workbook (.xls) or "
	    "document; answers are given in a JSON file") },
	{ "%PDF", 4, N_("this is a PDF file; answers are given in a JSON "
	    "file") },
	{ "\x1f\x8b", 2, N_("this is a compressed file (gzip); unpack it "
	    "first") },
	{ "\xff\xfe", 2, N_("the text is in UTF-16; save it as UTF-8 (in "
	    "PowerShell: Set-Content -Encoding utf8)") },
	{ "\xfe\xff", 2, N_("the text is in UTF-16; save it as UTF-8") },
	{ "{\0", 2, N_("the text is in UTF-16; save it as UTF-8") },
	{ "-----BEGIN", 10, N_("this is a key, a certificate or a signed "
	    "file") },
	{ "\x30\x82", 2, N_("this is a certificate or a sealed file") },
	{ "\x30\x83", 2, N_("this is a sealed file") },
	{ "<", 1, N_("this is a web page or an XML file") },
};

enum err_code
json_fault_kind(const uint8_t *text, size_t len, const char *name,
    struct err *e)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (len >= kinds[i].len &&
		    memcmp(text, kinds[i].start, kinds[i].len) == 0)
			return err_set(e, ERR_JSON, name, 1, "%s",
			    _(kinds[i].what));
	return ERR_OK;
}

/* Where the parser stopped, and the two pieces before. */
struct stop {
	struct json_token before, last, at;
};

static struct stop
stop_of(const uint8_t *text, size_t len, size_t position)
{
	struct json_scan s = json_scan_of(text, len);
	struct stop stop = { 0 };
	struct json_token t;

	stop.before.line = stop.last.line = stop.at.line = 1;
	while ((t = json_scan_next(&s)).off < position ||
	    stop.at.p == NULL) {
		stop.before = stop.last;
		stop.last = stop.at;
		stop.at = t;
		if (t.kind == TOKEN_END)
			break;
	}
	return stop;
}

static bool
begins(const struct json_token *t, const char *with)
{
	size_t n = strlen(with);

	return t->kind == TOKEN_WORD && t->len >= n &&
	    memcmp(t->p, with, n) == 0;
}

static bool
is_number(const struct json_token *t)
{
	return t->kind == TOKEN_WORD && isdigit(*t->p);
}

/* A whole value, or the end of one. */
static bool
ends_value(const struct json_token *t)
{
	return t->kind == TOKEN_STRING || t->kind == TOKEN_WORD ||
	    json_token_is(t, '}') || json_token_is(t, ']');
}

static bool
starts_value(const struct json_token *t)
{
	return t->kind == TOKEN_STRING || t->kind == TOKEN_BROKEN_STRING ||
	    t->kind == TOKEN_WORD || json_token_is(t, '{') ||
	    json_token_is(t, '[');
}

/* What a word that is not JSON was meant to be; NULL: no idea. */
static const char *
strange_word(const struct json_token *t)
{
	if (begins(t, "'") || begins(t, "\xe2\x80\x98") ||
	    begins(t, "\xe2\x80\x99") || begins(t, "\xe2\x80\x9c") ||
	    begins(t, "\xe2\x80\x9d") || begins(t, "\xc2\xab") ||
	    begins(t, "\xc2\xbb"))
		return _("texts stand in straight double quotation marks "
		    "(\"), not in others");
	if (begins(t, "//") || begins(t, "/*") || begins(t, "#"))
		return _("JSON has no comments; remove it");
	if (is_number(t) || begins(t, "+") || begins(t, ".") ||
	    begins(t, "-"))
		return _("a number is written with digits only, without "
		    "leading zeros; anything else stands in quotation marks");
	if (t->kind == TOKEN_WORD)
		return _("a text must stand in quotation marks");
	return NULL;
}

/* The usual slips, by the pieces around the stop; NULL: another one. */
static const char *
slip(const struct stop *s, const char *expected, size_t *line)
{
	*line = s->at.line;
	if (begins(&s->at, "//") || begins(&s->at, "/*") ||
	    begins(&s->at, "#"))
		return strange_word(&s->at);
	if (s->at.kind == TOKEN_BROKEN_STRING)
		return _("the closing quotation mark is missing on this line");
	if (json_token_is(&s->last, ',') && is_number(&s->before) &&
	    is_number(&s->at))
		return _("a comma inside a number; whole numbers only");
	if (json_token_is(&s->last, ',') && (json_token_is(&s->at, '}') ||
	    json_token_is(&s->at, ']'))) {
		*line = s->last.line;
		return _("there is a comma after the last item; remove it");
	}
	if (json_token_is(&s->at, ',') && (json_token_is(&s->last, ',') ||
	    json_token_is(&s->last, '{') || json_token_is(&s->last, '[')))
		return _("there is a comma too many");
	if (s->last.p == NULL && s->at.kind != TOKEN_END &&
	    !json_token_is(&s->at, '{'))
		return _("the file does not begin with a {; is it the right "
		    "file?");
	if (strncmp(expected, "':'", 3) == 0)
		return _("a colon is missing after the name");
	if (s->at.kind == TOKEN_END && s->last.p == NULL)
		return _("the file is empty");
	if (s->at.kind == TOKEN_END)
		return _("the file ends too early: a closing } or ] is "
		    "missing");
	if (strncmp(expected, "end of file", 11) == 0)
		return _("something follows after the end; was a } closed too "
		    "early?");
	if (ends_value(&s->last) && starts_value(&s->at)) {
		*line = s->last.line;
		return _("a comma is missing between this and what follows");
	}
	if (json_token_is(&s->at, '}') || json_token_is(&s->at, ']'))
		return _("a } stands where a ] should, or the other way "
		    "round");
	return strange_word(&s->at);
}

static int
words_len(const char *text)
{
	const char *near = strstr(text, " near ");

	return (int)(near != NULL ? (size_t)(near - text) : strlen(text));
}

enum err_code
json_fault(const uint8_t *text, size_t len, const char *name,
    const json_error_t *found, struct err *e)
{
	size_t line = found->line > 0 ? (size_t)found->line : 1;
	bool early = json_error_code(found) ==
	    json_error_premature_end_of_input;
	struct stop stop = stop_of(text, len, early ? SIZE_MAX :
	    found->position > 0 ? (size_t)found->position : 0);
	const char *what = NULL;
	char quoted[JSON_QUOTE_LEN];

	switch (json_error_code(found)) {
	case json_error_out_of_memory:
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	case json_error_invalid_utf8:
		what = _("the text is not UTF-8 (å, ä and ö in an older "
		    "encoding?); save it as UTF-8");
		break;
	case json_error_duplicate_key:
		if (stop.at.len < 2)
			break;
		return err_set(e, ERR_JSON, name, line,
		    _("%s stands there twice"), json_quote(
		    (const char *)stop.at.p + 1, stop.at.len - 2, quoted));
	case json_error_null_character:
	case json_error_null_byte_in_key:
		what = _("a text has a NUL character (\\u0000)");
		break;
	case json_error_numeric_overflow:
		what = _("a number is too large");
		break;
	case json_error_stack_overflow:
		what = _("too many lists or objects inside one another");
		break;
	default:
		if (strncmp(found->text, "control", 7) == 0)
			what = _("a text has a tab or another control "
			    "character; write \\t, or a space");
		else if (strncmp(found->text, "invalid escape", 14) == 0)
			what = _("a backslash in a text is written twice "
			    "(\\\\)");
		else if (strncmp(found->text, "invalid Unicode", 15) == 0)
			what = _("half a character (\\ud800 to \\udfff)");
		else
			what = slip(&stop, found->text, &line);
	}
	/* Without the piece of the text that jansson shows: it may be what
	 * somebody answered. */
	if (what == NULL)
		return err_set(e, ERR_JSON, name, line, _("column %d: %.*s"),
		    found->column, words_len(found->text), found->text);
	return err_set(e, ERR_JSON, name, line, "%s", what);
}
