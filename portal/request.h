/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From a request to its answer: the callbacks of the HTTP library, who may
 * ask for what, and docs/PROTOCOL.md's table of requests.
 */
#ifndef SIGILL_PORTAL_REQUEST_H
#define SIGILL_PORTAL_REQUEST_H

#include <microhttpd.h>

#include "portal/ledger.h"
#include "portal/peer.h"
#include "portal/settings.h"
#include "portal/uploads.h"

/* What requests work with.  All borrowed. */
struct service {
	int64_t (*clock)(void);	/* UTC seconds */
	const struct settings *settings;
	struct ledger *ledger;
	struct peers *peers;
	struct uploads *uploads;
};

/* MHD_OPTION_URI_LOG_CALLBACK: makes a request's state, keeping the target as
 * it was sent. */
void *request_begin(void *service, const char *uri,
    struct MHD_Connection *connection);
/* MHD_AccessHandlerCallback. */
enum MHD_Result request_handle(void *service,
    struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *data, size_t *len, void **state);
/* MHD_OPTION_NOTIFY_COMPLETED. */
void request_end(void *service, struct MHD_Connection *connection,
    void **state, enum MHD_RequestTerminationCode why);

#endif
