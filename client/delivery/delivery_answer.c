/* SPDX-License-Identifier: EUPL-1.2 */
/* What is common to all that the portal is asked: refusals, and receipts. */
#include "client/delivery/delivery.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/tame.h"

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
	const char *name, *sentence, *detail;
	char quote[128];

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
		/* Its own words: in English, and as long as it likes. */
		detail = member(problem, "detail");
		tame_line(detail, quote, sizeof(quote));
		code = err_set(e, code, NULL, 0, *detail != '\0' ?
		    "%.60s: %.120s: \"%s\"" : "%.60s: %.120s", name,
		    sentence, quote);
	}
	json_decref(problem);
	return code;
}

/* GET of something that is one CMS file: empty while there is none. */
static enum err_code
fetch(struct upload *u, const char *path, size_t most, struct buf *out,
    unsigned *retry_after, struct err *e)
{
	char url[UPLOAD_URL_LEN];
	const struct upload_request request = {
		.method = "GET", .url = url, .most = most,
	};
	struct upload_answer a = { 0 };
	enum err_code code, reason;

	*retry_after = 0;
	if ((code = upload_url(u, NULL, path, url, e)) != ERR_OK ||
	    (code = upload_perform(u, &request, &a, e)) != ERR_OK)
		return code;
	*retry_after = a.retry_after;
	if (a.status != 200 && a.status != 202)
		code = delivery_refused(&a, &reason, e);
	else if (a.status == 200 && (a.body.len == 0 ||
	    strcmp(a.type, "application/cms") != 0))
		code = err_set(e, ERR_PROTOCOL, NULL, 0, most == 0 ?
		    _("the answer is not a receipt") :
		    _("the answer is not sealed feedback"));
	else if (a.status == 200)
		buf_add(out, a.body.data, a.body.len);
	if (code == ERR_OK)
		code = buf_check(out, e);
	upload_answer_wipe(&a);
	return code;
}

enum err_code
delivery_receipt(struct upload *u, const uint8_t digest[static DIGEST_LEN],
    const char *stage, struct buf *receipt, unsigned *retry_after,
    struct err *e)
{
	char hex[DIGEST_HEX_LEN], path[128];

	digest_hex(digest, hex);
	(void)snprintf(path, sizeof(path), "v1/receipts/%s/%s", hex, stage);
	return fetch(u, path, 0, receipt, retry_after, e);
}

enum err_code
delivery_feedback(struct upload *u, const uint8_t digest[static DIGEST_LEN],
    struct buf *sealed, unsigned *retry_after, struct err *e)
{
	char hex[DIGEST_HEX_LEN], path[128];

	digest_hex(digest, hex);
	(void)snprintf(path, sizeof(path), "v1/feedback/%s", hex);
	return fetch(u, path, LIMIT_FEEDBACK_SEALED, sealed, retry_after, e);
}
