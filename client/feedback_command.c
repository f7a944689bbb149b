/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/feedback_command.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "client/check.h"
#include "client/feedback_benchmark.h"
#include "client/feedback_kept.h"
#include "client/settings.h"
#include "client/sniff.h"
#include "scoring/feedback/feedback.h"
#include "scoring/feedback/feedback_page.h"
#include "scoring/feedback/feedback_text.h"
#include "scoring/rounds.h"
#include "scoring/words.h"

/* --- the answers of one round ---------------------------------------------- */

/* Checked, and scored.  { 0 } is an empty one. */
struct own {
	struct checked checked;
	struct sheet_layout layout;
	struct sheet sheet;
	struct score score;
};

static void
own_wipe(struct own *own)
{
	score_wipe(&own->score);
	sheet_wipe(&own->sheet);
	sheet_layout_wipe(&own->layout);
	checked_wipe(&own->checked);
}

/* All mistakes go to the report, as with `sigill check`. */
static enum err_code
own_load(const struct options *o, const struct settings *s, struct own *own,
    struct report *r)
{
	struct err e = { 0 };
	enum err_code code;

	if ((code = check_answers(o, s, &own->checked, r)) != ERR_OK)
		return code;
	if ((code = sheet_layout_make(own->checked.questionnaire,
	    &own->layout, &e)) == ERR_OK &&
	    (code = sheet_of_statement(&own->layout, &own->checked.statement,
	    &own->sheet, &e)) == ERR_OK)
		code = score_sheet(&own->layout, &own->sheet, &own->score,
		    &e);
	report_err(r, &e);
	return code;
}

/* The last round's, when there is one: of the same organisation, and an
 * earlier one. */
static enum err_code
last_load(const struct options *o, const struct settings *s,
    const struct own *now, struct own *last, struct report *r)
{
	const struct statement *ours = &now->checked.statement, *theirs;
	struct options as_if = *o;
	struct err e = { 0 };
	enum err_code code;

	if (o->previous == NULL)
		return ERR_OK;
	as_if.operand = o->previous;
	as_if.questionnaire = o->previous_questionnaire != NULL ?
	    o->previous_questionnaire : o->questionnaire;
	if ((code = own_load(&as_if, s, last, r)) != ERR_OK)
		return code;
	theirs = &last->checked.statement;
	if (strcmp(ours->number, theirs->number) != 0)
		code = err_set(&e, ERR_USAGE, "--previous", 0,
		    _("%s holds the answers of another organisation"),
		    o->previous);
	else
		code = rounds_check(now->checked.questionnaire, ours->round,
		    last->checked.questionnaire, theirs->round, &e);
	if (code == ERR_OK && rounds_reversed(ours->round, theirs->round))
		report_note(r, _("The round before, %s, has a later name than "
		    "%s."), theirs->round, ours->round);
	report_err(r, &e);
	return code;
}

static enum err_code
make(const struct own *now, const struct own *last,
    const struct benchmark *benchmark, json_t **doc, struct err *e)
{
	const struct statement *s = &now->checked.statement;
	struct feedback_input in = {
		.layout = &now->layout, .sheet = &now->sheet,
		.score = &now->score, .round = s->round,
		.number = s->number, .name = s->name, .kind = s->kind,
		.fingerprint = now->checked.fingerprint,
		.benchmark = benchmark,
	};

	if (last->layout.q != NULL) {
		in.last_layout = &last->layout;
		in.last_sheet = &last->sheet;
		in.last_score = &last->score;
		in.last_round = last->checked.statement.round;
	}
	return feedback_make(&in, doc, e);
}

static enum err_code
of_answers(const struct options *o, const struct settings *s, json_t **doc,
    struct report *r)
{
	struct own now = { 0 }, last = { 0 };
	struct benchmark benchmark = { 0 };
	struct err e = { 0 };
	enum err_code code;

	if ((code = own_load(o, s, &now, r)) != ERR_OK ||
	    (code = last_load(o, s, &now, &last, r)) != ERR_OK)
		goto out;
	if (o->benchmark != NULL)
		code = feedback_benchmark_load(s, o->benchmark, &now.layout,
		    &benchmark, &e);
	if (code == ERR_OK)
		code = make(&now, &last, o->benchmark != NULL ? &benchmark :
		    NULL, doc, &e);
	if (code == ERR_OK && o->benchmark != NULL &&
	    words_no_group(*doc) != NULL)
		report_say(r, "%s", words_no_group(*doc));
out:
	report_err(r, &e);
	benchmark_wipe(&benchmark);
	own_wipe(&last);
	own_wipe(&now);
	return code;
}

/* --- what the authority has told ------------------------------------------- */

static enum err_code
of_authority(const struct options *o, const struct settings *s,
    const char *path, json_t **doc, enum feedback_voice *voice,
    struct report *r)
{
	struct err e = { 0 };
	bool vouched = false;
	enum err_code code;

	if (o->benchmark != NULL || o->previous != NULL)
		code = err_set(&e, ERR_USAGE, o->benchmark != NULL ?
		    "--benchmark" : "--previous", 0, _("it is for answers; "
		    "feedback has been compared already"));
	else
		code = feedback_kept_read(s, path, doc, &vouched, &e);
	report_err(r, &e);
	if (code != ERR_OK)
		return code;
	report_set(r, "vouched", json_boolean(vouched));
	*voice = vouched ? VOICE_AUTHORITY : VOICE_NOBODY;
	return ERR_OK;
}

/* A file of either kind, or a submission in the outbox. */
static enum err_code
read_operand(const struct options *o, const struct settings *s, json_t **doc,
    enum feedback_voice *voice, struct report *r)
{
	enum sniff_kind kind = SNIFF_OTHER;
	struct buf text = { 0 };
	struct err e = { 0 };
	char path[4096];
	enum err_code code;

	if (access(o->operand, F_OK) != 0 && strcmp(o->operand, "-") != 0) {
		if ((code = feedback_kept_find(s, o->operand, path, &e)) ==
		    ERR_OK)
			return of_authority(o, s, path, doc, voice, r);
		report_err(r, &e);
		return code;
	}
	if (strcmp(o->operand, "-") != 0 && file_read(o->operand,
	    LIMIT_SEALED, &text, NULL) == ERR_OK)
		kind = sniff(text.data, text.len);
	buf_wipe(&text);
	/* What 'sigill status' takes: its feedback is beside it. */
	if (kind == SNIFF_SEALED) {
		if (feedback_kept_of(o->operand, path, &e) == ERR_OK)
			return of_authority(o, s, path, doc, voice, r);
		return report_err(r, &e);
	}
	*voice = VOICE_OWN;
	return kind == SNIFF_FEEDBACK ? of_authority(o, s, o->operand, doc, voice, r) :
	    of_answers(o, s, doc, r);
}

static enum err_code
write_page(const struct options *o, const json_t *doc,
    enum feedback_voice voice, struct report *r, struct err *e)
{
	struct buf page = { 0 };
	enum err_code code;

	if (o->html == NULL)
		return ERR_OK;
	if ((code = feedback_page(doc, voice, &page, e)) == ERR_OK &&
	    (code = file_write_new(o->html, page.data, page.len, 0600, e)) ==
	    ERR_OK) {
		report_set_text(r, "page", o->html);
		report_say(r, _("The page is in %s."), o->html);
	}
	buf_wipe(&page);
	return code;
}

enum err_code
feedback_run(const struct options *o, struct report *r)
{
	struct settings settings = { 0 };
	struct err e = { 0 };
	enum feedback_voice voice = VOICE_NOBODY;
	json_t *doc = NULL;
	enum err_code code;

	if ((code = settings_load(o, true, &settings, &e)) == ERR_OK &&
	    (code = read_operand(o, &settings, &doc, &voice, r)) == ERR_OK) {
		feedback_report(doc, voice, r);
		code = write_page(o, doc, voice, r, &e);
	}
	report_err(r, &e);
	json_decref(doc);
	settings_wipe(&settings);
	return code;
}
