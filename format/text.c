/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/text.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/wipe.h"

enum form { LINE, BLOCK };

/* How much white space there may be for each character that is kept, so that
 * work stays in proportion to the limit. */
#define BYTES_PER_CHARACTER	16

/* Marks in a row: more than any language has.  The limit of Unicode Standard
 * Annex #15's Stream-Safe Text Format; without one, sorting them takes time
 * that grows with the square of their number. */
#define MARKS_MAX	30

#define SOFT_HYPHEN	0xad

/* The first byte's length and least code point by RFC 3629 §4; 0 when bytes
 * from s are not a character. */
static size_t
utf8_char(const uint8_t *s, size_t len, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = s[0];
	size_t n;

	if (c < 0x80)
		n = 1;
	else if (c >= 0xc2 && c < 0xe0)
		n = 2, c &= 0x1f;
	else if (c >= 0xe0 && c < 0xf0)
		n = 3, c &= 0x0f;
	else if (c >= 0xf0 && c < 0xf5)
		n = 4, c &= 0x07;
	else
		return 0;
	if (n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return n;
}

bool
text_utf8_valid(const void *s, size_t len)
{
	const uint8_t *p = s;
	uint32_t c;
	size_t n;

	for (; len != 0; p += n, len -= n)
		if ((n = utf8_char(p, len, &c)) == 0)
			return false;
	return true;
}

size_t
text_length(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((uint8_t)*s & 0xc0) != 0x80;
	return n;
}

bool
text_id_valid(const char *s, size_t len)
{
	if (len == 0 || len > LIMIT_ID)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= 'A' && s[i] <= 'Z') ||
		    (s[i] >= '0' && s[i] <= '9') ||
		    s[i] == '.' || s[i] == '_' || s[i] == '-'))
			return false;
	return true;
}

static bool
is_line_end(int32_t c)
{
	return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

static bool
is_blank(int32_t c)
{
	return c == '\t' || utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

static bool
is_allowed(int32_t c)
{
	if (c > ' ' && c < 0x7f)
		return true;
	if (is_line_end(c) || is_blank(c))
		return true;
	if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		return false;
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CN:	/* noncharacters are here, too */
	case UTF8PROC_CATEGORY_CO:	/* means what somebody has agreed */
		return false;
	default:
		return true;
	}
}

/* Runs of white space to one space, none at the ends.  In place. */
static size_t
squeeze_line(int32_t *c, size_t n)
{
	size_t out = 0;
	bool space = false;

	for (size_t i = 0; i < n; i++) {
		if (is_blank(c[i]) || is_line_end(c[i])) {
			space = out != 0;
			continue;
		}
		if (space)
			c[out++] = ' ';
		space = false;
		c[out++] = c[i];
	}
	return out;
}

/* Line ends to LF, no blanks before them, no white space at the ends.  In
 * place.  keep is where the last character is that is no white space. */
static size_t
squeeze_block(int32_t *c, size_t n)
{
	size_t out = 0, keep = 0;

	for (size_t i = 0; i < n; i++) {
		if (is_line_end(c[i])) {
			if (c[i] == '\r' && i + 1 < n && c[i + 1] == '\n')
				i++;
			while (out != 0 && is_blank(c[out - 1]))
				out--;
			if (out != 0)
				c[out++] = '\n';
		} else if (is_blank(c[i])) {
			if (out != 0)
				c[out++] = c[i];
		} else {
			c[out++] = c[i];
			keep = out;
		}
	}
	return keep;
}

/*
 * Most texts are Swedish.  Nothing below U+0300 combines with what is before
 * it, and all of it is its own normal form (Unicode Standard Annex #15, quick
 * check), so to decode is to normalise.  False when there is anything else.
 */
static bool
decode_latin(const char *s, size_t len, int32_t *out, size_t *n)
{
	uint32_t c;
	size_t used;

	for (*n = 0; len != 0; s += used, len -= used) {
		used = utf8_char((const uint8_t *)s, len, &c);
		if (used == 0 || c >= 0x300 || c == SOFT_HYPHEN)
			return false;
		out[(*n)++] = (int32_t)c;
	}
	return true;
}

/* NFC: decomposed in a place of our own, because utf8proc does not wipe the
 * one that it would take, then composed as it is encoded again. */
static enum err_code
decompose(const char *s, size_t len, int32_t **out, size_t *n)
{
	/* IGNORE: what cannot be seen and means nothing is left out. */
	const utf8proc_option_t opts = UTF8PROC_STABLE | UTF8PROC_COMPOSE |
	    UTF8PROC_IGNORE;
	utf8proc_ssize_t need, got;
	int32_t *c;

	if ((c = wipe_malloc((len + 1) * sizeof(*c))) == NULL)
		return ERR_NO_MEMORY;
	if (decode_latin(s, len, c, n)) {
		*out = c;
		return ERR_OK;
	}
	wipe_free(c);
	need = utf8proc_decompose((const uint8_t *)s,
	    (utf8proc_ssize_t)len, NULL, 0, opts);
	if (need < 0)
		return need == UTF8PROC_ERROR_NOMEM ? ERR_NO_MEMORY : ERR_TEXT;
	/* One more: utf8proc_reencode ends with a NUL. */
	c = wipe_malloc(((size_t)need + 1) * sizeof(*c));
	if (c == NULL)
		return ERR_NO_MEMORY;
	got = utf8proc_decompose((const uint8_t *)s, (utf8proc_ssize_t)len,
	    c, need, opts);
	if (got != need) {
		wipe_free(c);
		return ERR_TEXT;
	}
	got = utf8proc_normalize_utf32(c, need, opts);
	if (got < 0) {
		wipe_free(c);
		return ERR_TEXT;
	}
	*out = c;
	*n = (size_t)got;
	return ERR_OK;
}

static char *
encode(const int32_t *c, size_t n)
{
	uint8_t *s = wipe_malloc(n * 4 + 1);
	size_t len = 0;

	if (s == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		len += (size_t)utf8proc_encode_char(c[i], s + len);
	s[len] = '\0';
	return (char *)s;
}

/* Is it UTF-8, and of characters that are allowed?  Before anything is done
 * with it that takes longer than reading it once. */
static enum err_code
look(const char *s, size_t len, const char *where, struct err *e)
{
	size_t used, marks = 0;
	uint32_t c;

	for (size_t at = 1; len != 0; s += used, len -= used, at++) {
		if ((used = utf8_char((const uint8_t *)s, len, &c)) == 0)
			return err_set(e, ERR_TEXT, where, 0,
			    _("it is not UTF-8"));
		if (!is_allowed((int32_t)c))
			return err_set(e, ERR_TEXT, where, 0,
			    _("U+%04X at character %zu"), (unsigned)c, at);
		if (c < 0x300 ||
		    utf8proc_get_property((int32_t)c)->combining_class == 0)
			marks = 0;
		else if (++marks > MARKS_MAX)
			return err_set(e, ERR_TEXT, where, 0,
			    _("more than %d marks in a row at character %zu"),
			    MARKS_MAX, at);
	}
	return ERR_OK;
}

static enum err_code
normalise(enum form form, const char *s, size_t len, size_t max,
    const char *where, char **out, struct err *e)
{
	enum err_code code;
	int32_t *c = NULL;
	char *made;
	size_t n;

	if (len > max * BYTES_PER_CHARACTER)
		return err_set(e, ERR_FIELD_VALUE, where, 0,
		    _("more than %zu characters"), max);
	if ((code = look(s, len, where, e)) != ERR_OK)
		return code;
	if ((code = decompose(s, len, &c, &n)) != ERR_OK)
		return err_set(e, code, where, 0, NULL);
	n = form == LINE ? squeeze_line(c, n) : squeeze_block(c, n);
	if (n > max) {
		code = err_set(e, ERR_FIELD_VALUE, where, 0,
		    _("%zu characters; at most %zu are allowed"), n, max);
		goto out;
	}
	if ((made = encode(c, n)) == NULL)
		code = err_set(e, ERR_NO_MEMORY, where, 0, NULL);
	else
		*out = made;
out:
	wipe_free(c);
	return code;
}

enum err_code
text_line(const char *s, size_t len, size_t max, const char *where,
    char **out, struct err *e)
{
	return normalise(LINE, s, len, max, where, out, e);
}

enum err_code
text_block(const char *s, size_t len, size_t max, const char *where,
    char **out, struct err *e)
{
	return normalise(BLOCK, s, len, max, where, out, e);
}

static enum err_code
check(enum form form, const char *s, size_t len, size_t max)
{
	enum err_code code;
	char *normal = NULL;

	code = normalise(form, s, len, max, NULL, &normal, NULL);
	if (code == ERR_NO_MEMORY)
		return code;
	if (code != ERR_OK || normal[0] == '\0')
		code = ERR_SCHEMA;
	else if (strlen(normal) != len || memcmp(normal, s, len) != 0)
		code = ERR_NOT_CANONICAL;
	wipe_free(normal);
	return code;
}

enum err_code
text_line_check(const char *s, size_t len, size_t max)
{
	return check(LINE, s, len, max);
}

enum err_code
text_block_check(const char *s, size_t len, size_t max)
{
	return check(BLOCK, s, len, max);
}
