/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/population/people.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/answers.h"

uint32_t
chance_below(struct chance *c, uint32_t n)
{
	c->state ^= c->state >> 12;
	c->state ^= c->state << 25;
	c->state ^= c->state >> 27;
	return (uint32_t)((c->state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % n;
}

void
person_of(uint32_t index, struct person *out)
{
	uint32_t place = index % 1000;
	char checked[ORGNR_LEN];

	/* 298 is nobody's beginning; the last digit is the one that fits. */
	for (char digit = '0'; digit <= '9'; digit++) {
		(void)snprintf(out->number, sizeof(out->number),
		    "298%06" PRIu32 "%c", index % 1000000, digit);
		if (orgnr_parse(out->number, checked))
			break;
	}
	out->kind = place < 290 ? KIND_KOMMUN : place < 311 ? KIND_REGION :
	    place < 700 ? KIND_MYNDIGHET : place < 900 ? KIND_NIS :
	    KIND_ANNAN;
	(void)snprintf(out->name, sizeof(out->name), "Påhittad %s %" PRIu32,
	    organisation_kind_name(out->kind), index);
}

/* What was answered to one question, for those that follow it: 64 options at
 * most are ticked. */
struct given_options {
	const char *options[64];
	size_t n;
};

static bool
is_asked(const struct question *question, const struct given_options *given)
{
	const struct given_options *before;

	if (question->follows == SIZE_MAX)
		return true;
	before = &given[question->follows];
	for (size_t i = 0; i < before->n; i++)
		for (size_t j = 0; j < question->n_follows_any; j++)
			if (strcmp(before->options[i],
			    question->follows_any[j]) == 0)
				return true;
	return false;
}

static void
add_options(const struct question *question, struct chance *chance,
    struct given_options *given, struct buf *json)
{
	bool several = question->type == QUESTION_MULTIPLE;
	uint32_t one = chance_below(chance, (uint32_t)question->n_options);

	buf_add_str(json, several ? "[" : "");
	for (size_t i = 0; i < question->n_options && given->n < 64; i++) {
		if (several ? chance_below(chance, 2) == 0 : i != one)
			continue;
		buf_add_str(json, given->n != 0 ? ",\"" : "\"");
		buf_add_str(json, question->options[i].id);
		buf_add_str(json, "\"");
		given->options[given->n++] = question->options[i].id;
	}
	buf_add_str(json, several ? "]" : "");
}

static void
add_answer(const struct question *question, struct chance *chance,
    struct given_options *given, struct buf *json)
{
	char text[64];

	switch (question->type) {
	case QUESTION_MULTIPLE:
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
		add_options(question, chance, given, json);
		break;
	case QUESTION_NUMBER:
		(void)snprintf(text, sizeof(text), "%" PRId64, question->min +
		    (int64_t)chance_below(chance, (uint32_t)
		    ((question->max - question->min) % 1000) + 1));
		buf_add_str(json, text);
		break;
	case QUESTION_TEXT:
		(void)snprintf(text, sizeof(text), "\"T%u\"",
		    (unsigned)chance_below(chance, 10));
		buf_add_str(json, text);
		break;
	}
}

static void
write_answers(const struct person *p, const struct questionnaire *q,
    const char *round, struct chance *chance, struct buf *json)
{
	struct given_options *given = calloc(q->n_questions,
	    sizeof(*given));
	const char *separator = "";
	char head[512];

	if (given == NULL)
		abort();
	(void)snprintf(head, sizeof(head), "{\"questionnaire\":\"%s\","
	    "\"round\":\"%s\",\"organisation\":{\"number\":\"%s\","
	    "\"name\":\"%s\",\"kind\":\"%s\"},\"answers\":{", q->id, round,
	    p->number, p->name, organisation_kind_name(p->kind));
	buf_add_str(json, head);
	for (size_t i = 0; i < q->n_questions; i++) {
		if (!is_asked(&q->questions[i], given))
			continue;
		buf_add_str(json, separator);
		separator = ",";
		buf_add_str(json, "\"");
		buf_add_str(json, q->questions[i].id);
		buf_add_str(json, "\":");
		add_answer(&q->questions[i], chance, &given[i], json);
	}
	buf_add_str(json, "}}");
	free(given);
}

void
person_answers(const struct person *p, const struct questionnaire *q,
    const char *round, struct chance *chance, struct statement *out)
{
	struct err_list mistakes = { 0 };
	struct answers *answers = NULL;
	struct buf json = { 0 };
	struct err e = { 0 };

	write_answers(p, q, round, chance, &json);
	if (json.failed || answers_parse(json.data, json.len, "answers",
	    &answers, &e) != ERR_OK ||
	    answers_statement(answers, q, out, &mistakes) != ERR_OK) {
		if (mistakes.len != 0)
			e = mistakes.v[0];
		fprintf(stderr, "make-population: %s: %s %s\n",
		    err_name(e.code), e.where, e.msg);
		exit(1);
	}
	err_list_wipe(&mistakes);
	answers_free(answers);
	buf_wipe(&json);
}
