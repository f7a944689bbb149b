/* SPDX-License-Identifier: EUPL-1.2 */
/* Which figures may be shown, against all subsets and exact fractions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/report/disclosure.h"

#define LEAST	5

static uint64_t seed = 1;

static size_t
draw(size_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (size_t)(seed >> 33) % n;
}

/* --- the slow way -------------------------------------------------------- */

struct fraction { int64_t over, under; };

static struct fraction
fraction(int64_t over, int64_t under)
{
	int64_t a = over < 0 ? -over : over, b = under < 0 ? -under : under;

	while (b != 0) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	if (under < 0)
		a = -a;
	return (struct fraction){ over / a, under / a };
}

/* a - b * c */
static struct fraction
less(struct fraction a, struct fraction b, struct fraction c)
{
	struct fraction bc = fraction(b.over * c.over, b.under * c.under);

	return fraction(a.over * bc.under - bc.over * a.under,
	    a.under * bc.under);
}

/* Of the sets in rows, in the atoms of columns. */
static size_t
rank_of(const uint32_t *set, uint64_t rows, size_t n_sets, uint32_t columns,
    size_t n_atoms)
{
	struct fraction m[DISCLOSURE_SETS][DISCLOSURE_ATOMS];
	size_t n = 0, rank = 0;

	for (size_t s = 0; s < n_sets; s++) {
		if ((rows >> s & 1) == 0)
			continue;
		for (size_t a = 0; a < n_atoms; a++)
			m[n][a] = (struct fraction){ set[s] >> a & columns >> a
			    & 1, 1 };
		n++;
	}
	for (size_t a = 0; a < n_atoms; a++) {
		size_t r = rank;

		while (r < n && m[r][a].over == 0)
			r++;
		if (r == n)
			continue;
		for (size_t c = 0; c < n_atoms; c++) {
			struct fraction kept = m[r][c];

			m[r][c] = m[rank][c];
			m[rank][c] = kept;
		}
		for (r = rank + 1; r < n; r++) {
			struct fraction f = fraction(m[r][a].over *
			    m[rank][a].under, m[r][a].under * m[rank][a].over);

			for (size_t c = 0; c < n_atoms; c++)
				m[r][c] = less(m[r][c], f, m[rank][c]);
		}
		rank++;
	}
	return rank;
}

static size_t
weight(const struct disclosure_plan *p, uint32_t atoms)
{
	size_t n = 0;

	for (size_t a = 0; a < p->n_atoms; a++)
		n += (atoms >> a & 1) != 0 ? p->size[a] : 0;
	return n;
}

/* Atoms without organisations do not exist. */
static uint32_t
inhabited(const struct disclosure_plan *p)
{
	uint32_t atoms = 0;

	for (size_t a = 0; a < DISCLOSURE_ATOMS; a++)
		atoms |= (uint32_t)(a < p->n_atoms && p->size[a] > 0) << a;
	return atoms;
}

static bool
tells_of_few(const struct disclosure_plan *p, uint64_t rows, size_t least)
{
	uint32_t all = inhabited(p);
	size_t rank = rank_of(p->set, rows, p->n_sets, all, p->n_atoms);

	for (uint32_t few = 1; few < UINT32_C(1) << p->n_atoms; few++)
		if ((few & ~all) == 0 && weight(p, few) < least &&
		    rank_of(p->set, rows, p->n_sets, all & ~few,
		    p->n_atoms) < rank)
			return true;
	return false;
}

/* What disclosure_decide should say. */
static void
compare_with_slow(struct disclosure_plan *p, size_t least)
{
	uint64_t shown = 0;
	struct err e = { 0 };

	assert_int_equal(disclosure_decide(p, least, &e), ERR_OK);
	for (size_t s = 0, end; s < p->n_sets; s = end) {
		enum disclosure want = DISCLOSURE_SHOWN;
		uint64_t rows = shown;

		for (end = s; end == s || (end < p->n_sets &&
		    p->with_last[end]); end++) {
			size_t n = weight(p, p->set[end]);

			rows |= UINT64_C(1) << end;
			if (n > 0 && n < least)
				want = DISCLOSURE_SMALL;
		}
		if (want == DISCLOSURE_SHOWN && tells_of_few(p, rows, least))
			want = DISCLOSURE_COMPLEMENTARY;
		if (want == DISCLOSURE_SHOWN)
			shown = rows;
		for (size_t i = s; i < end; i++)
			assert_int_equal(p->verdict[i], want);
	}
}

static void
test_as_slowly(void **state)
{
	size_t seen[3] = { 0 };

	(void)state;
	for (size_t round = 0; round < 3000; round++) {
		struct disclosure_plan p = { .n_atoms = 1 + draw(7),
		    .n_sets = 1 + draw(8) };
		size_t least = 2 + draw(8), top = 1 + draw(15);

		for (size_t a = 0; a < p.n_atoms; a++)
			p.size[a] = draw(3) == 0 ? draw(3) : draw(top);
		for (size_t s = 0; s < p.n_sets; s++) {
			p.set[s] = (uint32_t)draw((size_t)1 << p.n_atoms);
			p.with_last[s] = s > 0 && draw(4) == 0;
		}
		compare_with_slow(&p, least);
		for (size_t s = 0; s < p.n_sets; s++)
			seen[p.verdict[s]]++;
	}
	for (size_t i = 0; i < 3; i++)
		assert_true(seen[i] > 500);
}

/* --- cases --------------------------------------------------------------- */

/* Letters: s small, c complementary, else shown. */
static void
expect(struct disclosure_plan *p, size_t least, const char *verdicts)
{
	struct err e = { 0 };

	assert_int_equal(disclosure_decide(p, least, &e), ERR_OK);
	assert_int_equal(p->n_sets, strlen(verdicts));
	for (size_t s = 0; s < p->n_sets; s++)
		assert_int_equal(p->verdict[s], verdicts[s] == 's' ?
		    DISCLOSURE_SMALL : verdicts[s] == 'c' ?
		    DISCLOSURE_COMPLEMENTARY : DISCLOSURE_SHOWN);
}

static void
test_a_small_kind_hides_another(void **state)
{
	struct disclosure_plan p = { .n_atoms = 3, .size = { 150, 120, 4 },
	    .n_sets = 4, .set = { 7, 1, 2, 4 } };

	(void)state;
	expect(&p, LEAST, "--cs");
	expect(&p, 4, "----");
	/* Two that are small together with least hide none. */
	p.n_atoms = 4;
	p.size[3] = 1;
	p.set[0] = 15;
	expect(&p, LEAST, "---s");
	p.size[3] = 0;
	expect(&p, LEAST, "--cs");
	/* Nobody at all can be told of. */
	p.size[2] = 0;
	expect(&p, LEAST, "----");
}

/* Not by one subtraction: a + b + d, less b + c, less a + c, and twice c + d
 * is three times d. */
static void
test_by_all_four(void **state)
{
	struct disclosure_plan p = { .n_atoms = 4, .size = { 20, 20, 20, 3 },
	    .n_sets = 5, .set = { 0x1 | 0x2 | 0x8, 0x2 | 0x4, 0x1 | 0x4,
	    0x4 | 0x8, 0x1 | 0x2 | 0x4 | 0x8 } };

	(void)state;
	expect(&p, LEAST, "---cc");
	p.size[3] = 5;
	expect(&p, LEAST, "-----");
}

static void
test_shown_together(void **state)
{
	struct disclosure_plan p = { .n_atoms = 3, .size = { 4, 40, 9 },
	    .n_sets = 4, .set = { 7, 1, 2, 4 },
	    .with_last = { false, false, true, true } };

	(void)state;
	expect(&p, LEAST, "-sss");
	p.size[0] = 5;
	expect(&p, LEAST, "----");
	p.size[0] = 4;
	p.with_last[2] = false;
	expect(&p, LEAST, "-scc");
}

static void
test_all_is_shown(void **state)
{
	struct disclosure_plan p = { .n_atoms = 2, .size = { 1, 1 },
	    .n_sets = 3, .set = { 3, 1, 2 } };

	(void)state;
	expect(&p, 0, "---");
	expect(&p, 1, "---");
	expect(&p, 2, "-ss");
}

/* --- sets that cut across -------------------------------------------------- */

static void
test_members_are_the_same(void **state)
{
	(void)state;
	for (size_t round = 0; round < 500; round++) {
		struct disclosure_plan p = { .n_atoms = 1 + draw(6),
		    .n_sets = 1 + draw(8) };
		enum disclosure verdict[DISCLOSURE_SETS];
		uint64_t in[100];
		size_t n = 0;
		struct err e = { 0 };

		for (size_t a = 0; a < p.n_atoms; a++)
			p.size[a] = draw(12);
		for (size_t s = 0; s < p.n_sets; s++)
			p.set[s] = (uint32_t)draw((size_t)1 << p.n_atoms);
		for (size_t a = 0; a < p.n_atoms; a++)
			for (size_t i = 0; i < p.size[a]; i++, n++) {
				in[n] = 0;
				for (size_t s = 0; s < p.n_sets; s++)
					in[n] |= (uint64_t)(p.set[s] >> a & 1)
					    << s;
			}
		assert_int_equal(disclosure_decide(&p, LEAST, &e), ERR_OK);
		assert_int_equal(disclosure_decide_members(in, n, p.n_sets,
		    p.with_last, LEAST, verdict, &e), ERR_OK);
		assert_memory_equal(p.verdict, verdict, p.n_sets *
		    sizeof(verdict[0]));
	}
}

/* A country: five kinds, before or not, slices of all and of each, the best of
 * all and of each. */
static void
test_a_country(void **state)
{
	static const size_t people[5] = { 153, 18, 120, 60, 90 };
	bool with_last[DISCLOSURE_SETS] = { false };
	enum disclosure verdict[DISCLOSURE_SETS];
	uint64_t in[441];
	size_t n = 0, seen[6] = { 0 }, shown = 0;
	struct err e = { 0 };

	(void)state;
	for (size_t s = 18; s < 36; s++)
		with_last[s] = s % 3 != 0;
	for (size_t o = 0; o < 441; o++) {
		size_t kind = 0, of[6], g[2] = { 0 };

		for (kind = draw(5); seen[kind + 1] == people[kind];)
			kind = (kind + 1) % 5;
		of[0] = 441;
		of[kind + 1] = people[kind];
		g[1] = kind + 1;
		in[n] = 0;
		for (size_t i = 0; i < 2; i++) {
			size_t group = g[i], at = seen[group]++, sizes[3];

			(void)disclosure_slices(of[group], LEAST, sizes);
			in[n] |= UINT64_C(1) << group;
			in[n] |= UINT64_C(1) << (group + (o % 3 == 0 ? 6 : 12));
			in[n] |= UINT64_C(1) << (18 + 3 * group +
			    (at >= sizes[0]) + (at >= of[group] - sizes[0]));
			if (at + 30 >= of[group] && of[group] >= 60)
				in[n] |= UINT64_C(1) << (36 + group);
		}
		n++;
	}
	assert_int_equal(disclosure_decide_members(in, n, 42, with_last,
	    LEAST, verdict, &e), ERR_OK);
	for (size_t s = 0; s < 42; s++)
		shown += verdict[s] == DISCLOSURE_SHOWN;
	/* The regions are too few for slices. */
	for (size_t s = 24; s < 27; s++)
		assert_int_equal(verdict[s], DISCLOSURE_SMALL);
	assert_in_range(shown, 30, 39);
}

/* More than can be told apart in reasonable time is not shown. */
static void
test_in_doubt_not(void **state)
{
	enum disclosure verdict[DISCLOSURE_SETS];
	uint64_t in[3000];
	size_t shown = 0;
	struct err e = { 0 };

	(void)state;
	for (size_t o = 0; o < 3000; o++)
		in[o] = (uint64_t)draw(SIZE_MAX) << 32 ^ (uint64_t)draw(SIZE_MAX);
	assert_int_equal(disclosure_decide_members(in, 3000, DISCLOSURE_SETS,
	    NULL, 40, verdict, &e), ERR_OK);
	for (size_t s = 0; s < DISCLOSURE_SETS; s++)
		shown += verdict[s] == DISCLOSURE_SHOWN;
	assert_int_not_equal(shown, 0);
	assert_int_not_equal(shown, DISCLOSURE_SETS);
}

static void
test_slices(void **state)
{
	size_t sizes[3];

	(void)state;
	assert_true(disclosure_slices(291, LEAST, sizes));
	assert_int_equal(sizes[0], 29);
	assert_int_equal(sizes[1], 233);
	assert_int_equal(sizes[2], 29);
	assert_true(disclosure_slices(45, LEAST, sizes));
	assert_false(disclosure_slices(44, LEAST, sizes));
	assert_int_equal(sizes[0], 4);
	assert_false(disclosure_slices(3, LEAST, sizes));
	assert_true(disclosure_slices(3, 1, sizes));
	assert_false(disclosure_slices(2, 1, sizes));
	assert_false(disclosure_slices(1, 1, sizes));
	assert_false(disclosure_slices(0, 0, sizes));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_slowly),
		cmocka_unit_test(test_a_small_kind_hides_another),
		cmocka_unit_test(test_by_all_four),
		cmocka_unit_test(test_shown_together),
		cmocka_unit_test(test_all_is_shown),
		cmocka_unit_test(test_members_are_the_same),
		cmocka_unit_test(test_a_country),
		cmocka_unit_test(test_in_doubt_not),
		cmocka_unit_test(test_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
