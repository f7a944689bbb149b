/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/json_scan.h"

#include <string.h>

struct json_scan
json_scan_of(const uint8_t *text, size_t len)
{
	return (struct json_scan){ .text = text, .len = len, .line = 1 };
}

static bool
one_of(uint8_t c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static void
skip_space(struct json_scan *s)
{
	for (; s->off < s->len && one_of(s->text[s->off], " \t\r\n"); s->off++)
		if (s->text[s->off] == '\n')
			s->line++;
}

/* The length of the string that starts at off; *closed when it ends. */
static size_t
string_len(const struct json_scan *s, bool *closed)
{
	size_t i = s->off + 1;

	for (; i < s->len && s->text[i] != '\n'; i++) {
		if (s->text[i] == '"') {
			*closed = true;
			return i + 1 - s->off;
		}
		if (s->text[i] == '\\' && i + 1 < s->len &&
		    s->text[i + 1] != '\n')
			i++;
	}
	*closed = false;
	return i - s->off;
}

struct json_token
json_scan_next(struct json_scan *s)
{
	struct json_token t = { 0 };
	bool closed;

	skip_space(s);
	t.off = s->off;
	t.line = s->line;
	if (s->off >= s->len)
		return t;
	t.p = s->text + s->off;
	if (*t.p == '"') {
		t.len = string_len(s, &closed);
		t.kind = closed ? TOKEN_STRING : TOKEN_BROKEN_STRING;
	} else if (one_of(*t.p, "{}[],:")) {
		t.len = 1;
		t.kind = TOKEN_PUNCTUATION;
	} else {
		while (t.len < s->len - s->off &&
		    !one_of(t.p[t.len], " \t\r\n{}[],:\""))
			t.len++;
		t.kind = TOKEN_WORD;
	}
	s->off += t.len;
	return t;
}

bool
json_token_is(const struct json_token *t, char mark)
{
	return t->kind == TOKEN_PUNCTUATION && *t->p == (uint8_t)mark;
}

static unsigned
hex4(const uint8_t *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++) {
		unsigned c = p[i];

		v = v << 4 | ((c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10) &
		    0xf);
	}
	return v;
}

static size_t
utf8(unsigned c, char out[static 4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (c >> 18 & 0x07));
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* One character of a string, escaped or not: its bytes, and how many bytes
 * of the text it took. */
static size_t
character(const uint8_t *p, size_t left, char out[static 4], size_t *n)
{
	static const char plain[] = "b\bf\fn\nr\rt\t";
	unsigned c;
	const char *q;

	out[0] = (char)p[0];
	*n = 1;
	if (p[0] != '\\' || left < 2)
		return 1;
	if (p[1] != 'u' || left < 6) {
		q = p[1] != '\0' ? strchr(plain, p[1]) : NULL;
		out[0] = q != NULL && (q - plain) % 2 == 0 ? q[1] :
		    (char)p[1];
		return 2;
	}
	c = hex4(p + 2);
	if (c >= 0xd800 && c < 0xdc00 && left >= 12 && p[6] == '\\') {
		c = 0x10000 + ((c & 0x3ff) << 10 | (hex4(p + 8) & 0x3ff));
		*n = utf8(c, out);
		return 12;
	}
	*n = utf8(c, out);
	return 6;
}

/* Does the path start with this member's name?  *rest is what follows. */
static bool
names(const struct json_token *t, const char *path, const char **rest)
{
	char c[4];
	size_t n;

	for (size_t i = 1; i + 1 < t->len; ) {
		i += character(t->p + i, t->len - 1 - i, c, &n);
		if (strncmp(path, c, n) != 0)
			return false;
		path += n;
	}
	*rest = path;
	if (*path == '.')
		++*rest;
	return *path == '.' || *path == '[' || *path == '\0';
}

/* Past the value that starts with t. */
static void
skip_value(struct json_scan *s, struct json_token t)
{
	size_t depth = 0;

	for (;;) {
		if (json_token_is(&t, '{') || json_token_is(&t, '['))
			depth++;
		else if (depth != 0 &&
		    (json_token_is(&t, '}') || json_token_is(&t, ']')))
			depth--;
		if (depth == 0 || t.kind == TOKEN_END)
			return;
		t = json_scan_next(s);
	}
}

/*
 * The member of an object that the path names; leaves s before its value.
 * Names may have full stops in them: the longest that fits is meant.
 */
static bool
enter_member(struct json_scan *s, const char **path, size_t *line)
{
	const char *from = *path, *rest;
	struct json_scan inside = *s;
	struct json_token t;

	while ((t = json_scan_next(s)).kind == TOKEN_STRING) {
		bool longer = names(&t, from, &rest) &&
		    (*path == from || rest > *path);
		size_t here = t.line;

		(void)json_scan_next(s);	/* the colon */
		if (longer) {
			*path = rest;
			*line = here;
			inside = *s;
			if (*rest == '\0')
				break;
		}
		skip_value(s, json_scan_next(s));
		t = json_scan_next(s);
		if (!json_token_is(&t, ','))
			break;
	}
	*s = inside;
	return *path != from;
}

/* The same for an element of a list, "[2]". */
static bool
enter_element(struct json_scan *s, const char **path, size_t *line)
{
	size_t index = 0, digits = 1;
	struct json_scan before;
	struct json_token t;

	if (**path != '[')
		return false;
	for (; (*path)[digits] >= '0' && (*path)[digits] <= '9'; digits++)
		if (index < SIZE_MAX / 100)
			index = index * 10 + (size_t)((*path)[digits] - '0');
	if ((*path)[digits] != ']')
		return false;
	for (;; index--) {
		before = *s;
		t = json_scan_next(s);
		if (t.kind == TOKEN_END || json_token_is(&t, ']'))
			return false;
		if (index == 0)
			break;
		skip_value(s, t);
		t = json_scan_next(s);
		if (!json_token_is(&t, ','))
			return false;
	}
	*line = t.line;
	*s = before;
	*path += digits + 1;
	if (**path == '.')
		++*path;
	return true;
}

size_t
json_line(const uint8_t *text, size_t len, const char *path)
{
	struct json_scan s = json_scan_of(text, len);
	struct json_token t = json_scan_next(&s);
	size_t line = t.line;
	bool found = true;

	while (found && *path != '\0') {
		if (json_token_is(&t, '{'))
			found = enter_member(&s, &path, &line);
		else if (json_token_is(&t, '['))
			found = enter_element(&s, &path, &line);
		else
			found = false;
		if (found)
			t = json_scan_next(&s);
	}
	return line;
}
