/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/report_text_questions.h"

#include <string.h>

#include "base/i18n.h"
#include "scoring/page/number.h"
#include "scoring/report/report_text_row.h"

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

void
report_text_worst(const json_t *all, struct report *r)
{
	const json_t *list = json_object_get(all, "mostly_without_points"),
	    *id, *q = NULL;
	size_t i, j;

	if (json_array_size(list) == 0)
		return;
	row_title(r, _("Questions in which most got no points"));
	json_array_foreach(list, i, id) {
		report_column(r, "", 2);
		json_array_foreach(json_object_get(all, "questions"), j, q) {
			if (json_equal(json_object_get(q, "id"), id))
				break;
		}
		report_say(r, _("question %s: %s"), json_string_value(id),
		    text_of(q, "label"));
	}
}

static void
tell_question(const json_t *q, struct report *r)
{
	const json_t *n = json_object_get(q, "n"), *o;
	const json_t *number = json_object_get(q, "number");
	char cell[NUMBER_LEN];
	size_t i;

	report_say(r, "%s", "");
	report_say(r, _("%s (%s answers)"), text_of(q, "label"),
	    json_is_object(n) ? "*" : number_json(cell, n, 0));
	json_array_foreach(json_object_get(q, "options"), i, o) {
		row_label(r, text_of(o, "label"));
		row_cell(r, json_object_get(o, "count"), 0);
		row_cell(r, o, 1);
		row_end(r);
	}
	if (number != NULL) {
		row_label(r, _("mean"));
		row_cell(r, json_object_get(number, "mean"), 2);
		row_end(r);
	}
}

/* Where nothing else is told. */
void
report_text_questions(const json_t *doc, const json_t *all, struct report *r)
{
	const json_t *q;
	size_t i;

	if (strcmp(text_of(json_object_get(doc, "questionnaire"), "result"),
	    "counts") == 0)
		json_array_foreach(json_object_get(all, "questions"), i, q) {
			tell_question(q, r);
		}
}
