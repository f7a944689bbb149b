/* SPDX-License-Identifier: EUPL-1.2 */
/* When a waiting submission is tried again, with a clock that is given. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "client/delivery/delivery.h"
#include "client/outbox/schedule.h"

#define NOW	INT64_C(1800000000)
#define HOUR	3600
#define DAY	86400

/* Stands in for delivery's, so that none of the network comes along. */
const struct delivery_limits delivery_usual = { .tries = 8, .seconds = 900 };

static void
pauses_double_up_to_an_hour(void **state)
{
	static const int64_t most[] = {
		60, 120, 240, 480, 960, 1920, 3600, 3600,
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		assert_int_equal(schedule_pause(i + 1, 0), most[i]);
		/* Jitter takes up to a quarter, and never all. */
		assert_int_equal(schedule_pause(i + 1, UINT32_MAX),
		    most[i] - most[i] / 4);
	}
	assert_int_equal(schedule_pause(0, 0), 60);
	assert_int_equal(schedule_pause(UINT32_MAX, 0), 3600);
}

static void
due_without_a_deadline(void **state)
{
	(void)state;
	assert_int_equal(schedule_due(0, 0, 0, NOW), 0);
	assert_int_equal(schedule_due(NOW - 10, NOW + 50, 0, NOW), NOW + 50);
	/* The clock was set back, or somebody has written nonsense. */
	assert_true(schedule_due(NOW + 1, NOW + 61, 0, NOW) <= NOW);
	assert_true(schedule_due(NOW - 10, INT64_C(253402300799), 0, NOW) <=
	    NOW);
	assert_true(schedule_due(NOW - 10, NOW - 20, 0, NOW) <= NOW);
}

/* No pause reaches past the time from which they are shorter: every moment
 * before the deadline, whatever was noted. */
static void
due_near_a_deadline(void **state)
{
	const int64_t closes = NOW + 3 * DAY;

	(void)state;
	for (int64_t now = NOW; now < closes + 2 * DAY; now += 599)
		for (int64_t ago = 0; ago <= HOUR; ago += 300) {
			const int64_t last = now - ago;
			const int64_t due = schedule_due(last, last + HOUR,
			    closes, now);
			const int64_t left = closes - now;

			assert_true(due <= last + HOUR);
			if (left > 0 && left <= 2 * HOUR)
				assert_true(due <= now);
			else if (left > -DAY && left <= DAY)
				assert_true(due <= last + 600);
			if (left > DAY)
				assert_true(due <= closes - DAY);
			else if (left > 2 * HOUR)
				assert_true(due <= closes - 2 * HOUR);
		}
	/* And far from it, nothing hurries. */
	assert_int_equal(schedule_due(NOW, NOW + HOUR, closes, NOW),
	    NOW + HOUR);
	assert_int_equal(schedule_due(NOW, NOW + HOUR, NOW - 2 * DAY, NOW),
	    NOW + HOUR);
}

static void
limits(void **state)
{
	const struct delivery_limits far = schedule_limits(0, NOW, false);
	const struct delivery_limits job = schedule_limits(0, NOW, true);
	const struct delivery_limits near =
	    schedule_limits(NOW + 2 * HOUR, NOW, true);
	const struct delivery_limits late = schedule_limits(NOW, NOW, true);

	(void)state;
	assert_int_equal(far.tries, delivery_usual.tries);
	assert_true(job.tries < far.tries && job.seconds < far.seconds);
	assert_true(near.tries > far.tries && near.seconds > far.seconds);
	assert_int_equal(late.tries, job.tries);
}

static void
spans(void **state)
{
	static const struct { int64_t s; const char *words; } cases[] = {
		{ 0, "a minute" }, { 119, "a minute" }, { 120, "2 minutes" },
		{ -120, "2 minutes" }, { 7199, "119 minutes" },
		{ 7200, "2 hours" }, { 2 * DAY - 1, "47 hours" },
		{ 2 * DAY, "2 days" }, { 400 * DAY, "400 days" },
	};
	char out[SCHEDULE_SPAN_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		schedule_span(cases[i].s, out);
		assert_string_equal(out, cases[i].words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_double_up_to_an_hour),
		cmocka_unit_test(due_without_a_deadline),
		cmocka_unit_test(due_near_a_deadline),
		cmocka_unit_test(limits),
		cmocka_unit_test(spans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
