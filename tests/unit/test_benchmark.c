/* SPDX-License-Identifier: EUPL-1.2 */
/* Benchmarks: who is in them, and the document, there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/json.h"
#include "scoring/benchmark.h"
#include "scoring/report/groups.h"
#include "tests/unit/people.h"

static const struct scoring_limits limits = { 3, 4, 50 };

/* n of a kind, each with as many boxes as it can have up to its place from
 * from. */
static void
add_many(struct people *p, enum organisation_kind kind, size_t n,
    size_t from)
{
	static const char *const answers[] = {
		"{'m': [], 'k': []}", "{'m': ['1'], 'k': []}",
		"{'m': ['1'], 'k': ['p']}", "{'m': ['1', '2'], 'k': ['p']}",
		"{'m': ['1', '2'], 'k': ['p', 'q']}",
		"{'m': ['1', '2', '3'], 'k': ['p', 'q'], 's': 'yes'}",
	};

	for (size_t i = 0; i < n; i++)
		people_add(p, kind, (unsigned)(1000 * (kind + 1) + i),
		    answers[from + i < 5 ? from + i : 5]);
}

static void
make(struct people *p, struct benchmark *b)
{
	struct err e = { 0 };

	memset(b, 0, sizeof(*b));
	assert_int_equal(benchmark_make(&p->pile, &limits, b, &e), ERR_OK);
}

/* Its groups: "all:15 kommun:8 kommun-best:4 ". */
static void
expect_groups(const struct benchmark *b, const char *want)
{
	char text[400] = "", id[BENCHMARK_ID_LEN];

	for (size_t i = 0; i < b->n_groups; i++) {
		size_t len = strlen(text);

		benchmark_id(&b->groups[i], id);
		(void)snprintf(text + len, sizeof(text) - len, "%s:%zu ", id,
		    b->groups[i].len);
	}
	assert_string_equal(text, want);
}

static void
test_groups(void **state)
{
	struct people p;
	struct benchmark b;

	(void)state;
	people_open(&p, NULL, NULL);
	make(&p, &b);
	expect_groups(&b, "");
	assert_null(benchmark_for(&b, KIND_KOMMUN));
	benchmark_wipe(&b);

	add_many(&p, KIND_KOMMUN, 8, 0);
	add_many(&p, KIND_REGION, 3, 0);
	add_many(&p, KIND_MYNDIGHET, 7, 0);
	add_many(&p, KIND_ANNAN, 2, 0);
	make(&p, &b);
	/* The seven are fewer than twice four; of all, the best are those
	 * that are the best kommun's, two of them, and two others. */
	expect_groups(&b, "all:18 kommun:8 region:3 myndighet:7 "
	    "all-best:4 kommun-best:4 ");
	assert_int_equal(b.groups[0].score.boxes, 2);
	assert_int_equal(b.groups[2].score.boxes, 1);
	assert_int_equal(b.groups[4].score.level, 2);
	assert_ptr_equal(benchmark_for(&b, KIND_KOMMUN), &b.groups[1]);
	assert_ptr_equal(benchmark_for(&b, KIND_ANNAN), &b.groups[0]);
	benchmark_wipe(&b);
	people_close(&p);
}

/* One kind is too few, so another one is not shown beside all. */
static void
test_small(void **state)
{
	struct people p;
	struct benchmark b;

	(void)state;
	people_open(&p, NULL, NULL);
	add_many(&p, KIND_KOMMUN, 8, 0);
	add_many(&p, KIND_REGION, 2, 0);
	add_many(&p, KIND_MYNDIGHET, 9, 0);
	make(&p, &b);
	expect_groups(&b, "all:19 myndighet:9 all-best:4 myndighet-best:4 ");
	assert_ptr_equal(benchmark_for(&b, KIND_REGION), &b.groups[0]);
	assert_ptr_equal(benchmark_for(&b, KIND_KOMMUN), &b.groups[0]);
	benchmark_wipe(&b);
	people_close(&p);
}

/* The best of all are the best of a kind, but for one. */
static void
test_best_but_for_one(void **state)
{
	struct people p;
	struct benchmark b;

	(void)state;
	people_open(&p, NULL, NULL);
	add_many(&p, KIND_KOMMUN, 10, 2);
	add_many(&p, KIND_MYNDIGHET, 5, 0);
	people_add(&p, KIND_MYNDIGHET, 9999,
	    "{'m': ['1', '2', '3'], 'k': ['p', 'q'], 's': 'yes'}");
	make(&p, &b);
	expect_groups(&b, "all:16 kommun:10 myndighet:6 kommun-best:4 ");
	benchmark_wipe(&b);
	people_close(&p);
}

/* --- the document --------------------------------------------------------- */

static char *
written(const struct people *p, const struct benchmark *b)
{
	struct buf out = { 0 };
	struct err e = { 0 };
	char *copy;

	assert_int_equal(benchmark_write(&p->pile.layout, b, &out, &e),
	    ERR_OK);
	copy = strdup(buf_str(&out));
	assert_non_null(copy);
	buf_wipe(&out);
	return copy;
}

static enum err_code
parse(const struct people *p, const char *text, struct benchmark *b,
    struct err *e)
{
	memset(b, 0, sizeof(*b));
	memset(e, 0, sizeof(*e));
	return benchmark_parse((const uint8_t *)text, strlen(text), "b.json",
	    &p->pile.layout, b, e);
}

static void
test_there_and_back(void **state)
{
	struct people p;
	struct benchmark b, back;
	struct err e;
	char *text, *again;

	(void)state;
	people_open(&p, NULL, NULL);
	add_many(&p, KIND_KOMMUN, 9, 0);
	people_add(&p, KIND_MYNDIGHET, 1, "{'s': 'yes', 'n': 7}");
	add_many(&p, KIND_REGION, 3, 3);
	make(&p, &b);
	text = written(&p, &b);
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_int_equal(parse(&p, text, &back, &e), ERR_OK);
	again = written(&p, &back);
	assert_string_equal(text, again);
	assert_int_equal(back.n_groups, b.n_groups);
	for (size_t i = 0; i < b.n_groups; i++) {
		assert_int_equal(back.groups[i].kind, b.groups[i].kind);
		assert_int_equal(back.groups[i].score.number,
		    b.groups[i].score.number);
	}
	assert_int_equal(back.limits.percent, 50);
	free(text);
	free(again);
	benchmark_wipe(&b);
	benchmark_wipe(&back);
	people_close(&p);
}

/* good with the first "find" replaced, both with ' for ". */
static char *
changed(const char *good, const char *find, const char *with)
{
	char *out = malloc(strlen(good) + strlen(with) + 1), f[100], w[200];
	const char *at;

	assert_non_null(out);
	(void)snprintf(f, sizeof(f), "%s", find);
	(void)snprintf(w, sizeof(w), "%s", with);
	for (char *c = f; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	for (char *c = w; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	at = strstr(good, f);
	assert_non_null(at);
	(void)sprintf(out, "%.*s%s%s", (int)(at - good), good, w,
	    at + strlen(f));
	return out;
}

static void
test_refused(void **state)
{
	static const struct {
		const char *find, *with, *where;
		enum err_code code;
	} all[] = {
		{ "'format':", "'formats':", "formats", ERR_BENCHMARK },
		{ "sigill-benchmark", "sigill-report", "format",
		    ERR_BENCHMARK },
		{ "'version':1,'q", "'version':2,'q", "version",
		    ERR_BENCHMARK },
		{ "'id':'prov'", "'id':'prova'", "", ERR_BENCHMARK_OTHER },
		{ "'sha256':'01", "'sha256':'02", "",
		    ERR_QUESTIONNAIRE_DIGEST },
		{ "'sha256':'01", "'sha256':'1", "questionnaire.sha256",
		    ERR_BENCHMARK },
		{ "'version':'1'", "'version':'2'", "questionnaire.version",
		    ERR_BENCHMARK },
		{ "'title':'", "'title':'X", "questionnaire.title",
		    ERR_BENCHMARK },
		{ "'round':'2027'", "'round':'20 27'", "round",
		    ERR_BENCHMARK },
		{ "'test'", "'demo'", "environment", ERR_BENCHMARK },
		{ "'percent':50", "'percent':100", "settings.percent",
		    ERR_BENCHMARK },
		{ "'percent':50", "'percent':50.5", "settings.percent",
		    ERR_BENCHMARK },
		{ "'least':3", "'least':-3", "settings.least",
		    ERR_BENCHMARK },
		{ "'id':'all',", "", "groups[0].id", ERR_BENCHMARK },
		{ "'id':'all'", "'id':'alla'", "groups[0]", ERR_BENCHMARK },
		{ "'kind':'kommun'", "'kind':'komun'", "groups[1].kind",
		    ERR_BENCHMARK },
		{ "'kind':'kommun',", "", "groups[1]", ERR_BENCHMARK },
		{ "'organisations':9", "'organisations':2", "groups[0]",
		    ERR_BENCHMARK },
		{ "'best':0", "'best':4", "groups[0]", ERR_BENCHMARK },
		{ "{'id':'kommun','kind':'kommun','best':0",
		    "{'id':'all','best':0", "groups[1]", ERR_BENCHMARK },
		{ "'m':[", "'m':['7',", "groups[0].answers.m[0]",
		    ERR_BENCHMARK },
		{ "'m':[", "'x':[],'m':[", "groups[0].answers.x",
		    ERR_BENCHMARK },
		{ "'m':[", "'f':['x'],'m':[", "groups[0].answers.f",
		    ERR_BENCHMARK },
		{ "'answers':{", "'answers':{},'other':{", "groups[0].other",
		    ERR_BENCHMARK },
		{ "}\n", "", "", ERR_BENCHMARK },
		{ "}\n", "}}\n", "", ERR_BENCHMARK },
		{ "'round':'2027'", "'round':'2027','round':'2027'", "",
		    ERR_BENCHMARK },
	};
	struct people p;
	struct benchmark b;
	struct err e;
	char *good;

	(void)state;
	people_open(&p, NULL, NULL);
	add_many(&p, KIND_KOMMUN, 9, 0);
	make(&p, &b);
	good = written(&p, &b);
	benchmark_wipe(&b);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char *text = changed(good, all[i].find, all[i].with);
		size_t len = strlen(all[i].where);

		assert_int_equal(parse(&p, text, &b, &e), all[i].code);
		assert_int_equal(e.code, all[i].code);
		assert_string_equal(e.where, "b.json");
		if (strncmp(e.msg, all[i].where, len) != 0)
			fail_msg("%zu: %s", i, e.msg);
		assert_null(b.groups);
		free(text);
	}
	free(good);
	people_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_best_but_for_one),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_refused),
	};

	json_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
