/* SPDX-License-Identifier: EUPL-1.2 */
/* What pages are written with: numbers of a language, and texts that stay
 * texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/message.h"
#include "scoring/page/chart.h"
#include "scoring/page/number.h"
#include "scoring/page/page.h"

#define NBSP	"\u00a0"
#define MINUS	"\u2212"
#define DASH	"\u2013"

static char n[NUMBER_LEN];

static void
swedish(void **state)
{
	(void)state;
	assert_true(message_language("sv"));
	assert_string_equal(number_whole(n, 0), "0");
	assert_string_equal(number_whole(n, 1234), "1234");
	assert_string_equal(number_whole(n, 12345), "12" NBSP "345");
	assert_string_equal(number_whole(n, -1234567), MINUS "1" NBSP "234"
	    NBSP "567");
	assert_string_equal(number_real(n, 2.87, 2), "2,87");
	assert_string_equal(number_real(n, 0.05, 2), "0,05");
	assert_string_equal(number_real(n, -0.001, 2), "0,00");
	assert_string_equal(number_percent(n, 23.5, 1), "23,5" NBSP "%");
	assert_string_equal(number_signed(n, 3.25, 2), "+3,25");
	assert_string_equal(number_signed(n, 0, 1), "0,0");
}

static void
english(void **state)
{
	json_t *v;

	(void)state;
	assert_true(message_language("en"));
	assert_string_equal(number_whole(n, 999), "999");
	assert_string_equal(number_whole(n, 1234), "1,234");
	assert_string_equal(number_real(n, 2.5, 2), "2.50");
	assert_string_equal(number_percent(n, 100, 1), "100.0%");
	assert_string_equal(number_signed(n, -3, 0), MINUS "3");
	assert_string_equal(number_real(n, NAN, 2), DASH);
	assert_string_equal(number_real(n, INFINITY, 2), DASH);
	assert_string_equal(number_whole(n, INT64_MIN), DASH);
	assert_string_equal(number_json(n, NULL, 2), DASH);
	assert_non_null(v = json_integer(5));
	assert_string_equal(number_json(n, v, 2), "5");
	json_decref(v);
	assert_non_null(v = json_real(5));
	assert_string_equal(number_json(n, v, 2), "5.00");
	json_decref(v);
}

/* The greatest number of the most characters fits. */
static void
room(void **state)
{
	(void)state;
	assert_true(message_language("sv"));
	assert_true(strlen(number_percent(n, -99999999999.9999, 4)) <
	    NUMBER_LEN);
	assert_true(strlen(number_whole(n, -999999999999999)) < NUMBER_LEN);
}

/* For SVG: never a comma, never outside. */
static void
places(void **state)
{
	(void)state;
	assert_true(message_language("sv"));
	assert_string_equal(number_place(n, 1.5, 0, 4), "37.50%");
	assert_string_equal(number_place(n, 1, 1, 4), "0.00%");
	assert_string_equal(number_place(n, -1, 0, 4), "0.00%");
	assert_string_equal(number_place(n, 9, 0, 4), "100.00%");
	assert_string_equal(number_place(n, 9, 4, 4), "0.00%");
	assert_string_equal(number_place(n, NAN, 0, 4), "0.00%");
}

static void
escaping(void **state)
{
	struct buf out = { 0 };
	struct err e = { 0 };
	struct page p;
	const char *text;

	(void)state;
	assert_true(message_language("en"));
	page_begin(&p, &out, "</title>&", "");
	page_open(&p, "p", "class", "\"'<", "lang", NULL, NULL);
	page_text(&p, "</p><script>\x01\u202e");
	page_format(&p, "%s %d", "<b>", 7);
	page_close(&p);
	page_label(&p, "span", "en", "a");
	page_label(&p, "span", "sv", "b");
	page_label(&p, "span", NULL, "c");
	assert_int_equal(page_end(&p, &e), ERR_OK);
	assert_non_null(text = buf_str(&out));
	assert_non_null(strstr(text, "<title>&lt;/title&gt;&amp;</title>"));
	assert_non_null(strstr(text, "<p class=\"&quot;&#39;&lt;\">"
	    "&lt;/p&gt;&lt;script&gt;?"));
	assert_non_null(strstr(text, "&lt;b&gt; 7</p>"));
	assert_null(strstr(text, "\u202e"));
	assert_non_null(strstr(text, "<span>a</span><span lang=\"sv\">b</span>"
	    "<span>c</span>"));
	assert_non_null(strstr(text, "</main>\n</body>\n</html>\n"));
	buf_wipe(&out);
}

/* What is open at the end is a fault of the program, and so is depth. */
static void
nesting(void **state)
{
	struct buf out = { 0 };
	struct err e = { 0 };
	struct page p;

	(void)state;
	page_begin(&p, &out, "t", "");
	page_open(&p, "p", NULL);
	assert_int_equal(page_end(&p, &e), ERR_INTERNAL);
	buf_wipe(&out);
	page_begin(&p, &out, "t", "");
	for (int i = 0; i < 2 * PAGE_DEPTH; i++)
		page_open(&p, "div", NULL);
	for (int i = 0; i < 2 * PAGE_DEPTH; i++)
		page_close(&p);
	e = (struct err){ 0 };
	assert_int_equal(page_end(&p, &e), ERR_INTERNAL);
	buf_wipe(&out);
}

static const char *
bar(struct buf *out, double to, double a, double b)
{
	const struct chart_scale scale = { 0, to, 1 };
	const struct chart_mark marks[] = {
		{ CHART_RING, a }, { CHART_DIAMOND, b },
	};
	struct page p = { .out = out, .lang = "en" };

	buf_wipe(out);
	chart_bar(&p, &scale, 1, marks, 2, "t");
	return buf_str(out);
}

/* Marks that are not there are not drawn; those of the same value stand one
 * above the other. */
static void
marks(void **state)
{
	struct buf out = { 0 };
	const char *text;

	(void)state;
	assert_non_null(text = bar(&out, 4, NAN, 2));
	assert_null(strstr(text, "\"ring\""));
	assert_non_null(strstr(text, "x=\"50.00%\" y=\"11\""));
	assert_non_null(text = bar(&out, 4, 2, 2));
	assert_non_null(strstr(text, "x=\"50.00%\" y=\"6\""));
	assert_non_null(strstr(text, "x=\"50.00%\" y=\"16\""));
	assert_non_null(text = bar(&out, 4, 1, 2));
	assert_non_null(strstr(text, "x=\"25.00%\" y=\"11\""));
	/* A scale without an extent, and one the wrong way round. */
	for (int to = 0; to >= -4; to -= 4) {
		assert_non_null(text = bar(&out, to, 0, 0));
		assert_non_null(strstr(text, "x=\"0.00%\" y=\"11\""));
	}
	buf_wipe(&out);
}

/* What is drawn on a scale that is none, or is too much, stays inside. */
static void
odd_scales(void **state)
{
	static const struct chart_scale scales[] = {
		{ 0, 0, 1 }, { 1, 1, 1 }, { 4, 0, 1 }, { 0, 1e300, 1 },
		{ NAN, 4, 1 }, { 0, INFINITY, 1 },
	};
	const struct chart_mark marks[] = {
		{ CHART_RING, 0 }, { CHART_DIAMOND, 0 }, { CHART_DOT, 0 },
		{ CHART_TICK, 3 }, { CHART_DOT, 0 }, { CHART_RING, 0 },
	};
	struct buf out = { 0 };
	struct page p = { .out = &out, .lang = "en" };

	(void)state;
	for (size_t i = 0; i < sizeof(scales) / sizeof(*scales); i++)
		for (size_t k = 0; k <= sizeof(marks) / sizeof(*marks); k++) {
			chart_bar(&p, &scales[i], 2, marks, k, "t");
			chart_points(&p, &scales[i], marks, k, "t");
			chart_axis(&p, &scales[i]);
		}
	assert_int_equal(p.depth, 0);
	assert_non_null(buf_str(&out));
	assert_null(strstr(buf_str(&out), "nan"));
	assert_null(strstr(buf_str(&out), "inf"));
	buf_wipe(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(swedish), cmocka_unit_test(english),
		cmocka_unit_test(room), cmocka_unit_test(places),
		cmocka_unit_test(escaping), cmocka_unit_test(nesting),
		cmocka_unit_test(marks), cmocka_unit_test(odd_scales),
	};

	message_init(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
