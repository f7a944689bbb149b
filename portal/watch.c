/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/watch.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct watch {
	pthread_mutex_t mutex;
	int64_t patience;	/* milliseconds */
	struct line *lines;
};

/* A connection, from before its handshake until its socket is closed. */
struct line {
	struct watch *owner;
	int socket;
	bool ours;		/* they are waiting for us */
	int64_t since;		/* monotonic milliseconds */
	uint64_t bytes;		/* of a body, since then */
	struct line *next;
};

static int64_t
clock_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct watch *
watch_new(int64_t patience)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->patience = patience * 1000;
	(void)pthread_mutex_init(&w->mutex, NULL);
	return w;
}

void
watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	(void)pthread_mutex_destroy(&w->mutex);
	free(w);
}

void
watch_sweep(struct watch *w)
{
	int64_t now = clock_ms();

	pthread_mutex_lock(&w->mutex);
	for (struct line *l = w->lines; l != NULL; l = l->next)
		if (!l->ours && now - l->since > w->patience +
		    (int64_t)(l->bytes * 1000 / WATCH_RATE))
			(void)shutdown(l->socket, SHUT_RDWR);
	pthread_mutex_unlock(&w->mutex);
}

static void
begin(struct watch *w, int socket, void **state)
{
	struct line *l = calloc(1, sizeof(*l));

	*state = l;
	if (l == NULL) {
		(void)shutdown(socket, SHUT_RDWR);
		return;
	}
	l->owner = w;
	l->socket = socket;
	l->since = clock_ms();
	pthread_mutex_lock(&w->mutex);
	l->next = w->lines;
	w->lines = l;
	pthread_mutex_unlock(&w->mutex);
}

/* The library closes the socket after this, so that its number has not
 * passed to another connection while it is on the list. */
static void
end(struct watch *w, struct line *line)
{
	struct line **p;

	pthread_mutex_lock(&w->mutex);
	for (p = &w->lines; *p != NULL; p = &(*p)->next)
		if (*p == line) {
			*p = line->next;
			break;
		}
	pthread_mutex_unlock(&w->mutex);
	free(line);
}

void
watch_connection(void *watch, struct MHD_Connection *connection,
    void **state, enum MHD_ConnectionNotificationCode what)
{
	const union MHD_ConnectionInfo *info;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		end(watch, *state);
		*state = NULL;
		return;
	}
	info = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_CONNECTION_FD);
	begin(watch, info != NULL ? info->connect_fd : -1, state);
}

static struct line *
line_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

static void
turn(struct MHD_Connection *connection, bool ours)
{
	struct line *l = line_of(connection);

	if (l == NULL)
		return;
	pthread_mutex_lock(&l->owner->mutex);
	l->ours = ours;
	l->since = clock_ms();
	l->bytes = 0;
	pthread_mutex_unlock(&l->owner->mutex);
}

void
watch_them(struct MHD_Connection *connection)
{
	turn(connection, false);
}

void
watch_us(struct MHD_Connection *connection)
{
	turn(connection, true);
}

void
watch_bytes(struct MHD_Connection *connection, size_t len)
{
	struct line *l = line_of(connection);

	if (l == NULL)
		return;
	pthread_mutex_lock(&l->owner->mutex);
	l->bytes += len;
	pthread_mutex_unlock(&l->owner->mutex);
}
