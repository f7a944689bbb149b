/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/tls_identity.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "crypto/internal.h"

static bool
write_certs(BIO *bio, const struct cert *cert, const struct cert_list *chain)
{
	if (PEM_write_bio_X509(bio, cert_x509(cert)) != 1)
		return false;
	for (size_t i = 0; chain != NULL && i < chain->len; i++)
		if (PEM_write_bio_X509(bio, cert_x509(chain->v[i])) != 1)
			return false;
	return true;
}

enum err_code
tls_identity_encode(const struct key *key, const struct cert *cert,
    const struct cert_list *chain, struct buf *cert_pem, struct buf *key_der,
    struct err *e)
{
	PKCS8_PRIV_KEY_INFO *p8 = NULL;
	enum err_code code = ERR_OK;
	unsigned char *to;
	BIO *bio;
	char *text;
	long text_len;
	int len = 0;

	if ((bio = BIO_new(BIO_s_mem())) == NULL ||
	    !write_certs(bio, cert, chain) ||
	    (text_len = BIO_get_mem_data(bio, &text)) <= 0 ||
	    (p8 = EVP_PKEY2PKCS8(key->pkey)) == NULL ||
	    (len = i2d_PKCS8_PRIV_KEY_INFO(p8, NULL)) <= 0) {
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		goto out;
	}
	buf_add(cert_pem, text, (size_t)text_len);
	if ((to = buf_grow(key_der, (size_t)len)) != NULL &&
	    i2d_PKCS8_PRIV_KEY_INFO(p8, &to) != len)
		code = err_set(e, ERR_INTERNAL, NULL, 0, NULL);
	if (code == ERR_OK && (code = buf_check(cert_pem, e)) == ERR_OK)
		code = buf_check(key_der, e);
out:
	PKCS8_PRIV_KEY_INFO_free(p8);
	BIO_free(bio);
	return code;
}
