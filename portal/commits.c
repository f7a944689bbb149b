/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whoever comes when nobody commits leads: takes all that wait for the same
 * kind of commit, and runs them in the order in which they came.  Who leads
 * is one of those who wait, and leads until its own change is done; then the
 * first of those who have come meanwhile does.
 */
#include "portal/commits.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#include "ledger/sql.h"

struct change {			/* on the stack of who waits for it */
	change_fn *run;
	void *arg;
	struct err *e;
	enum err_code code;
	bool done;
	bool leads;
	pthread_cond_t wake;	/* done or leads has become true */
	struct change *next;
};

struct queue {
	struct change *first, **end;
};

struct commits {
	struct sql *db;		/* the leader's */
	pthread_mutex_t mutex;	/* of the rest, and of what is queued */
	struct queue queues[2];	/* [1]: the lazy ones */
	bool lazy;		/* the last transaction */
	bool led;		/* somebody leads, or has been told to */
};

struct commits *
commits_new(struct sql *db)
{
	struct commits *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->db = db;
	(void)pthread_mutex_init(&c->mutex, NULL);
	for (size_t i = 0; i < 2; i++)
		c->queues[i].end = &c->queues[i].first;
	return c;
}

void
commits_free(struct commits *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_destroy(&c->mutex);
	free(c);
}

/* One of several: what it does is taken back alone. */
static enum err_code
run_part(struct sql *db, struct change *change)
{
	enum err_code code = sql_begin_part(db, change->e);

	if (code == ERR_OK)
		code = sql_finish_part(db, change->run(db, change->arg,
		    change->e), change->e);
	return code;
}

/* A transaction of these: at least one. */
static void
commit(struct sql *db, struct change *batch, bool lazy)
{
	bool alone = batch->next == NULL;
	struct err why = { 0 };
	enum err_code code;

	if ((code = sql_begin(db, lazy, &why)) != ERR_OK)
		goto out;
	for (struct change *x = batch; code == ERR_OK && x != NULL;
	    x = x->next) {
		x->code = alone ? x->run(db, x->arg, x->e) : run_part(db, x);
		/* Some errors take the whole transaction back. */
		if (x->code != ERR_OK && (alone || sql_is_over(db))) {
			code = x->code;
			why = *x->e;
		}
	}
	code = sql_finish(db, code, &why);
out:
	for (struct change *x = batch; code != ERR_OK && x != NULL;
	    x = x->next)
		if (x->code == ERR_OK) {
			*x->e = why;
			x->code = code;
		}
}

/* The lazy ones first, since they are soon done; but not again and again
 * while others wait. */
static bool
next_kind(const struct commits *c)
{
	return c->queues[1].first != NULL &&
	    (!c->lazy || c->queues[0].first == NULL);
}

/* With the mutex; there is something in a queue. */
static void
commit_next(struct commits *c)
{
	bool lazy = c->lazy = next_kind(c);
	struct queue *q = &c->queues[lazy];
	struct change *batch = q->first, *next;

	q->first = NULL;
	q->end = &q->first;
	pthread_mutex_unlock(&c->mutex);
	commit(c->db, batch, lazy);
	pthread_mutex_lock(&c->mutex);
	/* A change may be gone as soon as the mutex is let go. */
	for (; batch != NULL; batch = next) {
		next = batch->next;
		batch->done = true;
		(void)pthread_cond_signal(&batch->wake);
	}
}

enum err_code
commits_make(struct commits *c, change_fn *run, void *arg, bool lazy,
    struct err *e)
{
	struct change mine = { .run = run, .arg = arg, .e = e };
	struct change *heir;

	(void)pthread_cond_init(&mine.wake, NULL);
	pthread_mutex_lock(&c->mutex);
	*c->queues[lazy].end = &mine;
	c->queues[lazy].end = &mine.next;
	mine.leads = !c->led;
	c->led = true;
	while (!mine.done && !mine.leads)
		(void)pthread_cond_wait(&mine.wake, &c->mutex);
	while (!mine.done)
		commit_next(c);
	if (mine.leads) {
		heir = c->queues[next_kind(c)].first;
		if ((c->led = heir != NULL)) {
			heir->leads = true;
			(void)pthread_cond_signal(&heir->wake);
		}
	}
	pthread_mutex_unlock(&c->mutex);
	(void)pthread_cond_destroy(&mine.wake);
	return mine.code;
}
