/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/cert.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "crypto/internal.h"

#define ORG_PREFIX	"NTRSE-"	/* ETSI EN 319 412-1 §5.1.4 */
#define ORG_DIGITS	10
#define TEST_MARK	"TEST ONLY"

/* --- reading --- */

enum err_code
cert_parse(const uint8_t *der, size_t len, struct cert **out, struct err *e)
{
	enum err_code code = ERR_OK;
	const uint8_t *p = der;
	uint8_t *again = NULL;
	X509 *x509 = NULL;
	int n;

	ERR_clear_error();
	if (len > LIMIT_CERT_FILE ||
	    (x509 = d2i_X509(NULL, &p, (long)len)) == NULL)
		code = err_set(e, ERR_CERT, NULL, 0,
		    _("it is not an X.509 certificate"));
	else if (p != der + len)
		code = err_set(e, ERR_CERT, NULL, (size_t)(p - der),
		    _("there are more bytes after the certificate"));
	/* One certificate, one spelling: OpenSSL also reads BER. */
	else if ((n = i2d_X509(x509, &again)) < 0 || (size_t)n != len ||
	    memcmp(again, der, len) != 0)
		code = err_set(e, ERR_CERT, NULL, 0, _("it is not in DER"));
	else if ((X509_get_extension_flags(x509) & EXFLAG_INVALID) != 0)
		code = err_set(e, ERR_CERT, NULL, 0,
		    _("its extensions contradict each other or are damaged"));
	else if (ASN1_TIME_check(X509_get0_notBefore(x509)) != 1 ||
	    ASN1_TIME_check(X509_get0_notAfter(x509)) != 1)
		code = err_set(e, ERR_CERT, NULL, 0,
		    _("its time of validity cannot be read"));
	else {
		*out = cert_of_x509(x509);
		x509 = NULL;
	}
	OPENSSL_free(again);
	X509_free(x509);
	ERR_clear_error();
	return code;
}

/* As cert_parse, and says in which file and the how-manieth it was. */
static enum err_code
add_parsed(const uint8_t *der, size_t len, const char *path,
    struct cert_list *list, struct err *e)
{
	struct err inner = { 0 };
	struct cert *cert;
	bool added;

	if (cert_parse(der, len, &cert, &inner) != ERR_OK)
		return err_set(e, inner.code, path, 0,
		    _("certificate %zu: %s"), list->len + 1, inner.msg);
	added = cert_list_add(list, cert);
	cert_free(cert);
	return added ? ERR_OK : err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
}

static enum err_code
add_pem(const struct buf *text, const char *path, struct cert_list *list,
    struct err *e)
{
	char *name = NULL, *header = NULL;
	enum err_code code = ERR_OK;
	unsigned long reason;
	uint8_t *der = NULL;
	bool key = false;
	long len;
	BIO *bio;

	if ((bio = BIO_new_mem_buf(text->data, (int)text->len)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	ERR_clear_error();
	while (code == ERR_OK &&
	    PEM_read_bio(bio, &name, &header, &der, &len) == 1) {
		if (strcmp(name, PEM_STRING_X509) == 0)
			code = add_parsed(der, (size_t)len, path, list, e);
		else if (strstr(name, "PRIVATE KEY") != NULL)
			key = true;
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(der);
		ERR_clear_error();
	}
	/* The end of the file shows as the lack of another first line. */
	reason = ERR_peek_last_error();
	if (code == ERR_OK && (ERR_GET_LIB(reason) != ERR_LIB_PEM ||
	    ERR_GET_REASON(reason) != PEM_R_NO_START_LINE))
		code = err_set(e, ERR_CERT, path, 0,
		    _("the PEM encoding is damaged after certificate %zu"),
		    list->len);
	else if (code == ERR_OK && list->len == 0)
		code = err_set(e, ERR_CERT, path, 0, key ?
		    _("this is a private key; the certificate is in another "
		    "file") : _("there is no certificate in it"));
	ERR_clear_error();
	BIO_free(bio);
	return code;
}

enum err_code
cert_parse_list(const struct buf *file, const char *name,
    struct cert_list *out, struct err *e)
{
	struct cert_list list = { 0 };
	enum err_code code;

	if (file->len == 0)
		code = err_set(e, ERR_CERT, name, 0, _("it is empty"));
	else if (memmem(file->data, file->len, "-----BEGIN ", 11) != NULL)
		code = add_pem(file, name, &list, e);
	else
		code = add_parsed(file->data, file->len, name, &list, e);
	if (code == ERR_OK)
		*out = list;
	else
		cert_list_wipe(&list);
	return code;
}

enum err_code
cert_load_list(const char *path, struct cert_list *out, struct err *e)
{
	struct buf file = { 0 };
	enum err_code code;

	code = file_read(path, LIMIT_CERT_FILE, &file, e);
	if (code == ERR_OK)
		code = cert_parse_list(&file, path, out, e);
	buf_wipe(&file);
	return code;
}

/* --- lists and references --- */

bool
cert_list_add(struct cert_list *list, struct cert *cert)
{
	struct cert **v;

	v = reallocarray(list->v, list->len + 1, sizeof(*v));
	if (v == NULL)
		return false;
	list->v = v;
	list->v[list->len++] = cert_ref(cert);
	return true;
}

bool
cert_list_has(const struct cert_list *list, const struct cert *cert)
{
	for (size_t i = 0; i < list->len; i++)
		if (cert_equal(list->v[i], cert))
			return true;
	return false;
}

void
cert_list_wipe(struct cert_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		cert_free(list->v[i]);
	free(list->v);
	*list = (struct cert_list){ 0 };
}

struct cert *
cert_ref(struct cert *cert)
{
	(void)X509_up_ref(cert_x509(cert));
	return cert;
}

void
cert_free(struct cert *cert)
{
	X509_free(cert_x509(cert));
}

bool
cert_equal(const struct cert *a, const struct cert *b)
{
	return X509_cmp(cert_x509(a), cert_x509(b)) == 0;
}

/* --- what a certificate says --- */

/*
 * The organisation number that an attribute's value is, if it is one.  The
 * length is the value's own: a NUL inside is a character that does not fit.
 */
static bool
read_number(int nid, const uint8_t *text, size_t len, char out[static 11])
{
	const size_t prefix = sizeof(ORG_PREFIX) - 1;

	if (nid == NID_organizationIdentifier) {
		if (len != prefix + ORG_DIGITS ||
		    memcmp(text, ORG_PREFIX, prefix) != 0)
			return false;
		text += prefix;
	} else if (len == 2 + ORG_DIGITS && memcmp(text, "16", 2) == 0)
		text += 2;
	else if (len != ORG_DIGITS)
		return false;
	for (size_t i = 0; i < ORG_DIGITS; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	memcpy(out, text, ORG_DIGITS);
	out[ORG_DIGITS] = '\0';
	return true;
}

enum err_code
cert_organisation(const struct cert *cert, char out[static 11],
    struct err *e)
{
	const X509_NAME *subject = X509_get_subject_name(cert_x509(cert));
	char number[11], found[11] = "";

	ERR_clear_error();
	for (int i = 0; i < X509_NAME_entry_count(subject); i++) {
		X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, i);
		int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
		uint8_t *text = NULL;
		bool is;
		int len;

		if (nid != NID_organizationIdentifier &&
		    nid != NID_serialNumber)
			continue;
		len = ASN1_STRING_to_UTF8(&text,
		    X509_NAME_ENTRY_get_data(entry));
		is = len > 0 && read_number(nid, text, (size_t)len, number);
		OPENSSL_free(text);
		if (is && found[0] != '\0' && strcmp(found, number) != 0)
			return err_set(e, ERR_CERT, NULL, 0,
			    _("it names two organisation numbers, %s and %s"),
			    found, number);
		if (is)
			memcpy(found, number, sizeof(found));
	}
	ERR_clear_error();
	if (found[0] == '\0')
		return err_set(e, ERR_CERT, NULL, 0,
		    _("it names no Swedish organisation number"));
	memcpy(out, found, sizeof(found));
	return ERR_OK;
}

/* Characters that no reader sees, or that change the order of what he sees:
 * C0, C1, zero-width, directional, separators, and the byte order mark. */
static bool
unseen(unsigned long c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xfff9 && c <= 0xfffd) || c > 0xdffff;
}

/* Copies whole characters as long as they fit, with '?' for unseen ones. */
static void
copy_text(const uint8_t *text, size_t len, char *out, size_t size)
{
	size_t used = 0;

	while (len != 0) {
		unsigned long c;
		int n = UTF8_getc(text, (int)len, &c);
		size_t width = n > 0 && !unseen(c) ? (size_t)n : 1;

		if (used + width >= size)
			break;
		if (n > 0 && !unseen(c))
			memcpy(out + used, text, width);
		else
			out[used] = '?';
		used += width;
		text += n > 0 ? n : 1;
		len -= n > 0 ? (size_t)n : 1;
	}
	out[used] = '\0';
}

static void
print_name(const X509_NAME *name, char *out, size_t size)
{
	/* RFC 4514, except that letters beyond ASCII stay letters. */
	const unsigned long flags = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
	uint8_t *text;
	BIO *bio;
	long len;

	if (size == 0)
		return;
	out[0] = '\0';
	ERR_clear_error();
	if ((bio = BIO_new(BIO_s_mem())) == NULL)
		return;
	if (X509_NAME_print_ex(bio, name, 0, flags) < 0)
		copy_text((const uint8_t *)"?", 1, out, size);
	else if ((len = BIO_get_mem_data(bio, &text)) > 0)
		copy_text(text, (size_t)len, out, size);
	BIO_free(bio);
	ERR_clear_error();
}

void
cert_subject(const struct cert *cert, char *out, size_t size)
{
	print_name(X509_get_subject_name(cert_x509(cert)), out, size);
}

void
cert_issuer(const struct cert *cert, char *out, size_t size)
{
	print_name(X509_get_issuer_name(cert_x509(cert)), out, size);
}

enum err_code
cert_digest(const struct cert *cert, uint8_t out[static DIGEST_LEN],
    struct err *e)
{
	ERR_clear_error();
	if (X509_digest(cert_x509(cert), EVP_sha256(), out, NULL) == 1)
		return ERR_OK;
	ERR_clear_error();
	return err_set(e, ERR_INTERNAL, NULL, 0, "SHA-256 does not work");
}

/* cert_parse has seen that it can be read. */
static int64_t
seconds(const ASN1_TIME *t, int64_t otherwise)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return otherwise;
	return (int64_t)timegm(&tm);
}

int64_t
cert_not_before(const struct cert *cert)
{
	return seconds(X509_get0_notBefore(cert_x509(cert)), INT64_MAX);
}

int64_t
cert_not_after(const struct cert *cert)
{
	return seconds(X509_get0_notAfter(cert_x509(cert)), INT64_MIN);
}

const char *
cert_key_kind(const struct cert *cert)
{
	const EVP_PKEY *pkey = X509_get0_pubkey(cert_x509(cert));
	enum key_kind kind = key_kind_of(pkey);

	ERR_clear_error();
	if (kind == KEY_KIND_P256)
		return "P-256";
	if (kind == KEY_KIND_P384)
		return "P-384";
	if (kind != KEY_KIND_RSA)
		return "other";
	switch (EVP_PKEY_get_bits(pkey)) {
	case 3072:
		return "RSA-3072";
	case 4096:
		return "RSA-4096";
	case 8192:
		return "RSA-8192";
	default:
		return "RSA";
	}
}

static bool
name_is_marked(const X509_NAME *name)
{
	for (int i = 0; i < X509_NAME_entry_count(name); i++) {
		const ASN1_STRING *value = X509_NAME_ENTRY_get_data(
		    X509_NAME_get_entry(name, i));
		uint8_t *text = NULL;
		int len = ASN1_STRING_to_UTF8(&text, value);
		bool marked;

		/* What is no text in its own encoding is searched as it is. */
		if (len >= 0)
			marked = memmem(text, (size_t)len, TEST_MARK,
			    sizeof(TEST_MARK) - 1) != NULL;
		else
			marked = memmem(ASN1_STRING_get0_data(value),
			    (size_t)ASN1_STRING_length(value), TEST_MARK,
			    sizeof(TEST_MARK) - 1) != NULL;
		OPENSSL_free(text);
		if (marked)
			return true;
	}
	return false;
}

bool
cert_is_test(const struct cert *cert)
{
	bool marked;

	marked = name_is_marked(X509_get_subject_name(cert_x509(cert))) ||
	    name_is_marked(X509_get_issuer_name(cert_x509(cert)));
	ERR_clear_error();
	return marked;
}
