/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * PKCS#11 URIs (RFC 7512): which key in which token.  Taken are the path's
 * attributes token, manufacturer, serial, model, object, id and type (which
 * must be private); any other is refused, because what was meant by it would
 * not be done.  A PIN is never taken from a URI.
 */
#ifndef SIGILL_CRYPTO_TOKEN_URI_H
#define SIGILL_CRYPTO_TOKEN_URI_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* Everything is owned; { 0 } is an empty one, which matches everything.  A
 * text is NULL when the URI does not name it. */
struct token_uri {
	char *token, *manufacturer, *serial, *model;
	char *object;		/* the key's label */
	bool has_id;
	struct buf id;		/* CKA_ID */
};

/* Does it begin as one does? */
bool token_is_uri(const char *s);
/* ERR_CONFIG, with what is wrong in its message.  *out must be { 0 }. */
enum err_code token_uri_parse(const char *s, struct token_uri *out,
    struct err *e);
void token_uri_wipe(struct token_uri *uri);

#endif
