/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The pieces of a JSON text and the lines that they stand on: what a parser
 * throws away and a message to a person needs.  Takes any bytes; judging them
 * is the parser's work.
 */
#ifndef SIGILL_FORMAT_JSON_SCAN_H
#define SIGILL_FORMAT_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_token_kind {
	TOKEN_END,		/* of the text */
	TOKEN_PUNCTUATION,	/* one of {}[],: */
	TOKEN_STRING,		/* with its quotation marks */
	TOKEN_BROKEN_STRING,	/* without the closing one on its line */
	TOKEN_WORD,		/* numbers, true, and whatever is not JSON */
};

struct json_token {
	enum json_token_kind kind;
	const uint8_t *p;	/* first byte, in the text */
	size_t len;
	size_t off;		/* of p */
	size_t line;		/* from 1 */
};

struct json_scan {
	const uint8_t *text;
	size_t len;
	size_t off;
	size_t line;
};

struct json_scan json_scan_of(const uint8_t *text, size_t len);
/* The next piece; TOKEN_END for ever after the last. */
struct json_token json_scan_next(struct json_scan *s);
/* Is it this punctuation mark? */
bool json_token_is(const struct json_token *t, char mark);

/*
 * The line (from 1) on which a member or element of an accepted text stands:
 * that of a member is its name's.  path is like "answers.17[2]"; when there
 * is no such thing, the line of the innermost object or list on the way to
 * it.  "" is the text itself.
 */
size_t json_line(const uint8_t *text, size_t len, const char *path);

#endif
