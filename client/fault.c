/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/fault.h"

#include <stddef.h>
#include <string.h>

bool
fault_is_certificate_alert(const char *words)
{
	return strstr(words, "alert") != NULL &&
	    (strstr(words, "certificate") != NULL ||
	    strstr(words, "unknown ca") != NULL ||
	    strstr(words, "access denied") != NULL);
}

bool
fault_is_proxy_address(const char *words)
{
	return strncmp(words, "Unsupported proxy", 17) == 0;
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

enum err_code
fault_code(CURLcode result, long connect_status, const char *words)
{
	if (connect_status != 0 && connect_status / 100 != 2)
		return ERR_PROXY;
	if (fault_is_proxy_address(words))
		return ERR_CONFIG;
	switch (result) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_PROXY:
		return ERR_PROXY;
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
		return ERR_NO_MEMORY;
	case CURLE_SSL_CONNECT_ERROR:
		if (is_other_protocol(words))
			return ERR_PROTOCOL;
		/* fallthrough */
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_SEND_FAIL_REWIND:
		return fault_is_certificate_alert(words) ? ERR_CLIENT_CERT :
		    ERR_INTERRUPTED;
	default:
		return ERR_PROTOCOL;
	}
}

const char *
fault_words(const struct libcurl *lib, CURLcode result, const char *words)
{
	if (words[0] == '\0' || strcasestr(words, "proxy") != NULL ||
	    strchr(words, '@') != NULL || strstr(words, "://") != NULL)
		return lib->easy_strerror(result);
	return words;
}
