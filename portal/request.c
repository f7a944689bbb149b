/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "crypto/digest.h"
#include "portal/delivery.h"
#include "portal/headers.h"
#include "portal/identity.h"
#include "portal/reply.h"
#include "portal/watch.h"

/* What is sent along without asking first (docs/PROTOCOL.md). */
#define SENT_ALONG	(1024u * 1024)

enum resource { HEALTH, UPLOADS, UPLOAD, RECEIPT, FEEDBACK, NOTHING };

struct route {
	enum resource resource;
	const char *method;
	/* Fills the answer, or holds an upload for a body that comes. */
	enum err_code (*run)(struct delivery *d, struct reply *r,
	    struct err *e);
	bool tus;		/* needs Tus-Resumable */
	bool body;		/* may have a body, and ends in _finish */
};

static enum err_code health(struct delivery *d, struct reply *r,
    struct err *e);

static const struct route routes[] = {
	{ HEALTH, "GET", health, false, false },
	{ UPLOADS, "OPTIONS", delivery_options, false, false },
	{ UPLOADS, "POST", delivery_post, true, true },
	{ UPLOAD, "HEAD", delivery_head, true, false },
	{ UPLOAD, "PATCH", delivery_patch, true, true },
	{ UPLOAD, "DELETE", delivery_delete, true, false },
	{ RECEIPT, "GET", delivery_receipt, false, false },
	{ FEEDBACK, "GET", delivery_feedback, false, false },
};

static const char *const allowed[] = {
	[HEALTH] = "GET", [UPLOADS] = "OPTIONS, POST",
	[UPLOAD] = "HEAD, PATCH, DELETE", [RECEIPT] = "GET", [FEEDBACK] = "GET",
	[NOTHING] = "",
};

struct request {
	char *uri;		/* as it was sent; owned */
	bool started;		/* the header has been looked at */
	enum resource resource;
	const struct route *route;	/* NULL: none */
	struct delivery delivery;
	struct reply reply;	/* status 0 while it is not decided */
};

static enum err_code
health(struct delivery *d, struct reply *r, struct err *e)
{
	(void)d;
	(void)e;
	reply_set(r, 200);
	r->type = "application/json";
	buf_add_str(&r->body, "{\"status\":\"up\"}\n");
	return ERR_OK;
}

void *
request_begin(void *service, const char *uri,
    struct MHD_Connection *connection)
{
	struct request *req = calloc(1, sizeof(*req));

	if (req == NULL)
		return NULL;
	req->delivery.service = service;
	req->delivery.connection = connection;
	req->resource = NOTHING;
	if ((req->uri = strdup(uri)) == NULL) {
		free(req);
		return NULL;
	}
	return req;
}

void
request_end(void *service, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct request *req = *state;

	(void)service;
	(void)why;
	*state = NULL;
	watch_turn(connection, WATCH_IDLE);
	if (req == NULL)
		return;
	delivery_release(&req->delivery);
	reply_wipe(&req->reply);
	free(req->uri);
	free(req);
}

static bool
is_hex(const char *s, size_t len)
{
	return strspn(s, "0123456789abcdef") == len;
}

/* Exact paths and nothing else: no escapes, dots, double slashes, queries. */
static enum resource
find_resource(const char *uri, const char **target)
{
	static const char upload[] = "/v1/uploads/";
	static const char receipt[] = "/v1/receipts/";
	static const char feedback[] = "/v1/feedback/";
	const char *rest;

	*target = NULL;
	if (strcmp(uri, "/v1/health") == 0)
		return HEALTH;
	if (strcmp(uri, "/v1/uploads") == 0)
		return UPLOADS;
	if (strncmp(uri, upload, sizeof(upload) - 1) == 0) {
		rest = uri + sizeof(upload) - 1;
		*target = rest;
		if (strlen(rest) == UPLOAD_ID_LEN - 1 &&
		    is_hex(rest, UPLOAD_ID_LEN - 1))
			return UPLOAD;
	} else if (strncmp(uri, receipt, sizeof(receipt) - 1) == 0) {
		rest = uri + sizeof(receipt) - 1;
		*target = rest;
		if (is_hex(rest, DIGEST_HEX_LEN - 1) &&
		    rest[DIGEST_HEX_LEN - 1] == '/')
			return RECEIPT;
	} else if (strncmp(uri, feedback, sizeof(feedback) - 1) == 0) {
		rest = uri + sizeof(feedback) - 1;
		*target = rest;
		if (strlen(rest) == DIGEST_HEX_LEN - 1 &&
		    is_hex(rest, DIGEST_HEX_LEN - 1))
			return FEEDBACK;
	}
	return NOTHING;
}

static const struct route *
find_route(enum resource resource, const char *method)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (routes[i].resource == resource &&
		    strcmp(routes[i].method, method) == 0)
			return &routes[i];
	return NULL;
}

static enum err_code
identify(struct delivery *d, struct err *e)
{
	enum err_code code;

	code = identity_find(d->service->peers, d->service->settings,
	    d->connection, d->sender, e);
	if (code == ERR_OK && !watch_known(d->connection, d->sender))
		code = err_set(e, ERR_PORTAL_BUSY, NULL, 0,
		    "a sender may have %" PRId64 " connections at a time",
		    d->service->settings->max_connections);
	return code;
}

/* Everything that the header alone decides, in the order in which it is safe
 * to tell: form, identity, address, method, body, version, the rest. */
static enum err_code
open_request(struct request *req, const char *method, const char *version,
    struct err *e)
{
	struct delivery *d = &req->delivery;
	enum err_code code;

	code = headers_check_framing(d->connection, method, req->uri, version,
	    &d->length, e);
	if (code != ERR_OK)
		return code;
	req->resource = find_resource(req->uri, &d->target);
	req->route = find_route(req->resource, method);
	if (req->resource != HEALTH && (code = identify(d, e)) != ERR_OK)
		return code;
	if (req->resource == NOTHING)
		return err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0, NULL);
	if (req->route == NULL)
		return err_set(e, ERR_HTTP_METHOD, NULL, 0, NULL);
	if (!req->route->body && d->length != 0)
		return err_set(e, ERR_HTTP_BAD_REQUEST, NULL, 0,
		    "this request takes no body");
	if (req->route->tus && (code = headers_tus(d->connection, e)) !=
	    ERR_OK)
		return code;
	return req->route->run(d, &req->reply, e);
}

/* Decides for a refusal, and lets go of what the request held. */
static void
refuse(struct request *req, const struct err *e)
{
	struct delivery *d = &req->delivery;
	struct reply *r = &req->reply;
	char status[16];

	delivery_release(d);
	reply_problem(r, e);
	if (r->status == 405)
		reply_header(r, "Allow", "%s", allowed[req->resource]);
	(void)snprintf(status, sizeof(status), "%u", r->status);
	log_event(r->status >= 500 ? LOG_FAIL : LOG_INFORM, "refused",
	    "status", status, "code", err_name(e->code), "detail", e->msg,
	    "where", e->where, "sender",
	    d->sender[0] != '\0' ? d->sender : "unknown", (char *)NULL);
}

static enum MHD_Result
send_reply(struct request *req)
{
	struct reply *r = &req->reply;
	struct MHD_Response *response;
	enum MHD_Result ok = MHD_YES;

	/* Released before the client can see the answer: its next request
	 * for the same upload shall not have to wait. */
	delivery_release(&req->delivery);
	watch_turn(req->delivery.connection, WATCH_ANSWER);
	response = MHD_create_response_from_buffer(r->body.len,
	    r->body.data, MHD_RESPMEM_MUST_COPY);
	if (response == NULL)
		return MHD_NO;
	if (r->type != NULL)
		ok &= MHD_add_response_header(response, "Content-Type",
		    r->type);
	for (size_t i = 0; i < r->n_headers; i++)
		ok &= MHD_add_response_header(response, r->headers[i].name,
		    r->headers[i].value);
	if (req->resource == UPLOADS || req->resource == UPLOAD)
		ok &= MHD_add_response_header(response, "Tus-Resumable",
		    "1.0.0");
	if (r->status == 412)
		ok &= MHD_add_response_header(response, "Tus-Version",
		    "1.0.0");
	ok &= MHD_add_response_header(response, "Cache-Control", "no-store");
	if (watch_stopping(req->delivery.connection))
		ok &= MHD_add_response_header(response, "Connection", "close");
	if (ok == MHD_YES)
		ok = MHD_queue_response(req->delivery.connection, r->status,
		    response);
	MHD_destroy_response(response);
	return ok;
}

/*
 * An answer before the body closes the connection, and drowns when the client
 * is sending already: unless it waits, a body of acceptable size is read and
 * dropped first.  A stranger's is, if it is one that is sent along, and if it
 * comes in the time that a header has.
 */
static bool
answer_at_once(const struct request *req)
{
	const struct delivery *d = &req->delivery;

	return req->reply.status == 400 ||
	    d->length > (d->sender[0] == '\0' ? SENT_ALONG :
	    d->service->settings->max_size) ||
	    headers_expects_continue(d->connection);
}

enum MHD_Result
request_handle(void *service, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version,
    const char *data, size_t *len, void **state)
{
	struct request *req = *state;
	struct err e = { 0 };
	enum err_code code;

	(void)service;
	(void)url;	/* unescaped: routes take it as it was sent */
	if (req == NULL || !watch_has(connection))
		return MHD_NO;
	if (!req->started) {
		req->started = true;
		watch_turn(connection, WATCH_OURS);
		code = open_request(req, method, version, &e);
		watch_turn(connection, WATCH_BODY);
		if (code == ERR_OK)
			return MHD_YES;
		refuse(req, &e);
		if (!answer_at_once(req))
			return MHD_YES;
		watch_early(connection);
		return send_reply(req);
	}
	if (*len != 0) {
		/* No answer is possible before the body has ended. */
		if (req->reply.status == 0 && delivery_body(&req->delivery,
		    data, *len, &e) != ERR_OK)
			refuse(req, &e);
		if (req->delivery.sender[0] != '\0')
			watch_bytes(connection, *len);
		*len = 0;
		return MHD_YES;
	}
	watch_turn(connection, WATCH_OURS);
	if (req->reply.status == 0 &&
	    delivery_finish(&req->delivery, &req->reply, &e) != ERR_OK)
		refuse(req, &e);
	return send_reply(req);
}
