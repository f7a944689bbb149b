/* SPDX-License-Identifier: EUPL-1.2 */
/* How figures are rounded, and what a correlation is made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "scoring/report/aggregate_spread.h"
#include "scoring/report/figure.h"

static void
test_halves(void **state)
{
	static const struct {
		int64_t num, den;
		unsigned decimals;
		int64_t want;
	} rows[] = {
		{ 1, 2, 0, 1 }, { -1, 2, 0, -1 }, { 1, -2, 0, -1 },
		{ 3, 2, 0, 2 }, { -3, 2, 0, -2 }, { 5, 2, 0, 3 },
		{ 49, 100, 0, 0 }, { -49, 100, 0, 0 },
		{ 1, 20, 1, 1 }, { 1, 200, 2, 1 }, { 999, 2000, 3, 500 },
		{ 0, 7, 2, 0 },
		/* of 291: */
		{ 800, 291, 1, 27 }, { 12800, 291, 1, 440 },
		{ 8900, 291, 1, 306 }, { 10200, 291, 1, 351 },
		/* changes: 204 to 172, 301 to 291 */
		{ -3200, 204, 1, -157 }, { -1000, 301, 1, -33 },
		/* -0.25 and -0.35 are halves */
		{ -1, 4, 1, -3 }, { -7, 20, 1, -4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(figure_round(rows[i].num, rows[i].den,
		    rows[i].decimals), rows[i].want);
	/* Products of sums do not fit in 64 bits. */
	assert_int_equal(figure_round((figure_wide)INT64_MAX * 1000,
	    (figure_wide)INT64_MAX * 3, 2), 33333);
}

/* As a document has it. */
static void
check_text(json_t *made, const char *want)
{
	char *text;

	assert_non_null(made);
	text = json_dumps(made, JSON_COMPACT | JSON_ENCODE_ANY |
	    JSON_REAL_PRECISION(15));
	assert_string_equal(text, want);
	free(text);
	json_decref(made);
}

static void
test_figures(void **state)
{
	json_t *o = json_object();

	(void)state;
	check_text(figure_share(8, 291),
	    "{\"count\":8,\"of\":291,\"percent\":2.7}");
	check_text(figure_share(128, 291),
	    "{\"count\":128,\"of\":291,\"percent\":44.0}");
	check_text(figure_share(1, 1),
	    "{\"count\":1,\"of\":1,\"percent\":100.0}");
	check_text(figure_share(0, 0), "{\"count\":0,\"of\":0}");
	check_text(figure_mean(20425, 211, 1), "96.8");
	check_text(figure_mean(2, 3, 1), "0.67");
	check_text(figure_mean(2870000, 1, 1000000), "2.87");
	check_text(figure_mean(-1, 8, 1), "-0.13");
	check_text(figure_suppressed(DISCLOSURE_SMALL),
	    "{\"suppressed\":\"small\"}");
	/* 116 against 69; and from nothing there is no change. */
	assert_true(figure_put_change(o, 116, 1, 69, 1));
	check_text(json_incref(o), "{\"percent\":68.1}");
	json_object_clear(o);
	assert_true(figure_put_change(o, 116, 1, 0, 1));
	check_text(o, "{}");
}

/* Every share of up to 400 has the tenth that is nearest, and prints so. */
static void
test_tenths(void **state)
{
	(void)state;
	for (int of = 1; of <= 400; of++)
		for (int count = 0; count <= of; count++) {
			int tenths = (2000 * count + of) / (2 * of);
			char want[80];

			(void)snprintf(want, sizeof(want), "{\"count\":%d,"
			    "\"of\":%d,\"percent\":%d.%d}", count, of,
			    tenths / 10, tenths % 10);
			check_text(figure_share((size_t)count, (size_t)of),
			    want);
		}
}

static void
test_r2(void **state)
{
	const int64_t x[] = { 0, 1, 1, 2, 2 }, y[] = { 0, 1, 2, 4, 5 };
	const int64_t line[] = { 3, 5, 5, 7, 7 }, flat[] = { 4, 4, 4, 4, 4 };
	const int64_t down[] = { 0, -1, -1, -2, -2 };
	int64_t *a, *b;

	(void)state;
	/* 33 * 33 / (14 * 86) */
	assert_int_equal(aggregate_r2(x, y, 5), 9045);
	assert_int_equal(aggregate_r2(x, line, 5), 10000);
	assert_int_equal(aggregate_r2(x, down, 5), 10000);
	assert_int_equal(aggregate_r2(x, flat, 5), -1);
	assert_int_equal(aggregate_r2(x, y, 1), -1);
	/* Means in millionths, of a hundred thousand. */
	a = calloc(100000, sizeof(*a));
	b = calloc(100000, sizeof(*b));
	assert_non_null(a);
	assert_non_null(b);
	for (int64_t i = 0; i < 100000; i++) {
		a[i] = x[i % 5] * 1000000;
		b[i] = y[i % 5] * 1000000;
	}
	assert_int_equal(aggregate_r2(a, b, 100000), 9045);
	free(a);
	free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_tenths),
		cmocka_unit_test(test_r2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
