/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/compressed.h"

#include "crypto/der.h"

/* RFC 3274 §1.1, §2: version 0, id-alg-zlibCompress without parameters. */
static const uint8_t head[] = {
	DER_INTEGER, 1, 0,
	DER_SEQUENCE, 13, DER_OID, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x09, 0x10, 0x03, 0x08
};
static const uint8_t oid_data[] = {
	DER_OID, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01
};

enum err_code
compressed_wrap(const void *zlib, size_t len, struct buf *out, struct err *e)
{
	size_t string = der_size(len);
	size_t encap = sizeof(oid_data) + der_size(string);

	der_put(out, DER_SEQUENCE, sizeof(head) + der_size(encap));
	buf_add(out, head, sizeof(head));
	der_put(out, DER_SEQUENCE, encap);
	buf_add(out, oid_data, sizeof(oid_data));
	der_put(out, DER_CONTEXT_IN(0), string);
	der_put(out, DER_OCTET_STRING, len);
	buf_add(out, zlib, len);
	return buf_check(out, e);
}

enum err_code
compressed_unwrap(const uint8_t *der, size_t der_len, const uint8_t **zlib,
    size_t *len, struct err *e)
{
	struct cursor c = cursor_of(der, der_len), data, encap, content;
	struct der string;

	if (!der_enter(&c, DER_SEQUENCE, &data) || c.left != 0 ||
	    !der_same(&data, head, sizeof(head)) ||
	    !der_enter(&data, DER_SEQUENCE, &encap) || data.left != 0 ||
	    !der_same(&encap, oid_data, sizeof(oid_data)) ||
	    !der_enter(&encap, DER_CONTEXT_IN(0), &content) ||
	    encap.left != 0 ||
	    !der_take(&content, DER_OCTET_STRING, &string) ||
	    content.left != 0)
		return err_set(e, ERR_COMPRESSED_STRUCTURE, NULL, 0, NULL);
	*zlib = string.p;
	*len = string.len;
	return ERR_OK;
}
