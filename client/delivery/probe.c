/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/probe.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "client/delivery/fault.h"

/* How long a server may take to refuse a certificate after the handshake. */
#define LISTEN_MS	5000

/* Keeps the words that tell of a refused certificate.  The error buffer would
 * not do: it gets the first thing that went wrong, and on a connection that
 * is closed already that is often another, of no consequence. */
static int
on_words(CURL *c, curl_infotype type, char *data, size_t len, void *arg)
{
	char words[CURL_ERROR_SIZE] = "", *kept = arg;

	(void)c;
	if (type != CURLINFO_TEXT || len == 0 || len >= sizeof(words))
		return 0;
	memcpy(words, data, len);
	words[strcspn(words, "\n")] = '\0';
	/* An error of OpenSSL's: not a trace of what we ourselves say. */
	if (strstr(words, "error:") != NULL &&
	    fault_is_certificate_alert(words))
		memcpy(kept, words, sizeof(words));
	return 0;
}

/* Listens for what a server says of its own accord after the handshake: an
 * alert, or session tickets, which mean that it has taken the certificate. */
static void
listen_for_alert(const struct libcurl *lib, CURL *c)
{
	struct pollfd p = { .events = POLLIN };
	curl_socket_t fd = CURL_SOCKET_BAD;
	size_t n = 0;
	char byte;

	if (lib->easy_getinfo(c, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK ||
	    fd == CURL_SOCKET_BAD)
		return;
	p.fd = fd;
	if (poll(&p, 1, LISTEN_MS) == 1)
		(void)lib->easy_recv(c, &byte, sizeof(byte), &n);
}

/* A handle that only connects; NULL without memory. */
static CURL *
new_probe(const struct libcurl *lib, CURL *like, const char *url)
{
	CURL *c = lib->easy_duphandle(like);
	unsigned bad = 0;

	if (c == NULL)
		return NULL;
	bad |= lib->easy_setopt(c, CURLOPT_URL, url);
	bad |= lib->easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	bad |= lib->easy_setopt(c, CURLOPT_NOPROGRESS, 1L);
	bad |= lib->easy_setopt(c, CURLOPT_HTTPHEADER, NULL);
	bad |= lib->easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, NULL);
	if (bad == 0)
		return c;
	lib->easy_cleanup(c);
	return NULL;
}

bool
probe_alert(const struct libcurl *lib, CURL *like, const char *url,
    char alert[static CURL_ERROR_SIZE])
{
	CURL *c = new_probe(lib, like, url);

	alert[0] = '\0';
	if (c != NULL &&
	    lib->easy_setopt(c, CURLOPT_DEBUGFUNCTION, on_words) ==
	    CURLE_OK &&
	    lib->easy_setopt(c, CURLOPT_DEBUGDATA, alert) == CURLE_OK &&
	    lib->easy_setopt(c, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
	    lib->easy_perform(c) == CURLE_OK)
		listen_for_alert(lib, c);
	lib->easy_cleanup(c);
	return alert[0] != '\0';
}

/* "Issuer:…" of the server's own certificate, which comes first. */
static bool
find_issuer(const struct curl_certinfo *info, char *issuer, size_t size)
{
	const struct curl_slist *line;

	if (info == NULL || info->num_of_certs < 1)
		return false;
	for (line = info->certinfo[0]; line != NULL; line = line->next)
		if (strncmp(line->data, "Issuer:", 7) == 0) {
			(void)snprintf(issuer, size, "%s", line->data + 7);
			return true;
		}
	return false;
}

bool
probe_issuer(const struct libcurl *lib, CURL *like, const char *url,
    char *issuer, size_t size)
{
	struct curl_certinfo *info = NULL;
	CURL *c = new_probe(lib, like, url);
	bool found = false;

	if (c != NULL &&
	    lib->easy_setopt(c, CURLOPT_SSLCERT_BLOB, NULL) == CURLE_OK &&
	    lib->easy_setopt(c, CURLOPT_SSLKEY_BLOB, NULL) == CURLE_OK &&
	    lib->easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L) == CURLE_OK &&
	    lib->easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L) == CURLE_OK &&
	    lib->easy_setopt(c, CURLOPT_CERTINFO, 1L) == CURLE_OK &&
	    lib->easy_perform(c) == CURLE_OK &&
	    lib->easy_getinfo(c, CURLINFO_CERTINFO, &info) == CURLE_OK)
		found = find_issuer(info, issuer, size);
	lib->easy_cleanup(c);
	return found;
}
