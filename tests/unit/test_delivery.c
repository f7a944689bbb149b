/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts of delivery that need no network: pauses, hosts without a proxy,
 * the fields of an answer, the line of progress. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "client/bar.h"
#include "client/delivery/no_proxy.h"
#include "client/delivery/pace.h"
#include "client/delivery/upload_answer.h"

static void
pauses_grow_up_to_a_cap(void **state)
{
	static const uint32_t most[] = {
		0, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000,
	};

	(void)state;
	for (unsigned i = 1; i < sizeof(most) / sizeof(most[0]); i++) {
		assert_int_equal(pace_pause(i, 1000, 0), 0);
		assert_int_equal(pace_pause(i, 1000, UINT32_MAX), most[i]);
		/* Full jitter: half of what is random gives half. */
		assert_in_range(pace_pause(i, 1000, UINT32_MAX / 2),
		    most[i] / 2 - 1, most[i] / 2 + 1);
	}
	assert_int_equal(pace_pause(4000000000u, 1000, UINT32_MAX),
	    PACE_MS_MAX);
	assert_int_equal(pace_pause(1, UINT32_MAX, UINT32_MAX), PACE_MS_MAX);
	assert_int_equal(pace_pause(5, 0, UINT32_MAX), 0);
}

static void
hosts_without_a_proxy(void **state)
{
	static const struct {
		const char *list, *host;
		uint16_t port;
		bool has;
	} cases[] = {
		{ "*", "portal.example.se", 443, true },
		{ "example.se", "example.se", 443, true },
		{ "example.se", "portal.example.se", 443, true },
		{ ".example.se", "portal.example.se", 443, true },
		{ ".example.se", "example.se", 443, true },
		{ "Example.SE.", "portal.EXAMPLE.se", 443, true },
		{ "example.se", "portal.example.se.", 443, true },
		{ "example.se", "badexample.se", 443, false },
		{ "example.se", "example.se.evil.com", 443, false },
		{ "portal.example.se", "example.se", 443, false },
		{ "a.se,  b.se\tc.se", "c.se", 443, true },
		{ "a.se,b.se", "a.se,b.se", 443, false },
		{ "", "a.se", 443, false },
		{ " ,, ", "a.se", 443, false },
		{ ".", "a.se", 443, false },
		{ "*.example.se", "portal.example.se", 443, true },
		{ "*.example.se", "badexample.se", 443, false },
		{ "*example.se", "badexample.se", 443, false },
		{ "example.se:8443", "example.se", 8443, true },
		{ "example.se:8443", "example.se", 443, false },
		{ "example.se:", "example.se", 443, false },
		{ "example.se:84x", "example.se", 84, false },
		{ "127.0.0.1", "127.0.0.1", 443, true },
		{ "127.0.0.1:443", "127.0.0.1", 443, true },
		{ "0.0.1", "127.0.0.1", 443, false },
		{ "10.0.0.0/8", "10.200.3.4", 443, true },
		{ "10.0.0.0/8", "11.0.0.1", 443, false },
		{ "10.1.2.0/23", "10.1.3.255", 443, true },
		{ "10.1.2.0/23", "10.1.4.0", 443, false },
		{ "10.0.0.0/33", "10.0.0.0", 443, false },
		{ "10.0.0.0/", "10.0.0.0", 443, false },
		{ "0.0.0.0/0", "192.0.2.1", 443, true },
		{ "0.0.0.0/0", "example.se", 443, false },
		{ "::1", "::1", 443, true },
		{ "[::1]", "::1", 443, true },
		{ "[::1]:8443", "::1", 8443, true },
		{ "[::1]:8443", "::1", 443, false },
		{ "[::1", "::1", 443, false },
		{ "2001:db8::/32", "2001:db8:1::5", 443, true },
		{ "2001:db8::/32", "2001:db9::5", 443, false },
		{ "10.0.0.0/8", "::1", 443, false },
	};
	char longest[400];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (no_proxy_has(cases[i].list, cases[i].host,
		    cases[i].port) != cases[i].has)
			fail_msg("'%s' and %s:%u", cases[i].list,
			    cases[i].host, cases[i].port);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(no_proxy_has(longest, longest, 443));
}

static bool
take(struct upload_answer *a, const char *line)
{
	return upload_answer_header(a, line, strlen(line));
}

static void
fields_of_an_answer(void **state)
{
	struct upload_answer a = { 0 };

	(void)state;
	/* An interim answer's fields are not the answer's. */
	assert_true(take(&a, "HTTP/1.1 100 Continue\r\n"));
	assert_true(take(&a, "Upload-Offset: 1\r\n"));
	assert_true(take(&a, "\r\n"));
	assert_true(take(&a, "HTTP/1.1 200 OK\r\n"));
	assert_true(take(&a, "upload-offset:\t 18446744073709551615 \r\n"));
	assert_true(take(&a, "Content-Type: text/html; charset=utf-8\r\n"));
	assert_true(take(&a, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
	assert_true(take(&a, "Upload-Expires: Sun, 06 Nov 1994 08:50:37 "
	    "GMT\r\n"));
	upload_answer_settle(&a);
	assert_true(a.has_offset && a.offset == UINT64_MAX);
	assert_string_equal(a.type, "text/html");
	assert_int_equal(a.date, 784111777);
	assert_int_equal(a.expires - a.date, 60);
	assert_int_equal(a.retry_after, 0);
	/* None of those that we read may come twice. */
	assert_false(take(&a, "Upload-Offset: 1\r\n"));
	assert_false(take(&a, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
	assert_false(take(&a, "UPLOAD-EXPIRES: x\r\n"));
	assert_false(take(&a, "Content-Type: text/html\r\n"));
	assert_true(take(&a, "X-Other: 1\r\n"));
	assert_true(take(&a, "X-Other: 1\r\n"));
	assert_false(take(&a, "no colon\r\n"));
	assert_false(upload_answer_header(&a, "X: a\0b\r\n", 8));
	upload_answer_wipe(&a);
	assert_false(take(&a, "Upload-Offset: 18446744073709551616\r\n"));
}

static unsigned
retry_after(const char *date, const char *value)
{
	struct upload_answer a = { 0 };
	char line[128];

	/* Also when the date comes after it. */
	snprintf(line, sizeof(line), "Retry-After: %s\r\n", value);
	assert_true(take(&a, line));
	snprintf(line, sizeof(line), "Date: %s\r\n", date);
	assert_true(take(&a, line));
	upload_answer_settle(&a);
	return a.retry_after;
}

static void
retry_after_in_both_forms(void **state)
{
	static const char now[] = "Sun, 06 Nov 1994 08:49:37 GMT";
	struct upload_answer a = { 0 };

	(void)state;
	assert_int_equal(retry_after(now, "120"), 120);
	assert_int_equal(retry_after(now, "99999999"), 86400);
	assert_int_equal(retry_after(now, "0"), 0);
	assert_int_equal(retry_after(now, "-1"), 0);
	assert_int_equal(retry_after(now, "soon"), 0);
	assert_int_equal(retry_after(now, "Sun, 06 Nov 1994 08:51:37 GMT"),
	    120);
	assert_int_equal(retry_after(now, "Thu, 01 Dec 1994 08:51:37 GMT"),
	    86400);
	assert_int_equal(retry_after(now, "Sun, 06 Nov 1994 08:49:36 GMT"),
	    0);
	assert_int_equal(retry_after("yesterday",
	    "Sun, 06 Nov 1994 08:51:37 GMT"), 0);
	assert_true(take(&a, "Retry-After: 1\r\n"));
	assert_false(take(&a, "Retry-After: 1\r\n"));
	memset(&a, 0, sizeof(a));
	assert_true(take(&a, "Retry-After: soon\r\n"));
	assert_false(take(&a, "Retry-After: 1\r\n"));
}

static void
body_has_a_limit(void **state)
{
	static const char page[LIMIT_RECEIPT];
	struct upload_answer a = { 0 };

	(void)state;
	assert_true(upload_answer_body(&a, page, sizeof(page)));
	assert_false(upload_answer_body(&a, page, 1));
	assert_int_equal(a.body.len, sizeof(page));
	upload_answer_wipe(&a);
	/* Another one, of what is asked for; an interim answer keeps it. */
	a.most = sizeof(page) + 1;
	assert_true(take(&a, "HTTP/1.1 100 Continue\r\n"));
	assert_true(take(&a, "HTTP/1.1 200 OK\r\n"));
	assert_true(upload_answer_body(&a, page, sizeof(page)));
	assert_true(upload_answer_body(&a, page, 1));
	assert_false(upload_answer_body(&a, page, 1));
	upload_answer_wipe(&a);
}

static void
progress_in_words(void **state)
{
	char line[BAR_LINE_LEN];
	struct bar b = { 0 };

	(void)state;
	bar_update(&b, 0, 1000);
	bar_line(&b, 7400000, 79, line);
	assert_string_equal(line, "sending   0 %  [>              "
	    "                       ]  0.0 of 7.4 MB");
	bar_update(&b, 1850000, 2000);
	bar_line(&b, 7400000, 79, line);
	assert_string_equal(line, "sending  25 %  [======>             "
	    "      ]  1.9 of 7.4 MB  1.9 MB/s  0:03 left");
	bar_line(&b, 7400000, 53, line);
	assert_string_equal(line, "sending  25 %  1.9 of 7.4 MB  1.9 MB/s"
	    "  0:03 left");
	bar_line(&b, 7400000, 40, line);
	assert_string_equal(line, "sending  25 %  1.9 of 7.4 MB  1.9 MB/s");
	bar_line(&b, 7400000, 30, line);
	assert_string_equal(line, "sending  25 %  1.9 of 7.4 MB");
	bar_line(&b, 7400000, 20, line);
	assert_string_equal(line, "sending  25 %");
	/* Too soon to tell anything new. */
	bar_update(&b, 7400000, 2100);
	assert_int_equal(b.sent, 1850000);
	/* Some was lost: the rate stays what it was. */
	bar_update(&b, 1000000, 2150);
	assert_int_equal(b.sent, 1000000);
	assert_true(b.rate > 1849999.0 && b.rate < 1850001.0);
	/* A line that has died away. */
	for (int i = 1; i < 100; i++)
		bar_update(&b, 1000000, 2150 + i * 1000);
	bar_line(&b, 7400000, 79, line);
	assert_non_null(strstr(line, "1.0 of 7.4 MB"));
	assert_null(strstr(line, "left"));
	bar_update(&b, 7400000, 200000);
	bar_line(&b, 7400000, 12, line);
	assert_string_equal(line, "sending 100 ");
	bar_line(&b, 7400000, 0, line);
	assert_string_equal(line, "");
}

static void
lines_are_cut_between_characters(void **state)
{
	char s[] = "förbindelsen bröts";

	(void)state;
	assert_int_equal(bar_cut(s, 80), 18);
	assert_int_equal(bar_cut(s, 16), 16);
	assert_string_equal(s, "förbindelsen brö");
	assert_int_equal(bar_cut(s, 2), 2);
	assert_string_equal(s, "fö");
	assert_int_equal(bar_cut(s, 0), 0);
	assert_string_equal(s, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_grow_up_to_a_cap),
		cmocka_unit_test(hosts_without_a_proxy),
		cmocka_unit_test(fields_of_an_answer),
		cmocka_unit_test(retry_after_in_both_forms),
		cmocka_unit_test(body_has_a_limit),
		cmocka_unit_test(progress_in_words),
		cmocka_unit_test(lines_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
