/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/enveloped_walk.h"

#include <string.h>

#include "crypto/enveloped.h"

/* id-ct-authEnvelopedData, id-data (RFC 5652 §4) and id-ecPublicKey. */
static const uint8_t oid_auth_enveloped[] = {
	DER_OID, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10,
	0x01, 0x17
};
static const uint8_t oid_data[] = {
	DER_OID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01
};
static const uint8_t ec_public_key[] = {
	DER_SEQUENCE, 9, DER_OID, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01
};

static enum err_code
refuse(struct err *e, const char *where, const struct cursor *c,
    const char *what)
{
	return err_set(e, ERR_ENVELOPE_STRUCTURE, where, c->off, "%s", what);
}

bool
enveloped_split(const uint8_t *der, size_t len, bool detached,
    struct enveloped_layout *out)
{
	struct cursor c = cursor_of(der, len), info, inside, data, start;
	struct cursor encrypted;
	struct der ignored;

	if (!der_enter(&c, DER_SEQUENCE, &info) || c.left != 0 ||
	    !der_same(&info, oid_auth_enveloped,
	    sizeof(oid_auth_enveloped)) ||
	    !der_enter(&info, DER_CONTEXT_IN(0), &inside) ||
	    info.left != 0 ||
	    !der_enter(&inside, DER_SEQUENCE, &data) || inside.left != 0)
		return false;
	start = data;
	if (!der_take(&data, DER_INTEGER, &ignored) ||
	    /* an originatorInfo would stand here */
	    !der_take(&data, DER_SET, &ignored))
		return false;
	der_span(&out->head, &start, &data);
	if (!der_enter(&data, DER_SEQUENCE, &encrypted) ||
	    !der_take(&encrypted, DER_OID, &out->type) ||
	    !der_take(&encrypted, DER_SEQUENCE, &out->cipher) ||
	    (!detached &&
	    !der_take(&encrypted, DER_CONTEXT(0), &out->content)))
		return false;
	start = data;
	data.p += data.left;
	data.off += data.left;
	der_span(&out->tail, &start, &data);
	return encrypted.left == 0;
}

void
enveloped_join_head(const struct enveloped_layout *l, size_t len,
    struct buf *out)
{
	size_t encrypted = l->type.whole_len + l->cipher.whole_len +
	    der_size(len);
	size_t data = l->head.whole_len + der_size(encrypted) +
	    l->tail.whole_len;

	der_put(out, DER_SEQUENCE, sizeof(oid_auth_enveloped) +
	    der_size(der_size(data)));
	buf_add(out, oid_auth_enveloped, sizeof(oid_auth_enveloped));
	der_put(out, DER_CONTEXT_IN(0), der_size(data));
	der_put(out, DER_SEQUENCE, data);
	buf_add(out, l->head.whole, l->head.whole_len);
	der_put(out, DER_SEQUENCE, encrypted);
	buf_add(out, l->type.whole, l->type.whole_len);
	buf_add(out, l->cipher.whole, l->cipher.whole_len);
	der_put(out, DER_CONTEXT(0), len);
}

void
enveloped_join_tail(const struct enveloped_layout *l, struct buf *out)
{
	buf_add(out, l->tail.whole, l->tail.whole_len);
}

/* RFC 5753 §3.1.1: the ephemeral key, with the parameters left out. *c is
 * inside the KeyAgreeRecipientInfo. */
static bool
take_originator(struct cursor *c, struct der *point)
{
	struct cursor originator, key;

	return der_enter(c, DER_CONTEXT_IN(0), &originator) &&
	    der_enter(&originator, DER_CONTEXT_IN(1), &key) &&
	    originator.left == 0 &&
	    der_same(&key, ec_public_key, sizeof(ec_public_key)) &&
	    der_take(&key, DER_BIT_STRING, point) && key.left == 0;
}

/* RFC 5652 §6.2.2: one RecipientEncryptedKey, by rKeyId without a date. */
static bool
take_encrypted_key(struct cursor *c, struct enveloped_recipient *out)
{
	struct cursor keys, key, id;

	return der_enter(c, DER_SEQUENCE, &keys) &&
	    der_enter(&keys, DER_SEQUENCE, &key) && keys.left == 0 &&
	    der_enter(&key, DER_CONTEXT_IN(0), &id) &&
	    der_take(&id, DER_OCTET_STRING, &out->key_id) && id.left == 0 &&
	    der_take(&key, DER_OCTET_STRING, &out->wrapped) && key.left == 0;
}

/* RFC 5652 §6.2.2, version 3, without ukm. */
static enum err_code
walk_agreement(struct cursor c, struct enveloped_recipient *out,
    struct err *e)
{
	struct cursor start = c;
	struct der point, id;

	if (!der_small(&c, 3) || !take_originator(&c, &point) ||
	    !der_take(&c, DER_SEQUENCE, &id) ||
	    !take_encrypted_key(&c, out) || c.left != 0)
		return refuse(e, "recipientInfos.kari", &start,
		    "it does not have the required form");
	out->algorithm = algorithm_of_recipient(ALGORITHM_AGREEMENT, &id);
	if (out->algorithm == NULL)
		return err_set(e, ERR_ENVELOPE_ALGORITHM,
		    "recipientInfos.kari.keyEncryptionAlgorithm", start.off,
		    NULL);
	/* RFC 5480 §2.2: uncompressed, with no unused bits */
	if (point.len != out->algorithm->point_len + 1 ||
	    point.p[0] != 0 || point.p[1] != 0x04)
		return refuse(e, "recipientInfos.kari.originator", &start,
		    "it is not an uncompressed point of the right curve");
	out->point.p = point.p + 1;
	out->point.len = point.len - 1;
	return ERR_OK;
}

/* RFC 5652 §6.2.1, version 2 for subjectKeyIdentifier. */
static enum err_code
walk_transport(struct cursor c, struct enveloped_recipient *out,
    struct err *e)
{
	struct cursor start = c;
	struct der id;

	if (!der_small(&c, 2) ||
	    !der_take(&c, DER_CONTEXT(0), &out->key_id) ||
	    !der_take(&c, DER_SEQUENCE, &id) ||
	    !der_take(&c, DER_OCTET_STRING, &out->wrapped) || c.left != 0)
		return refuse(e, "recipientInfos.ktri", &start,
		    "it does not have the required form");
	out->algorithm = algorithm_of_recipient(ALGORITHM_TRANSPORT, &id);
	if (out->algorithm == NULL)
		return err_set(e, ERR_ENVELOPE_ALGORITHM,
		    "recipientInfos.ktri.keyEncryptionAlgorithm", start.off,
		    NULL);
	return ERR_OK;
}

static bool
has_recipient(const struct enveloped_layout *l, const struct der *key_id)
{
	for (size_t i = 0; i < l->n_recipients; i++)
		if (l->recipients[i].key_id.len == key_id->len &&
		    memcmp(l->recipients[i].key_id.p, key_id->p,
		    key_id->len) == 0)
			return true;
	return false;
}

static enum err_code
walk_recipients(struct cursor infos, struct enveloped_layout *l,
    struct err *e)
{
	struct enveloped_recipient *r;
	struct cursor info;
	enum err_code code;

	if (!der_ascending(infos))
		return refuse(e, "recipientInfos", &infos,
		    "they are not in order, or one is there twice");
	while (infos.left > 0) {
		if (l->n_recipients == LIMIT_RECIPIENTS)
			return refuse(e, "recipientInfos", &infos,
			    "there are too many");
		r = &l->recipients[l->n_recipients];
		if (der_enter(&infos, DER_SEQUENCE, &info))
			code = walk_transport(info, r, e);
		else if (der_enter(&infos, DER_CONTEXT_IN(1), &info))
			code = walk_agreement(info, r, e);
		else
			return refuse(e, "recipientInfos", &infos,
			    "one is of another kind");
		if (code != ERR_OK)
			return code;
		if (r->key_id.len == 0 || r->key_id.len >
		    sizeof(((struct recipient_seen *)0)->key_id))
			return refuse(e, "recipientInfos.keyIdentifier",
			    &info, "it is empty or too long");
		if (r->wrapped.len < r->algorithm->wrapped_min ||
		    r->wrapped.len > r->algorithm->wrapped_max)
			return refuse(e, "recipientInfos.encryptedKey",
			    &info, "it does not have the right length");
		if (has_recipient(l, &r->key_id))
			return refuse(e, "recipientInfos", &info,
			    "a recipient is there twice");
		l->n_recipients++;
	}
	if (l->n_recipients == 0)
		return refuse(e, "recipientInfos", &infos, "there are none");
	return ERR_OK;
}

/* RFC 5084 §3.2: AES-256-GCM, a nonce of 12 octets, ICVlen 16 spelt out. */
static bool
is_gcm(const struct der *cipher, const uint8_t **nonce)
{
	struct cursor c = cursor_of(cipher->whole, cipher->whole_len);

	return der_same(&c, algorithm_gcm_head.p, algorithm_gcm_head.len) &&
	    cursor_take(&c, GCM_NONCE_LEN, nonce) &&
	    der_same(&c, algorithm_gcm_tail.p, algorithm_gcm_tail.len) &&
	    c.left == 0;
}

enum err_code
enveloped_walk(const uint8_t *der, size_t len, struct enveloped_layout *l,
    struct err *e)
{
	struct cursor c = cursor_of(der, len), head, tail, infos;
	enum err_code code;
	struct der mac;

	memset(l, 0, sizeof(*l));
	if (!der_valid(der, len))
		return refuse(e, NULL, &c, "it is not DER from end to end");
	if (!enveloped_split(der, len, false, l))
		return refuse(e, NULL, &c,
		    "it is not an AuthEnvelopedData with its content");
	head = cursor_of(l->head.whole, l->head.whole_len);
	tail = cursor_of(l->tail.whole, l->tail.whole_len);
	head.off = (size_t)(l->head.whole - der);
	tail.off = (size_t)(l->tail.whole - der);
	if (!der_small(&head, 0))	/* RFC 5083 §2.1 */
		return refuse(e, "version", &head, "it is not 0");
	if (l->type.whole_len != sizeof(oid_data) ||
	    memcmp(l->type.whole, oid_data, sizeof(oid_data)) != 0)
		return refuse(e, "contentType", &head, "it is not id-data");
	/* authAttrs would stand before the mac, unauthAttrs after it */
	if (!der_take(&tail, DER_OCTET_STRING, &mac) || tail.left != 0)
		return refuse(e, "mac", &tail,
		    "it is missing, or there are attributes");
	if (mac.len != GCM_TAG_LEN)
		return refuse(e, "mac", &tail, "it is not 16 octets long");
	l->mac = mac.p;
	if (!der_enter(&head, DER_SET, &infos))
		return refuse(e, "recipientInfos", &head, "they are missing");
	if ((code = walk_recipients(infos, l, e)) != ERR_OK)
		return code;
	if (!is_gcm(&l->cipher, &l->nonce))
		return err_set(e, ERR_ENVELOPE_ALGORITHM,
		    "contentEncryptionAlgorithm",
		    (size_t)(l->cipher.whole - der), NULL);
	return ERR_OK;
}
