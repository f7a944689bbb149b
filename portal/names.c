/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/names.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

struct names {
	int folder;
	pthread_mutex_t mutex;	/* of the rest */
	pthread_cond_t ended;	/* an fsync has */
	uint64_t changes;	/* so many there were */
	uint64_t durable;	/* so many of them are on the disk */
	uint64_t failures;
	int why;		/* of the last one; errno */
	bool running;		/* an fsync is */
};

struct names *
names_new(int folder)
{
	struct names *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->folder = folder;
	(void)pthread_mutex_init(&n->mutex, NULL);
	(void)pthread_cond_init(&n->ended, NULL);
	return n;
}

void
names_free(struct names *n)
{
	if (n == NULL)
		return;
	(void)pthread_cond_destroy(&n->ended);
	(void)pthread_mutex_destroy(&n->mutex);
	free(n);
}

struct name_change
names_changed(struct names *n, struct name_change before)
{
	struct name_change change;

	pthread_mutex_lock(&n->mutex);
	n->changes++;
	change = (struct name_change){ n->changes, before.failures };
	pthread_mutex_unlock(&n->mutex);
	return change;
}

struct name_change
names_latest(struct names *n)
{
	struct name_change change;

	pthread_mutex_lock(&n->mutex);
	change = (struct name_change){ n->changes, n->failures };
	pthread_mutex_unlock(&n->mutex);
	return change;
}

/* The mutex is held, but not while the disk is waited for. */
static void
sync_all(struct names *n)
{
	uint64_t until = n->changes;
	int why;

	n->running = true;
	pthread_mutex_unlock(&n->mutex);
	why = fsync(n->folder) == 0 ? 0 : errno;
	pthread_mutex_lock(&n->mutex);
	n->running = false;
	if (why == 0)
		n->durable = until;
	else {
		n->failures++;
		n->why = why;
	}
	pthread_cond_broadcast(&n->ended);
}

enum err_code
names_sync(struct names *n, struct name_change change, struct err *e)
{
	enum err_code code = ERR_OK;

	pthread_mutex_lock(&n->mutex);
	while (n->failures == change.failures && n->durable < change.number) {
		if (n->running)
			pthread_cond_wait(&n->ended, &n->mutex);
		else
			sync_all(n);
	}
	if (n->failures != change.failures)
		code = err_errno(e, ERR_IO, "spool", n->why);
	pthread_mutex_unlock(&n->mutex);
	return code;
}
