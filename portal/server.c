/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "portal/watch.h"

/* A thread each.  Enough for a deadline's evening (every municipality at
 * once), and with its file descriptors below the usual 1024. */
#define MAX_CONNECTIONS		300u
#define MAX_FILES		(3 * MAX_CONNECTIONS + 50)
/* Organisations sit behind shared proxies; one of them must not take all. */
#define MAX_PER_ADDRESS		60u
/* A connection's buffer: header lines (431 beyond), and a piece of a body. */
#define CONNECTION_MEMORY	(64u * 1024)
#define THREAD_STACK		(512u * 1024)
#define PRIORITIES		"NORMAL:-VERS-ALL:+VERS-TLS1.3"

struct server {
	struct MHD_Daemon *daemon;
	struct watch *watch;
	uint16_t port;
};

static void
log_library(void *arg, const char *fmt, va_list ap)
{
	char text[256];

	(void)arg;
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	text[strcspn(text, "\r\n")] = '\0';
	log_event(LOG_DEBUGGING, "http", "message", text, (char *)NULL);
}

static enum err_code
listen_on(const struct settings *settings, int *out, uint16_t *port,
    struct err *e)
{
	struct sockaddr_storage name = settings->listen;
	socklen_t len = settings->listen_len;
	const int on = 1;
	int fd;

	fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    bind(fd, (struct sockaddr *)&name, len) == -1 ||
	    listen(fd, 128) == -1 ||
	    getsockname(fd, (struct sockaddr *)&name, &len) == -1) {
		(void)err_set(e, ERR_CONFIG, config_get(settings->config,
		    "portal", "listen"), 0, "%s", strerror(errno));
		if (fd != -1)
			(void)close(fd);
		return e->code;
	}
	*port = ntohs(name.ss_family == AF_INET6 ?
	    ((struct sockaddr_in6 *)&name)->sin6_port :
	    ((struct sockaddr_in *)&name)->sin_port);
	*out = fd;
	return ERR_OK;
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

enum err_code
server_start(const struct service *service, struct server **out,
    struct err *e)
{
	const struct settings *s = service->settings;
	struct server *server = calloc(1, sizeof(*server));
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS, NULL },
		{ MHD_OPTION_PER_IP_CONNECTION_LIMIT, MAX_PER_ADDRESS, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)s->patience,
		    NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		    NULL },
		{ MHD_OPTION_THREAD_STACK_SIZE, THREAD_STACK, NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		{ MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		    (void *)(uintptr_t)PRIORITIES },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, s->tls_cert.data },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, s->tls_key.data },
		/* This asks for a certificate; request.c looks at it. */
		{ MHD_OPTION_HTTPS_MEM_TRUST, 0, s->tls_anchors.data },
		{ s->tls_passphrase.len != 0 ? MHD_OPTION_HTTPS_KEY_PASSWORD :
		    MHD_OPTION_END, 0, s->tls_passphrase.data },
		{ MHD_OPTION_END, 0, NULL },
	};
	enum err_code code;
	int fd = -1;

	if (server == NULL ||
	    (server->watch = watch_new(s->patience)) == NULL) {
		free(server);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	allow_files();
	if ((code = listen_on(s, &fd, &server->port, e)) != ERR_OK)
		goto out;
	server->daemon = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION |
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_TLS |
	    MHD_USE_ITC | MHD_USE_ERROR_LOG |
	    (s->listen.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0),
	    0, NULL, NULL, request_handle, (void *)(uintptr_t)service,
	    MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
	    MHD_OPTION_URI_LOG_CALLBACK, request_begin,
	    (void *)(uintptr_t)service,
	    MHD_OPTION_NOTIFY_CONNECTION, watch_connection, server->watch,
	    MHD_OPTION_NOTIFY_COMPLETED, request_end,
	    (void *)(uintptr_t)service,
	    MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	if (server->daemon == NULL) {
		code = err_set(e, ERR_CERT, config_get(s->config, "portal",
		    "certificate"), 0, "TLS cannot start with it");
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
	return s->port;
}

void
server_sweep(struct server *s)
{
	watch_sweep(s->watch);
}

void
server_stop(struct server *s)
{
	if (s == NULL)
		return;
	MHD_stop_daemon(s->daemon);
	watch_free(s->watch);
	free(s);
}
