/* SPDX-License-Identifier: EUPL-1.2 */
/* Answer sheets: from statements and from JSON, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "format/answers.h"
#include "format/questionnaire_file.h"
#include "scoring/sheet.h"

struct sheets {
	struct questionnaire *q;
	struct sheet_layout l;
	struct sheet s;
};

static void
open_named(struct sheets *t, const char *id)
{
	struct err e = { 0 };

	memset(t, 0, sizeof(*t));
	assert_int_equal(questionnaire_load_id("questionnaires", id, NULL,
	    digest_sha256, &t->q, &e), ERR_OK);
	assert_int_equal(sheet_layout_make(t->q, &t->l, &e), ERR_OK);
}

static void
close_sheet(struct sheets *t)
{
	sheet_wipe(&t->s);
	sheet_layout_wipe(&t->l);
	questionnaire_free(t->q);
}

static struct statement
sample(const char *path, const struct questionnaire *q)
{
	struct statement statement = { 0 };
	struct err_list mistakes = { 0 };
	struct answers *answers = NULL;
	struct buf text = { 0 };
	struct err e = { 0 };

	assert_int_equal(file_read(path, LIMIT_ANSWERS_FILE, &text, &e),
	    ERR_OK);
	assert_int_equal(answers_parse(text.data, text.len, path, &answers,
	    &e), ERR_OK);
	assert_int_equal(answers_statement(answers, q, &statement, &mistakes),
	    ERR_OK);
	answers_free(answers);
	buf_wipe(&text);
	return statement;
}

/* A statement and its JSON give the same sheet, and that gives the JSON. */
static void
same_sheet(const char *id, const char *path)
{
	struct sheet other = { 0 }, again = { 0 };
	struct statement statement;
	json_t *whole, *back;
	struct err e = { 0 };
	struct sheets t;

	open_named(&t, id);
	statement = sample(path, t.q);
	assert_int_equal(sheet_of_statement(&t.l, &statement, &t.s, &e),
	    ERR_OK);
	whole = statement_json(&statement);
	assert_int_equal(sheet_of_json(&t.l, "answers",
	    json_object_get(whole, "answers"), &other, &e), ERR_OK);
	assert_memory_equal(t.s.cells, other.cells, t.l.n_cells);
	back = sheet_json(&t.l, &t.s);
	for (size_t i = 0; i < t.q->n_questions; i++)
		if (t.q->questions[i].type == QUESTION_TEXT) {
			assert_null(json_object_get(back,
			    t.q->questions[i].id));
			other.cells[t.l.cell[i]] = 0;
		}
	assert_int_equal(sheet_of_json(&t.l, "answers", back, &again, &e),
	    ERR_OK);
	assert_memory_equal(other.cells, again.cells, t.l.n_cells);
	json_decref(back);
	json_decref(whole);
	sheet_wipe(&other);
	sheet_wipe(&again);
	statement_wipe(&statement);
	close_sheet(&t);
}

static void
test_samples(void **state)
{
	(void)state;
	same_sheet("infosakkollen-2023",
	    "samples/exempelkoping-infosakkollen-2023.json");
	same_sheet("itsakkollen-2023",
	    "samples/exempelkoping-itsakkollen-2023.json");
	same_sheet("kommunenkat-2015",
	    "samples/exempelkoping-kommunenkat-2015.json");
}

static void
test_wrong_answers(void **state)
{
	static const struct {
		const char *json, *where;
		enum err_code code;
	} cases[] = {
		{ "[]", "a", ERR_FIELD_TYPE },
		{ "{\"F99\": \"ja\"}", "a.F99", ERR_QUESTION_UNKNOWN },
		{ "{\"F2\": \"kanske\"}", "a.F2", ERR_OPTION_UNKNOWN },
		{ "{\"F2\": [\"ja\"]}", "a.F2", ERR_ANSWER_TYPE },
		{ "{\"F1\": \"it\"}", "a.F1", ERR_ANSWER_TYPE },
		{ "{\"F1\": [\"it\", \"?\"]}", "a.F1[1]",
		    ERR_OPTION_UNKNOWN },
		{ "{\"F1\": [\"it\", 7]}", "a.F1[1]", ERR_ANSWER_TYPE },
		{ "{\"F4b\": 7}", "a.F4b", ERR_ANSWER_TYPE },
		{ "{\"F3\": [\"lis\"]}", "a.F3", ERR_ANSWER_UNASKED },
		{ "{\"F2\": \"nej\", \"F3\": [\"lis\"]}", "a.F3",
		    ERR_ANSWER_UNASKED },
	};
	struct sheets t;
	json_t *o;

	(void)state;
	open_named(&t, "kommunenkat-2015");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = { 0 };

		assert_non_null(o = json_loads(cases[i].json, 0, NULL));
		assert_int_equal(sheet_of_json(&t.l, "a", o, &t.s, &e),
		    cases[i].code);
		assert_string_equal(e.where, cases[i].where);
		assert_null(t.s.cells);
		json_decref(o);
	}
	close_sheet(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_wrong_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
