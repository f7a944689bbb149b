/* SPDX-License-Identifier: EUPL-1.2 */
/* Typical sheets, order, the best, and which groups are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/report/groups.h"
#include "scoring/typical.h"
#include "tests/unit/people.h"

/* The typical answers of all as JSON with '. */
static void
expect(const struct people *p, unsigned percent, size_t least,
    const char *want)
{
	struct group all;
	struct sheet sheet;
	struct err e = { 0 };
	json_t *json;
	char *text;

	assert_int_equal(group_of_kind(&p->pile, -1, &all, &e), ERR_OK);
	assert_int_equal(typical_sheet(&p->pile, &all, percent, least, &sheet,
	    &e), ERR_OK);
	json = sheet_json(&p->pile.layout, &sheet);
	assert_non_null(json);
	text = json_dumps(json, JSON_SORT_KEYS);
	assert_non_null(text);
	for (char *c = text; *c != '\0'; c++)
		if (*c == '"')
			*c = '\'';
	assert_string_equal(text, want);
	free(text);
	json_decref(json);
	sheet_wipe(&sheet);
	group_wipe(&all);
}

static void
test_more_than_half(void **state)
{
	struct people p;

	(void)state;
	people_open(&p, NULL, NULL);
	expect(&p, 50, 1, "{}");
	people_add(&p, KIND_KOMMUN, 1, "{'m': ['1', '2'], 'k': []}");
	people_add(&p, KIND_REGION, 2, "{'m': ['1'], 'k': ['p']}");
	people_add(&p, KIND_KOMMUN, 3, "{'m': [], 'k': ['p', 'q']}");
	people_add(&p, KIND_KOMMUN, 4, "{'m': ['2'], 'k': ['p']}");
	/* In no "all". */
	people_add(&p, KIND_NIS, 5, "{'m': ['1', '2', '3'], 'f': ['x']}");
	/* Half is not more than half, and nothing ticked is an answer. */
	expect(&p, 50, 1, "{'k': ['p'], 'm': []}");
	expect(&p, 49, 1, "{'k': ['p'], 'm': ['1', '2']}");
	expect(&p, 0, 1, "{'k': ['p', 'q'], 'm': ['1', '2']}");
	expect(&p, 74, 1, "{'k': ['p'], 'm': []}");
	expect(&p, 75, 1, "{'k': [], 'm': []}");
	/* Of those that have answered. */
	people_add(&p, KIND_KOMMUN, 6, "{'k': []}");
	people_add(&p, KIND_KOMMUN, 7, "{'k': []}");
	expect(&p, 50, 1, "{'k': [], 'm': []}");
	expect(&p, 49, 1, "{'k': ['p'], 'm': ['1', '2']}");
	/* And of enough of them. */
	expect(&p, 49, 4, "{'k': ['p'], 'm': ['1', '2']}");
	expect(&p, 49, 5, "{'k': ['p']}");
	people_close(&p);
}

static void
test_medians(void **state)
{
	struct people p;

	(void)state;
	people_open(&p, NULL, NULL);
	people_add(&p, KIND_KOMMUN, 1, "{'s': 'no'}");
	people_add(&p, KIND_KOMMUN, 2, "{'s': 'yes', 'n': 900}");
	expect(&p, 50, 1, "{'s': 'no'}");
	people_add(&p, KIND_KOMMUN, 3, "{'s': 'yes', 'n': 1}");
	/* n follows: it is asked on the sheet as it becomes. */
	expect(&p, 50, 1, "{'n': 1, 's': 'yes'}");
	people_add(&p, KIND_KOMMUN, 4, "{'s': 'yes', 'n': 17}");
	expect(&p, 50, 1, "{'n': 17, 's': 'yes'}");
	/* A number is somebody's own: of three, two on the one side. */
	expect(&p, 50, 2, "{'s': 'yes'}");
	people_add(&p, KIND_KOMMUN, 5, "{'s': 'yes', 'n': 18}");
	expect(&p, 50, 2, "{'n': 17, 's': 'yes'}");
	people_add(&p, KIND_KOMMUN, 6, "{'s': 'no'}");
	people_add(&p, KIND_KOMMUN, 7, "{'s': 'some'}");
	people_add(&p, KIND_KOMMUN, 8, "{'s': 'some'}");
	expect(&p, 50, 1, "{'s': 'some'}");
	people_close(&p);
}

static void
test_follow_up(void **state)
{
	struct people p;

	(void)state;
	people_open(&p, NULL, NULL);
	people_add(&p, KIND_KOMMUN, 1, "{'m': ['3'], 'f': ['x']}");
	people_add(&p, KIND_KOMMUN, 2, "{'m': ['3'], 'f': ['x', 'y']}");
	people_add(&p, KIND_KOMMUN, 3, "{'m': ['1', '3'], 'f': ['y']}");
	people_add(&p, KIND_KOMMUN, 4, "{'m': ['1']}");
	/* Two of the three that were asked. */
	expect(&p, 50, 1, "{'f': ['x', 'y'], 'm': ['3']}");
	expect(&p, 50, 4, "{'m': ['3']}");
	people_add(&p, KIND_KOMMUN, 5, "{'m': ['1']}");
	people_add(&p, KIND_KOMMUN, 6, "{'m': ['1']}");
	/* The typical one has not ticked 3 any more. */
	expect(&p, 50, 1, "{'m': ['1']}");
	people_close(&p);
}

/* --- order ---------------------------------------------------------------- */

static void
expect_numbers(const struct people *p, const struct group *g,
    const char *want)
{
	char text[200] = "";

	for (size_t i = 0; i < g->len; i++) {
		size_t len = strlen(text);

		(void)snprintf(text + len, sizeof(text) - len, "%s ",
		    p->pile.v[g->v[i]].document.number + 7);
	}
	assert_string_equal(text, want);
}

/* The same whoever comes first. */
static void
test_order(void **state)
{
	static const struct {
		enum organisation_kind kind;
		unsigned number;
		const char *answers;
	} all[] = {
		{ KIND_KOMMUN, 103, "{'m': ['1'], 'k': ['p']}" },
		{ KIND_KOMMUN, 101, "{'m': ['1', '2'], 'k': []}" },
		{ KIND_REGION, 105, "{'m': ['1'], 'k': ['p', 'q']}" },
		{ KIND_KOMMUN, 102, "{'m': ['1'], 'k': []}" },
		{ KIND_KOMMUN, 104, "{'m': ['2'], 'k': ['q']}" },
		{ KIND_ANNAN, 100, "{'m': ['1', '2'], 'k': ['p', 'q']}" },
	};
	const size_t n = sizeof(all) / sizeof(all[0]);

	(void)state;
	for (size_t turn = 0; turn < n; turn++) {
		struct people p;
		struct group g, sorted;
		struct err e = { 0 };

		people_open(&p, NULL, NULL);
		for (size_t i = 0; i < n; i++) {
			size_t at = (i * 5 + turn) % n;

			people_add(&p, all[at].kind, all[at].number,
			    all[at].answers);
		}
		assert_int_equal(group_of_kind(&p.pile, -1, &g, &e), ERR_OK);
		assert_int_equal(group_ordered(&p.pile, &g, &sorted, &e),
		    ERR_OK);
		expect_numbers(&p, &sorted, "102 101 103 104 105 ");
		group_wipe(&sorted);
		assert_int_equal(group_best(&p.pile, &g, 2, &sorted, &e),
		    ERR_OK);
		expect_numbers(&p, &sorted, "105 104 ");
		group_wipe(&sorted);
		assert_int_equal(group_best(&p.pile, &g, 9, &sorted, &e),
		    ERR_OK);
		expect_numbers(&p, &sorted, "105 104 103 101 102 ");
		group_wipe(&sorted);
		group_wipe(&g);
		assert_int_equal(group_of_kind(&p.pile, KIND_REGION, &g, &e),
		    ERR_OK);
		expect_numbers(&p, &g, "105 ");
		group_wipe(&g);
		expect(&p, 50, 1, "{'k': [], 'm': ['1']}");
		people_close(&p);
	}
}

/* --- which are shown ------------------------------------------------------ */

static void
add_many(struct people *p, enum organisation_kind kind, size_t n)
{
	for (size_t i = 0; i < n; i++)
		people_add(p, kind, (unsigned)(1000 * (kind + 1) + i), "{}");
}

static void
test_groups(void **state)
{
	struct people p;
	struct groups g;
	struct err e = { 0 };

	(void)state;
	people_open(&p, NULL, NULL);
	add_many(&p, KIND_KOMMUN, 7);
	add_many(&p, KIND_REGION, 3);
	add_many(&p, KIND_MYNDIGHET, 9);
	add_many(&p, KIND_NIS, 2);
	assert_int_equal(groups_shown(&p.pile, 5, &g, &e), ERR_OK);
	assert_int_equal(g.size[GROUP_ALL], 19);
	assert_int_equal(g.order[0], GROUP_ALL);
	assert_int_equal(g.order[1], GROUP_OF(KIND_MYNDIGHET));
	assert_int_equal(g.order[2], GROUP_OF(KIND_KOMMUN));
	assert_int_equal(g.order[3], GROUP_OF(KIND_REGION));
	assert_int_equal(g.verdict[GROUP_ALL], DISCLOSURE_SHOWN);
	assert_int_equal(g.verdict[GROUP_OF(KIND_KOMMUN)],
	    DISCLOSURE_COMPLEMENTARY);
	assert_int_equal(g.verdict[GROUP_OF(KIND_REGION)], DISCLOSURE_SMALL);
	assert_int_equal(g.verdict[GROUP_OF(KIND_MYNDIGHET)],
	    DISCLOSURE_SHOWN);
	/* In no "all", so it takes none along. */
	assert_int_equal(g.verdict[GROUP_OF(KIND_NIS)], DISCLOSURE_SMALL);
	add_many(&p, KIND_ANNAN, 5);
	assert_int_equal(groups_shown(&p.pile, 5, &g, &e), ERR_OK);
	assert_int_equal(g.verdict[GROUP_OF(KIND_ANNAN)], DISCLOSURE_SHOWN);
	assert_string_equal(group_id(GROUP_ALL), "all");
	assert_string_equal(group_id(GROUP_OF(KIND_NIS)), "nis");
	people_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_more_than_half),
		cmocka_unit_test(test_medians),
		cmocka_unit_test(test_follow_up),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
