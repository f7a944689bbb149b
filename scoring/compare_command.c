/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/compare_command.h"

#include "base/i18n.h"
#include "scoring/output.h"
#include "scoring/part.h"
#include "scoring/report/compare.h"
#include "scoring/report/compare_text.h"
#include "scoring/select.h"

static enum err_code
write_file(const char *path, const json_t *doc, struct report *r)
{
	struct buf out = { 0 };
	struct err e = { 0 };

	if (part_write(doc, &out, &e) == ERR_OK)
		(void)output_write_file(path, &out, &e);
	buf_wipe(&out);
	if (e.code != ERR_OK)
		return report_err(r, &e);
	report_set_text(r, "file", path);
	return ERR_OK;
}

static enum err_code
make(const struct score_options *o, const struct pile *now,
    const struct pile *then, struct report *r)
{
	json_t *doc = NULL;
	struct err e = { 0 };
	enum err_code code;

	if (compare_make(now, then, &o->limits, &doc, &e) != ERR_OK)
		return report_err(r, &e);
	code = o->output != NULL ? write_file(o->output, doc, r) : ERR_OK;
	if (code == ERR_OK)
		compare_tell(doc, r);
	if (code == ERR_OK && o->output != NULL)
		report_say(r, _("Written to %s."), o->output);
	json_decref(doc);
	return code;
}

enum err_code
compare_run(const struct score_options *o, struct report *r)
{
	struct selection now = { 0 }, then = { 0 };
	struct err e = { 0 };
	enum err_code code;

	if (o->n_previous == 0) {
		err_set(&e, ERR_USAGE, "compare", 0,
		    _("which rounds? Name the documents of the later one and "
		    "those of the earlier one, or the latter with "
		    "--previous"));
		return report_err(r, &e);
	}
	if ((code = select_now(o, &now, r)) == ERR_OK &&
	    (code = select_previous(o, &then, r)) == ERR_OK &&
	    (code = select_check(&now, &then, r)) == ERR_OK)
		code = make(o, &now.pile, &then.pile, r);
	selection_wipe(&now);
	selection_wipe(&then);
	return code;
}
