/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/envelope.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/compressed.h"
#include "crypto/source.h"

enum err_code
envelope_seal(const void *zlib, size_t len, const struct signer *signer,
    const struct cert_list *recipients, int64_t now, struct buf *out,
    struct err *e)
{
	struct buf compressed = { 0 }, inner = { 0 }, enveloped = { 0 };
	size_t start = out->len;
	enum err_code code;

	/* Each layer goes as soon as it is inside the next. */
	if ((code = compressed_wrap(zlib, len, &compressed, e)) != ERR_OK ||
	    (code = signed_make(SIGNED_INNER, compressed.data,
	    compressed.len, signer, now, &inner, e)) != ERR_OK)
		goto out;
	buf_wipe(&compressed);
	if ((code = enveloped_make(inner.data, inner.len, recipients,
	    &enveloped, e)) != ERR_OK)
		goto out;
	buf_wipe(&inner);
	if ((code = signed_make(SIGNED_OUTER, enveloped.data, enveloped.len,
	    signer, now, out, e)) != ERR_OK)
		goto out;
	if (out->len - start > LIMIT_SEALED) {
		out->len = start;
		code = err_set(e, ERR_TOO_LARGE, NULL, 0, NULL);
	}
out:
	buf_wipe(&compressed);
	buf_wipe(&inner);
	buf_wipe(&enveloped);
	return code;
}

enum err_code
envelope_open_outer(const uint8_t *sealed, size_t len,
    struct signed_data *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	if (len < LIMIT_SEALED_MIN || len > LIMIT_SEALED)
		return err_set(e, ERR_SEALED_SIZE, NULL, 0, "%zu bytes", len);
	return signed_open(SIGNED_OUTER, sealed, len, out, e);
}

enum err_code
envelope_check_outer(int fd, uint64_t size, const struct cert_list *known,
    uint8_t digest[static DIGEST_LEN], struct signed_data *out, struct err *e)
{
	struct err found = { 0 };
	struct source s;

	memset(out, 0, sizeof(*out));
	if (size < LIMIT_SEALED_MIN || size > LIMIT_SEALED_OUTER)
		(void)err_set(&found, ERR_SEALED_SIZE, NULL, 0, "%ju bytes",
		    (uintmax_t)size);
	(void)source_open(&s, fd, (size_t)size);
	if (s.code == ERR_OK && found.code == ERR_OK)
		(void)signed_open_source(SIGNED_OUTER, &s, known, out,
		    &found);
	/* Also of what is refused: who announced another file is told that,
	 * and not what is wrong with this one. */
	if (source_digest(&s, digest) != ERR_OK) {
		signed_wipe(out);
		found = s.why;
	}
	source_close(&s);
	if (e != NULL && found.code != ERR_OK)
		*e = found;
	return found.code;
}

/* The inner signature, by the outer one's signer when all is well. */
static enum err_code
open_signed(const struct signed_data *outer, const struct buf *plain,
    struct signed_data *inner, struct err *e)
{
	struct cert *certs[LIMIT_CERTIFICATES];
	struct cert_list known = { certs, 1 };

	certs[0] = outer->cert;
	for (size_t i = 0; i < outer->chain.len &&
	    known.len < LIMIT_CERTIFICATES; i++)
		certs[known.len++] = outer->chain.v[i];
	return signed_open_knowing(SIGNED_INNER, plain->data, plain->len,
	    &known, inner, e);
}

enum err_code
envelope_open_inner(const struct signed_data *outer,
    const struct recipient_key *keys, size_t n, struct buf *zlib,
    size_t *which, struct err *e)
{
	struct signed_data inner = { 0 };
	struct buf plain = { 0 };
	const uint8_t *stream;
	size_t stream_len, opened_by;
	enum err_code code;

	if ((code = enveloped_open(outer->content, outer->len, keys, n,
	    &plain, &opened_by, e)) != ERR_OK ||
	    (code = open_signed(outer, &plain, &inner, e)) != ERR_OK)
		goto out;
	/* Else a courier could put his own name around another's answers. */
	if (!cert_equal(inner.cert, outer->cert)) {
		code = err_set(e, ERR_SIGNER_MISMATCH, NULL, 0, NULL);
		goto out;
	}
	/* Nor may the inside bring certificates that nobody has judged. */
	for (size_t i = 0; i < inner.chain.len; i++)
		if (!cert_list_has(&outer->chain, inner.chain.v[i])) {
			code = err_set(e, ERR_INNER_STRUCTURE, "certificates",
			    0, "one is not among the outer layer's");
			goto out;
		}
	if ((code = compressed_unwrap(inner.content, inner.len, &stream,
	    &stream_len, e)) != ERR_OK)
		goto out;
	buf_add(zlib, stream, stream_len);
	if ((code = buf_check(zlib, e)) == ERR_OK)
		*which = opened_by;
out:
	signed_wipe(&inner);
	buf_wipe(&plain);
	return code;
}
