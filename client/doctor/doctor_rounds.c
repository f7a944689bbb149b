/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/doctor/doctor_rounds.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/message.h"
#include "base/report.h"
#include "client/doctor/checkup.h"
#include "client/outbox/outbox.h"

/* What sigill.conf says of rounds. */
struct rounds {
	struct buf words;	/* "2025 closed 2025-…, 2026 closes 2026-…" */
	json_t *facts;		/* when, by name */
	size_t known, ahead;
};

static void
look(struct checkup *c, struct rounds *out)
{
	const struct config *config = c->settings.config;
	const char *section, *name;
	char day[11], one[160];
	int64_t closes;

	out->facts = json_object();
	for (size_t i = 0; (section = config_section(config, "round", i)) !=
	    NULL; i++) {
		name = section + sizeof("round ") - 1;
		if ((closes = settings_closes(&c->settings, name)) == 0)
			continue;
		(void)snprintf(one, sizeof(one), closes > c->now ?
		    _("%.60s closes %s") : _("%.60s closed %s"), name,
		    checkup_day(closes, day));
		if (out->known++ != 0)
			buf_add_str(&out->words, ", ");
		buf_add_str(&out->words, one);
		out->ahead += closes > c->now;
		if (json_object_set_new(out->facts, name,
		    checkup_time(closes)) != 0)
			c->report->failed = true;
	}
}

/* What waits for a round without a deadline; each round is told once. */
static bool
find_unknown(struct checkup *c, char round[static LIMIT_ID + 1])
{
	struct err_list broken = { 0 };
	struct outbox_list list = { 0 };
	struct outbox *outbox = NULL;
	bool found = false;

	/* What is wrong with it has been told. */
	if (outbox_open(&c->settings, &outbox, NULL) != ERR_OK ||
	    outbox_read(outbox, &list, &broken, NULL) != ERR_OK)
		goto out;
	for (size_t i = 0; i < list.len && !found; i++) {
		found = list.v[i].state == OUTBOX_WAITING &&
		    list.v[i].environment == c->settings.environment &&
		    settings_closes(&c->settings, list.v[i].round) == 0;
		if (found)
			(void)snprintf(round, LIMIT_ID + 1, "%s",
			    list.v[i].round);
	}
out:
	err_list_wipe(&broken);
	outbox_list_wipe(&list);
	outbox_close(outbox);
	return found;
}

void
doctor_rounds(struct checkup *c)
{
	struct rounds rounds = { 0 };
	char round[LIMIT_ID + 1], advice[LIMIT_ID + 160];
	const char *words;
	json_t *facts;

	if (c->settings.config == NULL || c->outbox[0] == '\0') {
		checkup_skipped(c, "%s", _("there is no outbox"));
		return;
	}
	look(c, &rounds);
	facts = json_pack("{s:o}", "closes", rounds.facts);
	words = rounds.known != 0 ? buf_str(&rounds.words) :
	    _("no deadline is set");
	if (words == NULL)
		words = "";
	if (find_unknown(c, round)) {
		(void)snprintf(advice, sizeof(advice), _("set [round %s] "
		    "closes in sigill.conf, or the outbox does not hurry"),
		    round);
		checkup_warning(c, ERR_CONFIG, facts, advice,
		    _("something waits for round %s, whose deadline is not "
		    "set (%s)"), round, words);
	} else if (rounds.known != 0 && rounds.ahead == 0)
		checkup_warning(c, ERR_CONFIG, facts, _("set [round NAME] "
		    "closes in sigill.conf for the next one"), "%s", words);
	else
		checkup_ok(c, facts, "%s", words);
	buf_wipe(&rounds.words);
}
