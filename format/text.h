/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Texts with one meaning get one byte string: Unicode normal form C and no
 * white space that cannot be seen.  A line (a name, a title) has its runs of
 * white space made into one space each and none at its ends; a block (free
 * text) keeps tabs and ends lines with LF, without blanks at the ends of
 * lines, or blank lines at its own ends.
 *
 * Never allowed: bytes that are not UTF-8, control characters, noncharacters
 * and code points that Unicode has not assigned (their normal form is not
 * settled) or leaves to private agreement, the bidi controls that can make a
 * text read otherwise than it is (U+202A-202E, U+2066-2069), and more than 30
 * combining marks in a row.  Left out: what cannot be seen and means nothing
 * (Default_Ignorable_Code_Point: soft hyphens, zero-width spaces and such).
 *
 * Limits are in characters (code points) of the normal form.
 */
#ifndef SIGILL_FORMAT_TEXT_H
#define SIGILL_FORMAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * The normal form of the len bytes at s, as a new NUL-terminated string for
 * wipe_free; it may be empty.  ERR_TEXT for what is never allowed and
 * ERR_FIELD_VALUE for more than max characters, where being the caller's
 * name for the field; *out is untouched then.
 */
enum err_code text_line(const char *s, size_t len, size_t max,
    const char *where, char **out, struct err *e);
enum err_code text_block(const char *s, size_t len, size_t max,
    const char *where, char **out, struct err *e);

/*
 * For decoders: ERR_OK when the text is in normal form and has 1 to max
 * characters, ERR_NOT_CANONICAL when it is another spelling of such a text,
 * ERR_SCHEMA when it is none, ERR_NO_MEMORY.
 */
enum err_code text_line_check(const char *s, size_t len, size_t max);
enum err_code text_block_check(const char *s, size_t len, size_t max);

/*
 * Ids of questionnaires, rounds, questions and options: 1 to LIMIT_ID of
 * A-Z a-z 0-9 . _ -.  Case counts: the 2015 survey's figures are F12, F12b.
 */
bool text_id_valid(const char *s, size_t len);

/* RFC 3629: no surrogates, no overlong forms, nothing over U+10FFFF. */
bool text_utf8_valid(const void *s, size_t len);

/* Characters in a valid UTF-8 string. */
size_t text_length(const char *s);

#endif
