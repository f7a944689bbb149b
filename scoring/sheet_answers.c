/* SPDX-License-Identifier: EUPL-1.2 */
/* Sheets from the answers of a statement or of a document, and back. */
#include <string.h>

#include "base/i18n.h"
#include "format/json.h"
#include "scoring/sheet.h"

/* --- from answers --------------------------------------------------------- */

/* Where a message about an answer points to: path.QUESTION[index]. */
static enum err_code
wrong(struct err *e, enum err_code code, const char *path,
    const struct question *question, size_t index, const char *msg)
{
	char where[JSON_PATH_LEN], at[JSON_PATH_LEN];

	json_path(where, path, question->id);
	if (index == SIZE_MAX)
		return err_set(e, code, where, 0, "%s", msg);
	json_path_index(at, where, index);
	return err_set(e, code, at, 0, "%s", msg);
}

/* Ticks or chooses the option with that id. */
static bool
take_option(const struct sheet_layout *l, struct sheet *s, size_t question,
    const char *id)
{
	const struct question *asked = &l->q->questions[question];
	const struct question_option *option = question_find_option(asked,
	    id);

	if (option == NULL)
		return false;
	sheet_set(l, s, question, (size_t)(option - asked->options), true);
	return true;
}

static void
take_number(const struct sheet_layout *l, struct sheet *s, size_t question,
    int64_t number)
{
	s->cells[l->cell[question]] = 1;
	s->numbers[l->number[question]] = number;
}

/* The first thing that statement_check has against it, but for answers that
 * are missing. */
static enum err_code
check(const struct statement *s, const struct questionnaire *q,
    struct err *e)
{
	struct err_list mistakes = { 0 };
	enum err_code code = ERR_OK;

	statement_check(s, q, &mistakes);
	for (size_t i = 0; i < mistakes.len && code == ERR_OK; i++) {
		const struct err *m = &mistakes.v[i];

		if (m->code != ERR_ANSWER_MISSING)
			code = err_set(e, m->code, m->where, m->at, "%s",
			    m->msg);
	}
	err_list_wipe(&mistakes);
	return code;
}

enum err_code
sheet_of_statement(const struct sheet_layout *l, const struct statement *s,
    struct sheet *out, struct err *e)
{
	const struct questionnaire *q = l->q;
	const struct answer *a;
	enum err_code code;

	if ((code = check(s, q, e)) != ERR_OK ||
	    (code = sheet_make(l, out, e)) != ERR_OK)
		return code;
	for (size_t i = 0; i < q->n_questions; i++) {
		if ((a = statement_answer(s, q->questions[i].id)) == NULL)
			continue;
		out->cells[l->cell[i]] = 1;
		if (a->type == ANSWER_NUMBER)
			take_number(l, out, i, a->number);
		else if (a->type == ANSWER_TEXT)	/* or free text */
			(void)take_option(l, out, i, a->text);
		for (size_t j = 0; a->type == ANSWER_OPTIONS &&
		    j < a->n_options; j++)
			(void)take_option(l, out, i, a->options[j]);
	}
	return ERR_OK;
}

static enum err_code
take_list(const struct sheet_layout *l, struct sheet *s, size_t question,
    const char *path, const json_t *list, struct err *e)
{
	const struct question *asked = &l->q->questions[question];
	const char *id;

	if (!json_is_array(list))
		return wrong(e, ERR_ANSWER_TYPE, path, asked, SIZE_MAX,
		    _("it must be a list of options"));
	s->cells[l->cell[question]] = 1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		id = json_string_value(json_array_get(list, i));
		if (id == NULL)
			return wrong(e, ERR_ANSWER_TYPE, path, asked, i,
			    _("it must be one option"));
		if (!take_option(l, s, question, id))
			return wrong(e, ERR_OPTION_UNKNOWN, path, asked, i,
			    "");
	}
	return ERR_OK;
}

static enum err_code
take_answer(const struct sheet_layout *l, struct sheet *s, size_t question,
    const char *path, const json_t *v, struct err *e)
{
	const struct question *asked = &l->q->questions[question];
	int64_t n;

	switch (asked->type) {
	case QUESTION_MULTIPLE:
		return take_list(l, s, question, path, v, e);
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
		if (!json_is_string(v))
			return wrong(e, ERR_ANSWER_TYPE, path, asked,
			    SIZE_MAX, _("it must be one option"));
		if (!take_option(l, s, question, json_string_value(v)))
			return wrong(e, ERR_OPTION_UNKNOWN, path, asked,
			    SIZE_MAX, "");
		break;
	case QUESTION_NUMBER:
		if (!json_is_integer(v))
			return wrong(e, ERR_ANSWER_TYPE, path, asked,
			    SIZE_MAX, _("it must be a whole number"));
		n = json_integer_value(v);
		if (n < asked->min || n > asked->max)
			return wrong(e, ERR_ANSWER_VALUE, path, asked,
			    SIZE_MAX, "");
		take_number(l, s, question, n);
		break;
	case QUESTION_TEXT:
		if (!json_is_string(v))
			return wrong(e, ERR_ANSWER_TYPE, path, asked,
			    SIZE_MAX, _("it must be a text"));
		s->cells[l->cell[question]] = 1;
		break;
	}
	return ERR_OK;
}

/* There are more answers than questions that they could be to. */
static enum err_code
unknown_question(const struct questionnaire *q, const char *path,
    const json_t *answers, struct err *e)
{
	char where[JSON_PATH_LEN];
	const char *id;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)answers, id, value)
		if (questionnaire_find(q, id) == NULL) {
			json_path(where, path, id);
			return err_set(e, ERR_QUESTION_UNKNOWN, where, 0,
			    NULL);
		}
	return ERR_OK;
}

static enum err_code
fill(const struct sheet_layout *l, const char *path, const json_t *answers,
    struct sheet *s, struct err *e)
{
	const struct questionnaire *q = l->q;
	enum err_code code;
	size_t taken = 0, unasked;
	const json_t *v;

	for (size_t i = 0; i < q->n_questions; i++) {
		v = json_object_get(answers, q->questions[i].id);
		if (v == NULL)
			continue;
		taken++;
		if ((code = take_answer(l, s, i, path, v, e)) != ERR_OK)
			return code;
	}
	if (taken != json_object_size(answers))
		return unknown_question(q, path, answers, e);
	if ((unasked = sheet_unasked(l, s)) != SIZE_MAX)
		return wrong(e, ERR_ANSWER_UNASKED, path,
		    &q->questions[unasked], SIZE_MAX, "");
	return ERR_OK;
}

enum err_code
sheet_of_json(const struct sheet_layout *l, const char *path,
    const json_t *answers, struct sheet *out, struct err *e)
{
	enum err_code code;

	if (!json_is_object(answers))
		return err_set(e, ERR_FIELD_TYPE, path, 0,
		    _("it must be %s"), _("an object in { }"));
	if ((code = sheet_make(l, out, e)) == ERR_OK &&
	    (code = fill(l, path, answers, out, e)) != ERR_OK)
		sheet_wipe(out);
	return code;
}

/* --- and back ------------------------------------------------------------- */

static json_t *
options_json(const struct sheet_layout *l, const struct sheet *s,
    size_t question)
{
	const struct question *asked = &l->q->questions[question];
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < asked->n_options; i++)
		if (sheet_has(l, s, question, i) &&
		    json_array_append_new(list,
		    json_string(asked->options[i].id)) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

json_t *
sheet_json(const struct sheet_layout *l, const struct sheet *s)
{
	json_t *o = json_object(), *v = NULL;

	for (size_t i = 0; o != NULL && i < l->q->n_questions; i++) {
		const struct question *asked = &l->q->questions[i];

		if (!sheet_answered(l, s, i) || asked->type == QUESTION_TEXT)
			continue;
		if (asked->type == QUESTION_MULTIPLE)
			v = options_json(l, s, i);
		else if (asked->type == QUESTION_NUMBER)
			v = json_integer(s->numbers[l->number[i]]);
		else
			v = json_string(asked->options[sheet_chosen(l, s,
			    i)].id);
		if (json_object_set_new(o, asked->id, v) != 0) {
			json_decref(o);
			return NULL;
		}
	}
	return o;
}
