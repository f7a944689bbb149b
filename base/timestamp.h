/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Points in time as people and logs write them.  The clock itself is a
 * parameter (int64_t now, UTC seconds since 1970) wherever time matters.
 */
#ifndef SIGILL_BASE_TIMESTAMP_H
#define SIGILL_BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#define TIMESTAMP_LEN	21	/* with its NUL */
#define TIMESTAMP_LOCAL_LEN	48	/* the same */
/* 9999-12-31T23:59:59Z: the last that four digits of year can write. */
#define TIMESTAMP_MAX	INT64_C(253402300799)

/* RFC 3339 in UTC, "2026-11-21T22:24:38Z". */
void timestamp_format(int64_t t, char out[static TIMESTAMP_LEN]);
/* The reverse; also a bare date (its first second).  False if it is neither. */
bool timestamp_parse(const char *s, int64_t *out);
/* As timestamp_parse, but a bare date is its last second, in the zone of the
 * machine or TZ: until when people mean. */
bool timestamp_parse_until(const char *s, int64_t *out);
/* For people, in the zone of the machine or TZ: "2026-11-21 23:24:38 CET". */
void timestamp_format_local(int64_t t, char out[static TIMESTAMP_LOCAL_LEN]);
/* "Sun, 06 Nov 1994 08:49:37 GMT": an IMF-fixdate (RFC 9110 §5.6.7), to the
 * letter, and the weekday must be that day's. */
bool timestamp_parse_imf(const char *s, int64_t *out);
/* The clock of the machine. */
int64_t timestamp_now(void);

#endif
