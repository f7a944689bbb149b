/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/scored_open.h"

#include <string.h>

#include "base/limits.h"
#include "base/message.h"
#include "client/kept.h"
#include "crypto/reply.h"
#include "format/deflate.h"
#include "format/json.h"

#define FORMAT	"sigill-feedback"

/* The step that failed, by its name: its sentence is about sealed answers. */
static enum err_code
refuse(const struct parcel *p, enum err_code code, struct err *e)
{
	const int status = err_status(code);

	if (status != 65 && status != 77)
		return err_set(e, code, p->path, 0, NULL);
	if (code == ERR_NOT_RECIPIENT)
		return err_set(e, ERR_REPLY_KEY, p->path, 0, _("the one beside "
		    "it, %s, is another one"), KEPT_REPLY);
	return err_set(e, ERR_FEEDBACK_SEALED, p->path, 0,
	    _("the step that failed: %s"), err_name(code));
}

/* What the document says of itself. */
static enum err_code
check_document(const struct parcel *p, const struct receipt *receipt,
    const struct buf *document, struct err *e)
{
	char sealed[DIGEST_HEX_LEN];
	const char *format, *about;
	uint8_t digest[DIGEST_LEN];
	json_t *o = NULL;
	enum err_code code;

	if ((code = digest_sha256(document->data, document->len, digest,
	    e)) != ERR_OK)
		return code;
	if (memcmp(digest, receipt->feedback, DIGEST_LEN) != 0)
		return err_set(e, ERR_FEEDBACK_SEALED, p->path, 0,
		    _("its SHA-256 is not the receipt's"));
	code = json_read(document->data, document->len, p->path, &o, NULL);
	if (code != ERR_OK)
		return refuse(p, code, e);
	digest_hex(p->digest, sealed);
	format = json_string_value(json_object_get(o, "format"));
	about = json_string_value(json_object_get(o, "sealed"));
	if (format == NULL || strcmp(format, FORMAT) != 0)
		code = err_set(e, ERR_FEEDBACK_SEALED, p->path, 0,
		    _("it is no feedback document"));
	else if (about == NULL || strcmp(about, sealed) != 0)
		code = err_set(e, ERR_FEEDBACK_SEALED, p->path, 0,
		    _("it is about another sealed file"));
	json_decref(o);
	return code;
}

/* docs/SPEC.md, section 11, in its order. */
enum err_code
scored_open(const struct session *s, const struct parcel *p,
    const struct receipt *receipt, const struct buf *sealed,
    struct buf *document, struct err *e)
{
	struct cert *cert = NULL;
	struct key *key = NULL;
	struct buf zlib = { 0 };
	char path[4096];
	enum err_code code;

	if ((code = kept_beside(p->path, KEPT_REPLY, path, e)) != ERR_OK ||
	    (code = reply_load(path, &key, &cert, e)) != ERR_OK)
		goto out;
	if ((code = reply_open(sealed->data, sealed->len, key, cert,
	    s->signers.trust, &s->signers.intake, &zlib, NULL)) != ERR_OK ||
	    (code = deflate_unpack(zlib.data, zlib.len, LIMIT_FEEDBACK,
	    document, NULL)) != ERR_OK)
		code = refuse(p, code, e);
	else
		code = check_document(p, receipt, document, e);
out:
	buf_wipe(&zlib);
	cert_free(cert);
	key_free(key);
	return code;
}
