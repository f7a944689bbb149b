/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/part.h"

#include <string.h>

#include "base/wipe.h"
#include "format/member.h"

json_t *
part_questionnaire(const struct questionnaire *q)
{
	return json_pack("{s:s, s:s, s:o, s:s}", "id", q->id, "version",
	    q->version, "sha256", member_hex(q->digest, sizeof(q->digest)),
	    "title", q->title);
}

json_t *
part_settings(const struct scoring_limits *limits)
{
	return json_pack("{s:I, s:I, s:i}", "least",
	    (json_int_t)limits->least, "best", (json_int_t)limits->best,
	    "percent", (int)limits->percent);
}

const char *
part_text(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text != NULL ? text : "";
}

const char *
part_area_label(const json_t *areas, const char *id)
{
	const json_t *area;
	size_t i;

	json_array_foreach(areas, i, area)
		if (strcmp(part_text(area, "id"), id) == 0)
			return part_text(area, "label");
	return "";
}

enum err_code
part_write(const json_t *doc, struct buf *out, struct err *e)
{
	char *text = doc != NULL ? json_dumps(doc, JSON_COMPACT |
	    JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15)) : NULL;

	if (text == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	buf_add_str(out, text);
	buf_add_str(out, "\n");
	wipe_free(text);
	return buf_check(out, e);
}
