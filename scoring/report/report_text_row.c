/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/report_text_row.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/page/number.h"

#define LABEL	34	/* columns */
#define COLUMN	9

void
row_label(struct report *r, const char *text)
{
	char cell[4 * LABEL];
	size_t n = 0, width = 0;

	for (; n < sizeof(cell) - 5 && text[n] != '\0'; n++) {
		width += ((unsigned char)text[n] & 0xc0) != 0x80;
		if (width > LABEL - 3)
			break;
		cell[n] = text[n];
	}
	cell[n] = '\0';
	if (text[n] != '\0')
		(void)strcpy(cell + n, "…");
	report_column(r, "", 2);
	report_column(r, cell, LABEL - 2);
}

void
row_head(struct report *r, const char *text)
{
	report_column(r, text, COLUMN);
}

void
row_cell(struct report *r, const json_t *v, unsigned decimals)
{
	const json_t *percent = json_object_get(v, "percent");
	char cell[NUMBER_LEN];

	if (json_object_get(v, "suppressed") != NULL)
		report_column(r, "*", COLUMN);
	else if (percent != NULL)
		report_column(r, number_percent(cell,
		    json_number_value(percent), 1), COLUMN);
	else
		report_column(r, number_json(cell, v, decimals), COLUMN);
}

void
row_end(struct report *r)
{
	while (r->text.len != 0 && r->text.data[r->text.len - 1] == ' ')
		r->text.len--;
	buf_add_str(&r->text, "\n");
}

void
row_share(struct report *r, const json_t *share)
{
	const json_t *percent = json_object_get(share, "percent");
	char n[NUMBER_LEN], of[NUMBER_LEN];

	if (percent == NULL)
		row_end(r);
	else
		report_say(r, _("%s of %s"), number_percent(n,
		    json_number_value(percent), 1), number_json(of,
		    json_object_get(share, "of"), 0));
}

void
row_title(struct report *r, const char *title)
{
	report_say(r, "%s", "");
	report_say(r, "%s", title);
}

void
row_change(struct report *r, const json_t *pair)
{
	const json_t *percent = json_object_get(pair, "percent");
	char cell[NUMBER_LEN], out[NUMBER_LEN + 4];

	if (percent == NULL)
		return;
	(void)snprintf(out, sizeof(out), "%s%s",
	    json_number_value(percent) > 0 ? "+" : "",
	    number_percent(cell, json_number_value(percent), 1));
	report_column(r, out, COLUMN);
}
