/* SPDX-License-Identifier: EUPL-1.2 */
/* portal/vouched.c: for how long what was found good stays so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "portal/vouched.h"

#define NOW	INT64_C(1800000000)
#define NUMBER	"2120001234"

static const uint8_t one[DIGEST_LEN] = { 1, 2, 3 };
static const uint8_t other[DIGEST_LEN] = { 1, 2, 4 };	/* the same place */
static const uint8_t third[DIGEST_LEN] = { 3, 2, 1 };

static int
set_up(void **state)
{
	return (*state = vouched_new()) == NULL;
}

static int
tear_down(void **state)
{
	vouched_free(*state);
	return 0;
}

static void
assert_found(struct vouched *v, const uint8_t *key, int64_t now)
{
	char number[11] = "";

	assert_true(vouched_find(v, key, now, number));
	assert_string_equal(number, NUMBER);
}

static void
assert_not_found(struct vouched *v, const uint8_t *key, int64_t now)
{
	char number[11] = "unchanged";

	assert_false(vouched_find(v, key, now, number));
	assert_string_equal(number, "unchanged");
}

static void
nobody_is_known_at_first(void **state)
{
	static const uint8_t zeros[DIGEST_LEN];

	assert_not_found(*state, zeros, 0);
	assert_not_found(*state, zeros, NOW);
	assert_not_found(*state, one, NOW);
}

static void
known_for_a_minute(void **state)
{
	vouched_add(*state, one, NOW, INT64_MAX, NUMBER);
	assert_found(*state, one, NOW);
	assert_found(*state, one, NOW + VOUCHED_SECONDS - 1);
	assert_not_found(*state, one, NOW + VOUCHED_SECONDS);
	assert_not_found(*state, other, NOW);
	assert_not_found(*state, third, NOW);
}

static void
not_beyond_its_end(void **state)
{
	vouched_add(*state, one, NOW, NOW + 3, NUMBER);
	assert_found(*state, one, NOW + 2);
	assert_not_found(*state, one, NOW + 3);
	/* The end cannot be told. */
	vouched_add(*state, one, NOW, -1, NUMBER);
	assert_not_found(*state, one, NOW);
}

static void
not_when_the_clock_is_set_back(void **state)
{
	vouched_add(*state, one, NOW, INT64_MAX, NUMBER);
	assert_not_found(*state, one, NOW - 1);
}

static void
the_new_takes_the_place(void **state)
{
	vouched_add(*state, one, NOW, INT64_MAX, NUMBER);
	vouched_add(*state, third, NOW, INT64_MAX, NUMBER);
	vouched_add(*state, other, NOW, INT64_MAX, NUMBER);
	assert_not_found(*state, one, NOW);
	assert_found(*state, other, NOW);
	assert_found(*state, third, NOW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_is_known_at_first,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(known_for_a_minute, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(not_beyond_its_end, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(not_when_the_clock_is_set_back,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_new_takes_the_place,
		    set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
