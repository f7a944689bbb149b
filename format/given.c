/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/given.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	json_mistake(src, ERR_QUESTION_UNKNOWN, "answers", "%zu of %zu "
	    "answers do not fit %s, the first of them %s; are they another "
	    "survey's?", odd, list->n, q->id,
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
	char quoted[JSON_QUOTE_LEN];

	path_of(g, path);
	json_path_index(at, path, i);
	if (!json_is_string(v)) {
		MISTAKE(src, g, ERR_ANSWER_TYPE, at, "an option is a text in "
		    "quotation marks, and this is %s", json_kind_name(v));
		return false;
	}
	if ((id = take_text(src, g, at, v, false)) == NULL)
		return false;
	for (size_t j = 0; j < g->answer.n_options; j++)
		if (strcmp(g->answer.options[j], id) == 0) {
			MISTAKE(src, g, ERR_ANSWER_TWICE, at, "%s",
			    json_quote(id, strlen(id), quoted));
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
		    "%zu options; at most %u are allowed", n, LIMIT_OPTIONS);
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
		return "a list of options, like [\"a\", \"b\"]";
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
		return "one option in quotation marks";
	case QUESTION_NUMBER:
		return "a whole number without quotation marks";
	case QUESTION_TEXT:
		break;
	}
	return "a text in quotation marks";
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
		MISTAKE(src, g, ERR_ANSWER_TYPE, path, "it takes %s, and "
		    "this is %s", wanted(question->type),
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
		    "there are %zu; at most %u are allowed", n,
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
			    "the names differ only in white space");
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

/* --- what statement_check found --- */

/* The answer that a path "answers.ID" or "answers.ID[n]" is about, or NULL;
 * *rest is what follows the id. */
static struct given *
find_given(const struct given_list *list, const char *path,
    const char **rest)
{
	static const char start[] = "answers.";
	size_t len;

	if (strncmp(path, start, sizeof(start) - 1) != 0)
		return NULL;
	path += sizeof(start) - 1;
	for (size_t i = 0; i < list->n; i++) {
		len = strlen(list->v[i].id);
		if (strncmp(path, list->v[i].id, len) == 0 &&
		    (path[len] == '\0' || path[len] == '[')) {
			*rest = path + len;
			return &list->v[i];
		}
	}
	return NULL;
}

/* Options are sorted in a statement: the nth there is which one here? */
static size_t
index_in_file(const struct given *g, const char *option)
{
	size_t n = json_array_size(g->value), i;
	struct err e = { 0 };
	bool same = false;
	const json_t *v;
	char *id;

	for (i = 0; i < n && !same; i++) {
		v = json_array_get(g->value, i);
		id = NULL;
		if (json_is_string(v) && text_line(json_string_value(v),
		    json_string_length(v), LIMIT_TEXT, "", &id, &e) == ERR_OK)
			same = strcmp(id, option) == 0;
		err_clear(&e);
		wipe_free(id);
	}
	return same ? i - 1 : 0;
}

static void
option_hint(const struct question *question, const char *given,
    char out[static NEAREST_HINT_LEN])
{
	struct nearest nearest = nearest_to(given);

	for (size_t i = 0; i < question->n_options; i++)
		nearest_offer(&nearest, question->options[i].id);
	nearest_hint(&nearest, out);
}

/* Does this question follow one whose answer nobody can know? */
static bool
follows_faulty(const struct given_list *list, const struct questionnaire *q,
    const char *path)
{
	const struct question *question;
	const struct given *g;

	if (strncmp(path, "answers.", 8) != 0 ||
	    (question = questionnaire_find(q, path + 8)) == NULL ||
	    question->follows == SIZE_MAX)
		return false;
	for (size_t i = 0; i < list->n; i++) {
		g = &list->v[i];
		if ((g->faulty || g->doubtful) && strcmp(g->id,
		    q->questions[question->follows].id) == 0)
			return true;
	}
	return false;
}

static void
tell(const struct json_source *src, const struct given_list *list,
    const struct statement *s, const struct questionnaire *q,
    const struct err *m)
{
	char path[JSON_PATH_LEN], at[JSON_PATH_LEN];
	char hint[NEAREST_HINT_LEN] = "";
	const struct question *question;
	const char *rest = "", *option = NULL;
	const struct answer *answer;
	const struct given *g;
	unsigned long n;

	if ((g = find_given(list, m->where, &rest)) == NULL) {
		if (m->code != ERR_ANSWER_MISSING ||
		    !follows_faulty(list, q, m->where))
			json_mistake(src, m->code, m->where, "%s", m->msg);
		return;
	}
	if ((g->faulty && (*rest == '\0' || m->code != ERR_OPTION_UNKNOWN)) ||
	    (m->code == ERR_ANSWER_UNASKED &&
	    follows_faulty(list, q, m->where)))
		return;
	path_of(g, path);
	answer = statement_answer(s, g->id);
	(void)snprintf(at, sizeof(at), "%s", path);
	if (answer != NULL && *rest == '[') {
		n = strtoul(rest + 1, NULL, 10);
		if (n < answer->n_options) {
			option = answer->options[n];
			json_path_index(at, path, index_in_file(g, option));
		}
	} else if (answer != NULL)
		option = answer->text;
	question = questionnaire_find(q, g->id);
	if (m->code == ERR_OPTION_UNKNOWN && option != NULL &&
	    question != NULL)
		option_hint(question, option, hint);
	json_mistake(src, m->code, at, "%s%s", m->msg, hint);
}

void
given_tell(const struct json_source *src, struct given_list *list,
    const struct statement *s, const struct questionnaire *q,
    const struct err_list *found)
{
	struct given *g;
	const char *rest;

	for (size_t i = 0; i < found->len; i++)
		if (found->v[i].code == ERR_OPTION_UNKNOWN &&
		    (g = find_given(list, found->v[i].where, &rest)) != NULL)
			g->doubtful = true;
	for (size_t i = 0; i < found->len; i++)
		tell(src, list, s, q, &found->v[i]);
	src->mistakes->over += found->over;
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
	free(list->v);
	memset(list, 0, sizeof(*list));
}
