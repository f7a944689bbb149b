/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_read.h"

#include <string.h>

const char *
feedback_text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

long long
feedback_whole(const json_t *o, const char *key)
{
	return (long long)json_integer_value(json_object_get(o, key));
}

bool
feedback_is(const json_t *doc, const char *result)
{
	return strcmp(feedback_text(doc, "result"), result) == 0;
}

bool
feedback_assumed(const json_t *doc)
{
	const json_t *what;
	size_t i;

	json_array_foreach(json_object_get(doc, "assumed"), i, what)
		if (strcmp(json_string_value(what), "questions") != 0)
			return true;
	return false;
}

const char *
feedback_area_label(const json_t *doc, const char *id)
{
	const json_t *area;
	size_t i;

	json_array_foreach(json_object_get(doc, "areas"), i, area)
		if (strcmp(feedback_text(area, "id"), id) == 0)
			return feedback_text(area, "label");
	return id;
}
