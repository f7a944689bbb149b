/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <time.h>

#include "base/message.h"
#include "client/delivery/libcurl.h"

/* The one that is asked.  Static, because a resolver that has not answered in
 * time goes on with it in a thread of its own. */
static char asked[ADDRESS_HOST_LEN];
static const struct addrinfo hints = {
	.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
};
static struct gaicb question = {
	.ar_name = asked, .ar_request = &hints,
};

static void
take_addresses(const struct addrinfo *list, struct resolved *out)
{
	const struct addrinfo *a;

	for (a = list; a != NULL && out->n < RESOLVE_ADDRESSES;
	    a = a->ai_next)
		if (getnameinfo(a->ai_addr, a->ai_addrlen,
		    out->addresses[out->n], sizeof(out->addresses[0]), NULL,
		    0, NI_NUMERICHOST) == 0)
			out->n++;
}

/* getaddrinfo(3)'s answer, or EAI_INPROGRESS when the time is over. */
static int
ask(void)
{
	const struct timespec limit = { .tv_sec = RESOLVE_SECONDS };
	const struct gaicb *list[] = { &question };
	struct gaicb *asking[] = { &question };
	int rc;

	if ((rc = getaddrinfo_a(GAI_NOWAIT, asking, 1, NULL)) != 0)
		return rc;
	(void)gai_suspend(list, 1, &limit);
	return gai_error(&question);
}

enum err_code
resolve_host_of(const char *url, struct resolved *out, struct err *e)
{
	const struct libcurl *lib;
	enum err_code code;
	uint16_t port;
	int rc;

	memset(out, 0, sizeof(*out));
	if ((code = libcurl_load(&lib, e)) != ERR_OK)
		return code;
	if (!address_host(lib, url, out->host, &port))
		return err_set(e, ERR_CONFIG, url, 0,
		    _("there is no host in it"));
	memcpy(asked, out->host, sizeof(asked));
	errno = 0;
	rc = ask();
	if (rc == 0) {
		take_addresses(question.ar_result, out);
		freeaddrinfo(question.ar_result);
		question.ar_result = NULL;
	}
	if (rc == 0 && out->n != 0)
		return ERR_OK;
	if (rc == EAI_INPROGRESS)
		return err_set(e, ERR_NO_NETWORK, out->host, 0, _("no name "
		    "server answered within %d seconds"), RESOLVE_SECONDS);
	return err_set(e, ERR_NO_NETWORK, out->host, 0, "%s",
	    rc == EAI_SYSTEM ? strerror(errno) :
	    gai_strerror(rc != 0 ? rc : EAI_NODATA));
}
