/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/fault.h"

#include <stddef.h>
#include <string.h>

#include "base/i18n.h"
#include "base/wipe.h"

bool
fault_is_certificate_alert(const char *words)
{
	return strstr(words, "alert") != NULL &&
	    (strstr(words, "certificate") != NULL ||
	    strstr(words, "unknown ca") != NULL ||
	    strstr(words, "access denied") != NULL);
}

/* A server without TLS 1.3, or without TLS: another try is of no use. */
static bool
is_other_protocol(const char *words)
{
	static const char *const signs[] = {
		"protocol version", "unsupported protocol",
		"wrong version number", "handshake failure",
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(words, signs[i]) != NULL)
			return true;
	return false;
}

/* What a SOCKS proxy said (RFC 1928 §6). */
static enum err_code
socks_code(long proxy_error)
{
	switch (proxy_error) {
	case CURLPX_NO_AUTH:
	case CURLPX_USER_REJECTED:
	case CURLPX_GSSAPI:
	case CURLPX_GSSAPI_PERMSG:
	case CURLPX_GSSAPI_PROTECTION:
		return ERR_PROXY_AUTH;
	case CURLPX_RESOLVE_HOST:
	case CURLPX_REPLY_CONNECTION_REFUSED:
	case CURLPX_REPLY_GENERAL_SERVER_FAILURE:
	case CURLPX_REPLY_HOST_UNREACHABLE:
	case CURLPX_REPLY_NETWORK_UNREACHABLE:
	case CURLPX_REPLY_TTL_EXPIRED:
		return ERR_NO_NETWORK;
	case CURLPX_CLOSED:
	case CURLPX_RECV_ADDRESS:
	case CURLPX_RECV_AUTH:
	case CURLPX_RECV_CONNECT:
	case CURLPX_RECV_REQACK:
	case CURLPX_SEND_AUTH:
	case CURLPX_SEND_CONNECT:
	case CURLPX_SEND_REQUEST:
		return ERR_INTERRUPTED;
	default:
		return ERR_PROXY;
	}
}

/* What an HTTP proxy answered to CONNECT, when it was no success.  5xx: it
 * would, but it does not reach the portal, which may be restarting. */
static enum err_code
connect_code(long status)
{
	/* 401 is what tinyproxy says of a wrong password. */
	if (status == 407 || status == 401)
		return ERR_PROXY_AUTH;
	if (status == 408 || status == 429 || status >= 500)
		return ERR_NO_NETWORK;
	return ERR_PROXY;
}

static enum err_code
code_of(const struct fault *f)
{
	if (f->connect_status != 0 && f->connect_status / 100 != 2)
		return connect_code(f->connect_status);
	switch (f->result) {
	case CURLE_PROXY:
		return socks_code(f->proxy_error);
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT:
		return ERR_NO_NETWORK;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return ERR_PORTAL_CERT;
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_URL_MALFORMAT:
		return ERR_CONFIG;
	case CURLE_SSL_CERTPROBLEM:
		return ERR_CERT;
	case CURLE_OUT_OF_MEMORY:
		/* Also what libcurl says of a line longer than it takes. */
		return wipe_ran_out() ? ERR_NO_MEMORY : ERR_PROTOCOL;
	case CURLE_SSL_CONNECT_ERROR:
		if (is_other_protocol(f->words))
			return ERR_PROTOCOL;
		/* fallthrough */
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_SEND_FAIL_REWIND:
		return fault_is_certificate_alert(f->words) ?
		    ERR_CLIENT_CERT : ERR_INTERRUPTED;
	default:
		return ERR_PROTOCOL;
	}
}

/* libcurl tells a SOCKS proxy's name and the portal's apart only in words:
 * "Could not resolve host: NAME". */
static bool
is_proxys_name(const struct fault *f)
{
	const char *name = strrchr(f->words, ' ');

	if (f->result == CURLE_COULDNT_RESOLVE_PROXY)
		return true;
	return strncmp(f->proxy, "socks5", 6) == 0 && name != NULL &&
	    strstr(f->proxy, name + 1) != NULL;
}

/* Nothing came about within the time for it: how far did it get? */
static enum err_code
explain_timeout(const struct fault *f, struct err *e)
{
	const bool proxy = f->proxy[0] != '\0';

	if (!f->connected)
		return err_set(e, ERR_NO_NETWORK, proxy ? f->proxy : f->portal,
		    0, proxy ? _("no connection with the proxy within %ld "
		    "seconds") : _("no connection within %ld seconds"),
		    f->connect_seconds);
	if (proxy && f->connect_status == 0)
		return err_set(e, ERR_NO_NETWORK, f->proxy, 0,
		    _("the proxy said nothing for %ld seconds"),
		    f->connect_seconds);
	return err_set(e, ERR_NO_NETWORK, f->portal, 0,
	    _("it was reached, but no TLS session came about within %ld "
	    "seconds"), f->connect_seconds);
}

enum err_code
fault_explain(const struct libcurl *lib, const struct fault *f,
    struct err *e)
{
	const enum err_code code = code_of(f);
	const bool proxy = f->proxy[0] != '\0';
	const char *words = f->words[0] != '\0' ? f->words :
	    lib->easy_strerror(f->result);

	if (f->connect_status != 0 && f->connect_status / 100 != 2)
		return err_set(e, code, f->proxy, 0,
		    _("the proxy answered with status %ld"),
		    f->connect_status);
	switch (f->result) {
	case CURLE_OPERATION_TIMEDOUT:
		return explain_timeout(f, e);
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
		if (is_proxys_name(f))
			return err_set(e, code, f->proxy, 0,
			    _("the proxy's name cannot be looked up"));
		return err_set(e, code, f->portal, 0,
		    _("its name cannot be looked up"));
	case CURLE_COULDNT_CONNECT:
		if (f->os_errno != 0)
			words = strerror((int)f->os_errno);
		return err_set(e, code, proxy ? f->proxy : f->portal, 0,
		    proxy ? _("no connection with the proxy: %.200s") :
		    "%.200s", words);
	case CURLE_PROXY:
		return err_set(e, code, f->proxy, 0, _("the proxy: %.200s"),
		    words);
	case CURLE_OUT_OF_MEMORY:
		if (code == ERR_PROTOCOL)
			words = _("its answer is too large");
		return err_set(e, code, f->portal, 0, "%.240s", words);
	default:
		/* A library's words for this name its own functions. */
		if (code == ERR_INTERRUPTED)
			words = _("the connection broke");
		return err_set(e, code, f->portal, 0, "%.240s", words);
	}
}
