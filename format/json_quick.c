/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/json_quick.h"

#include <string.h>

#include "format/text.h"

/* Members of one object, and objects and lists in each other: what it is for
 * has fewer. */
#define MEMBERS	24
#define DEPTH	8
/* Of whole numbers, so that they fit. */
#define DIGITS	18

bool
json_span_is(struct json_span s, const char *text)
{
	const size_t len = strlen(text);

	return s.p != NULL && s.len == len && memcmp(s.p, text, len) == 0;
}

uint8_t
json_quick_peek(struct json_quick *q)
{
	while (q->p < q->end && (*q->p == ' ' || *q->p == '\n' ||
	    *q->p == '\t' || *q->p == '\r'))
		q->p++;
	return q->p < q->end ? *q->p : 0;
}

bool
json_quick_take(struct json_quick *q, uint8_t mark)
{
	if (q->bad || json_quick_peek(q) != mark)
		return false;
	q->p++;
	return true;
}

void
json_quick_need(struct json_quick *q, uint8_t mark)
{
	if (!json_quick_take(q, mark))
		q->bad = true;
}

struct json_span
json_quick_text(struct json_quick *q)
{
	struct json_span s = { 0 };
	uint8_t all = 0;

	json_quick_need(q, '"');
	if (q->bad)
		return s;
	s.p = (const char *)q->p;
	for (; q->p < q->end && *q->p != '"'; q->p++) {
		all |= *q->p;
		if (*q->p < 0x20 || *q->p == '\\')
			q->bad = true;
	}
	s.len = (size_t)((const char *)q->p - s.p);
	if (all >= 0x80 && !text_utf8_valid(s.p, s.len))
		q->bad = true;
	json_quick_need(q, '"');
	return s;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

int64_t
json_quick_whole(struct json_quick *q)
{
	const bool negative = json_quick_take(q, '-');
	const uint8_t *start = q->p;
	int64_t n = 0;

	for (; q->p < q->end && is_digit(*q->p); q->p++)
		if (q->p - start < DIGITS)
			n = n * 10 + (*q->p - '0');
	if (q->p == start || q->p - start > DIGITS ||
	    (*start == '0' && q->p - start > 1))
		q->bad = true;
	/* It goes on as one that is not whole. */
	if (q->p < q->end && (*q->p == '.' || *q->p == 'e' || *q->p == 'E'))
		q->bad = true;
	return negative ? -n : n;
}

bool
json_quick_bool(struct json_quick *q)
{
	const bool yes = json_quick_peek(q) == 't';
	const char *word = yes ? "true" : "false";
	const size_t len = strlen(word);

	if ((size_t)(q->end - q->p) < len || memcmp(q->p, word, len) != 0)
		q->bad = true;
	else
		q->p += len;
	return yes;
}

void
json_quick_walk(struct json_quick *q, unsigned depth,
    json_quick_member *each, void *arg)
{
	struct json_span seen[MEMBERS];
	size_t n = 0;

	json_quick_need(q, '{');
	if (json_quick_take(q, '}'))
		return;
	do {
		const struct json_span name = json_quick_text(q);

		json_quick_need(q, ':');
		if (n == MEMBERS || depth == DEPTH)
			q->bad = true;
		for (size_t i = 0; i < n && !q->bad; i++)
			if (seen[i].len == name.len &&
			    memcmp(seen[i].p, name.p, name.len) == 0)
				q->bad = true;
		if (q->bad)
			return;
		seen[n++] = name;
		each(q, name, depth + 1, arg);
	} while (json_quick_take(q, ','));
	json_quick_need(q, '}');
}

static void
pass_member(struct json_quick *q, struct json_span name, unsigned depth,
    void *arg)
{
	(void)name;
	(void)arg;
	json_quick_pass(q, depth);
}

static void
pass_list(struct json_quick *q, unsigned depth)
{
	json_quick_need(q, '[');
	if (json_quick_take(q, ']'))
		return;
	if (depth == DEPTH)
		q->bad = true;
	while (!q->bad) {
		json_quick_pass(q, depth + 1);
		if (!json_quick_take(q, ','))
			break;
	}
	json_quick_need(q, ']');
}

void
json_quick_pass(struct json_quick *q, unsigned depth)
{
	switch (json_quick_peek(q)) {
	case '"':
		(void)json_quick_text(q);
		break;
	case '{':
		json_quick_walk(q, depth, pass_member, NULL);
		break;
	case '[':
		pass_list(q, depth);
		break;
	case 't':
	case 'f':
		(void)json_quick_bool(q);
		break;
	default:
		(void)json_quick_whole(q);
		break;
	}
}
