/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An answer while it is made: status, header fields, body; and how an error
 * becomes one (application/problem+json, RFC 9457).
 */
#ifndef SIGILL_PORTAL_REPLY_H
#define SIGILL_PORTAL_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define REPLY_HEADERS	10
#define REPLY_VALUE_LEN	128
#define REPLY_CMS	"application/cms"	/* RFC 7193 */
#define REPLY_DATE_LEN	30	/* "Sat, 21 Nov 2026 22:24:38 GMT" and a NUL */

struct reply {
	unsigned status;	/* 0: not decided yet */
	const char *type;	/* media type, static; NULL: no body */
	struct buf body;
	struct {
		const char *name;	/* static */
		char value[REPLY_VALUE_LEN];
	} headers[REPLY_HEADERS];
	size_t n_headers;
};

/* Sets the status; drops header fields and body from before. */
void reply_set(struct reply *r, unsigned status);
void reply_header(struct reply *r, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The whole answer for an error: status by its code, problem document, and
 * Retry-After where trying again is of use. */
void reply_problem(struct reply *r, const struct err *e);
void reply_wipe(struct reply *r);

/* The HTTP status that an error has here. */
unsigned reply_status(enum err_code code);

/* A date of HTTP (RFC 9110 §5.6.7), whatever the locale. */
void reply_date(int64_t t, char out[static REPLY_DATE_LEN]);

#endif
