/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/given.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/wipe.h"
#include "format/cbor.h"
#include "format/nearest.h"
#include "format/text.h"

/* So many answers must be there, and so many of 100 not fit, for a file to be
 * taken for another survey's. */
#define FOREIGN_LEAST	5
#define FOREIGN_PERCENT	75

/* --- does it fit at all? --- */

static bool
has_option(const struct question *question, const json_t *v)
{
	const char *id = json_string_value(v);

	return id != NULL && question_find_option(question, id) != NULL;
}

/* Is this an answer that somebody who has this questionnaire could have
 * meant? */
static bool
fits(const struct question *question, const json_t *v)
{
	if (question == NULL)
		return false;
	switch (question->type) {
	case QUESTION_MULTIPLE:
		if (!json_is_array(v))
			return false;
		for (size_t i = 0; i < json_array_size(v); i++)
			if (has_option(question, json_array_get(v, i)))
				return true;
		return json_array_size(v) == 0;
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
		return has_option(question, v);
	case QUESTION_NUMBER:
		return json_is_integer(v);
	case QUESTION_TEXT:
		return json_is_string(v);
	}
	return false;
}

static bool
is_foreign(const struct json_source *src, const struct given_list *list,
    const struct questionnaire *q)
{
	char quoted[JSON_QUOTE_LEN];
	const char *first = NULL;
	size_t odd = 0;

	for (size_t i = 0; i < list->n; i++)
		if (!fits(questionnaire_find(q, list->v[i].id),
		    list->v[i].value)) {
			odd++;
			if (first == NULL)
				first = list->v[i].key;
		}
	if (list->n < FOREIGN_LEAST || odd * 100 < list->n * FOREIGN_PERCENT)
		return false;
	json_mistake(src, ERR_QUESTION_UNKNOWN, "answers", _("%zu of %zu "
	    "answers do not fit %s, the first of them %s; are they another "
	    "survey's?"), odd, list->n, q->id,
	    json_quote(first, strlen(first), quoted));
	return true;
}

/* --- one answer --- */

static void
path_of(const struct given *g, char out[static JSON_PATH_LEN])
{
	json_path(out, "answers", g->key);
}

/* Like json_mistake, about this answer. */
#define MISTAKE(src, g, code, path, ...)				\
	do {								\
		json_mistake((src), (code), (path), __VA_ARGS__);	\
		(g)->faulty = true;					\
	} while (0)

/* A text in its normal form, or NULL with a mistake; may be empty. */
static char *
take_text(const struct json_source *src, struct given *g, const char *path,
    const json_t *v, bool block)
{
	struct err e = { 0 };
	char *out = NULL;

	if ((block ? text_block : text_line)(json_string_value(v),
	    json_string_length(v), LIMIT_TEXT, path, &out, &e) != ERR_OK)
		MISTAKE(src, g, e.code == ERR_FIELD_VALUE ?
		    ERR_ANSWER_VALUE : e.code, path, "%s", e.msg);
	return out;
}

/* One ticked option; false when it is none. */
static bool
add_option(const struct json_source *src, struct given *g, size_t i)
{
	const json_t *v = json_array_get(g->value, i);
	char path[JSON_PATH_LEN], at[JSON_PATH_LEN], *id;

	path_of(g, path);
	json_path_index(at, path, i);
	if (!json_is_string(v)) {
		MISTAKE(src, g, ERR_ANSWER_TYPE, at, _("an option is a text "
		    "in quotation marks, and this is %s"), json_kind_name(v));
		return false;
	}
	if ((id = take_text(src, g, at, v, false)) == NULL)
		return false;
	for (size_t j = 0; j < g->answer.n_options; j++)
		if (strcmp(g->answer.options[j], id) == 0) {
			/* Not shown: it is what somebody answered. */
			MISTAKE(src, g, ERR_ANSWER_TWICE, at,
			    _("the option is in the list already"));
			wipe_free(id);
			return false;
		}
	g->answer.options[g->answer.n_options++] = id;
	return true;
}

static int
compare_options(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
read_options(const struct json_source *src, struct given *g)
{
	size_t n = json_array_size(g->value);
	char path[JSON_PATH_LEN];

	path_of(g, path);
	g->answer.type = ANSWER_OPTIONS;
	if (n > LIMIT_OPTIONS) {
		MISTAKE(src, g, ERR_ANSWER_VALUE, path,
		    _("%zu options; at most %u are allowed"),
		    n, LIMIT_OPTIONS);
		return;
	}
	g->stated = true;
	if (n == 0)
		return;
	if ((g->answer.options = calloc(n, sizeof(char *))) == NULL) {
		MISTAKE(src, g, ERR_NO_MEMORY, path, "a list");
		g->stated = false;
		return;
	}
	for (size_t i = 0; i < n; i++)
		(void)add_option(src, g, i);
	qsort(g->answer.options, g->answer.n_options, sizeof(char *),
	    compare_options);
}

/* What the question takes, for one who gave something else. */
static const char *
wanted(enum question_type type)
{
	switch (type) {
	case QUESTION_MULTIPLE:
		return _("a list of options, like [\"a\", \"b\"]");
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
		return _("one option in quotation marks");
	case QUESTION_NUMBER:
		return _("a whole number without quotation marks");
	case QUESTION_TEXT:
		break;
	}
	return _("a text in quotation marks");
}

static bool
is_wanted(enum question_type type, const json_t *v)
{
	switch (type) {
	case QUESTION_MULTIPLE:
		return json_is_array(v);
	case QUESTION_NUMBER:
		return json_is_integer(v);
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
	case QUESTION_TEXT:
		break;
	}
	return json_is_string(v);
}

static void
read_answer(const struct json_source *src, const struct question *question,
    struct given *g)
{
	char path[JSON_PATH_LEN];

	path_of(g, path);
	if (question == NULL)
		g->answer.type = ANSWER_TEXT;	/* told by unknown() */
	else if (!is_wanted(question->type, g->value))
		MISTAKE(src, g, ERR_ANSWER_TYPE, path, _("it takes %s, and "
		    "this is %s"), wanted(question->type),
		    json_kind_name(g->value));
	else if (question->type == QUESTION_MULTIPLE)
		read_options(src, g);
	else if (question->type == QUESTION_NUMBER) {
		g->answer.type = ANSWER_NUMBER;
		g->answer.number = json_integer_value(g->value);
		g->stated = true;
	} else {
		g->answer.type = ANSWER_TEXT;
		g->answer.text = take_text(src, g, path, g->value,
		    question->type == QUESTION_TEXT);
		/* An empty text is no answer. */
		g->stated = g->answer.text != NULL &&
		    *g->answer.text != '\0';
	}
}

static void
unknown(const struct json_source *src, const struct questionnaire *q,
    struct given *g)
{
	struct nearest nearest = nearest_to(g->id);
	char path[JSON_PATH_LEN], hint[NEAREST_HINT_LEN];
	char quoted[JSON_QUOTE_LEN];

	for (size_t i = 0; i < q->n_questions; i++)
		nearest_offer(&nearest, q->questions[i].id);
	nearest_hint(&nearest, hint);
	path_of(g, path);
	MISTAKE(src, g, ERR_QUESTION_UNKNOWN, path, "%s%s",
	    json_quote(g->key, strlen(g->key), quoted), hint);
}

/* --- all answers --- */

static int
compare_given(const void *a, const void *b)
{
	const struct given *x = a, *y = b;

	return cbor_compare_keys(x->id, y->id);
}

/* The ids, in their normal form. */
static bool
read_ids(const struct json_source *src, const json_t *answers,
    struct given_list *list)
{
	size_t n = json_object_size(answers);
	struct err e = { 0 };
	const char *key;
	json_t *value;

	if (n > LIMIT_QUESTIONS) {
		json_mistake(src, ERR_FIELD_VALUE, "answers",
		    _("there are %zu; at most %u are allowed"), n,
		    LIMIT_QUESTIONS);
		return false;
	}
	if ((list->v = calloc(n != 0 ? n : 1, sizeof(*list->v))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, "answers", "a list");
		return false;
	}
	json_object_foreach((json_t *)(uintptr_t)answers, key, value) {
		struct given *g = &list->v[list->n];

		g->key = key;
		g->value = value;
		/* One that has no normal form is unknown as it stands. */
		if (text_line(key, strlen(key), LIMIT_NAME, "answers", &g->id,
		    &e) != ERR_OK)
			g->id = wipe_strdup(key);
		if (g->id == NULL) {
			json_mistake(src, ERR_NO_MEMORY, "answers", "an id");
			return false;
		}
		err_clear(&e);
		list->n++;
	}
	return true;
}

bool
given_read(const struct json_source *src, const json_t *answers,
    const struct questionnaire *q, struct given_list *list)
{
	const struct question *question;
	char path[JSON_PATH_LEN];
	struct given *g;

	if (!read_ids(src, answers, list) || is_foreign(src, list, q))
		return false;
	qsort(list->v, list->n, sizeof(*list->v), compare_given);
	for (size_t i = 0; i < list->n; i++) {
		g = &list->v[i];
		if (i != 0 && strcmp(g[-1].id, g->id) == 0) {
			path_of(g, path);
			MISTAKE(src, g, ERR_ANSWER_TWICE, path,
			    _("the names differ only in white space"));
			continue;
		}
		question = questionnaire_find(q, g->id);
		read_answer(src, question, g);
		if (question == NULL)
			unknown(src, q, g);
	}
	return true;
}

bool
given_state(struct given_list *list, struct statement *s)
{
	s->answers = calloc(list->n != 0 ? list->n : 1, sizeof(*s->answers));
	if (s->answers == NULL)
		return false;
	for (size_t i = 0; i < list->n; i++) {
		struct given *g = &list->v[i];

		if (!g->stated)
			continue;
		if ((g->answer.question = wipe_strdup(g->id)) == NULL)
			return false;
		s->answers[s->n_answers++] = g->answer;
		memset(&g->answer, 0, sizeof(g->answer));
	}
	return true;
}

void
given_wipe(struct given_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct given *g = &list->v[i];

		for (size_t j = 0; j < g->answer.n_options; j++)
			wipe_free(g->answer.options[j]);
		wipe_free(g->answer.options);
		wipe_free(g->answer.question);
		wipe_free(g->answer.text);
		wipe_free(g->id);
	}
	wipe_free(list->v);
	memset(list, 0, sizeof(*list));
}
