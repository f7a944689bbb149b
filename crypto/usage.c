/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/usage.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/i18n.h"
#include "crypto/internal.h"

#define DOCUMENT_SIGNING	"1.3.6.1.5.5.7.3.36"	/* RFC 9336 */
#define NAME_LEN		120	/* of a subject in a message */

static const enum err_code refusals[] = {
	[TRUST_SENDER] = ERR_SIGNER_USAGE,
	[TRUST_RECIPIENT] = ERR_RECIPIENT_CERT,
	[TRUST_RECEIPT] = ERR_RECEIPT_SIGNER,
};

/* RFC 5280 §4.2.1.12.  False, too, when there is no such extension. */
static bool
has_extended(X509 *x509, const char *dotted)
{
	EXTENDED_KEY_USAGE *list;
	char oid[64];
	bool has = false;

	list = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
	for (int i = 0; !has && i < sk_ASN1_OBJECT_num(list); i++)
		has = OBJ_obj2txt(oid, sizeof(oid),
		    sk_ASN1_OBJECT_value(list, i), 1) > 0 &&
		    strcmp(oid, dotted) == 0;
	EXTENDED_KEY_USAGE_free(list);
	return has;
}

/* NULL when the certificate may serve the role, else what it lacks.  An
 * absent keyUsage (RFC 5280 §4.2.1.3) would permit everything: it must be
 * there. */
static const char *
usage_lacks(enum trust_role role, X509 *x509, enum key_kind kind)
{
	const uint32_t sign = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
	uint32_t flags = X509_get_extension_flags(x509), usage = 0;
	bool documents = has_extended(x509, DOCUMENT_SIGNING);

	if ((flags & EXFLAG_KUSAGE) == 0)
		return _("no keyUsage");
	usage = X509_get_key_usage(x509);
	if (role == TRUST_RECIPIENT) {
		if (kind == KEY_KIND_RSA)
			return (usage & KU_KEY_ENCIPHERMENT) != 0 ? NULL :
			    _("keyUsage without keyEncipherment");
		return (usage & KU_KEY_AGREEMENT) != 0 ? NULL :
		    _("keyUsage without keyAgreement");
	}
	if ((usage & sign) == 0)
		return _("keyUsage without digitalSignature or "
		    "nonRepudiation");
	if (role == TRUST_RECEIPT)
		return documents ? NULL :
		    _("extendedKeyUsage without documentSigning");
	if ((flags & EXFLAG_XKUSAGE) != 0 && !documents &&
	    (X509_get_extended_key_usage(x509) & XKU_SMIME) == 0)
		return _("extendedKeyUsage without emailProtection or "
		    "documentSigning");
	return NULL;
}

enum err_code
usage_check(enum trust_role role, const struct cert *cert,
    struct err *e)
{
	X509 *x509 = cert_x509(cert);
	enum key_kind kind = key_kind_of(X509_get0_pubkey(x509));
	const char *lack;
	char name[NAME_LEN];

	cert_subject(cert, name, sizeof(name));
	if (kind == KEY_KIND_OTHER)
		return err_set(e, refusals[role], NULL, 0,
		    _("its key is not P-256, P-384 or RSA of 3072 bits or "
		    "more: %s"), name);
	lack = usage_lacks(role, x509, kind);
	ERR_clear_error();
	return lack == NULL ? ERR_OK : err_set(e, refusals[role],
	    NULL, 0, _("it has %s: %s"), lack, name);
}

enum err_code
usage_check_tls(const struct cert *cert, struct err *e)
{
	X509 *x509 = cert_x509(cert);
	const char *lack = NULL;
	char name[NAME_LEN];

	/* Both give all bits when there is no such extension. */
	if ((X509_get_extension_flags(x509) & EXFLAG_KUSAGE) == 0)
		lack = _("no keyUsage");
	else if ((X509_get_key_usage(x509) & KU_DIGITAL_SIGNATURE) == 0)
		lack = _("keyUsage without digitalSignature");
	else if ((X509_get_extension_flags(x509) & EXFLAG_XKUSAGE) == 0)
		lack = _("no extendedKeyUsage");
	else if ((X509_get_extended_key_usage(x509) & XKU_SSL_CLIENT) == 0)
		lack = _("extendedKeyUsage without clientAuth");
	ERR_clear_error();
	if (lack == NULL)
		return ERR_OK;
	cert_subject(cert, name, sizeof(name));
	return err_set(e, ERR_CERT, NULL, 0, _("it has %s: %s"), lack, name);
}
