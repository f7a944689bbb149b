/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_load (crypto/key.h): the forms in which a private key lies in a file.
 * What a file is, is told by looking into it, never by its name; and when it
 * is something else than a key, the reader is told what.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/private.h"
#include "crypto/internal.h"

static enum err_code
refuse(const struct unlock *u, const char *why, struct err *e)
{
	return err_set(e, ERR_KEY, u->path, 0, "%s", why);
}

/* The permissions are those of the file that was opened, whatever the path
 * leads to later. */
static enum err_code
read_private(const char *path, struct buf *out, struct err *e)
{
	enum err_code code;
	struct stat st;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1)
		return err_errno(e, ERR_NO_INPUT, path, errno);
	if (fstat(fd, &st) == -1)
		code = err_errno(e, ERR_NO_INPUT, path, errno);
	else if (S_ISDIR(st.st_mode))
		code = err_errno(e, ERR_NO_INPUT, path, EISDIR);
	else if (!private_file(&st, path))
		code = err_set(e, ERR_KEY_MODE, path, 0, _("its mode is %04o"),
		    (unsigned)(st.st_mode & 07777));
	else if (S_ISREG(st.st_mode) && st.st_size > LIMIT_KEY_FILE)
		code = err_set(e, ERR_KEY, path, 0,
		    _("it is too large to be a key"));
	else
		code = file_read_fd(fd, path, LIMIT_KEY_FILE, out, e);
	(void)close(fd);
	return code;
}

static enum err_code
take_info(PKCS8_PRIV_KEY_INFO *info, const struct unlock *u,
    EVP_PKEY **pkey, struct err *e)
{
	ERR_clear_error();
	*pkey = EVP_PKCS82PKEY(info);
	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_clear_error();
	return *pkey != NULL ? ERR_OK :
	    refuse(u, _("its kind of key is not known, or it is damaged"), e);
}

/*
 * PKCS#8, plain or encrypted (RFC 5958 §2, §3), or PKCS#12.  Their first
 * fields differ, so that at most one of them can be read.
 */
static enum err_code
take_der(const uint8_t *der, size_t len, struct unlock *u, EVP_PKEY **pkey,
    struct err *e)
{
	const uint8_t *p, *end = der + len;
	PKCS8_PRIV_KEY_INFO *info = NULL;
	enum err_code code;
	X509_SIG *sealed;
	PKCS12 *p12;
	X509 *x509;

	p = der;
	if ((info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)len)) != NULL &&
	    p == end)
		return take_info(info, u, pkey, e);
	PKCS8_PRIV_KEY_INFO_free(info);
	info = NULL;
	p = der;
	sealed = d2i_X509_SIG(NULL, &p, (long)len);
	if (sealed != NULL && p == end) {
		u->convert = _("openssl pkcs8 -topk8 -provider legacy "
		    "-provider default -in OLD -out NEW");
		code = unlock_pkcs8(u, sealed, &info, e);
		X509_SIG_free(sealed);
		return code != ERR_OK ? code : take_info(info, u, pkey, e);
	}
	X509_SIG_free(sealed);
	p = der;
	p12 = d2i_PKCS12(NULL, &p, (long)len);
	if (p12 != NULL && p == end) {
		u->convert = _("openssl pkcs12 -legacy -nocerts "
		    "-in OLD -out NEW");
		code = pkcs12_key(p12, u, &info, e);
		PKCS12_free(p12);
		return code != ERR_OK ? code : take_info(info, u, pkey, e);
	}
	PKCS12_free(p12);
	p = der;
	x509 = d2i_X509(NULL, &p, (long)len);
	X509_free(x509);
	ERR_clear_error();
	if (x509 != NULL)
		return refuse(u, _("this is a certificate; the key is in "
		    "another file"), e);
	return refuse(u, _("neither PKCS#8 nor PKCS#12 can be read in it; "
	    "convert it with: openssl pkcs8 -topk8 -in OLD -out NEW"), e);
}

/* The older forms of PEM, which the name tells. */
static enum err_code
take_traditional(const char *name, const char *header, const uint8_t *der,
    size_t len, const struct unlock *u, EVP_PKEY **pkey, struct err *e)
{
	int type;

	if (strstr(header, "ENCRYPTED") != NULL)
		return refuse(u, _("it is encrypted in a weak old way; "
		    "convert it with: openssl pkcs8 -topk8 -in OLD -out NEW"),
		    e);
	type = strcmp(name, PEM_STRING_RSA) == 0 ? EVP_PKEY_RSA : EVP_PKEY_EC;
	ERR_clear_error();
	*pkey = d2i_PrivateKey(type, NULL, &der, (long)len);
	ERR_clear_error();
	return *pkey != NULL ? ERR_OK : refuse(u, _("it is damaged"), e);
}

/* What a PEM block is when it is no key. */
static const char *
instead_of_key(const char *name)
{
	if (strcmp(name, PEM_STRING_X509) == 0)
		return _("this is a certificate; the key is in another "
		    "file");
	if (strcmp(name, PEM_STRING_X509_REQ) == 0)
		return _("this is a certificate request; the key is in "
		    "another file");
	if (strcmp(name, PEM_STRING_PUBLIC) == 0)
		return _("this is only the public half of a key");
	if (strcmp(name, "OPENSSH PRIVATE KEY") == 0)
		return _("this is an SSH key; a certificate's key is wanted");
	return _("there is no private key in it");
}

/*
 * The one private key among a file's PEM blocks; others, such as the
 * certificate that many programs write beside it, are passed over.
 */
static enum err_code
take_pem(const struct buf *text, struct unlock *u, EVP_PKEY **pkey,
    struct err *e)
{
	const char *instead = _("its PEM encoding is damaged");
	char *name = NULL, *header = NULL;
	enum err_code code = ERR_OK;
	uint8_t *der = NULL;
	long len;
	BIO *bio;

	if ((bio = BIO_new_mem_buf(text->data, (int)text->len)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	while (code == ERR_OK &&
	    PEM_read_bio(bio, &name, &header, &der, &len) == 1) {
		bool pkcs8 = strcmp(name, PEM_STRING_PKCS8) == 0 ||
		    strcmp(name, PEM_STRING_PKCS8INF) == 0;
		bool old = strcmp(name, PEM_STRING_RSA) == 0 ||
		    strcmp(name, PEM_STRING_ECPRIVATEKEY) == 0;

		if ((pkcs8 || old) && *pkey != NULL)
			code = refuse(u,
			    _("it holds more than one private key"), e);
		else if (pkcs8)
			code = take_der(der, (size_t)len, u, pkey, e);
		else if (old)
			code = take_traditional(name, header, der,
			    (size_t)len, u, pkey, e);
		else
			instead = instead_of_key(name);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	ERR_clear_error();
	BIO_free(bio);
	if (code == ERR_OK && *pkey == NULL)
		code = refuse(u, instead, e);
	return code;
}

enum err_code
key_load(const char *path, const struct passphrase_source *source,
    struct key **out, struct err *e)
{
	struct unlock u = { .path = path, .source = source };
	struct buf file = { 0 };
	EVP_PKEY *pkey = NULL;
	enum err_code code;

	if ((code = read_private(path, &file, e)) != ERR_OK)
		goto out;
	if (file.len == 0)
		code = refuse(&u, _("it is empty"), e);
	else if (memmem(file.data, file.len, "-----BEGIN ", 11) != NULL)
		code = take_pem(&file, &u, &pkey, e);
	else
		code = take_der(file.data, file.len, &u, &pkey, e);
	if (code == ERR_OK) {
		code = key_adopt(pkey, path, out, e);
		pkey = NULL;
	}
out:
	EVP_PKEY_free(pkey);
	buf_wipe(&u.passphrase);
	buf_wipe(&file);
	return code;
}
