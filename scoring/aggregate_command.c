/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/aggregate_command.h"

#include "base/i18n.h"
#include "base/message.h"
#include "scoring/output.h"
#include "scoring/part.h"
#include "scoring/report/aggregate.h"
#include "scoring/report/asked.h"
#include "scoring/report/report_csv.h"
#include "scoring/report/report_page.h"
#include "scoring/report/report_text.h"
#include "scoring/select.h"

/* The page is read by others than who makes it. */
static enum err_code
make_page(const struct score_options *o, const json_t *doc, struct buf *out,
    struct err *e)
{
	enum err_code code;

	if (o->language != NULL)
		(void)message_language(o->language);
	code = report_page(doc, out, e);
	if (o->json)
		(void)message_language(NULL);
	return code;
}

/* All of them or none. */
static enum err_code
write_files(const struct score_options *o, const json_t *doc, struct err *e)
{
	struct output out = { 0 };
	struct buf *json = output_add(&out, "report.json");
	struct buf *csv = output_add(&out, "report.csv");
	struct buf *html = output_add(&out, "report.html");
	enum err_code code;

	if (json == NULL || csv == NULL || html == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if ((code = part_write(doc, json, e)) == ERR_OK &&
	    (code = report_csv(doc, csv, e)) == ERR_OK &&
	    (code = make_page(o, doc, html, e)) == ERR_OK)
		code = output_write(&out, o->output, e);
	output_wipe(&out);
	return code;
}

static enum err_code
tell(const struct score_options *o, const json_t *doc, struct report *r,
    struct err *e)
{
	enum err_code code;

	if (o->output != NULL && (code = write_files(o, doc, e)) != ERR_OK)
		return code;
	report_tell(doc, r);
	if (o->output != NULL) {
		report_say(r, "%s", "");
		report_say(r, _("Written to %s: %s"), o->output,
		    "report.json, report.csv, report.html");
		report_set_text(r, "output", o->output);
	}
	return ERR_OK;
}

static enum err_code
make(const struct score_options *o, const struct selection *now,
    const struct selection *then, struct report *r)
{
	struct aggregate_input in = {
		.now = &now->pile,
		.then = then->pile.len != 0 ? &then->pile : NULL,
		.limits = o->limits,
	};
	struct roll roll = { 0 };
	json_t *doc = NULL;
	struct err e = { 0 };
	enum err_code code = ERR_OK;

	for (int kind = 0; kind <= KIND_ANNAN; kind++)
		in.asked[kind] = -1;
	if (o->register_file != NULL && (code = asked_read(o->register_file,
	    &roll, r)) == ERR_OK) {
		asked_count(&roll, now->questionnaire, in.asked);
		in.roll = &roll;
	}
	if (code == ERR_OK &&
	    (code = aggregate_make(&in, &doc, &e)) == ERR_OK)
		code = tell(o, doc, r, &e);
	if (code == ERR_OK && o->register_file != NULL)
		asked_tell(&roll, &now->pile, r);
	report_err(r, &e);
	roll_wipe(&roll);
	json_decref(doc);
	return code;
}

enum err_code
aggregate_run(const struct score_options *o, struct report *r)
{
	/* What people read is in the language that was asked for, what a
	 * program reads never. */
	const bool other = o->language != NULL && !o->json;
	struct selection now = { 0 }, then = { 0 };
	enum err_code code;

	if (other)
		(void)message_language(o->language);
	if ((code = select_now(o, &now, r)) == ERR_OK &&
	    (code = select_previous(o, &then, r)) == ERR_OK &&
	    (code = select_check(&now, &then, r)) == ERR_OK)
		code = make(o, &now, &then, r);
	if (other)
		(void)message_language(NULL);
	selection_wipe(&now);
	selection_wipe(&then);
	return code;
}
