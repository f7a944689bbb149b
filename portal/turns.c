/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/turns.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define STALLED_MS	1000	/* without a byte: the other end may be gone */
#define PATIENCE_MS	3000	/* then it is cut off even if bytes arrive */
#define GIVE_UP_MS	15000	/* then the one who waits gets "busy" */
#define POLL_MS		50

struct turns {
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	struct turn *taken;
};

static int64_t
clock_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct turns *
turns_new(void)
{
	struct turns *t = calloc(1, sizeof(*t));
	pthread_condattr_t attr;

	if (t == NULL)
		return NULL;
	(void)pthread_mutex_init(&t->mutex, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&t->ended, &attr);
	(void)pthread_condattr_destroy(&attr);
	return t;
}

void
turns_free(struct turns *t)
{
	if (t == NULL)
		return;
	(void)pthread_cond_destroy(&t->ended);
	(void)pthread_mutex_destroy(&t->mutex);
	free(t);
}

static struct turn *
find_taken(struct turns *t, const char *id)
{
	struct turn *turn = t->taken;

	while (turn != NULL && strcmp(turn->id, id) != 0)
		turn = turn->next;
	return turn;
}

static void
add(struct turns *t, struct turn *turn)
{
	turn->touched = clock_ms();
	turn->next = t->taken;
	t->taken = turn;
}

static void
wait_a_little(struct turns *t)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += POLL_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	(void)pthread_cond_timedwait(&t->ended, &t->mutex, &until);
}

enum err_code
turn_take(struct turns *t, struct turn *turn, struct err *e)
{
	int64_t start = clock_ms(), now;
	enum err_code code = ERR_OK;
	struct turn *other;

	pthread_mutex_lock(&t->mutex);
	while ((other = find_taken(t, turn->id)) != NULL) {
		now = clock_ms();
		if (now - start > GIVE_UP_MS) {
			code = err_set(e, ERR_HTTP_BUSY, NULL, 0, NULL);
			break;
		}
		if (!other->secure && !other->cut &&
		    (now - other->touched > STALLED_MS ||
		    now - start > PATIENCE_MS)) {
			other->cut = true;
			/* It is on the list, so its socket is open, and the
			 * number has not passed to a new connection. */
			if (other->socket != -1)
				(void)shutdown(other->socket, SHUT_RDWR);
		}
		wait_a_little(t);
	}
	if (code == ERR_OK)
		add(t, turn);
	pthread_mutex_unlock(&t->mutex);
	return code;
}

bool
turn_try(struct turns *t, struct turn *turn)
{
	bool free_turn;

	pthread_mutex_lock(&t->mutex);
	if ((free_turn = find_taken(t, turn->id) == NULL))
		add(t, turn);
	pthread_mutex_unlock(&t->mutex);
	return free_turn;
}

void
turn_end(struct turns *t, struct turn *turn)
{
	struct turn **p;

	pthread_mutex_lock(&t->mutex);
	for (p = &t->taken; *p != NULL; p = &(*p)->next)
		if (*p == turn) {
			*p = turn->next;
			break;
		}
	pthread_cond_broadcast(&t->ended);
	pthread_mutex_unlock(&t->mutex);
}

bool
turn_goes_on(struct turns *t, struct turn *turn)
{
	bool cut;

	pthread_mutex_lock(&t->mutex);
	cut = turn->cut;
	turn->touched = clock_ms();
	pthread_mutex_unlock(&t->mutex);
	return !cut;
}

bool
turn_secure(struct turns *t, struct turn *turn)
{
	bool cut;

	pthread_mutex_lock(&t->mutex);
	cut = turn->cut;
	turn->secure = !cut;
	pthread_mutex_unlock(&t->mutex);
	return !cut;
}
