/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What each request of docs/PROTOCOL.md does, once it is known who asks.
 * Each fills the answer, or returns the error that the answer shall tell.
 */
#ifndef SIGILL_PORTAL_DELIVERY_H
#define SIGILL_PORTAL_DELIVERY_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "portal/reply.h"
#include "portal/request.h"
#include "portal/uploads.h"

/* One request on its way through. */
struct delivery {
	const struct service *service;	/* borrowed */
	struct MHD_Connection *connection;
	char sender[11];	/* organisation number; "" before it is known */
	const char *target;	/* upload id, or digest (and stage) */
	uint64_t length;	/* of the body */
	uint64_t skip;		/* first bytes of it that are there already */
	struct upload *upload;	/* held while the body arrives; or NULL */
	bool creation;		/* POST, not PATCH */
	bool representation;	/* the client wants the receipt */
};

enum err_code delivery_options(struct delivery *d, struct reply *r,
    struct err *e);
enum err_code delivery_head(struct delivery *d, struct reply *r,
    struct err *e);
enum err_code delivery_delete(struct delivery *d, struct reply *r,
    struct err *e);
enum err_code delivery_receipt(struct delivery *d, struct reply *r,
    struct err *e);
enum err_code delivery_feedback(struct delivery *d, struct reply *r,
    struct err *e);

/* POST and PATCH, in three steps: the header (no answer yet), the body's
 * pieces, the end. */
enum err_code delivery_post(struct delivery *d, struct reply *r,
    struct err *e);
enum err_code delivery_patch(struct delivery *d, struct reply *r,
    struct err *e);
enum err_code delivery_body(struct delivery *d, const void *data, size_t len,
    struct err *e);
enum err_code delivery_finish(struct delivery *d, struct reply *r,
    struct err *e);

/* Lets go of the upload, whatever became of the request. */
void delivery_release(struct delivery *d);

#endif
