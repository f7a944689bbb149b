/* SPDX-License-Identifier: EUPL-1.2 */
/* The sender's file: key and certificate, in PEM. */
#include "crypto/reply.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "crypto/internal.h"

enum err_code
reply_pem(const struct key *key, const struct buf *cert, struct buf *out,
    struct err *e)
{
	struct cert *parsed = NULL;
	size_t start = out->len;
	enum err_code code;
	BIO *bio = NULL;
	char *pem;
	long len;

	if ((code = cert_parse(cert->data, cert->len, &parsed, e)) != ERR_OK ||
	    (code = key_matches(key, parsed, e)) != ERR_OK ||
	    (code = key_pem(key, NULL, out, e)) != ERR_OK)
		goto out;
	ERR_clear_error();
	if ((bio = BIO_new(BIO_s_mem())) == NULL ||
	    PEM_write_bio_X509(bio, cert_x509(parsed)) != 1 ||
	    (len = BIO_get_mem_data(bio, &pem)) <= 0) {
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		goto out;
	}
	buf_add(out, pem, (size_t)len);
	code = buf_check(out, e);
out:
	if (code != ERR_OK)
		out->len = start;
	BIO_free(bio);
	cert_free(parsed);
	ERR_clear_error();
	return code;
}

enum err_code
reply_load(const char *path, struct key **key, struct cert **cert,
    struct err *e)
{
	struct cert_list list = { 0 };
	struct key *found = NULL;
	struct cert *checked = NULL;
	uint8_t *der = NULL;
	enum err_code code;
	int len;

	if ((code = key_load(path, NULL, &found, e)) != ERR_OK ||
	    (code = cert_load_list(path, &list, e)) != ERR_OK)
		goto out;
	ERR_clear_error();
	if (list.len != 1 ||
	    (len = i2d_X509(cert_x509(list.v[0]), &der)) <= 0) {
		code = err_set(e, ERR_REPLY_CERT, path, 0,
		    "there is not one certificate in it");
		goto out;
	}
	if ((code = reply_check(der, (size_t)len, &checked, e)) != ERR_OK ||
	    (code = key_matches(found, checked, e)) != ERR_OK)
		goto out;
	*key = found;
	*cert = checked;
	found = NULL;
	checked = NULL;
out:
	OPENSSL_free(der);
	cert_free(checked);
	key_free(found);
	cert_list_wipe(&list);
	ERR_clear_error();
	return code;
}
