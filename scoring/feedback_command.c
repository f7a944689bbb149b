/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback_command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "format/member.h"
#include "scoring/benchmark.h"
#include "scoring/benchmark_choose.h"
#include "scoring/feedback/feedback.h"
#include "scoring/feedback/feedback_page.h"
#include "scoring/feedback/feedback_text.h"
#include "scoring/output.h"
#include "scoring/rounds.h"
#include "scoring/select.h"
#include "scoring/words.h"

/* What every document is made with. */
struct making {
	const struct score_options *o;
	struct selection now, previous;
	const char *benchmark_file;	/* NULL: there is none */
	struct benchmark benchmark;
	size_t written, same, kept;	/* files */
	json_t *files;			/* their names */
};

/* Documents of several questionnaires are scored with the same options, as
 * intake's command: the round before of another one is not this one's. */
static enum err_code
pass_over(struct making *m, struct err *e)
{
	bool comparable;
	enum err_code code;

	if (m->o->output == NULL || m->previous.pile.len == 0)
		return ERR_OK;
	if ((code = rounds_comparable(m->now.questionnaire,
	    m->previous.questionnaire, &comparable, e)) != ERR_OK)
		return code;
	if (!comparable)
		selection_wipe(&m->previous);
	return ERR_OK;
}

static enum err_code
make(const struct making *m, const struct pile_item *item, json_t **out,
    struct err *e)
{
	const struct document *d = &item->document;
	const struct pile_item *last = m->previous.pile.len == 0 ? NULL :
	    pile_find(&m->previous.pile, d->number);
	struct feedback_input in = {
		.layout = &m->now.pile.layout, .sheet = &d->sheet,
		.score = &item->score, .round = d->round,
		.number = d->number, .name = d->name, .kind = d->kind,
		.environment = d->environment,
		.sealed = d->sealed, .submission = d->submission,
		.fingerprint = d->fingerprint,
		.benchmark = m->benchmark_file != NULL ? &m->benchmark : NULL,
	};

	if (last != NULL) {
		in.last_layout = &m->previous.pile.layout;
		in.last_sheet = &last->document.sheet;
		in.last_score = &last->score;
		in.last_round = m->previous.pile.round;
	}
	return feedback_make(&in, out, e);
}

/* --- a folder of documents ------------------------------------------------ */

static enum err_code
file_path(const struct making *m, const struct pile_item *item,
    char out[static 4096], struct err *e)
{
	json_t *hex = member_hex(item->document.sealed, 32);
	const int n = hex == NULL ? -1 : snprintf(out, 4096,
	    "%s/%s.feedback.json", m->o->output, json_string_value(hex));

	json_decref(hex);
	if (n >= 0 && n < 4096)
		return ERR_OK;
	return err_set(e, n < 0 ? ERR_NO_MEMORY : ERR_IO, m->o->output, 0,
	    NULL);
}

/*
 * What is there already stays: somebody has signed for it, perhaps.  So a
 * submission that is handed over again, with a newer benchmark, is no error.
 */
static enum err_code
put_file(struct making *m, const struct pile_item *item, struct report *r,
    struct err *e)
{
	struct buf text = { 0 };
	json_t *doc = NULL;
	enum err_code code;
	char path[4096];
	bool there;

	if ((code = file_path(m, item, path, e)) != ERR_OK ||
	    (code = make(m, item, &doc, e)) != ERR_OK ||
	    (code = feedback_write(doc, &text, e)) != ERR_OK)
		goto out;
	there = access(path, F_OK) == 0;
	code = output_write_file(path, &text, e);
	if (code == ERR_OUTPUT_EXISTS && !there) {
		/* Another run has put it there meanwhile: the same, perhaps. */
		err_clear(e);
		there = true;
		code = output_write_file(path, &text, e);
	}
	if (code == ERR_OUTPUT_EXISTS) {
		err_clear(e);
		code = ERR_OK;
		m->kept++;
		report_say(r, _("%s is there already, made of something else; "
		    "it is left as it is"), path);
	} else if (code == ERR_OK) {
		m->written += !there;
		m->same += there;
	}
	if (code == ERR_OK && json_array_append_new(m->files,
	    report_text(file_base_name(path))) != 0)
		r->failed = true;
out:
	json_decref(doc);
	buf_wipe(&text);
	return code;
}

static enum err_code
put_files(struct making *m, struct report *r, struct err *e)
{
	const struct pile *pile = &m->now.pile;
	enum err_code code;

	m->files = json_array();
	code = file_make_dirs(m->o->output, NULL, e);
	for (size_t i = 0; i < pile->len && code == ERR_OK; i++)
		code = put_file(m, &pile->v[i], r, e);
	report_set(r, "written", json_integer((json_int_t)m->written));
	report_set(r, "same", json_integer((json_int_t)m->same));
	report_set(r, "kept", json_integer((json_int_t)m->kept));
	report_set(r, "files", m->files);
	/* As intake's command it says only what somebody should see. */
	if (code == ERR_OK && (m->o->n_operands != 1 ||
	    strcmp(m->o->operands[0], "-") != 0))
		report_say(r, _("%zu written to %s, %zu there already"),
		    m->written, m->o->output, m->same + m->kept);
	return code;
}

/* --- a single one --------------------------------------------------------- */

static enum err_code
put_page(const struct making *m, const json_t *doc, struct report *r,
    struct err *e)
{
	struct buf page = { 0 };
	enum err_code code;

	if ((code = feedback_page(doc, VOICE_SCORE, &page, e)) == ERR_OK &&
	    (code = output_write_file(m->o->html, &page, e)) == ERR_OK) {
		report_say(r, _("The page is in %s."), m->o->html);
		report_set_text(r, "page", m->o->html);
	}
	buf_wipe(&page);
	return code;
}

static enum err_code
show_one(const struct making *m, struct report *r, struct err *e)
{
	const struct pile *pile = &m->now.pile;
	json_t *doc = NULL;
	enum err_code code;

	if (pile->len != 1)
		return err_set(e, ERR_USAGE, m->o->operands[0], 0,
		    _("there are %zu submissions; -o DIR writes a document "
		    "for each"), pile->len);
	if ((code = make(m, &pile->v[0], &doc, e)) != ERR_OK)
		return code;
	feedback_report(doc, VOICE_SCORE, r);
	if (m->benchmark_file != NULL && words_no_group(doc) != NULL)
		report_say(r, "%s", words_no_group(doc));
	if (m->o->html != NULL)
		code = put_page(m, doc, r, e);
	json_decref(doc);
	return code;
}

enum err_code
feedback_run(const struct score_options *o, struct report *r)
{
	struct making m = { .o = o };
	struct err e = { 0 };
	enum err_code code;

	if (o->output != NULL && o->html != NULL) {
		code = err_set(&e, ERR_USAGE, "--html", 0,
		    _("it is for a single submission, without -o"));
		goto out;
	}
	if ((code = select_now(o, &m.now, r)) != ERR_OK ||
	    (code = select_previous(o, &m.previous, r)) != ERR_OK ||
	    (code = pass_over(&m, &e)) != ERR_OK ||
	    (code = select_check(&m.now, &m.previous, r)) != ERR_OK ||
	    (code = benchmark_choose(o, &m.now.pile, &m.benchmark,
	    &m.benchmark_file, r, &e)) != ERR_OK)
		goto out;
	if (o->language != NULL && !o->json)
		(void)message_language(o->language);
	code = o->output != NULL ? put_files(&m, r, &e) : show_one(&m, r, &e);
	(void)message_language(NULL);
out:
	report_err(r, &e);
	benchmark_wipe(&m.benchmark);
	selection_wipe(&m.now);
	selection_wipe(&m.previous);
	return code;
}
