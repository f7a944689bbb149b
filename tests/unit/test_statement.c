/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements against their definition: every mistake, each in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "format/questionnaire.h"
#include "format/statement.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* A definition with one question of each kind, and two that follow: why is
 * asked when done is no, how when ways has a or c. */
static struct question_option yes_no[] = { { .id = "yes" }, { .id = "no" } };
static struct question_option ways[] = {
	{ .id = "a" }, { .id = "b" }, { .id = "c" },
};
static char *on_no[] = { "no" }, *on_a_c[] = { "a", "c" };
static struct question questions[] = {
	{ .id = "done", .type = QUESTION_SINGLE, .required = true,
	  .options = yes_no, .n_options = 2, .follows = SIZE_MAX },
	{ .id = "ways", .type = QUESTION_MULTIPLE, .required = true,
	  .options = ways, .n_options = 3, .follows = SIZE_MAX },
	{ .id = "step", .type = QUESTION_SCALE,
	  .options = ways, .n_options = 3, .follows = SIZE_MAX },
	{ .id = "people", .type = QUESTION_NUMBER, .min = -1, .max = 50,
	  .follows = SIZE_MAX },
	{ .id = "why", .type = QUESTION_TEXT, .max = 5, .required = true,
	  .follows = 0, .follows_any = on_no, .n_follows_any = 1 },
	{ .id = "how", .type = QUESTION_TEXT, .max = 5,
	  .follows = 1, .follows_any = on_a_c, .n_follows_any = 2 },
};
static const struct questionnaire definition = {
	.id = "q", .version = "1", .questions = questions,
	.n_questions = N(questions),
};

static struct answer
one(char *question, char *text)
{
	return (struct answer){ .question = question, .type = ANSWER_TEXT,
	    .text = text };
}

static struct answer
many(char *question, char **options, size_t n)
{
	return (struct answer){ .question = question,
	    .type = ANSWER_OPTIONS, .options = options, .n_options = n };
}

static struct answer
count(char *question, int64_t number)
{
	return (struct answer){ .question = question,
	    .type = ANSWER_NUMBER, .number = number };
}

/* The mistakes as "code where" lines, in their order. */
static void
finds(struct answer *answers, size_t n, const char *want)
{
	struct statement s = { .answers = answers, .n_answers = n };
	struct err_list list = { 0 };
	struct buf got = { 0 };

	statement_check(&s, &definition, &list);
	for (size_t i = 0; i < list.len; i++) {
		buf_add_str(&got, err_name(list.v[i].code));
		buf_add_str(&got, " ");
		buf_add_str(&got, list.v[i].where);
		buf_add_str(&got, "\n");
		assert_true(list.v[i].msg[0] != '\0');
	}
	assert_string_equal(buf_str(&got), want);
	buf_wipe(&got);
	err_list_wipe(&list);
}

static void
test_good(void **state)
{
	char *ac[] = { "a", "c" }, *b[] = { "b" };

	(void)state;
	finds((struct answer[]){ one("done", "yes"), many("ways", b, 1) }, 2,
	    "");
	finds((struct answer[]){ one("done", "yes"), many("ways", NULL, 0) },
	    2, "");
	finds((struct answer[]){ one("how", "5char"), one("why",
	    "\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5\xc3\xa5"), one("done", "no"),
	    one("step", "c"), many("ways", ac, 2), count("people", -1) }, 6,
	    "");
	finds((struct answer[]){ one("done", "yes"), many("ways", b, 1),
	    count("people", 50) }, 3, "");
}

static void
test_missing(void **state)
{
	(void)state;
	finds(NULL, 0, "answer-missing answers.done\n"
	    "answer-missing answers.ways\n");
	finds((struct answer[]){ one("done", "no"), many("ways", NULL, 0) },
	    2, "answer-missing answers.why\n");
}

static void
test_unasked(void **state)
{
	char *b[] = { "b" };

	(void)state;
	finds((struct answer[]){ one("how", "x"), one("why", "x"),
	    one("done", "yes"), many("ways", b, 1) }, 4,
	    "answer-unasked answers.how\nanswer-unasked answers.why\n");
	/* followed questions that have no answer lead nowhere */
	finds((struct answer[]){ one("how", "x"), one("why", "x") }, 2,
	    "answer-unasked answers.how\nanswer-unasked answers.why\n"
	    "answer-missing answers.done\nanswer-missing answers.ways\n");
}

static void
test_unknown(void **state)
{
	char *wrong[] = { "a", "x", "y" };

	(void)state;
	finds((struct answer[]){ one("17", "x"), one("done", "maybe"),
	    one("step", "d"), many("ways", wrong, 3) }, 4,
	    "question-unknown answers.17\noption-unknown answers.done\n"
	    "option-unknown answers.step\noption-unknown answers.ways[1]\n"
	    "option-unknown answers.ways[2]\n");
}

static void
test_kinds(void **state)
{
	char *no[] = { "no" };

	(void)state;
	finds((struct answer[]){ many("why", no, 1), many("done", no, 1),
	    count("step", 1), one("ways", "a"), one("people", "7") }, 5,
	    "answer-type answers.why\nanswer-type answers.done\n"
	    "answer-type answers.step\nanswer-type answers.ways\n"
	    "answer-type answers.people\n");
	finds((struct answer[]){ count("done", 1), count("ways", 1) }, 2,
	    "answer-type answers.done\nanswer-type answers.ways\n");
}

static void
test_values(void **state)
{
	char *a[] = { "a" };

	(void)state;
	finds((struct answer[]){ one("how", "6chars"), one("why", ""),
	    one("done", "no"), many("ways", a, 1), count("people", 51) }, 5,
	    "answer-value answers.how\nanswer-value answers.why\n"
	    "answer-value answers.people\n");
	finds((struct answer[]){ one("done", "yes"), many("ways", NULL, 0),
	    count("people", INT64_MIN) }, 3,
	    "answer-value answers.people\n");
}

/* What a person wrote in the wrong place does not show up in messages. */
static void
test_no_content(void **state)
{
	char *secret[] = { "SECRET" };
	struct answer a[] = { one("done", "SECRET"), many("ways", secret, 1),
	    one("people", "SECRET") };
	struct statement s = { .answers = a, .n_answers = 3 };
	struct err_list list = { 0 };

	(void)state;
	statement_check(&s, &definition, &list);
	assert_int_equal(list.len, 3);
	for (size_t i = 0; i < list.len; i++)
		assert_null(strstr(list.v[i].msg, "SECRET"));
	err_list_wipe(&list);
}

static void
test_many_mistakes(void **state)
{
	struct answer a[LIMIT_MISTAKES + 50];
	struct statement s = { .answers = a, .n_answers = N(a) };
	struct err_list list = { 0 };

	(void)state;
	for (size_t i = 0; i < N(a); i++)
		a[i] = count("unknown", 1);
	statement_check(&s, &definition, &list);
	assert_int_equal(list.len, LIMIT_MISTAKES);
	assert_int_equal(list.over, 52);	/* and the two missing */
	err_list_wipe(&list);
}

static void
test_names(void **state)
{
	(void)state;
	for (int i = 0; i <= KIND_ANNAN; i++)
		assert_int_equal(organisation_kind_parse(
		    organisation_kind_name((enum organisation_kind)i)), i);
	assert_int_equal(organisation_kind_parse("Kommun"), -1);
	assert_null(organisation_kind_name((enum organisation_kind)5));
}

/* A change of any field is a change of the bytes. */
static void
test_meaning(void **state)
{
	char *ab[] = { "a", "b" };
	struct answer answers[] = { one("x", "1"), many("yy", ab, 1) };
	struct statement base = { .questionnaire = "q", .version = "1",
	    .round = "r", .number = "2120000142", .name = "n",
	    .answers = answers, .n_answers = 2 };
	struct buf was = { 0 }, is = { 0 };
	struct statement s;

	(void)state;
	assert_int_equal(statement_encode(&base, &was, NULL), ERR_OK);
#define CHANGES(change) do { \
	s = base; \
	change; \
	is.len = 0; \
	assert_int_equal(statement_encode(&s, &is, NULL), ERR_OK); \
	assert_false(buf_equal(&is, was.data, was.len)); \
} while (0)
	CHANGES(s.questionnaire = "p");
	CHANGES(s.version = "2");
	CHANGES(s.definition[31] = 1);
	CHANGES(s.round = "R");
	CHANGES(strcpy(s.number, "2021000019"));
	CHANGES(s.name = "m");
	CHANGES(s.kind = KIND_REGION);
	CHANGES(s.n_answers = 1);
	CHANGES(answers[1].n_options = 2);
	CHANGES(answers[1].n_options = 0);
	answers[1].n_options = 1;
	CHANGES(answers[0].text = "2");
	CHANGES(answers[0] = count("x", 1));
#undef CHANGES
	buf_wipe(&was);
	buf_wipe(&is);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_unasked),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_no_content),
		cmocka_unit_test(test_many_mistakes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
