/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/reply.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RETRY_SECONDS	"30"

static const struct {
	enum err_code code;
	unsigned status;
} statuses[] = {
	{ ERR_HTTP_BAD_REQUEST, 400 },
	{ ERR_HTTP_LENGTH, 400 },
	{ ERR_HTTP_DIGEST, 400 },
	{ ERR_HTTP_NO_CERT, 403 },
	{ ERR_HTTP_NOT_FOUND, 404 },
	{ ERR_HTTP_METHOD, 405 },
	{ ERR_HTTP_OFFSET, 409 },
	{ ERR_HTTP_EXPIRED, 410 },
	{ ERR_HTTP_TUS_VERSION, 412 },
	{ ERR_TOO_LARGE, 413 },
	{ ERR_HTTP_MEDIA_TYPE, 415 },
	{ ERR_HTTP_DIGEST_MISMATCH, 422 },
	{ ERR_SEALED_SIZE, 422 },
	{ ERR_OUTER_STRUCTURE, 422 },
	{ ERR_OUTER_ALGORITHM, 422 },
	{ ERR_OUTER_SIGNATURE, 422 },
	{ ERR_SIGNER_UNTRUSTED, 422 },
	{ ERR_SIGNER_EXPIRED, 422 },
	{ ERR_SIGNER_REVOKED, 422 },
	{ ERR_SIGNER_USAGE, 422 },
	{ ERR_TEST_CERTIFICATE, 422 },
	{ ERR_HTTP_BUSY, 423 },
	{ ERR_PORTAL_BUSY, 429 },
	{ ERR_SIGNER_CRL, 503 },
	{ ERR_NO_MEMORY, 503 },
	{ ERR_LEDGER, 503 },
	{ ERR_NO_SPACE, 507 },
};

unsigned
reply_status(enum err_code code)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].code == code)
			return statuses[i].status;
	return 500;
}

void
reply_set(struct reply *r, unsigned status)
{
	reply_wipe(r);
	r->status = status;
}

void
reply_header(struct reply *r, const char *name, const char *fmt, ...)
{
	va_list ap;

	if (r->n_headers == REPLY_HEADERS)
		return;
	r->headers[r->n_headers].name = name;
	va_start(ap, fmt);
	(void)vsnprintf(r->headers[r->n_headers].value, REPLY_VALUE_LEN, fmt,
	    ap);
	va_end(ap);
	r->n_headers++;
}

/* Members that are empty are left out, as RFC 9457 §3.1 lets us. */
static int
set_text(json_t *o, const char *key, const char *value)
{
	return *value == '\0' ? 0 :
	    json_object_set_new(o, key, json_string(value));
}

/* What fails inside is for the operator's log, not for strangers; but senders
 * must not look for a fault of theirs where there is none. */
static const char *
detail_of(const struct err *e, unsigned status)
{
	if (e->code == ERR_SIGNER_CRL)
		return "the authority's revocation list for the issuer of "
		    "this certificate is missing or out of date; the "
		    "certificate may be good, and only the authority can "
		    "mend it";
	return status < 500 ? e->msg : "";
}

void
reply_problem(struct reply *r, const struct err *e)
{
	unsigned status = reply_status(e->code);
	const char *detail = detail_of(e, status);
	const char *hint = err_hint(e->code);
	json_t *o = json_object();
	char type[80], *text = NULL;

	(void)snprintf(type, sizeof(type), "urn:sigill:problem:%s",
	    err_name(e->code));
	/* Written for who verifies, and for who runs the database. */
	if (e->code == ERR_SIGNER_CRL || e->code == ERR_LEDGER)
		hint = "try again later; if it goes on, tell the authority";
	reply_set(r, status);
	if (o != NULL && set_text(o, "type", type) == 0 &&
	    set_text(o, "title", err_sentence(e->code)) == 0 &&
	    json_object_set_new(o, "status", json_integer(status)) == 0 &&
	    set_text(o, "detail", detail) == 0 &&
	    set_text(o, "code", err_name(e->code)) == 0 &&
	    set_text(o, "hint", hint) == 0)
		text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (text != NULL) {
		r->type = "application/problem+json";
		buf_add_str(&r->body, text);
		buf_add_str(&r->body, "\n");
		free(text);
	}
	if (status == 423)
		reply_header(r, "Retry-After", "1");
	else if (status == 429 || status == 503 || status == 507)
		reply_header(r, "Retry-After", RETRY_SECONDS);
}

void
reply_wipe(struct reply *r)
{
	buf_wipe(&r->body);
	memset(r, 0, sizeof(*r));
}

void
reply_date(int64_t t, char out[static REPLY_DATE_LEN])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)t;
	struct tm tm = { 0 };

	(void)gmtime_r(&seconds, &tm);
	/* The remainders only tell the compiler how long it can get. */
	(void)snprintf(out, REPLY_DATE_LEN,
	    "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
	    days + 3 * (tm.tm_wday % 7), (unsigned)tm.tm_mday % 100,
	    months + 3 * (tm.tm_mon % 12), (unsigned)(tm.tm_year + 1900) %
	    10000, (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100,
	    (unsigned)tm.tm_sec % 100);
}
