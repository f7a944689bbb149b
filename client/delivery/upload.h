/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * HTTPS requests to the portal, one at a time on one connection: TLS 1.3 with
 * pinned anchors and our certificate, no redirects, everything that comes
 * back bounded and strictly read.  Knows nothing of what the requests mean
 * (client/delivery/delivery.h).
 */
#ifndef SIGILL_CLIENT_UPLOAD_H
#define SIGILL_CLIENT_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "client/delivery/upload_answer.h"

struct identity;
struct proxy;

#define UPLOAD_HEADERS	8	/* at most, of our own */

struct upload_config {
	const char *portal;	/* https URL of the portal's root */
	const char *anchors;	/* file of PEM certificates */
	const struct identity *identity;	/* NULL: no certificate */
	const struct proxy *proxy;	/* NULL: none; borrowed for upload_new */
	/* How long the connection may take, and how long an answer; 0: as
	 * long as a delivery would wait. */
	unsigned seconds;
	/* Told now and then while a body is sent; may be NULL. */
	void (*progress)(uint64_t sent, uint64_t total);
	/* Told every second of a pause before another try: why, and how many
	 * seconds are left, at last 0; may be NULL. */
	void (*pausing)(const struct err *why, unsigned seconds);
};

struct upload_request {
	const char *method;	/* GET, HEAD, POST, PATCH, DELETE, OPTIONS */
	const char *url;	/* absolute, from upload_url */
	const char *headers[UPLOAD_HEADERS];	/* "Name: value"; NULL ends */
	const uint8_t *body;	/* NULL: none; borrowed */
	size_t len;
	/* For progress: what was sent before, of how much in all.  0: this is
	 * nothing that a person waits for. */
	uint64_t before, total;
	size_t most;		/* of what comes back; 0: what a receipt or a
				 * problem document can be */
};

struct upload;			/* opaque */

/* ERR_CONFIG when the address is not an https one. */
enum err_code upload_new(const struct upload_config *config,
    struct upload **out, struct err *e);
void upload_free(struct upload *u);	/* NULL-safe, wipes */

/*
 * What a reference (a path, or a Location) means at base, or at the portal's
 * root when base is NULL.  ERR_PROTOCOL when it leaves the portal's scheme,
 * host and port.
 */
enum err_code upload_url(const struct upload *u, const char *base,
    const char *reference, char out[static UPLOAD_URL_LEN], struct err *e);

/*
 * ERR_OK when there was an answer, whatever its status.  *out must be empty
 * and is to be freed with upload_answer_wipe.  ERR_NO_NETWORK and
 * ERR_INTERRUPTED are worth another try; ERR_PROXY, ERR_PROXY_AUTH,
 * ERR_PORTAL_CERT, ERR_CLIENT_CERT, ERR_PROTOCOL and ERR_CONFIG are not.
 */
enum err_code upload_perform(struct upload *u,
    const struct upload_request *request, struct upload_answer *out,
    struct err *e);
/* How long an answer may take, once everything is sent, from now on; the
 * usual time is also the longest. */
void upload_set_patience(struct upload *u, int64_t seconds);
/* Did the last request end because nothing moved any more? */
bool upload_was_silent(const struct upload *u);
/* When the portal's certificate ends, after an answer; 0: not known. */
int64_t upload_peer_not_after(const struct upload *u);
/* Passes a pause on to who was to be told of it. */
void upload_tell_pause(const struct upload *u, const struct err *why,
    unsigned seconds_left);

/*
 * After ERR_INTERRUPTED: was our certificate refused?  TLS 1.3 says so only
 * after the handshake, and a request breaks on the closed connection before
 * the alert has been read; so this one only connects and listens.  *e is
 * replaced by ERR_CLIENT_CERT if so; returns e->code.
 */
enum err_code upload_ask_why(struct upload *u, struct err *e);
#endif
