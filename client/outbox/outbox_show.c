/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/outbox/outbox_show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/kept.h"
#include "client/outbox/outbox_entry.h"
#include "client/outbox/schedule.h"
#include "format/orgnr.h"

const char *
outbox_show_state(enum outbox_state state)
{
	static const char *const names[] = {
		[OUTBOX_WAITING] = "waiting", [OUTBOX_STORED] = "stored",
		[OUTBOX_REJECTED] = "rejected",
		[OUTBOX_ACCEPTED] = "accepted", [OUTBOX_SCORED] = "scored",
	};

	return names[state];
}

static const char *
in_words(enum outbox_state state)
{
	static const char *const words[] = {
		[OUTBOX_WAITING] = N_("waiting to be sent"),
		[OUTBOX_STORED] = N_("handed in; no verdict yet"),
		[OUTBOX_REJECTED] = N_("rejected by the authority"),
		[OUTBOX_ACCEPTED] = N_("accepted by the authority"),
		[OUTBOX_SCORED] = N_("accepted and scored by the authority"),
	};

	return _(words[state]);
}

/* An attempt that has begun and not ended: is it going on, or was it cut off?
 * Whoever makes it holds the lock on entry.json. */
bool
outbox_show_sending(const struct outbox_entry *entry)
{
	char path[4096 + 32];
	bool held;
	int fd;

	if (entry->state != OUTBOX_WAITING || entry->attempts == 0 ||
	    entry->last_error != ERR_INTERRUPTED || entry->fd != -1)
		return false;
	(void)snprintf(path, sizeof(path), "%.*s%s",
	    (int)(file_base_name(entry->sealed) - entry->sealed),
	    entry->sealed, OUTBOX_ENTRY_FILE);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK;
	(void)close(fd);
	return held;
}

/* How sending went, and when it goes on. */
static void
show_attempts(const struct outbox_entry *entry, int64_t closes, int64_t now,
    struct report *r)
{
	const int64_t due = schedule_due(entry->last_attempt,
	    entry->next_attempt, closes, now);
	char when[TIMESTAMP_LOCAL_LEN], span[SCHEDULE_SPAN_LEN];

	timestamp_format_local(entry->last_attempt, when);
	if (entry->attempts != 0 && entry->last_attempt != 0)
		report_line(r, _("Attempts"), _("%u, the last %s"),
		    entry->attempts, when);
	else
		report_line(r, _("Attempts"), "%u", entry->attempts);
	if (entry->last_error != ERR_OK)
		report_line(r, "", "%s%s%s [%s]",
		    _(err_sentence(entry->last_error)),
		    entry->last_message[0] != '\0' ? ": " : "",
		    entry->last_message, err_name(entry->last_error));
	schedule_span(due - now, span);
	if (due > now)
		report_line(r, _("Next try"), _("in %s, when 'sigill outbox "
		    "flush' runs"), span);
	else
		report_line(r, _("Next try"), "%s",
		    _("as soon as 'sigill outbox flush' runs"));
}

/* The feedback's file, when it is there; else NULL. */
static const char *
feedback_of(const struct outbox_entry *entry, char path[static 4096])
{
	return kept_beside(entry->sealed, KEPT_FEEDBACK, path, NULL) ==
	    ERR_OK && access(path, F_OK) == 0 ? path : NULL;
}

/* Where its receipts are, and when each of them came; and the feedback. */
static void
show_receipts(const struct outbox_entry *entry, struct report *r)
{
	char path[4096], when[TIMESTAMP_LOCAL_LEN];
	const char *label = _("Receipts");
	struct stat st;

	for (int stage = STAGE_STORED; stage <= STAGE_SCORED; stage++) {
		if (kept_path(entry->sealed, (enum receipt_stage)stage, path,
		    NULL) != ERR_OK || stat(path, &st) == -1)
			continue;
		timestamp_format_local(st.st_mtime, when);
		report_line(r, label, _("%s (came %s)"), path, when);
		label = "";
	}
	if (feedback_of(entry, path) != NULL)
		report_line(r, _("Feedback"), "%s", path);
}

void
outbox_show_entry(const struct outbox_entry *entry, int64_t closes,
    int64_t now, struct report *r)
{
	const bool sending = outbox_show_sending(entry);
	char created[TIMESTAMP_LOCAL_LEN], number[12];

	timestamp_format_local(entry->created, created);
	orgnr_format(entry->organisation, number);
	report_line(r, _("Submission"), "%s%s", entry->id,
	    entry->environment == ENVIRONMENT_TEST ? _(" (TEST)") : "");
	report_line(r, "", "%s", sending ? _("being sent just now") :
	    in_words(entry->state));
	report_line(r, _("Organisation"), "%s", number);
	report_line(r, _("Questionnaire"), _("%s, round %s"),
	    entry->questionnaire, entry->round);
	report_line(r, _("Sealed"), "%s", created);
	report_line(r, _("Sealed file"), "%s", entry->sealed);
	if (entry->state != OUTBOX_WAITING) {
		show_receipts(entry, r);
		return;
	}
	if (!sending)
		show_attempts(entry, closes, now, r);
	schedule_report(closes, now, r);
}

/* The receipts that are there, by stage. */
static json_t *
receipts_json(const struct outbox_entry *entry)
{
	json_t *o = json_object();
	char path[4096];

	for (int stage = STAGE_STORED; stage <= STAGE_SCORED; stage++)
		if (kept_path(entry->sealed, (enum receipt_stage)stage, path,
		    NULL) == ERR_OK && access(path, F_OK) == 0)
			(void)json_object_set_new(o, receipt_stage_name(
			    (enum receipt_stage)stage), json_string(path));
	return o;
}

json_t *
outbox_show_json(const struct outbox_entry *entry, int64_t closes,
    int64_t now)
{
	char created[TIMESTAMP_LEN], last[TIMESTAMP_LEN], due[TIMESTAMP_LEN];
	char ends[TIMESTAMP_LEN], digest[DIGEST_HEX_LEN];
	char fingerprint[DIGEST_HEX_LEN], supersedes[DIGEST_HEX_LEN];
	char mandate[DIGEST_HEX_LEN], feedback[4096];
	const bool waiting = entry->state == OUTBOX_WAITING;
	const bool sending = outbox_show_sending(entry);

	timestamp_format(entry->created, created);
	timestamp_format(entry->last_attempt, last);
	timestamp_format(schedule_due(entry->last_attempt,
	    entry->next_attempt, closes, now), due);
	timestamp_format(closes, ends);
	digest_hex(entry->digest, digest);
	digest_hex(entry->fingerprint, fingerprint);
	digest_hex(entry->supersedes, supersedes);
	digest_hex(entry->mandate, mandate);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
	    "s:s, s:I, s:s*, s:s*, s:s*, s:b, s:I, s:s*, s:s*, s:s*, s:s*, "
	    "s:o, s:s*}",
	    "id", entry->id, "fingerprint", fingerprint,
	    "state", outbox_show_state(entry->state),
	    "organisation", entry->organisation,
	    "questionnaire", entry->questionnaire, "round", entry->round,
	    "environment", environment_name(entry->environment),
	    "created", created, "sealed", entry->sealed,
	    "sealed_digest", digest, "sealed_size", (json_int_t)entry->size,
	    "supersedes", entry->has_supersedes ? supersedes : NULL,
	    "mandate", entry->has_mandate ? mandate : NULL,
	    "signer", entry->has_mandate ? entry->signer : NULL,
	    "sending", sending, "attempts", (json_int_t)entry->attempts,
	    "last_attempt", entry->last_attempt != 0 ? last : NULL,
	    "last_error", waiting && !sending && entry->last_error != ERR_OK ?
	    err_name(entry->last_error) : NULL,
	    "next_attempt", waiting && !sending ? due : NULL,
	    "closes", closes != 0 ? ends : NULL,
	    "receipts", receipts_json(entry),
	    "feedback", feedback_of(entry, feedback));
}
