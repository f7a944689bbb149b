/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/watch.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/log.h"
#include "portal/linger.h"

#define TELL_MS		60000	/* "crowded" is logged once in */
#define ADDRESS_LEN	16

struct watch {
	struct lingering *linger;
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	struct watch_limits limits;
	bool stopping;
	unsigned pushed;	/* out, since that was logged */
	int64_t told;		/* when */
	struct line *lines;	/* the newest first */
};

/* A connection, from before its handshake until its socket is closed. */
struct line {
	struct watch *owner;
	int socket;
	bool has_address;
	uint8_t address[ADDRESS_LEN];	/* IPv4's mapped; of IPv6 the /64 */
	char sender[11];	/* "" while that is unknown */
	bool cut;
	bool early;		/* answered while a body still came */
	enum watch_turn turn;
	int64_t since;		/* monotonic milliseconds */
	uint64_t bytes;		/* of a body, since then */
	struct line *next;
};

/* What lines can have in common. */
enum group { ALL, STRANGERS_THERE, SAME_SENDER };

static int64_t
clock_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct watch *
watch_new(const struct watch_limits *limits)
{
	struct watch *w = calloc(1, sizeof(*w));
	pthread_condattr_t attr;

	if (w == NULL || (w->linger = linger_new()) == NULL) {
		free(w);
		return NULL;
	}
	w->limits = *limits;
	w->told = clock_ms() - TELL_MS;
	(void)pthread_mutex_init(&w->mutex, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&w->ended, &attr);
	(void)pthread_condattr_destroy(&attr);
	return w;
}

void
watch_free(struct watch *w)
{
	if (w == NULL)
		return;
	linger_free(w->linger);
	(void)pthread_cond_destroy(&w->ended);
	(void)pthread_mutex_destroy(&w->mutex);
	free(w);
}

/* Its thread finds the socket closed and ends the line; until then the line
 * does not count any more. */
static void
cut(struct line *l)
{
	l->cut = true;
	(void)shutdown(l->socket, SHUT_RDWR);
}

static bool
is_stranger(const struct line *l)
{
	return l->sender[0] == '\0';
}

static bool
alike(enum group group, const struct line *a, const struct line *b)
{
	switch (group) {
	case STRANGERS_THERE:
		return is_stranger(a) && is_stranger(b) &&
		    a->has_address && b->has_address &&
		    memcmp(a->address, b->address, ADDRESS_LEN) == 0;
	case SAME_SENDER:
		return strcmp(a->sender, b->sender) == 0;
	default:
		return true;
	}
}

static unsigned
count(const struct watch *w, enum group group, const struct line *like)
{
	unsigned n = 0;

	for (const struct line *l = w->lines; l != NULL; l = l->next)
		if (!l->cut && alike(group, l, like))
			n++;
	return n;
}

/* How readily a line is given up; 0: not at all. */
static unsigned
rank(const struct watch *w, const struct line *l)
{
	if (is_stranger(l) && l->turn != WATCH_OURS)
		return 1 + (l->has_address ?
		    count(w, STRANGERS_THERE, l) : 1);
	return !is_stranger(l) && l->turn == WATCH_IDLE ? 1 : 0;
}

/* Pushes one of the group's lines out if there are too many with this one;
 * false if there are and none can be given up. */
static bool
make_room(struct watch *w, enum group group, const struct line *newcomer,
    unsigned limit)
{
	struct line *found = NULL;
	unsigned best = 0, r;

	if (count(w, group, newcomer) <= limit)
		return true;
	for (struct line *l = w->lines; l != NULL; l = l->next) {
		if (l == newcomer || l->cut || !alike(group, l, newcomer) ||
		    (r = rank(w, l)) == 0 || r < best)
			continue;
		/* Strangers stand by age already, senders do not. */
		if (r == 1 && best == 1 && l->since > found->since)
			continue;
		best = r;
		found = l;
	}
	if (found == NULL)
		return false;
	cut(found);
	w->pushed++;
	return true;
}

static void
tell_crowded(struct watch *w, int64_t now)
{
	char n[16], pushed[16];

	if (w->pushed == 0 || now - w->told < TELL_MS)
		return;
	(void)snprintf(n, sizeof(n), "%u", count(w, ALL, NULL));
	(void)snprintf(pushed, sizeof(pushed), "%u", w->pushed);
	log_event(LOG_WARN, "crowded", "connections", n, "cut", pushed,
	    (char *)NULL);
	w->pushed = 0;
	w->told = now;
}

void
watch_sweep(struct watch *w)
{
	int64_t now = clock_ms();

	pthread_mutex_lock(&w->mutex);
	for (struct line *l = w->lines; l != NULL; l = l->next)
		if (l->turn != WATCH_OURS && now - l->since >
		    w->limits.patience * 1000 +
		    (int64_t)(l->bytes * 1000 / WATCH_RATE))
			cut(l);
	tell_crowded(w, now);
	pthread_mutex_unlock(&w->mutex);
	linger_sweep(w->linger);
}

/* A host has one address of IPv4, and a network of 2^64 of IPv6. */
static bool
read_address(int socket, uint8_t out[static ADDRESS_LEN])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct sockaddr_storage name = { 0 };
	socklen_t len = sizeof(name);

	if (getpeername(socket, (struct sockaddr *)&name, &len) == -1)
		return false;
	memset(out, 0, ADDRESS_LEN);
	if (name.ss_family == AF_INET) {
		memcpy(out, mapped, sizeof(mapped));
		memcpy(out + sizeof(mapped),
		    &((struct sockaddr_in *)&name)->sin_addr, 4);
		return true;
	}
	if (name.ss_family != AF_INET6)
		return false;
	memcpy(out, &((struct sockaddr_in6 *)&name)->sin6_addr, ADDRESS_LEN);
	if (memcmp(out, mapped, sizeof(mapped)) != 0)
		memset(out + 8, 0, ADDRESS_LEN - 8);
	return true;
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
	l->has_address = read_address(socket, l->address);
	pthread_mutex_lock(&w->mutex);
	l->next = w->lines;
	w->lines = l;
	if (w->stopping || (l->has_address &&
	    !make_room(w, STRANGERS_THERE, l, w->limits.per_address)))
		cut(l);
	else
		(void)make_room(w, ALL, l, w->limits.all);
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
	(void)pthread_cond_broadcast(&w->ended);
	pthread_mutex_unlock(&w->mutex);
	if (line != NULL && line->early && !line->cut)
		linger_keep(w->linger, line->socket);
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

bool
watch_has(struct MHD_Connection *connection)
{
	return line_of(connection) != NULL;
}

static bool
is_served(const struct line *l)
{
	return l->turn == WATCH_OURS || l->turn == WATCH_ANSWER;
}

void
watch_turn(struct MHD_Connection *connection, enum watch_turn turn)
{
	struct line *l = line_of(connection);

	if (l == NULL)
		return;
	pthread_mutex_lock(&l->owner->mutex);
	l->turn = turn;
	l->since = clock_ms();
	l->bytes = 0;
	if (l->owner->stopping && !is_served(l))
		cut(l);
	pthread_mutex_unlock(&l->owner->mutex);
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

void
watch_early(struct MHD_Connection *connection)
{
	struct line *l = line_of(connection);

	if (l != NULL)
		l->early = true;
}

bool
watch_known(struct MHD_Connection *connection, const char sender[static 11])
{
	struct line *l = line_of(connection);
	bool room;

	if (l == NULL)
		return false;
	pthread_mutex_lock(&l->owner->mutex);
	memcpy(l->sender, sender, sizeof(l->sender));
	room = make_room(l->owner, SAME_SENDER, l,
	    l->owner->limits.per_sender);
	if (!room)
		l->sender[0] = '\0';
	pthread_mutex_unlock(&l->owner->mutex);
	return room;
}

void
watch_stop(struct watch *w)
{
	pthread_mutex_lock(&w->mutex);
	w->stopping = true;
	for (struct line *l = w->lines; l != NULL; l = l->next)
		if (!is_served(l))
			cut(l);
	pthread_mutex_unlock(&w->mutex);
}

bool
watch_stopping(struct MHD_Connection *connection)
{
	struct line *l = line_of(connection);
	bool stopping;

	if (l == NULL)
		return true;
	pthread_mutex_lock(&l->owner->mutex);
	stopping = l->owner->stopping;
	pthread_mutex_unlock(&l->owner->mutex);
	return stopping;
}

bool
watch_wait(struct watch *w, int64_t milliseconds)
{
	int64_t until = clock_ms() + milliseconds;
	const struct timespec limit = {
		.tv_sec = (time_t)(until / 1000),
		.tv_nsec = (long)(until % 1000) * 1000000,
	};
	bool ended;

	pthread_mutex_lock(&w->mutex);
	while (!(ended = w->lines == NULL) &&
	    pthread_cond_timedwait(&w->ended, &w->mutex, &limit) == 0)
		;
	pthread_mutex_unlock(&w->mutex);
	return ended;
}
