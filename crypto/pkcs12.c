/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * PKCS#12 (RFC 7292), only as far as the private key.  Certificates in such
 * files are often encrypted with RC2 of 40 bits, which OpenSSL 3 does not
 * have; since they are not wanted here, most such files open nevertheless.
 */
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>

#include "base/i18n.h"
#include "crypto/internal.h"

/*
 * The integrity check (RFC 7292 §4), which also tells whether the passphrase
 * is right.  A file made without one may still hold encrypted parts.
 */
static enum err_code
check_mac(PKCS12 *p12, struct unlock *u, struct err *e)
{
	const X509_ALGOR *md;
	enum err_code code;

	if (PKCS12_mac_present(p12) != 1)
		return ERR_OK;
	/* Empty and absent are different passwords (appendix B.1), and
	 * nobody needs to be asked for either. */
	if (PKCS12_verify_mac(p12, "", 0) == 1) {
		u->asked = true;
		return buf_str(&u->passphrase) != NULL ? ERR_OK :
		    buf_check(&u->passphrase, e);
	}
	if (PKCS12_verify_mac(p12, NULL, 0) == 1) {
		u->asked = true;
		return ERR_OK;
	}
	if ((code = unlock_ask(u, e)) != ERR_OK)
		return code;
	if (PKCS12_verify_mac(p12, (const char *)u->passphrase.data,
	    (int)u->passphrase.len) == 1)
		return ERR_OK;
	PKCS12_get0_mac(NULL, &md, NULL, NULL, p12);
	if (EVP_get_digestbyobj(md->algorithm) == NULL)
		return err_set(e, ERR_KEY, u->path, 0,
		    _("its integrity check uses %s, which is not available "
		    "here; convert it with: %s"),
		    OBJ_nid2sn(OBJ_obj2nid(md->algorithm)), u->convert);
	return err_set(e, ERR_PASSPHRASE, u->path, 0, NULL);
}

/* Looks into one bag; a key that is found goes to *out. */
static enum err_code
look_into_bag(const PKCS12_SAFEBAG *bag, struct unlock *u,
    PKCS8_PRIV_KEY_INFO **out, struct err *e)
{
	const PKCS8_PRIV_KEY_INFO *plain;
	int nid = PKCS12_SAFEBAG_get_nid(bag);

	if (nid != NID_keyBag && nid != NID_pkcs8ShroudedKeyBag)
		return ERR_OK;
	if (*out != NULL)
		return err_set(e, ERR_KEY, u->path, 0,
		    _("it holds more than one private key"));
	if (nid == NID_pkcs8ShroudedKeyBag)
		return unlock_pkcs8(u, PKCS12_SAFEBAG_get0_pkcs8(bag), out,
		    e);
	plain = PKCS12_SAFEBAG_get0_p8inf(bag);
	*out = ASN1_item_dup(ASN1_ITEM_rptr(PKCS8_PRIV_KEY_INFO), plain);
	return *out != NULL ? ERR_OK :
	    err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
}

static enum err_code
look_into_safe(PKCS7 *safe, struct unlock *u, PKCS8_PRIV_KEY_INFO **out,
    struct err *e)
{
	STACK_OF(PKCS12_SAFEBAG) *bags;
	enum err_code code = ERR_OK;

	if (PKCS7_type_is_data(safe))
		bags = PKCS12_unpack_p7data(safe);
	else {
		if ((code = unlock_can(u,
		    safe->d.encrypted->enc_data->algorithm, e)) != ERR_OK ||
		    (code = unlock_ask(u, e)) != ERR_OK)
			return code;
		bags = PKCS12_unpack_p7encdata(safe,
		    (const char *)u->passphrase.data,
		    (int)u->passphrase.len);
	}
	if (bags == NULL)
		return err_set(e, ERR_KEY, u->path, 0,
		    _("a part of this PKCS#12 file is damaged"));
	for (int i = 0; code == ERR_OK && i < sk_PKCS12_SAFEBAG_num(bags);
	    i++)
		code = look_into_bag(sk_PKCS12_SAFEBAG_value(bags, i), u,
		    out, e);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return code;
}

/* Those safes that are encrypted as a whole, or those that are not. */
static enum err_code
look_into_safes(const STACK_OF(PKCS7) *safes, bool encrypted,
    struct unlock *u, PKCS8_PRIV_KEY_INFO **out, struct err *e)
{
	enum err_code code = ERR_OK;

	for (int i = 0; code == ERR_OK && i < sk_PKCS7_num(safes); i++) {
		PKCS7 *safe = sk_PKCS7_value(safes, i);

		if (encrypted ? PKCS7_type_is_encrypted(safe) &&
		    safe->d.encrypted != NULL :
		    PKCS7_type_is_data(safe) && safe->d.data != NULL)
			code = look_into_safe(safe, u, out, e);
	}
	return code;
}

enum err_code
pkcs12_key(PKCS12 *p12, struct unlock *u, PKCS8_PRIV_KEY_INFO **out,
    struct err *e)
{
	PKCS8_PRIV_KEY_INFO *info = NULL;
	STACK_OF(PKCS7) *safes;
	enum err_code code;

	ERR_clear_error();
	if ((safes = PKCS12_unpack_authsafes(p12)) == NULL) {
		ERR_clear_error();
		return err_set(e, ERR_KEY, u->path, 0,
		    _("this PKCS#12 file is damaged"));
	}
	/* Keys are encrypted one by one in what nearly all programs write;
	 * only where none is found there is the rest worth decrypting. */
	if ((code = check_mac(p12, u, e)) == ERR_OK &&
	    (code = look_into_safes(safes, false, u, &info, e)) == ERR_OK &&
	    info == NULL)
		code = look_into_safes(safes, true, u, &info, e);
	if (code == ERR_OK && info == NULL)
		code = err_set(e, ERR_KEY, u->path, 0,
		    _("this PKCS#12 file holds no private key"));
	if (code == ERR_OK)
		*out = info;
	else
		PKCS8_PRIV_KEY_INFO_free(info);
	sk_PKCS7_pop_free(safes, PKCS7_free);
	ERR_clear_error();
	return code;
}
