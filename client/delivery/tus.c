/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/tus.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "client/delivery/delivery.h"
#include "client/delivery/pace.h"

#define TUS		"Tus-Resumable: 1.0.0"
#define BODY_TYPE	"Content-Type: application/offset+octet-stream"
/* A file up to this size goes along with the creation: one request. */
#define WITH_CREATION	(1024u * 1024)
/* Larger ones go in pieces: what a lost answer, or a proxy that keeps
 * requests back until it has all of one, may cost. */
#define CHUNK_MAX	(8u * 1024 * 1024)
/* How often a piece may be refused without a reason before it is believed. */
#define DOUBTS_MAX	3u

static enum err_code
no_sense(const char *what, struct err *e)
{
	return err_set(e, ERR_PROTOCOL, NULL, 0, "%s", what);
}

/* The upload is of no use any more: the next step makes another. */
static enum err_code
begin_anew(struct tus *t, const char *why, struct err *e)
{
	t->url[0] = '\0';
	t->knows_offset = false;
	t->broke = false;
	return err_set(e, ERR_INTERRUPTED, NULL, 0, "%s", why);
}

/* A front server's limit on bodies, which is no word of the portal's. */
static bool
is_body_limit(const struct upload_answer *a)
{
	return a->status == 413 &&
	    strcmp(a->type, "application/problem+json") != 0;
}

/* Bodies of len bytes are too large.  False when there are no smaller ones to
 * try. */
static bool
shrink(struct tus *t, uint64_t len)
{
	if (len <= TUS_CHUNK_MIN)
		return false;
	t->chunk_max = len / 2 > TUS_CHUNK_MIN ? len / 2 : TUS_CHUNK_MIN;
	if (t->chunk > t->chunk_max)
		t->chunk = t->chunk_max;
	t->bare = true;
	return true;
}

/* An answer that says no.  Bytes that were spoilt on the way or at the portal
 * are sent anew, once. */
static enum err_code
refused(struct tus *t, const struct upload_answer *a, struct err *e)
{
	struct err found = { 0 };
	enum err_code reason;

	t->retry_after = a->retry_after;
	(void)delivery_refused(a, &reason, &found);
	if (reason == ERR_HTTP_DIGEST_MISMATCH && !t->anew) {
		t->anew = true;
		return begin_anew(t, found.msg, e);
	}
	return err_set(e, found.code, found.where, 0, "%s", found.msg);
}

/* Takes what an answer says of the upload's state. */
static enum err_code
take_state(struct tus *t, const struct upload_answer *a, uint64_t most,
    struct err *e)
{
	if (a->expires != 0 && a->date != 0)
		t->expires = pace_now() + (a->expires - a->date) * 1000;
	/* tus asks for it only where a body came along. */
	if (!a->has_offset && a->status == 201)
		return ERR_OK;
	if (!a->has_offset || a->offset > most)
		return no_sense(_("Upload-Offset is missing or wrong"), e);
	t->offset = a->offset;
	t->knows_offset = true;
	if (t->offset == t->size && a->body.len != 0 &&
	    strcmp(a->type, "application/cms") == 0)
		buf_add(t->receipt, a->body.data, a->body.len);
	return buf_check(t->receipt, e);
}

static enum err_code
take_creation(struct tus *t, const char *root, size_t len,
    const struct upload_answer *a, struct err *e)
{
	enum err_code code;

	if (is_body_limit(a) && len != 0) {
		(void)shrink(t, len);
		t->bare = true;
		return ERR_OK;
	}
	if (a->status != 201 && a->status != 200)
		return refused(t, a, e);
	if (a->location[0] == '\0')
		return no_sense(_("Location is missing"), e);
	if ((code = upload_url(t->u, root, a->location, t->url, e)) == ERR_OK)
		code = take_state(t, a, t->size, e);
	if (code != ERR_OK)
		t->url[0] = '\0';
	t->creations++;
	return code;
}

/* Creation; a repeat finds the upload that is there.  It has no body then:
 * the answer tells how much of the first one has arrived. */
static enum err_code
create(struct tus *t, struct err *e)
{
	char root[UPLOAD_URL_LEN], length[64], repr[80];
	char base64[DIGEST_BASE64_LEN];
	struct upload_request request = { .method = "POST", .url = root };
	struct upload_answer a = { 0 };
	enum err_code code;

	t->expires = 0;
	if ((code = upload_url(t->u, NULL, "v1/uploads", root, e)) != ERR_OK)
		return code;
	digest_base64(t->digest, base64);
	(void)snprintf(length, sizeof(length), "Upload-Length: %" PRIu64,
	    t->size);
	(void)snprintf(repr, sizeof(repr), "Repr-Digest: sha-256=:%s:",
	    base64);
	request.headers[0] = TUS;
	request.headers[1] = length;
	request.headers[2] = repr;
	request.headers[3] = "Content-Type:";
	request.headers[4] = "Expect:";
	if (!t->bare && t->size <= WITH_CREATION) {
		request.headers[3] = BODY_TYPE;
		request.body = t->data;
		request.len = (size_t)t->size;
		request.total = t->size;
	}
	t->bare = true;
	if ((code = upload_perform(t->u, &request, &a, e)) != ERR_OK)
		return code;
	code = take_creation(t, root, request.len, &a, e);
	upload_answer_wipe(&a);
	return code;
}

/* Where does it stand?  An upload that is gone is begun anew. */
static enum err_code
ask_offset(struct tus *t, struct err *e)
{
	const struct upload_request request = {
		.method = "HEAD", .url = t->url, .headers = { TUS },
	};
	struct upload_answer a = { 0 };
	enum err_code code;

	if ((code = upload_perform(t->u, &request, &a, e)) != ERR_OK)
		return code;
	if (a.status == 404 || a.status == 410)
		code = begin_anew(t, _("the upload is gone"), e);
	else if (a.status != 200 && a.status != 204)
		code = refused(t, &a, e);
	else if ((code = take_state(t, &a, t->size, e)) == ERR_OK &&
	    t->broke) {
		if (t->offset > t->broke_at)
			t->doubts = 0;
		else if (t->chunk > TUS_CHUNK_MIN)
			/* Nothing arrives of a request that breaks. */
			t->chunk /= 2;
	}
	upload_answer_wipe(&a);
	return code;
}

static enum err_code
take_piece(struct tus *t, size_t len, const struct upload_answer *a,
    struct err *e)
{
	const uint64_t before = t->offset;
	enum err_code code;

	if (a->status == 404 || a->status == 410)
		return begin_anew(t, _("the upload is gone"), e);
	if (a->status == 409)
		return err_set(e, ERR_INTERRUPTED, NULL, 0,
		    _("the upload stands elsewhere"));
	if (is_body_limit(a) && shrink(t, len))
		return ERR_OK;
	/* What servers say of a body that broke off on its way to them, while
	 * we still hear them; a refusal that is meant comes again. */
	if (a->status == 400 && t->doubts < DOUBTS_MAX &&
	    strcmp(a->type, "application/problem+json") != 0) {
		t->doubts++;
		return err_set(e, ERR_INTERRUPTED, NULL, 0, _("status %ld"),
		    a->status);
	}
	if (a->status != 204 && a->status != 200)
		return refused(t, a, e);
	if ((code = take_state(t, a, before + len, e)) != ERR_OK)
		return code;
	if (t->offset <= before) {
		t->knows_offset = false;
		return err_set(e, ERR_INTERRUPTED, NULL, 0,
		    _("the portal took none of the bytes"));
	}
	t->broke = false;
	t->doubts = 0;
	t->chunk = t->chunk * 2 < t->chunk_max ? t->chunk * 2 : t->chunk_max;
	return ERR_OK;
}

/* The next piece of the file. */
static enum err_code
send_piece(struct tus *t, struct err *e)
{
	const uint64_t left = t->size - t->offset;
	char offset[64];
	struct upload_request request = {
		.method = "PATCH", .url = t->url,
		.headers = { TUS, offset, BODY_TYPE,
		    "Prefer: return=representation" },
		.body = t->data + t->offset,
		.len = (size_t)(left < t->chunk ? left : t->chunk),
		.before = t->offset, .total = t->size,
	};
	struct upload_answer a = { 0 };
	enum err_code code;

	(void)snprintf(offset, sizeof(offset), "Upload-Offset: %" PRIu64,
	    t->offset);
	/* With a large body the portal may say no before it is sent; and so
	 * may a front server that has said no to one. */
	if (request.len <= WITH_CREATION && t->chunk_max == CHUNK_MAX)
		request.headers[4] = "Expect:";
	else
		request.headers[4] = "Expect: 100-continue";
	t->knows_offset = false;
	t->broke_at = t->offset;
	code = upload_perform(t->u, &request, &a, e);
	t->broke = code != ERR_OK;
	if (t->broke)
		return code;
	code = take_piece(t, request.len, &a, e);
	upload_answer_wipe(&a);
	return code;
}

/* All bytes are there, but the receipt did not come along. */
static enum err_code
fetch_receipt(struct tus *t, struct err *e)
{
	struct err found = { 0 };
	enum err_code code;

	code = delivery_receipt(t->u, t->digest, "stored", t->receipt,
	    &t->retry_after, &found);
	if (code == ERR_PORTAL_REFUSED)
		return err_set(e, ERR_PROTOCOL, NULL, 0, _("it has taken the "
		    "whole file, but gives no receipt: %.200s"), found.msg);
	if (code != ERR_OK)
		return err_set(e, code, found.where, 0, "%s", found.msg);
	/* What is asked for then is the pace of who waits for a verdict. */
	t->retry_after = 0;
	if (t->receipt->len == 0)
		return err_set(e, ERR_PORTAL_BUSY, NULL, 0,
		    _("the receipt is not ready yet"));
	return ERR_OK;
}

/* Termination. */
static enum err_code
terminate(struct tus *t, struct err *e)
{
	const struct upload_request request = {
		.method = "DELETE", .url = t->url, .headers = { TUS },
	};
	struct upload_answer a = { 0 };
	enum err_code code;

	t->knows_offset = false;
	if ((code = upload_perform(t->u, &request, &a, e)) != ERR_OK)
		return code;
	t->done = a.status == 204 || a.status == 200 || a.status == 404 ||
	    a.status == 410;
	if (!t->done)
		code = refused(t, &a, e);
	upload_answer_wipe(&a);
	return code;
}

enum err_code
tus_step(struct tus *t, struct err *e)
{
	enum err_code code;

	t->retry_after = 0;
	if (t->chunk_max == 0)
		t->chunk = t->chunk_max = CHUNK_MAX;
	if (t->url[0] != '\0' && t->expires != 0 && pace_now() >= t->expires)
		return begin_anew(t, _("the upload has expired"), e);
	if (t->url[0] == '\0')
		code = create(t, e);
	else if (!t->knows_offset)
		code = ask_offset(t, e);
	else if (t->offset == t->size)
		code = fetch_receipt(t, e);
	else
		code = t->data != NULL ? send_piece(t, e) : terminate(t, e);
	if (code == ERR_OK && t->receipt->len != 0)
		t->done = true;
	return code;
}
