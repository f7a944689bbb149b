/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/aggregate_command.h"

#include "scoring/output.h"
#include "scoring/report/aggregate.h"
#include "scoring/select.h"

static enum err_code
write_files(const struct score_options *o, const json_t *doc, struct report *r)
{
	struct output out = { 0 };
	struct buf *json = output_add(&out, "report.json");
	struct err e = { 0 };
	enum err_code code;

	if (json == NULL)
		code = err_set(&e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if ((code = aggregate_write(doc, json, &e)) == ERR_OK)
		code = output_write(&out, o->output, &e);
	output_wipe(&out);
	if (code != ERR_OK)
		report_err(r, &e);
	return code;
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
	json_t *doc = NULL;
	struct err e = { 0 };
	enum err_code code;

	for (int kind = 0; kind <= KIND_ANNAN; kind++)
		in.asked[kind] = -1;
	if (aggregate_make(&in, &doc, &e) != ERR_OK)
		return report_err(r, &e);
	code = o->output != NULL ? write_files(o, doc, r) : ERR_OK;
	if (code == ERR_OK)
		report_set(r, "report", json_incref(doc));
	json_decref(doc);
	return code;
}

enum err_code
aggregate_run(const struct score_options *o, struct report *r)
{
	struct selection now = { 0 }, then = { 0 };
	enum err_code code;

	if ((code = select_now(o, &now, r)) == ERR_OK &&
	    (code = select_previous(o, &then, r)) == ERR_OK)
		code = make(o, &now, &then, r);
	selection_wipe(&now);
	selection_wipe(&then);
	return code;
}
