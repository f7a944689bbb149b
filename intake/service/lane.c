/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/lane.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "intake/service/batch.h"
#include "intake/service/channel.h"
#include "intake/service/scored.h"
#include "intake/service/upkeep.h"

#define IDLE_MS		1000	/* other intakes add to a shared ledger */
#define DRAIN_MS	20	/* until upkeep looks whether it is the last */
#define UPKEEP_MS	(15 * 1000)
/* Longer than a batch takes to do what follows from it. */
#define UPKEEP_SECONDS	300
#define PAUSE_FIRST	250	/* milliseconds, after an error of ours */
#define PAUSE_MOST	(60 * 1000)
#define FAILURES_MOST	5	/* while draining */

struct lane {
	struct tools tools;
	unsigned number;
	unsigned generation;
	pthread_t thread;
	bool started;
	int wake;		/* an eventfd */
	int64_t upkeep_due;	/* CLOCK_MONOTONIC milliseconds */
	int64_t before;		/* of what upkeep hands over; 0: nothing */
	bool look;		/* for scores, whatever the folder's time */
	unsigned failures;	/* one after another */
	struct hush failing;
};

/* Until it is woken, or all are to stop. */
static void
pause_for(struct lane *l, int64_t ms)
{
	struct pollfd fds[2] = {
		{ .fd = l->tools.common->stop, .events = POLLIN },
		{ .fd = l->wake, .events = POLLIN },
	};
	eventfd_t count;

	(void)poll(fds, 2, (int)ms);
	(void)eventfd_read(l->wake, &count);
}

/* What is loaded by workers has changed: a new one is started with the next
 * file. */
static enum err_code
renew_worker(struct lane *l, struct err *e)
{
	const struct lanes *common = l->tools.common;
	unsigned generation = atomic_load(&common->generation);

	if (l->tools.worker != NULL && l->generation == generation)
		return ERR_OK;
	worker_free(l->tools.worker);
	l->tools.worker = NULL;
	l->generation = generation;
	return worker_new(NULL, common->config,
	    common->settings->worker_seconds, &l->tools.worker, e);
}

static bool
keeps_up(const struct lane *l)
{
	return l->number == l->tools.common->settings->workers;
}

/* Is there nobody left who may still add to this one's work? */
static bool
may_end(const struct lane *l)
{
	struct lanes *common = l->tools.common;

	return atomic_load(&common->drain) && (!keeps_up(l) ||
	    atomic_load(&common->running) == 1);
}

/* All that was settled before this service began is upkeep's, and later what
 * its own lane, or another intake, must have done by now. */
static enum err_code
follow_up(struct lane *l, struct err *e)
{
	struct lanes *common = l->tools.common;
	int64_t before = timestamp_now() - UPKEEP_SECONDS;
	enum err_code code;

	if (before <= common->started)
		before = common->started + 1;
	/* Of a commit that failed nobody knows: if it was one, all that should
	 * have followed from it is left undone. */
	if (atomic_exchange(&common->doubt, false))
		before = timestamp_now() + 1;
	if (before > l->before)
		l->before = before;
	l->look = true;
	if ((code = upkeep(&l->tools, e)) == ERR_OK)
		l->upkeep_due = channel_clock() + UPKEEP_MS;
	return code;
}

/* *more: there is something to be done at once. */
static enum err_code
keep_up(struct lane *l, bool *more, struct err *e)
{
	struct lanes *common = l->tools.common;
	enum err_code code;

	if ((channel_clock() >= l->upkeep_due ||
	    atomic_load(&common->doubt)) &&
	    (code = follow_up(l, e)) != ERR_OK)
		return code;
	if (hands_left(&common->hands) != 0)
		l->before = timestamp_now() + 1;
	if (l->before != 0 && hands_ready(&common->hands, common->settings)) {
		code = upkeep_hand(&l->tools, l->before, e);
		if (code != ERR_OK)
			return code;
		if (!l->tools.unhanded.going)
			l->before = 0;
	}
	*more = (l->before != 0 || hands_left(&common->hands) != 0) &&
	    hands_ready(&common->hands, common->settings);
	/* Scoring may have answered what was handed over just now. */
	code = scored_look(&l->tools, l->look || may_end(l), e);
	l->look = l->look && code != ERR_OK;
	return code;
}

/* *more: there may be something to be done at once. */
static enum err_code
work(struct lane *l, bool *more, struct err *e)
{
	enum err_code code;
	size_t n, kept;

	*more = false;
	if ((code = renew_worker(l, e)) != ERR_OK)
		return code;
	if (keeps_up(l))
		return keep_up(l, more, e);
	/* What was held may be queued again by another one of its batch, and
	 * is passed over until that is let go of. */
	kept = l->tools.n_kept;
	if ((code = batch_work(&l->tools, &n, e)) == ERR_OK && n == 0)
		code = batch_note(&l->tools, e);
	*more = n != 0 || kept != l->tools.n_kept;
	return code;
}

/* True: this lane ends. */
static bool
give_up(struct lane *l, const struct err *e)
{
	struct lanes *common = l->tools.common;
	int64_t ms = PAUSE_FIRST;

	hush_err(&l->failing, "lane-waits", e);
	atomic_store(&common->doubt, true);
	if (++l->failures >= FAILURES_MOST && atomic_load(&common->drain)) {
		atomic_store(&common->failed, (int)e->code);
		return true;
	}
	for (unsigned i = 1; i < l->failures && ms < PAUSE_MOST; i++)
		ms *= 2;
	pause_for(l, ms < PAUSE_MOST ? ms : PAUSE_MOST);
	return false;
}

static void *
run(void *arg)
{
	struct lane *l = arg;
	bool last, more;

	while (!batch_is_stopping(&l->tools)) {
		struct err e = { 0 };

		last = may_end(l);
		if (work(l, &more, &e) != ERR_OK) {
			if (give_up(l, &e))
				break;
			continue;
		}
		l->failures = 0;
		if (!more && last)
			break;
		if (!more)
			pause_for(l, atomic_load(&l->tools.common->drain) ?
			    DRAIN_MS : IDLE_MS);
	}
	/* Done again at the next start if this fails. */
	(void)batch_note(&l->tools, &(struct err){ 0 });
	/* It would end with this thread. */
	worker_free(l->tools.worker);
	atomic_fetch_sub(&l->tools.common->running, 1);
	return NULL;
}

enum err_code
lane_start(struct lanes *common, unsigned number, struct lane **out,
    struct err *e)
{
	struct lane *l = calloc(1, sizeof(*l));
	enum err_code code;
	int error;

	if (l == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	l->tools.common = common;
	l->number = number;
	if ((l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1)
		code = err_errno(e, ERR_IO, "eventfd", errno);
	else if ((code = sql_open(common->settings->database, &l->tools.db,
	    e)) == ERR_OK) {
		atomic_fetch_add(&common->running, 1);
		error = pthread_create(&l->thread, NULL, run, l);
		l->started = error == 0;
		if (error != 0) {
			atomic_fetch_sub(&common->running, 1);
			code = err_errno(e, ERR_NO_MEMORY, "thread", error);
		}
	}
	if (code == ERR_OK)
		*out = l;
	else
		lane_join(l);
	return code;
}

void
lane_wake(struct lane *l)
{
	(void)eventfd_write(l->wake, 1);
}

void
lane_join(struct lane *l)
{
	if (l == NULL)
		return;
	if (l->started)
		(void)pthread_join(l->thread, NULL);
	sql_close(l->tools.db);
	notes_wipe(&l->tools.notes);
	if (l->wake != -1)
		(void)close(l->wake);
	free(l);
}
