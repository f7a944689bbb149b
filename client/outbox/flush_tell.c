/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/outbox/flush_tell.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/options.h"
#include "client/outbox/outbox_show.h"
#include "client/outbox/schedule.h"
#include "client/ui.h"

#define TOLD		".told"
#define AGAIN_SECONDS	86400

int64_t
flush_closes(const struct flush *f, const struct outbox_entry *entry)
{
	return settings_closes(&f->settings, entry->round);
}

static void
add_part(struct buf *b, const char *fmt, size_t n)
{
	char part[160];

	(void)snprintf(part, sizeof(part), fmt, n);
	if (b->len != 0)
		buf_add_str(b, ", ");
	buf_add_str(b, part);
}

static void
add_cause(struct buf *b, enum err_code code)
{
	char cause[320];

	(void)snprintf(cause, sizeof(cause), ": %s [%s]",
	    _(err_sentence(code)), err_name(code));
	buf_add_str(b, cause);
}

/* "2 delivered, 1 waiting: the portal cannot be reached [no-network]; next
 * try in 12 minutes; the deadline is in 3 hours" */
static void
summarise(struct flush *f)
{
	char part[320], span[SCHEDULE_SPAN_LEN];
	const int64_t now = timestamp_now();
	struct buf line = { 0 };

	add_part(&line, _("%zu delivered"), f->delivered);
	if (f->waiting != 0)
		add_part(&line, _("%zu waiting"), f->waiting);
	if (f->waiting != 0 && f->cause != ERR_OK)
		add_cause(&line, f->cause);
	if (f->failed != 0)
		add_part(&line, _("%zu cannot be sent"), f->failed);
	if (f->verdicts != 0)
		add_part(&line, _("%zu with a verdict"), f->verdicts);
	if (f->pending != 0)
		add_part(&line, _("%zu without a verdict yet"), f->pending);
	if (f->pending != 0 && f->unheard.code != ERR_OK)
		add_cause(&line, f->unheard.code);
	if (f->rejected != 0)
		add_part(&line, _("%zu rejected before"), f->rejected);
	if (f->elsewhere != 0)
		add_part(&line, _("%zu for another configuration"),
		    f->elsewhere);
	if (f->waiting != 0 && f->next > now) {
		schedule_span(f->next - now, span);
		(void)snprintf(part, sizeof(part), _("; next try in %s"),
		    span);
		buf_add_str(&line, part);
	}
	if (f->waiting != 0 && f->closes != 0) {
		schedule_span(f->closes - now, span);
		(void)snprintf(part, sizeof(part), f->closes > now ?
		    _("; the deadline is in %s") :
		    _("; the deadline was %s ago"), span);
		buf_add_str(&line, part);
	}
	report_say(f->r, "%s", buf_str(&line) != NULL ? buf_str(&line) : "");
	buf_wipe(&line);
}

/* What is in the way for long is said again once a day: who asks nothing but
 * for verdicts would never hear of it.  A file in the outbox keeps when; where
 * it cannot be written, it is said each time. */
static bool
is_worth_saying(const struct flush *f)
{
	const int64_t now = timestamp_now();
	char path[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%.3800s/" TOLD,
	    outbox_path(f->outbox));
	if (f->unheard.code == ERR_OK) {
		if (f->o->wait >= 0)
			(void)unlink(path);
		return false;
	}
	if (lstat(path, &st) == 0 && st.st_mtime <= now &&
	    st.st_mtime > now - AGAIN_SECONDS)
		return false;
	(void)file_replace(path, "", 0, 0600, NULL);
	return true;
}

/* Cron sends what is said to somebody: so nothing, when there is no news. */
void
flush_tell(struct flush *f)
{
	json_t *entries = json_array();

	for (size_t i = 0; i < f->len; i++)
		if (json_array_append_new(entries, outbox_show_json(f->v[i],
		    flush_closes(f, f->v[i]), timestamp_now())) != 0)
			f->r->failed = true;
	report_set(f->r, "delivered", json_integer((json_int_t)f->delivered));
	report_set(f->r, "waiting", json_integer((json_int_t)f->waiting));
	report_set(f->r, "failed", json_integer((json_int_t)f->failed));
	report_set(f->r, "rejected", json_integer((json_int_t)f->rejected));
	report_set(f->r, "elsewhere", json_integer((json_int_t)f->elsewhere));
	report_set(f->r, "entries", entries);
	if (is_worth_saying(f) || f->tried != 0 || f->verdicts != 0 ||
	    (ui_stdout_is_terminal() && f->waiting + f->failed +
	    f->pending + f->rejected + f->elsewhere != 0))
		summarise(f);
	else if (ui_stdout_is_terminal())
		report_say(f->r, "%s", _("Nothing is waiting in the "
		    "outbox."));
	if (f->known != ERR_OK)
		err_set(&f->r->quiet, f->known, NULL, 0, NULL);
	else if (f->rejected != 0)
		err_set(&f->r->quiet, ERR_REJECTED, NULL, 0, NULL);
	else if (f->waiting != 0)
		err_set(&f->r->quiet, ERR_WAITING, NULL, 0, NULL);
	else if (f->pending != 0)
		err_set(&f->r->quiet, ERR_VERDICT_PENDING, NULL, 0, NULL);
}
