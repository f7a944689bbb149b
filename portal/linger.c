/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define SWEEPS		3	/* that a socket lives through */
#define DROP_MAX	(4u * 1024 * 1024)	/* in one sweep */

struct lingering {
	pthread_mutex_t mutex;
	struct kept {
		int fd;		/* -1: free */
		int sweeps;	/* so far */
	} kept[LINGER_MAX];
};

struct lingering *
linger_new(void)
{
	struct lingering *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	(void)pthread_mutex_init(&l->mutex, NULL);
	for (int i = 0; i < LINGER_MAX; i++)
		l->kept[i].fd = -1;
	return l;
}

void
linger_free(struct lingering *l)
{
	if (l == NULL)
		return;
	for (int i = 0; i < LINGER_MAX; i++)
		if (l->kept[i].fd != -1)
			(void)close(l->kept[i].fd);
	(void)pthread_mutex_destroy(&l->mutex);
	free(l);
}

void
linger_keep(struct lingering *l, int socket)
{
	pthread_mutex_lock(&l->mutex);
	for (int i = 0; i < LINGER_MAX; i++) {
		if (l->kept[i].fd != -1)
			continue;
		l->kept[i].fd = fcntl(socket, F_DUPFD_CLOEXEC, 0);
		l->kept[i].sweeps = 0;
		break;
	}
	pthread_mutex_unlock(&l->mutex);
}

/* True when the other end has closed, or there is nothing to wait for. */
static bool
drop(int fd)
{
	char buf[16384];
	size_t dropped = 0;
	ssize_t n;

	while (dropped < DROP_MAX) {
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n <= 0)
			return n == 0 || (errno != EAGAIN && errno != EINTR);
		dropped += (size_t)n;
	}
	return false;
}

void
linger_sweep(struct lingering *l)
{
	pthread_mutex_lock(&l->mutex);
	for (int i = 0; i < LINGER_MAX; i++) {
		struct kept *k = &l->kept[i];

		if (k->fd == -1 || (!drop(k->fd) && ++k->sweeps < SWEEPS))
			continue;
		(void)close(k->fd);
		k->fd = -1;
	}
	pthread_mutex_unlock(&l->mutex);
}
