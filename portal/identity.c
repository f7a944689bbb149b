/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/identity.h"

#include <string.h>

#include "base/buf.h"
#include "portal/headers.h"

/* Four times what a certificate with an RSA key of 4096 bits needs. */
#define MAX_ESCAPED	16384u
#define PEM_HEADER	"CERTIFICATE"

static enum err_code
malformed(struct err *e)
{
	return err_set(e, ERR_HTTP_BAD_REQUEST, NULL, 0, "%s is not one "
	    "certificate as the front server writes it", IDENTITY_CERT_FIELD);
}

static enum err_code
from_tls(struct peers *peers, struct MHD_Connection *connection,
    char sender[static 11], struct err *e)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	gnutls_session_t session = info != NULL ? info->tls_session : NULL;
	const gnutls_datum_t *chain = NULL;
	unsigned n = 0;

	if (session != NULL && gnutls_certificate_type_get(session) ==
	    GNUTLS_CRT_X509)
		chain = gnutls_certificate_get_peers(session, &n);
	return peers_identify(peers, chain, chain != NULL ? n : 0, sender, e);
}

/* RFC 3986 §2.3: what stands for itself. */
static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c) != NULL);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Upper-case hex, and only for what needs it, as RFC 3986 §2.1 and §2.3 say:
 * there is one way to write each certificate. */
static bool
unescape(const char *s, struct buf *out)
{
	int high, low, c;

	for (; *s != '\0'; s++) {
		c = (unsigned char)*s;
		if (c == '%') {
			if ((high = hex_digit(s[1])) == -1 ||
			    (low = hex_digit(s[2])) == -1)
				return false;
			c = high << 4 | low;
			if (is_unreserved((char)c))
				return false;
			s += 2;
		} else if (!is_unreserved(*s))
			return false;
		buf_add_u8(out, (uint8_t)c);
	}
	return true;
}

/* Nothing before, after or in the PEM that its DER would not give again. */
static enum err_code
decode(const struct buf *pem, gnutls_datum_t *der, struct err *e)
{
	const gnutls_datum_t text = { pem->data, (unsigned)pem->len };
	gnutls_datum_t again = { 0 };
	enum err_code code = ERR_OK;
	int rc;

	if ((rc = gnutls_pem_base64_decode2(PEM_HEADER, &text, der)) >= 0)
		rc = gnutls_pem_base64_encode2(PEM_HEADER, der, &again);
	if (rc == GNUTLS_E_MEMORY_ERROR)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if (rc < 0 || !buf_equal(pem, again.data, again.size))
		code = malformed(e);
	gnutls_free(again.data);
	return code;
}

static enum err_code
from_front(struct peers *peers, const char *verdict, const char *escaped,
    char sender[static 11], struct err *e)
{
	gnutls_datum_t der = { 0 };
	struct buf pem = { 0 };
	enum err_code code;

	if (verdict == NULL)
		return err_set(e, ERR_HTTP_NO_CERT, NULL, 0,
		    "the front server does not send %s",
		    IDENTITY_VERIFY_FIELD);
	if (strcmp(verdict, "NONE") == 0 && escaped == NULL)
		return peers_identify(peers, NULL, 0, sender, e);
	if (strcmp(verdict, "SUCCESS") != 0)
		return err_set(e, ERR_HTTP_NO_CERT, NULL, 0,
		    "the front server has not verified it");
	if (escaped == NULL || strlen(escaped) > MAX_ESCAPED)
		return malformed(e);
	if (!unescape(escaped, &pem))
		code = malformed(e);
	else if ((code = buf_check(&pem, e)) == ERR_OK &&
	    (code = decode(&pem, &der, e)) == ERR_OK)
		code = peers_identify(peers, &der, 1, sender, e);
	gnutls_free(der.data);
	buf_wipe(&pem);
	return code;
}

enum err_code
identity_find(struct peers *peers, const struct settings *settings,
    struct MHD_Connection *connection, char sender[static 11], struct err *e)
{
	const char *verdict, *escaped;
	enum err_code code;

	if ((code = headers_get(connection, IDENTITY_VERIFY_FIELD, &verdict,
	    e)) != ERR_OK ||
	    (code = headers_get(connection, IDENTITY_CERT_FIELD, &escaped,
	    e)) != ERR_OK)
		return code;
	if (settings_fronted(settings))
		return from_front(peers, verdict, escaped, sender, e);
	if (verdict != NULL || escaped != NULL)
		return err_set(e, ERR_HTTP_BAD_REQUEST, NULL, 0,
		    "%s and %s are a front server's, and there is none",
		    IDENTITY_CERT_FIELD, IDENTITY_VERIFY_FIELD);
	return from_tls(peers, connection, sender, e);
}
