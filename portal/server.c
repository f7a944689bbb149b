/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/log.h"
#include "portal/listen.h"
#include "portal/tls.h"
#include "portal/watch.h"

/* A thread each.  Enough for a deadline's evening (every municipality at
 * once), and with its file descriptors below the usual 1024. */
#define MAX_CONNECTIONS		300u
#define MAX_FILES		(3 * MAX_CONNECTIONS + 50)
/* From here on strangers make room: the rest is for who has just come, and for
 * what has been cut off and not ended yet. */
#define MANY_CONNECTIONS	200u
/* Strangers' connections; many organisations sit behind one proxy. */
#define MAX_PER_ADDRESS		60u
/* What is being completed when the portal stops may take this long. */
#define STOP_MS			5000
/* A connection's buffer: header lines (431 beyond), and a piece of a body. */
#define CONNECTION_MEMORY	(64u * 1024)
#define THREAD_STACK		(512u * 1024)
#define PRIORITIES		"NORMAL:-VERS-ALL:+VERS-TLS1.3"

struct server {
	struct MHD_Daemon *daemon;
	struct listener listener;
	struct watch *watch;
};

/* MHD_NotifyConnectionCallback.  Whom the listener does not admit is not
 * watched, and so not served either (portal/request.c). */
static void
notice(void *arg, struct MHD_Connection *connection, void **state,
    enum MHD_ConnectionNotificationCode what)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct server *s = arg;

	if (what == MHD_CONNECTION_NOTIFY_STARTED && (info == NULL ||
	    !listener_admits(&s->listener, info->connect_fd))) {
		*state = NULL;
		if (info != NULL)
			(void)shutdown(info->connect_fd, SHUT_RDWR);
		log_event(LOG_WARN, "not-the-front-server", (char *)NULL);
		return;
	}
	watch_connection(s->watch, connection, state, what);
}

static void
log_library(void *arg, const char *fmt, va_list ap)
{
	char text[256];

	(void)arg;
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	text[strcspn(text, "\r\n")] = '\0';
	log_event(LOG_DEBUGGING, "http", "message", text, (char *)NULL);
}

/* A limit that is too low shows when the portal is busy, as connections that
 * fail; the start is the better time to tell. */
static void
allow_files(void)
{
	struct rlimit limit;
	char have[24], want[24];

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_cur >= MAX_FILES)
		return;
	limit.rlim_cur = limit.rlim_max < MAX_FILES ? limit.rlim_max :
	    MAX_FILES;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur == MAX_FILES)
		return;
	(void)snprintf(have, sizeof(have), "%ju", (uintmax_t)limit.rlim_cur);
	(void)snprintf(want, sizeof(want), "%u", MAX_FILES);
	log_event(LOG_WARN, "few-files", "limit", have, "wanted", want,
	    (char *)NULL);
}

static struct MHD_Daemon *
start_daemon(struct server *server, const struct service *service)
{
	const struct settings *s = service->settings;
	struct MHD_OptionItem plain[] = {
		{ MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)s->patience,
		    NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		    NULL },
		{ MHD_OPTION_THREAD_STACK_SIZE, THREAD_STACK, NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		{ MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		    (void *)(uintptr_t)PRIORITIES },
		{ MHD_OPTION_HTTPS_CERT_CALLBACK2, 0,
		    (void *)(uintptr_t)tls_retrieve },
		/* This asks for a certificate; request.c looks at it. */
		{ MHD_OPTION_HTTPS_MEM_TRUST, 0, s->tls_anchors.data },
		{ MHD_OPTION_END, 0, NULL },
	};
	bool fronted = settings_fronted(s);
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION |
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC |
	    MHD_USE_ERROR_LOG;

	if (!fronted)
		flags |= MHD_USE_TLS;
	if (s->listen.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	if (fronted)
		tls[0].option = MHD_OPTION_END;
	return MHD_start_daemon(flags, 0, NULL, NULL, request_handle,
	    (void *)(uintptr_t)service,
	    MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
	    MHD_OPTION_URI_LOG_CALLBACK, request_begin,
	    (void *)(uintptr_t)service,
	    MHD_OPTION_NOTIFY_CONNECTION, notice, server,
	    MHD_OPTION_NOTIFY_COMPLETED, request_end,
	    (void *)(uintptr_t)service,
	    MHD_OPTION_LISTEN_SOCKET, server->listener.fd,
	    MHD_OPTION_ARRAY, plain, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

enum err_code
server_start(const struct service *service, struct server **out,
    struct err *e)
{
	const struct settings *s = service->settings;
	const struct watch_limits limits = {
		.patience = s->patience, .all = MANY_CONNECTIONS,
		.per_address = MAX_PER_ADDRESS,
		.per_sender = (unsigned)s->max_connections,
	};
	struct server *server = calloc(1, sizeof(*server));
	enum err_code code;

	if (server == NULL || (server->watch = watch_new(&limits)) == NULL) {
		free(server);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	allow_files();
	if ((code = listener_open(s, &server->listener, e)) != ERR_OK)
		goto out;
	server->daemon = start_daemon(server, service);
	if (server->daemon == NULL) {
		listener_close(&server->listener);
		code = err_set(e, ERR_INTERNAL, NULL, 0,
		    "the HTTP server cannot start");
		goto out;
	}
	*out = server;
	server = NULL;
out:
	if (server != NULL)
		watch_free(server->watch);
	free(server);
	return code;
}

uint16_t
server_port(const struct server *s)
{
	return s->listener.port;
}

void
server_sweep(struct server *s)
{
	watch_sweep(s->watch);
}

bool
server_stop(struct server *s)
{
	if (s == NULL)
		return true;
	s->listener.fd = MHD_quiesce_daemon(s->daemon);
	listener_close(&s->listener);
	watch_stop(s->watch);
	if (!watch_wait(s->watch, STOP_MS))
		return false;
	MHD_stop_daemon(s->daemon);
	watch_free(s->watch);
	free(s);
	return true;
}
