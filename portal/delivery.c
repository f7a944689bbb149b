/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/delivery.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "format/receipt.h"
#include "portal/headers.h"
#include "portal/kept.h"

#define TRIES		5

static int
socket_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info != NULL ? info->connect_fd : -1;
}

static enum err_code
hold(struct delivery *d, const char *id, struct err *e)
{
	return upload_hold(d->service->uploads, id, d->sender,
	    socket_of(d->connection), d->service->clock(),
	    &d->upload, e);
}

void
delivery_release(struct delivery *d)
{
	upload_release(d->upload);
	d->upload = NULL;
}

static void
add_state(struct reply *r, const struct upload *up)
{
	char expires[REPLY_DATE_LEN];

	reply_date(up->row.expires, expires);
	reply_header(r, "Upload-Offset", "%" PRIu64, up->offset);
	reply_header(r, "Upload-Expires", "%s", expires);
}

enum err_code
delivery_options(struct delivery *d, struct reply *r, struct err *e)
{
	(void)e;
	reply_set(r, 204);
	reply_header(r, "Tus-Version", "1.0.0");
	reply_header(r, "Tus-Extension",
	    "creation,creation-with-upload,expiration,termination");
	reply_header(r, "Tus-Max-Size", "%" PRIu64,
	    d->service->settings->max_size);
	return ERR_OK;
}

/* An upload that is all there but was not completed, for want of space for
 * the receipt, say, is completed by whoever asks next. */
static enum err_code
complete_if_whole(struct delivery *d, struct err *e)
{
	struct upload *up = d->upload;
	struct buf receipt = { 0 };
	enum err_code code = ERR_OK;

	if (!up->row.complete && up->offset == up->row.length)
		code = upload_finish(up, &receipt, e);
	buf_wipe(&receipt);
	return code;
}

enum err_code
delivery_head(struct delivery *d, struct reply *r, struct err *e)
{
	enum err_code code;

	if ((code = hold(d, d->target, e)) != ERR_OK ||
	    (code = complete_if_whole(d, e)) != ERR_OK)
		return code;
	reply_set(r, 200);
	reply_header(r, "Upload-Length", "%" PRIu64, d->upload->row.length);
	add_state(r, d->upload);
	return ERR_OK;
}

enum err_code
delivery_delete(struct delivery *d, struct reply *r, struct err *e)
{
	enum err_code code;

	if ((code = hold(d, d->target, e)) != ERR_OK ||
	    (code = upload_discard(d->upload, e)) != ERR_OK)
		return code;
	reply_set(r, 204);
	log_event(LOG_INFORM, "upload-deleted", "upload", d->target, "sender",
	    d->sender, (char *)NULL);
	return ERR_OK;
}

/* Finds the upload or makes it, and holds it.  What was found may be deleted
 * before it is held: then it is made. */
static enum err_code
find_or_make(struct delivery *d, struct upload_row *row, struct err *e)
{
	enum err_code code;
	struct err why;

	for (int tries = 0; tries < TRIES; tries++) {
		if ((code = uploads_create(d->service->uploads, row,
		    d->length == row->length, d->service->clock(), e)) !=
		    ERR_OK)
			return code;
		err_clear(&why);
		code = hold(d, row->id, &why);
		if (code != ERR_HTTP_NOT_FOUND)
			break;
	}
	if (code != ERR_OK)
		*e = why;
	return code;
}

enum err_code
delivery_post(struct delivery *d, struct reply *r, struct err *e)
{
	const struct settings *s = d->service->settings;
	struct upload_row row = { 0 };
	enum err_code code;
	const char *value;

	(void)r;
	d->creation = true;
	code = headers_get(d->connection, "Upload-Defer-Length", &value, e);
	if (code == ERR_OK && value != NULL)
		code = err_set(e, ERR_HTTP_LENGTH, NULL, 0,
		    "Upload-Defer-Length is not supported");
	if (code == ERR_OK)
		code = headers_number(d->connection, "Upload-Length",
		    ERR_HTTP_LENGTH, &row.length, e);
	if (code == ERR_OK && row.length > s->max_size)
		code = err_set(e, ERR_TOO_LARGE, NULL, 0,
		    "at most %" PRIu64 " bytes are accepted", s->max_size);
	if (code == ERR_OK && row.length < LIMIT_SEALED_MIN)
		code = err_set(e, ERR_SEALED_SIZE, NULL, 0,
		    "it has at least %u bytes", LIMIT_SEALED_MIN);
	if (code == ERR_OK)
		code = headers_digest(d->connection, row.digest, e);
	if (code == ERR_OK && d->length != 0)
		code = headers_content_type(d->connection, e);
	if (code == ERR_OK && d->length > row.length)
		code = err_set(e, ERR_TOO_LARGE, NULL, 0,
		    "the body is longer than Upload-Length");
	if (code != ERR_OK)
		return code;
	memcpy(row.sender, d->sender, sizeof(row.sender));
	code = find_or_make(d, &row, e);
	/* A repeat brings bytes that have arrived before. */
	if (code == ERR_OK)
		d->skip = d->upload->offset;
	return code;
}

enum err_code
delivery_patch(struct delivery *d, struct reply *r, struct err *e)
{
	enum err_code code;
	uint64_t offset;

	(void)r;
	d->representation = headers_prefer_representation(d->connection);
	if ((code = headers_content_type(d->connection, e)) != ERR_OK ||
	    (code = headers_number(d->connection, "Upload-Offset",
	    ERR_HTTP_OFFSET, &offset, e)) != ERR_OK ||
	    (code = hold(d, d->target, e)) != ERR_OK)
		return code;
	if (offset != d->upload->offset)
		return err_set(e, ERR_HTTP_OFFSET, NULL, 0,
		    "the upload stands at %" PRIu64, d->upload->offset);
	if (d->length > d->upload->row.length - offset)
		return err_set(e, ERR_TOO_LARGE, NULL, 0,
		    "the body is longer than what is missing");
	return ERR_OK;
}

enum err_code
delivery_body(struct delivery *d, const void *data, size_t len, struct err *e)
{
	size_t known = d->skip < len ? (size_t)d->skip : len;

	d->skip -= known;
	if (known == len)
		return ERR_OK;
	return upload_write(d->upload, (const uint8_t *)data + known,
	    len - known, e);
}

enum err_code
delivery_finish(struct delivery *d, struct reply *r, struct err *e)
{
	struct upload *up = d->upload;
	struct buf receipt = { 0 };
	enum err_code code;
	bool body;

	code = upload_finish(up, &receipt, e);
	if (code != ERR_OK)
		goto out;
	body = receipt.len != 0 && (d->creation || d->representation);
	reply_set(r, d->creation ? 201 : body ? 200 : 204);
	if (d->creation)
		reply_header(r, "Location", "/v1/uploads/%s", up->row.id);
	else if (body)
		reply_header(r, "Preference-Applied",
		    "return=representation");
	add_state(r, up);
	if (body) {
		r->type = REPLY_CMS;
		buf_move(&r->body, &receipt);
	}
out:
	buf_wipe(&receipt);
	return code;
}
