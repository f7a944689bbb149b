/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Statement against definition: every answer must be one that its question
 * allows, every question that is asked and required must have one.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "format/questionnaire.h"
#include "format/statement.h"
#include "format/text.h"

#define NO_OPTION	SIZE_MAX

/* Adds a mistake at answers.QUESTION, or at one of its options. */
static void __attribute__((format(printf, 5, 6)))
mistake(struct err_list *list, enum err_code code, const char *question,
    size_t option, const char *fmt, ...)
{
	char where[ERR_WHERE_LEN], msg[ERR_MSG_LEN];
	struct err e = { 0 };
	va_list ap;

	if (option == NO_OPTION)
		(void)snprintf(where, sizeof(where), "answers.%s", question);
	else
		(void)snprintf(where, sizeof(where), "answers.%s[%zu]",
		    question, option);
	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	(void)err_set(&e, code, where, 0, "%s", msg);
	err_list_add(list, &e);
}

static bool
chose(const struct answer *a, const char *option)
{
	if (a->type == ANSWER_TEXT)
		return strcmp(a->text, option) == 0;
	for (size_t i = 0; a->type == ANSWER_OPTIONS && i < a->n_options; i++)
		if (strcmp(a->options[i], option) == 0)
			return true;
	return false;
}

/* A follow-up is asked when the question that it follows has one of the
 * answers that lead to it. */
static bool
is_asked(const struct statement *s, const struct questionnaire *q,
    const struct question *question)
{
	const struct answer *a;

	if (question->follows == SIZE_MAX)
		return true;
	a = statement_answer(s, q->questions[question->follows].id);
	for (size_t i = 0; a != NULL && i < question->n_follows_any; i++)
		if (chose(a, question->follows_any[i]))
			return true;
	return false;
}

/* What was written is not shown: it may be a confidential text that went
 * into the wrong place. */
static void
unknown_option(const struct answer *a, const struct question *question,
    size_t option, struct err_list *list)
{
	mistake(list, ERR_OPTION_UNKNOWN, a->question, option,
	    _("it is none of the question's %zu options"),
	    question->n_options);
}

static void
check_options(const struct answer *a, const struct question *question,
    struct err_list *list)
{
	if (a->type != ANSWER_OPTIONS) {
		mistake(list, ERR_ANSWER_TYPE, a->question, NO_OPTION,
		    _("it must be a list of options"));
		return;
	}
	for (size_t i = 0; i < a->n_options; i++)
		if (question_find_option(question, a->options[i]) == NULL)
			unknown_option(a, question, i, list);
}

static void
check_option(const struct answer *a, const struct question *question,
    struct err_list *list)
{
	if (a->type != ANSWER_TEXT)
		mistake(list, ERR_ANSWER_TYPE, a->question, NO_OPTION,
		    _("it must be one option"));
	else if (question_find_option(question, a->text) == NULL)
		unknown_option(a, question, NO_OPTION, list);
}

static void
check_number(const struct answer *a, const struct question *question,
    struct err_list *list)
{
	if (a->type != ANSWER_NUMBER)
		mistake(list, ERR_ANSWER_TYPE, a->question, NO_OPTION,
		    _("it must be a whole number"));
	else if (a->number < question->min || a->number > question->max)
		mistake(list, ERR_ANSWER_VALUE, a->question, NO_OPTION,
		    _("it must be from %jd to %jd"), (intmax_t)question->min,
		    (intmax_t)question->max);
}

static void
check_text(const struct answer *a, const struct question *question,
    struct err_list *list)
{
	size_t n;

	if (a->type != ANSWER_TEXT) {
		mistake(list, ERR_ANSWER_TYPE, a->question, NO_OPTION,
		    _("it must be a text"));
		return;
	}
	n = text_length(a->text);
	if (n == 0)
		mistake(list, ERR_ANSWER_VALUE, a->question, NO_OPTION,
		    _("it is empty; leave the question out instead"));
	else if (question->max >= 0 && n > (uintmax_t)question->max)
		mistake(list, ERR_ANSWER_VALUE, a->question, NO_OPTION,
		    _("%zu characters; at most %jd are allowed"), n,
		    (intmax_t)question->max);
}

static void
check_answer(const struct statement *s, const struct questionnaire *q,
    const struct answer *a, struct err_list *list)
{
	const struct question *question = questionnaire_find(q, a->question);

	if (question == NULL) {
		mistake(list, ERR_QUESTION_UNKNOWN, a->question, NO_OPTION,
		    "%s", a->question);
		return;
	}
	switch (question->type) {
	case QUESTION_MULTIPLE:
		check_options(a, question, list);
		break;
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
		check_option(a, question, list);
		break;
	case QUESTION_NUMBER:
		check_number(a, question, list);
		break;
	case QUESTION_TEXT:
		check_text(a, question, list);
		break;
	}
	if (!is_asked(s, q, question))
		mistake(list, ERR_ANSWER_UNASKED, a->question, NO_OPTION,
		    _("it follows question %s"),
		    q->questions[question->follows].id);
}

void
statement_check(const struct statement *s, const struct questionnaire *q,
    struct err_list *mistakes)
{
	const struct question *question;

	for (size_t i = 0; i < s->n_answers; i++)
		check_answer(s, q, &s->answers[i], mistakes);
	for (size_t i = 0; i < q->n_questions; i++) {
		question = &q->questions[i];
		if (question->required && is_asked(s, q, question) &&
		    statement_answer(s, question->id) == NULL)
			mistake(mistakes, ERR_ANSWER_MISSING, question->id,
			    NO_OPTION, _("question %s"), question->id);
	}
}
