/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A request's header fields: what the HTTP library lets through that two
 * servers could read in two ways is refused here, and the fields that we use
 * are read strictly.
 */
#ifndef SIGILL_PORTAL_HEADERS_H
#define SIGILL_PORTAL_HEADERS_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

/*
 * Is the request's framing plain: HTTP/1.1, each field line "Name: value"
 * with one space and CRLF (no folding, no NUL, nothing hidden), at most one
 * Content-Length and that a number, no Transfer-Encoding?  Fills *length
 * with the body's length, 0 without a body.  uri is the request target as it
 * was sent.  ERR_HTTP_BAD_REQUEST.
 */
enum err_code headers_check_framing(struct MHD_Connection *connection,
    const char *method, const char *uri, const char *version,
    uint64_t *length, struct err *e);

/* The field's value, NULL when it is not there.  ERR_HTTP_BAD_REQUEST when it
 * is there twice. */
enum err_code headers_get(struct MHD_Connection *connection, const char *name,
    const char **value, struct err *e);

/* A field that is a whole number; ERR_HTTP_LENGTH or ERR_HTTP_OFFSET, as
 * given in missing, when it is not there or none. */
enum err_code headers_number(struct MHD_Connection *connection,
    const char *name, enum err_code missing, uint64_t *out, struct err *e);
/* Repr-Digest (RFC 9530): the sha-256 among its digests.  ERR_HTTP_DIGEST. */
enum err_code headers_digest(struct MHD_Connection *connection,
    uint8_t out[static DIGEST_LEN], struct err *e);
/* ERR_HTTP_TUS_VERSION unless Tus-Resumable is 1.0.0. */
enum err_code headers_tus(struct MHD_Connection *connection, struct err *e);
/* ERR_HTTP_MEDIA_TYPE unless it is application/offset+octet-stream. */
enum err_code headers_content_type(struct MHD_Connection *connection,
    struct err *e);
/* Does any Prefer field (RFC 7240) ask for return=representation? */
bool headers_prefer_representation(struct MHD_Connection *connection);
/* Does the client wait for "100 Continue" before it sends the body? */
bool headers_expects_continue(struct MHD_Connection *connection);

#endif
