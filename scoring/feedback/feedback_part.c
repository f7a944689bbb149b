/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_part.h"

void
feedback_put(struct feedback_maker *m, json_t *o, const char *key,
    json_t *value)
{
	if (json_object_set_new(o, key, value) != 0)
		m->failed = true;
}

void
feedback_add(struct feedback_maker *m, json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) != 0)
		m->failed = true;
}

void
feedback_put_text(struct feedback_maker *m, json_t *o, const char *key,
    const char *text)
{
	feedback_put(m, o, key, json_string(text));
}

void
feedback_put_whole(struct feedback_maker *m, json_t *o, const char *key,
    int64_t n)
{
	feedback_put(m, o, key, json_integer((json_int_t)n));
}

void
feedback_put_mean(struct feedback_maker *m, json_t *o, const char *key,
    int64_t millionths)
{
	const int64_t hundredths = (millionths + 5000) / 10000;

	feedback_put(m, o, key, json_real((double)hundredths / 100.0));
}

json_t *
feedback_option(const struct question_option *option)
{
	return json_pack("{s:s, s:s}", "id", option->id, "label",
	    option->label);
}

const char *
feedback_level_label(const struct questionnaire *q, int64_t level)
{
	for (size_t i = 0; i < q->n_levels; i++)
		if (q->levels[i].level == level)
			return q->levels[i].label;
	return "";
}
