/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/signed_walk.h"

#include <string.h>

#include "crypto/digest.h"

#define OID_PKCS9(n)	DER_OID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, \
			0x01, 0x09, (n)
#define OID_SMIME(arc, n) DER_OID, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, \
			0x01, 0x09, 0x10, (arc), (n)
#define OID_PKCS7(n)	DER_OID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, \
			0x01, 0x07, (n)

static const uint8_t oid_signed_data[] = { OID_PKCS7(2) };

const struct signed_form signed_forms[] = {
	[SIGNED_OUTER] = {
		{ (const uint8_t []){ OID_SMIME(1, 6) }, 13 }, 3,
		ERR_OUTER_STRUCTURE, ERR_OUTER_ALGORITHM, ERR_OUTER_SIGNATURE
	},
	[SIGNED_INNER] = {
		{ (const uint8_t []){ OID_SMIME(1, 9) }, 13 }, 3,
		ERR_INNER_STRUCTURE, ERR_INNER_ALGORITHM, ERR_INNER_SIGNATURE
	},
	/* id-data alone has version 1 */
	[SIGNED_RECEIPT] = {
		{ (const uint8_t []){ OID_PKCS7(1) }, 11 }, 1,
		ERR_RECEIPT_STRUCTURE, ERR_RECEIPT_SIGNATURE,
		ERR_RECEIPT_SIGNATURE
	},
	[SIGNED_MANDATE] = {
		{ (const uint8_t []){ OID_PKCS7(1) }, 11 }, 1,
		ERR_MANDATE, ERR_MANDATE, ERR_MANDATE
	},
	[SIGNED_HEAD] = {
		{ (const uint8_t []){ OID_PKCS7(1) }, 11 }, 1,
		ERR_LOG_HEAD, ERR_LOG_HEAD, ERR_LOG_HEAD
	},
	[SIGNED_BENCHMARK] = {
		{ (const uint8_t []){ OID_PKCS7(1) }, 11 }, 1,
		ERR_BENCHMARK_SIGNATURE, ERR_BENCHMARK_SIGNATURE,
		ERR_BENCHMARK_SIGNATURE
	},
};

/* The walk's state: what it reads, and how it refuses. */
struct walk {
	const struct signed_form *form;
	struct signed_layout *out;
	struct err *e;
};

static enum err_code
refuse(const struct walk *w, const char *where, const struct cursor *c,
    const char *what)
{
	return err_set(w->e, w->form->structure, where, c->off, "%s", what);
}

enum err_code
signed_refuse(const struct signed_form *form, struct err *e)
{
	return err_set(e, form->structure, NULL, 0, "it is not a SignedData "
	    "with its content, in DER from end to end");
}

/* Goes on inside a value whose contents end at *end, counted from the start
 * of all; a value that may end earlier (inner) moves *end there. */
static bool
enter(struct cursor *c, uint8_t tag, bool inner, size_t *end)
{
	uint8_t found;
	size_t len;

	if (!der_head(c, &found, &len) || found != tag || c->off > *end ||
	    len > *end - c->off || (!inner && len != *end - c->off))
		return false;
	*end = c->off + len;
	return true;
}

/* ContentInfo, SignedData and EncapsulatedContentInfo: the skeleton. */
bool
signed_split(const uint8_t *start, size_t len, bool detached,
    struct signed_layout *out)
{
	struct cursor c, before;
	size_t end = len, after;
	struct der ignored;

	c = cursor_of(start, len < LIMIT_SIGNED_HEAD ? len :
	    LIMIT_SIGNED_HEAD);
	if (!enter(&c, DER_SEQUENCE, false, &end) ||
	    !der_same(&c, oid_signed_data, sizeof(oid_signed_data)) ||
	    !enter(&c, DER_CONTEXT_IN(0), false, &end) ||
	    !enter(&c, DER_SEQUENCE, false, &end))
		return false;
	before = c;
	if (!der_take(&c, DER_INTEGER, &ignored) ||
	    !der_take(&c, DER_SET, &ignored))
		return false;
	der_span(&out->head, &before, &c);
	out->head_at = before.off;
	after = end;
	if (!enter(&c, DER_SEQUENCE, true, &end) ||
	    !der_take(&c, DER_OID, &out->type))
		return false;
	/* RFC 5652 §5.2: eContent is an OCTET STRING, here a primitive one. */
	if (!detached && (!enter(&c, DER_CONTEXT_IN(0), false, &end) ||
	    !enter(&c, DER_OCTET_STRING, false, &end)))
		return false;
	if (c.off > end || (detached && c.off != end) ||
	    after - end > LIMIT_SIGNED_TAIL)
		return false;
	out->content_at = c.off;
	out->content_len = end - c.off;
	out->tail_at = end;
	out->tail.whole_len = after - end;
	return true;
}

/* The same structure again, with content or without it (NULL). */
void
signed_join(const struct signed_layout *l, const void *content, size_t len,
    struct buf *out)
{
	size_t string = content != NULL ? der_size(len) : 0;
	size_t encap = l->type.whole_len +
	    (content != NULL ? der_size(string) : 0);
	size_t data = l->head.whole_len + der_size(encap) + l->tail.whole_len;

	der_put(out, DER_SEQUENCE, sizeof(oid_signed_data) +
	    der_size(der_size(data)));
	buf_add(out, oid_signed_data, sizeof(oid_signed_data));
	der_put(out, DER_CONTEXT_IN(0), der_size(data));
	der_put(out, DER_SEQUENCE, data);
	buf_add(out, l->head.whole, l->head.whole_len);
	der_put(out, DER_SEQUENCE, encap);
	buf_add(out, l->type.whole, l->type.whole_len);
	if (content != NULL) {
		der_put(out, DER_CONTEXT_IN(0), string);
		der_put(out, DER_OCTET_STRING, len);
		buf_add(out, content, len);
	}
	buf_add(out, l->tail.whole, l->tail.whole_len);
}

/* RFC 5652 §10.2.3: only X.509 certificates, and no revocation lists. */
static enum err_code
walk_certificates(const struct walk *w, struct cursor *c)
{
	struct signed_layout *l = w->out;
	struct cursor certs;

	if (!der_enter(c, DER_CONTEXT_IN(0), &certs))
		return refuse(w, "certificates", c, "there are none");
	if (!der_ascending(certs))
		return refuse(w, "certificates", &certs,
		    "they are not in order, or one is there twice");
	while (certs.left > 0) {
		if (l->n_certs == LIMIT_CERTIFICATES)
			return refuse(w, "certificates", &certs,
			    "there are too many");
		if (!der_take(&certs, DER_SEQUENCE, &l->certs[l->n_certs]))
			return refuse(w, "certificates", &certs,
			    "one is not an X.509 certificate");
		l->n_certs++;
	}
	if (l->n_certs == 0)
		return refuse(w, "certificates", &certs, "there are none");
	return ERR_OK;
}

/* RFC 5035 §3, §4: SigningCertificateV2 with one ESSCertIDv2 by SHA-256 (the
 * default, so left out), and neither issuerSerial nor policies. */
static bool
take_signing_certificate(struct cursor *c, struct der *hash)
{
	struct cursor value, certs, id;

	return der_enter(c, DER_SEQUENCE, &value) &&
	    der_enter(&value, DER_SEQUENCE, &certs) && value.left == 0 &&
	    der_enter(&certs, DER_SEQUENCE, &id) && certs.left == 0 &&
	    der_take(&id, DER_OCTET_STRING, hash) && id.left == 0 &&
	    hash->len == DIGEST_LEN;
}

enum attribute { CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, SIGNING_CERT };
#define N_ATTRIBUTES 4

static const struct {
	const char *where;
	struct der_bytes oid;
} attributes[N_ATTRIBUTES] = {
	[CONTENT_TYPE] = { "signedAttrs.contentType",
	    { (const uint8_t []){ OID_PKCS9(3) }, 11 } },
	[MESSAGE_DIGEST] = { "signedAttrs.messageDigest",
	    { (const uint8_t []){ OID_PKCS9(4) }, 11 } },
	[SIGNING_TIME] = { "signedAttrs.signingTime",
	    { (const uint8_t []){ OID_PKCS9(5) }, 11 } },
	[SIGNING_CERT] = { "signedAttrs.signingCertificateV2",
	    { (const uint8_t []){ OID_SMIME(2, 47) }, 13 } },
};

/* The one value of an attribute: *c is inside its SET. */
static bool
take_attribute(const struct walk *w, enum attribute which, struct cursor *c)
{
	struct der ignored;

	switch (which) {
	case CONTENT_TYPE:	/* RFC 5652 §11.1: equal to eContentType */
		return der_same(c, w->form->type.p, w->form->type.len);
	case MESSAGE_DIGEST:	/* compared by CMS_verify */
		return der_take(c, DER_OCTET_STRING, &ignored);
	case SIGNING_TIME:
		return der_time(c, &w->out->time);
	case SIGNING_CERT:
		return take_signing_certificate(c, &w->out->cert_hash);
	}
	return false;
}

/* Exactly the four, each once, with one value (RFC 5652 §5.3, §11). */
static enum err_code
walk_attributes(const struct walk *w, struct cursor *c)
{
	bool seen[N_ATTRIBUTES] = { false };
	struct cursor attrs, attr, values;
	size_t i;

	if (!der_enter(c, DER_CONTEXT_IN(0), &attrs))
		return refuse(w, "signedAttrs", c, "there are none");
	if (!der_ascending(attrs))
		return refuse(w, "signedAttrs", &attrs,
		    "they are not in order, or one is there twice");
	while (attrs.left > 0) {
		if (!der_enter(&attrs, DER_SEQUENCE, &attr))
			return refuse(w, "signedAttrs", &attrs,
			    "one is not an Attribute");
		for (i = 0; i < N_ATTRIBUTES; i++)
			if (der_same(&attr, attributes[i].oid.p,
			    attributes[i].oid.len))
				break;
		if (i == N_ATTRIBUTES)
			return refuse(w, "signedAttrs", &attr,
			    "there is one that does not belong there");
		if (seen[i])
			return refuse(w, attributes[i].where, &attr,
			    "it is there twice");
		seen[i] = true;
		if (!der_enter(&attr, DER_SET, &values) || attr.left != 0 ||
		    !take_attribute(w, (enum attribute)i, &values) ||
		    values.left != 0)
			return refuse(w, attributes[i].where, &attr,
			    "it does not have the required form");
	}
	for (i = 0; i < N_ATTRIBUTES; i++)
		if (!seen[i])
			return refuse(w, attributes[i].where, &attrs,
			    "it is missing");
	return ERR_OK;
}

/* RFC 5652 §5.3: one SignerInfo, version 1 for issuerAndSerialNumber. */
static enum err_code
walk_signer(const struct walk *w, struct cursor *c)
{
	struct cursor infos, info;
	struct signed_layout *l = w->out;
	struct der ignored;
	enum err_code code;

	if (!der_enter(c, DER_SET, &infos) ||
	    !der_enter(&infos, DER_SEQUENCE, &info))
		return refuse(w, "signerInfos", c, "there is none");
	if (infos.left != 0)
		return refuse(w, "signerInfos", &infos,
		    "there is more than one");
	if (!der_small(&info, 1))
		return refuse(w, "signerInfo.version", &info, "it is not 1");
	if (!der_take(&info, DER_SEQUENCE, &l->sid))
		return refuse(w, "signerInfo.sid", &info,
		    "it is not an issuer and serial number");
	if (!der_take(&info, DER_SEQUENCE, &l->digest_alg))
		return refuse(w, "signerInfo.digestAlgorithm", &info,
		    "it is missing");
	if ((code = walk_attributes(w, &info)) != ERR_OK)
		return code;
	if (!der_take(&info, DER_SEQUENCE, &l->signature_alg) ||
	    !der_take(&info, DER_OCTET_STRING, &ignored))
		return refuse(w, "signerInfo.signature", &info,
		    "it is missing");
	if (info.left != 0)
		return refuse(w, "signerInfo.unsignedAttrs", &info,
		    "there must be none");
	return ERR_OK;
}

enum err_code
signed_walk(const struct signed_form *form, struct signed_layout *l,
    struct err *e)
{
	const struct walk w = { form, l, e };
	struct cursor head, tail, digests, signers;
	struct der digest;
	enum err_code code;

	/* ContentInfo, [0] and SignedData are around both. */
	if (!der_valid_inside(l->head.whole, l->head.whole_len, 3) ||
	    !der_valid_inside(l->tail.whole, l->tail.whole_len, 3))
		return signed_refuse(form, e);
	head = cursor_of(l->head.whole, l->head.whole_len);
	tail = cursor_of(l->tail.whole, l->tail.whole_len);
	head.off = l->head_at;
	tail.off = l->tail_at;
	if (!der_small(&head, form->version))
		return refuse(&w, "version", &head, "it is not the right one");
	if (!der_enter(&head, DER_SET, &digests) ||
	    !der_take(&digests, DER_SEQUENCE, &digest) || digests.left != 0)
		return refuse(&w, "digestAlgorithms", &head,
		    "there is not exactly one");
	if (l->type.whole_len != form->type.len ||
	    memcmp(l->type.whole, form->type.p, form->type.len) != 0)
		return refuse(&w, "eContentType", &head,
		    "it is not the one that belongs there");
	if ((code = walk_certificates(&w, &tail)) != ERR_OK)
		return code;
	signers = tail;
	if ((code = walk_signer(&w, &tail)) != ERR_OK)
		return code;
	if (tail.left != 0)
		return refuse(&w, NULL, &tail, "something follows the signer");
	der_span(&l->signers, &signers, &tail);
	if (!der_equal(&digest, &l->digest_alg))
		return refuse(&w, "digestAlgorithms", &head,
		    "it is not the signer's");
	return ERR_OK;
}
