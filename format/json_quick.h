/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * JSON that a program of ours has written, read in one pass and without a tree
 * of it.  Takes only what is plain: texts without escapes, whole numbers of at
 * most 18 digits, no null, objects of few members; and of that nothing that
 * json_read would not take.  Whoever uses it falls back on json_read, which
 * also knows what is wrong.
 */
#ifndef SIGILL_FORMAT_JSON_QUICK_H
#define SIGILL_FORMAT_JSON_QUICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_quick {
	const uint8_t *p, *end;	/* what is left */
	bool bad;		/* sticky: it is not plain, or no JSON */
};

/* A text where it stands, without its quotation marks. */
struct json_span {
	const char *p;		/* NULL: there is none */
	size_t len;
};

bool json_span_is(struct json_span s, const char *text);

/* The next byte that is not blank; 0 at the end. */
uint8_t json_quick_peek(struct json_quick *q);
/* Is it this mark?  Then it is taken. */
bool json_quick_take(struct json_quick *q, uint8_t mark);
/* It must be. */
void json_quick_need(struct json_quick *q, uint8_t mark);

struct json_span json_quick_text(struct json_quick *q);
int64_t json_quick_whole(struct json_quick *q);
bool json_quick_bool(struct json_quick *q);
/* Anything plain; depth is how deep it stands. */
void json_quick_pass(struct json_quick *q, unsigned depth);

/* An object: each takes the whole value of a member.  Two of one name are bad.
 * depth as above. */
typedef void json_quick_member(struct json_quick *q, struct json_span name,
    unsigned depth, void *arg);
void json_quick_walk(struct json_quick *q, unsigned depth,
    json_quick_member *each, void *arg);

#endif
