/* SPDX-License-Identifier: EUPL-1.2 */
/* A statement as JSON: its members are those of docs/submission.cddl. */
#include "format/member.h"
#include "format/statement.h"

static json_t *
options_json(const struct answer *a)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < a->n_options; i++)
		if (json_array_append_new(list,
		    json_string(a->options[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
answer_json(const struct answer *a)
{
	switch (a->type) {
	case ANSWER_OPTIONS:
		return options_json(a);
	case ANSWER_TEXT:
		return json_string(a->text);
	case ANSWER_NUMBER:
		return json_integer(a->number);
	}
	return NULL;
}

static json_t *
answers_json(const struct statement *s)
{
	json_t *o = json_object();

	for (size_t i = 0; o != NULL && i < s->n_answers; i++)
		if (json_object_set_new(o, s->answers[i].question,
		    answer_json(&s->answers[i])) != 0) {
			json_decref(o);
			return NULL;
		}
	return o;
}

static json_t *
attachments_json(const struct statement *s)
{
	json_t *list = json_array(), *o;
	const struct attachment *a;

	for (size_t i = 0; list != NULL && i < s->n_attachments; i++) {
		a = &s->attachments[i];
		o = json_object();
		if (json_object_set_new(o, "name",
		    json_string(a->name)) != 0 ||
		    json_object_set_new(o, "media_type",
		    json_string(a->media_type)) != 0 ||
		    json_object_set_new(o, "data",
		    member_base64(a->data.data, a->data.len)) != 0) {
			json_decref(o);
			json_decref(list);
			return NULL;
		}
		if (json_array_append_new(list, o) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *
questionnaire_json(const struct statement *s)
{
	json_t *o = json_object();

	if (json_object_set_new(o, "id",
	    json_string(s->questionnaire)) == 0 &&
	    json_object_set_new(o, "version", json_string(s->version)) == 0 &&
	    json_object_set_new(o, "sha256",
	    member_hex(s->definition, sizeof(s->definition))) == 0)
		return o;
	json_decref(o);
	return NULL;
}

static json_t *
organisation_json(const struct statement *s)
{
	json_t *o = json_object();

	if (json_object_set_new(o, "number", json_string(s->number)) == 0 &&
	    json_object_set_new(o, "name", json_string(s->name)) == 0 &&
	    json_object_set_new(o, "kind",
	    json_string(organisation_kind_name(s->kind))) == 0)
		return o;
	json_decref(o);
	return NULL;
}

json_t *
statement_json(const struct statement *s)
{
	json_t *o = json_object();

	if (json_object_set_new(o, "questionnaire",
	    questionnaire_json(s)) == 0 &&
	    json_object_set_new(o, "round", json_string(s->round)) == 0 &&
	    json_object_set_new(o, "organisation",
	    organisation_json(s)) == 0 &&
	    json_object_set_new(o, "answers", answers_json(s)) == 0 &&
	    (s->n_attachments == 0 || json_object_set_new(o, "attachments",
	    attachments_json(s)) == 0))
		return o;
	json_decref(o);
	return NULL;
}
