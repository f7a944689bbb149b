/* SPDX-License-Identifier: EUPL-1.2 */
#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/i18n.h"
#include "crypto/internal.h"

static bool
have_cipher(int nid)
{
	EVP_CIPHER *cipher = NULL;

	if (nid != NID_undef)
		cipher = EVP_CIPHER_fetch(NULL, OBJ_nid2sn(nid), NULL);
	EVP_CIPHER_free(cipher);
	return cipher != NULL;
}

static bool
have_digest(int nid)
{
	EVP_MD *md = NULL;

	if (nid != NID_undef)
		md = EVP_MD_fetch(NULL, OBJ_nid2sn(nid), NULL);
	EVP_MD_free(md);
	return md != NULL;
}

/* RFC 8018 §6.2: which of the two algorithms inside PBES2 is not to be had?
 * The scheme's own name when it cannot be read, NULL when both are. */
static const char *
missing_in_pbes2(const X509_ALGOR *scheme)
{
	const char *missing = NULL;
	PBE2PARAM *pbes2;
	int kdf, cipher;

	pbes2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM),
	    scheme->parameter);
	if (pbes2 == NULL)
		return OBJ_nid2sn(NID_pbes2);
	kdf = OBJ_obj2nid(pbes2->keyfunc->algorithm);
	cipher = OBJ_obj2nid(pbes2->encryption->algorithm);
	if (kdf != NID_id_pbkdf2 && kdf != NID_id_scrypt)
		missing = OBJ_nid2sn(kdf);
	else if (!have_cipher(cipher))
		missing = OBJ_nid2sn(cipher);
	PBE2PARAM_free(pbes2);
	return missing;
}

/* The older schemes (RFC 8018 §6.1, RFC 7292 appendix C) name both in one. */
static const char *
missing_in_pbes1(int nid)
{
	int cipher, md;

	if (EVP_PBE_find(EVP_PBE_TYPE_OUTER, nid, &cipher, &md, NULL) == 1 &&
	    have_cipher(cipher) && have_digest(md))
		return NULL;
	return OBJ_nid2sn(nid);
}

enum err_code
unlock_can(const struct unlock *u, const X509_ALGOR *scheme, struct err *e)
{
	int nid = OBJ_obj2nid(scheme->algorithm);
	const char *missing;

	missing = nid == NID_pbes2 ? missing_in_pbes2(scheme) :
	    missing_in_pbes1(nid);
	ERR_clear_error();
	if (missing == NULL)
		return ERR_OK;
	return err_set(e, ERR_KEY, u->path, 0,
	    _("it is encrypted with %s, which is not available here; "
	    "convert it with: %s"), missing, u->convert);
}

enum err_code
unlock_ask(struct unlock *u, struct err *e)
{
	if (u->asked)
		return ERR_OK;
	if (u->source == NULL)
		return err_set(e, ERR_PASSPHRASE_NEEDED, u->path, 0, NULL);
	u->asked = true;
	return passphrase_get(u->source, false, &u->passphrase, e);
}

enum err_code
unlock_pkcs8(struct unlock *u, const X509_SIG *sealed,
    PKCS8_PRIV_KEY_INFO **out, struct err *e)
{
	const X509_ALGOR *scheme;
	enum err_code code;

	X509_SIG_get0(sealed, &scheme, NULL);
	if ((code = unlock_can(u, scheme, e)) != ERR_OK ||
	    (code = unlock_ask(u, e)) != ERR_OK)
		return code;
	ERR_clear_error();
	*out = PKCS8_decrypt(sealed, (const char *)u->passphrase.data,
	    (int)u->passphrase.len);
	ERR_clear_error();
	if (*out == NULL)
		return err_set(e, ERR_PASSPHRASE, u->path, 0, NULL);
	return ERR_OK;
}
