/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/message.h"

#define TUS		"Tus-Resumable: 1.0.0"
#define BODY_TYPE	"Content-Type: application/offset+octet-stream"
/* A file up to this size goes along with the creation: one request. */
#define WITH_CREATION	(1024u * 1024)
#define PAUSE_MS	300u	/* longer with each try */
/* What a portal may ask for with Retry-After and get here and now. */
#define PAUSE_SECONDS_MAX 30u

const struct delivery_limits delivery_usual = { .tries = 3, .seconds = 120 };

/* A delivery on its way. */
struct delivery {
	const struct delivery_limits *limits;
	struct upload *u;
	const struct buf *file;
	const uint8_t *digest;
	char url[UPLOAD_URL_LEN];	/* of the upload; "" while there is none */
	bool knows_offset;
	uint64_t offset;
	uint64_t furthest;	/* highest offset so far */
	bool anew;		/* begun anew, after wrong bytes arrived */
	unsigned retry_after;	/* seconds that the last answer asked for */
	struct buf *receipt;
};

static bool
is_receipt(const struct upload_answer *a)
{
	return a->body.len != 0 && strcmp(a->type, "application/cms") == 0;
}

static const char *
member(const json_t *problem, const char *key)
{
	const char *s = json_string_value(json_object_get(problem, key));

	return s != NULL ? s : "";
}

/* Our code for a status that is no success. */
static enum err_code
code_of(long status, enum err_code reason)
{
	if (reason == ERR_HTTP_NO_CERT || status == 401)
		return ERR_CLIENT_CERT;
	if (status == 408 || status == 423 || status == 425 ||
	    status == 429 || status >= 500)
		return ERR_PORTAL_BUSY;
	if (status == 407)
		return ERR_PROXY;
	if (status < 400)
		return ERR_PROTOCOL;
	return ERR_PORTAL_REFUSED;
}

enum err_code
delivery_refused(const struct upload_answer *a, enum err_code *reason,
    struct err *e)
{
	json_t *problem = NULL;
	enum err_code code;
	const char *name, *sentence;

	if (strcmp(a->type, "application/problem+json") == 0)
		problem = json_loadb((const char *)a->body.data, a->body.len,
		    JSON_REJECT_DUPLICATES, NULL);
	name = member(problem, "code");
	*reason = err_by_name(name);
	code = code_of(a->status, *reason);
	if (*name == '\0')
		code = err_set(e, code, NULL, 0, _("status %ld"), a->status);
	else {
		sentence = *reason != ERR_OK ? _(err_sentence(*reason)) :
		    member(problem, "title");
		code = err_set(e, code, NULL, 0, "%.60s: %.120s%s%.100s",
		    name, sentence, *member(problem, "detail") ? ": " : "",
		    member(problem, "detail"));
	}
	json_decref(problem);
	return code;
}

/* The same of an upload.  Bytes that were spoilt on the way or at the portal
 * are sent anew, once. */
static enum err_code
refused_upload(struct delivery *d, const struct upload_answer *a,
    struct err *e)
{
	enum err_code reason, code;

	d->retry_after = a->retry_after;
	code = delivery_refused(a, &reason, e);
	if (reason != ERR_HTTP_DIGEST_MISMATCH || d->anew)
		return code;
	d->anew = true;
	d->url[0] = '\0';
	d->offset = 0;
	e->code = ERR_PORTAL_BUSY;
	return e->code;
}

static enum err_code
no_sense(const char *what, struct err *e)
{
	return err_set(e, ERR_PROTOCOL, NULL, 0, "%s", what);
}

/* Takes Upload-Offset from an answer that must have one. */
static enum err_code
take_offset(struct delivery *d, const struct upload_answer *a,
    struct err *e)
{
	if (!a->has_offset || a->offset > d->file->len)
		return no_sense(_("Upload-Offset is missing or wrong"), e);
	d->offset = a->offset;
	d->knows_offset = true;
	if (d->offset == d->file->len && is_receipt(a))
		buf_add(d->receipt, a->body.data, a->body.len);
	return buf_check(d->receipt, e);
}

/* Creation; a repeat finds the upload that is there. */
static enum err_code
create(struct delivery *d, struct err *e)
{
	char root[UPLOAD_URL_LEN], length[64], repr[80];
	char base64[DIGEST_BASE64_LEN];
	struct upload_request request = { .method = "POST", .url = root };
	struct upload_answer a = { 0 };
	enum err_code code;

	if ((code = upload_url(d->u, NULL, "v1/uploads", root, e)) != ERR_OK)
		return code;
	digest_base64(d->digest, base64);
	(void)snprintf(length, sizeof(length), "Upload-Length: %zu",
	    d->file->len);
	(void)snprintf(repr, sizeof(repr), "Repr-Digest: sha-256=:%s:",
	    base64);
	request.headers[0] = TUS;
	request.headers[1] = length;
	request.headers[2] = repr;
	request.headers[3] = "Content-Type:";
	request.headers[4] = "Expect:";
	if (d->file->len <= WITH_CREATION) {
		request.headers[3] = BODY_TYPE;
		request.body = d->file->data;
		request.len = d->file->len;
	}
	if ((code = upload_perform(d->u, &request, &a, e)) != ERR_OK)
		return code;
	if (a.status != 201 && a.status != 200)
		code = refused_upload(d, &a, e);
	else if (a.location[0] == '\0')
		code = no_sense(_("Location is missing"), e);
	else
		code = upload_url(d->u, root, a.location, d->url, e);
	if (code == ERR_OK && (code = take_offset(d, &a, e)) != ERR_OK)
		d->url[0] = '\0';
	upload_answer_wipe(&a);
	return code;
}

/* Where does it stand?  An upload that is gone is begun anew. */
static enum err_code
ask_offset(struct delivery *d, struct err *e)
{
	const struct upload_request request = {
		.method = "HEAD", .url = d->url, .headers = { TUS },
	};
	struct upload_answer a = { 0 };
	enum err_code code;

	if ((code = upload_perform(d->u, &request, &a, e)) != ERR_OK)
		return code;
	if (a.status == 404 || a.status == 410) {
		d->url[0] = '\0';
		code = err_set(e, ERR_INTERRUPTED, NULL, 0,
		    _("the upload is gone"));
	} else if (a.status != 200 && a.status != 204)
		code = refused_upload(d, &a, e);
	else
		code = take_offset(d, &a, e);
	upload_answer_wipe(&a);
	return code;
}

/* The rest of the file. */
static enum err_code
send_rest(struct delivery *d, struct err *e)
{
	char offset[64];
	struct upload_request request = {
		.method = "PATCH", .url = d->url,
		.headers = { TUS, offset, BODY_TYPE,
		    "Prefer: return=representation" },
		.body = d->file->data + d->offset,
		.len = d->file->len - (size_t)d->offset,
	};
	const uint64_t before = d->offset;
	struct upload_answer a = { 0 };
	enum err_code code;

	(void)snprintf(offset, sizeof(offset), "Upload-Offset: %" PRIu64,
	    d->offset);
	/* With a large body the portal may say no before it is sent. */
	if (request.len <= WITH_CREATION)
		request.headers[4] = "Expect:";
	d->knows_offset = false;
	if ((code = upload_perform(d->u, &request, &a, e)) != ERR_OK)
		return code;
	if (a.status == 404 || a.status == 410) {
		d->url[0] = '\0';
		code = err_set(e, ERR_INTERRUPTED, NULL, 0,
		    _("the upload is gone"));
	} else if (a.status == 409)
		code = err_set(e, ERR_INTERRUPTED, NULL, 0,
		    _("the upload stands elsewhere"));
	else if (a.status != 204 && a.status != 200)
		code = refused_upload(d, &a, e);
	else if ((code = take_offset(d, &a, e)) == ERR_OK &&
	    d->offset <= before)
		code = err_set(e, ERR_INTERRUPTED, NULL, 0,
		    _("the portal took none of the bytes"));
	upload_answer_wipe(&a);
	return code;
}

/* All bytes are there, but the receipt did not come along. */
static enum err_code
fetch_receipt(struct delivery *d, struct err *e)
{
	enum err_code code;

	code = delivery_receipt(d->u, d->digest, "stored", d->receipt,
	    &d->retry_after, e);
	/* What is asked for then is the pace of who waits for a verdict. */
	if (code == ERR_OK)
		d->retry_after = 0;
	if (code == ERR_OK && d->receipt->len == 0)
		code = err_set(e, ERR_PORTAL_BUSY, NULL, 0,
		    _("the receipt is not ready yet"));
	return code;
}

static enum err_code
step(struct delivery *d, struct err *e)
{
	if (d->url[0] == '\0')
		return create(d, e);
	if (!d->knows_offset)
		return ask_offset(d, e);
	if (d->offset < d->file->len)
		return send_rest(d, e);
	return fetch_receipt(d, e);
}

static bool
worth_another_try(enum err_code code)
{
	return code == ERR_NO_NETWORK || code == ERR_INTERRUPTED ||
	    code == ERR_PORTAL_BUSY;
}

static void
pause_before(unsigned try, unsigned seconds)
{
	const unsigned ms = try * PAUSE_MS + seconds * 1000;
	const struct timespec t = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	(void)nanosleep(&t, NULL);
}

/* One round: a step, and what it cost.  False when it was the last one. */
static bool
try_step(struct delivery *d, unsigned *tries, struct err *e)
{
	const bool creating = d->url[0] == '\0', was_anew = d->anew;
	enum err_code code;

	d->retry_after = 0;
	code = step(d, e);
	if ((d->knows_offset && d->offset > d->furthest) ||
	    d->anew != was_anew) {
		d->furthest = d->offset;
		*tries = 0;
	}
	if (code == ERR_OK)
		return true;
	d->knows_offset = false;
	/* A minute's silence is long enough to try twice, not thrice. */
	*tries += upload_was_silent(d->u) ? 2 : 1;
	/* Was it our certificate? */
	if (code == ERR_INTERRUPTED && creating && !upload_was_silent(d->u))
		code = upload_ask_why(d->u, e);
	if (!worth_another_try(code) || *tries >= d->limits->tries ||
	    d->retry_after > PAUSE_SECONDS_MAX)
		return false;
	pause_before(*tries, d->retry_after);
	return true;
}

enum err_code
delivery_put(struct upload *u, const struct buf *file,
    const uint8_t digest[static DIGEST_LEN],
    const struct delivery_limits *limits, struct buf *receipt,
    unsigned *retry_after, struct err *e)
{
	struct delivery d = {
		.limits = limits, .u = u, .file = file, .digest = digest, .receipt = receipt,
	};
	struct err found = { 0 };
	unsigned tries = 0, steps;

	/* Each round brings the file further or costs a try; the bound is for
	 * a portal that gives out one byte at a time. */
	for (steps = 0; receipt->len == 0 && steps < 1000; steps++) {
		err_clear(&found);
		if (!try_step(&d, &tries, &found)) {
			*retry_after = d.retry_after;
			return err_set(e, found.code, found.where, found.at,
			    "%s", found.msg);
		}
	}
	return receipt->len != 0 ? ERR_OK :
	    no_sense(_("the upload does not come to an end"), e);
}

enum err_code
delivery_receipt(struct upload *u, const uint8_t digest[static DIGEST_LEN],
    const char *stage, struct buf *receipt, unsigned *retry_after,
    struct err *e)
{
	char hex[DIGEST_HEX_LEN], path[128], url[UPLOAD_URL_LEN];
	const struct upload_request request = { .method = "GET", .url = url };
	struct upload_answer a = { 0 };
	enum err_code code, reason;

	*retry_after = 0;
	digest_hex(digest, hex);
	(void)snprintf(path, sizeof(path), "v1/receipts/%s/%s", hex, stage);
	if ((code = upload_url(u, NULL, path, url, e)) != ERR_OK ||
	    (code = upload_perform(u, &request, &a, e)) != ERR_OK)
		return code;
	*retry_after = a.retry_after;
	if (a.status != 200 && a.status != 202)
		code = delivery_refused(&a, &reason, e);
	else if (a.status == 200 && !is_receipt(&a))
		code = no_sense(_("the answer is not a receipt"), e);
	else if (a.status == 200)
		buf_add(receipt, a.body.data, a.body.len);
	if (code == ERR_OK)
		code = buf_check(receipt, e);
	upload_answer_wipe(&a);
	return code;
}
