/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The way up: by hand on a small questionnaire, and on made-up ones by what
 * must hold of all: who does what is missing reaches the level, and who does
 * any less does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/gap.h"
#include "tests/unit/instrument.h"
#include "tests/unit/people.h"

#define SEEDS	300

/* --- by hand -------------------------------------------------------------- */

static struct gap_list
gaps_of(const struct people *p, size_t item, int64_t level, size_t area,
    const struct sheet *like)
{
	const struct pile_item *i = &p->pile.v[item];
	struct gap_list out;
	struct err e = { 0 };

	assert_int_equal(gap_to_level(&p->pile.layout, &i->document.sheet,
	    &i->score, level, area, like, &out, &e), ERR_OK);
	return out;
}

static void
check_gap(const struct people *p, const struct gap *g, const char *question,
    int64_t level, int64_t lacks)
{
	assert_string_equal(p->q->questions[g->question].id, question);
	assert_int_equal(g->level, level);
	assert_int_equal(g->lacks, lacks);
	assert_false(g->points);
}

/* people_questions, with boxes demanded of f, too. */
#define THING(id)	"{'id': '" id "', 'label': 'L', 'basis': 'assumed'}"
#define LEVEL(n)	"{'level': " n ", 'label': 'L', 'basis': 'assumed'}"
#define DEMAND(level, section, boxes) "{'level': " level ", 'section': '" \
    section "', 'boxes': " boxes ", 'basis': 'assumed'}"
static const char rest[] =
    "'totals': {'questions': 6, 'options': 7, 'points': 5},"
    "'levels': [" LEVEL("0") "," LEVEL("1") "," LEVEL("2") "],"
    "'areas': [" THING("a") "," THING("b") "],"
    "'sections': [" THING("1") "," THING("2") "],"
    "'scoring': {'result': 'levels', 'groups': ['kommun'],"
    "  'order': ['level'], 'demands': [" DEMAND("1", "1", "1") ","
    DEMAND("1", "2", "1") "," DEMAND("2", "1", "2") ","
    DEMAND("2", "2", "2") "], 'basis': 'assumed'},";

/* Of three organisations: one with nothing, one that lacks only what level 2
 * demands of m, and one that has all. */
static void
open_three(struct people *p)
{
	people_open(p, NULL, rest);
	people_add(p, KIND_KOMMUN, 1, "{'m':[],'k':[]}");
	people_add(p, KIND_KOMMUN, 2, "{'m':['3'],'f':['x'],'k':[]}");
	people_add(p, KIND_KOMMUN, 3,
	    "{'m':['1','2','3'],'f':['x','y'],'k':['p','q']}");
}

static void
test_order(void **state)
{
	struct gap_list gaps;
	struct people p;

	(void)state;
	open_three(&p);
	gaps = gaps_of(&p, 0, 1, SIZE_MAX, NULL);
	assert_int_equal(gaps.len, 3);
	check_gap(&p, &gaps.v[0], "m", 1, 1);
	check_gap(&p, &gaps.v[1], "f", 1, 1);
	check_gap(&p, &gaps.v[2], "k", 1, 1);
	gap_list_wipe(&gaps);

	/* What level 1 demands comes first, though it lacks more. */
	gaps = gaps_of(&p, 1, 2, SIZE_MAX, NULL);
	assert_int_equal(gaps.len, 3);
	check_gap(&p, &gaps.v[0], "k", 1, 2);
	check_gap(&p, &gaps.v[1], "m", 2, 1);
	check_gap(&p, &gaps.v[2], "f", 2, 1);
	gap_list_wipe(&gaps);

	/* Only in area a; and nothing is missing for what is reached. */
	gaps = gaps_of(&p, 1, 2, 0, NULL);
	assert_int_equal(gaps.len, 2);
	gap_list_wipe(&gaps);
	gaps = gaps_of(&p, 1, 1, 0, NULL);
	assert_int_equal(gaps.len, 0);
	gap_list_wipe(&gaps);
	gaps = gaps_of(&p, 2, 2, SIZE_MAX, NULL);
	assert_int_equal(gaps.len, 0);
	gap_list_wipe(&gaps);
	people_close(&p);
}

/* What others like this one have already comes first. */
static void
test_liked(void **state)
{
	struct gap_list gaps;
	struct people p;

	(void)state;
	people_open(&p, NULL, rest);
	people_add(&p, KIND_KOMMUN, 1, "{'m':[],'k':[]}");
	people_add(&p, KIND_KOMMUN, 2, "{'m':[],'k':['p']}");
	gaps = gaps_of(&p, 0, 1, SIZE_MAX, &p.pile.v[1].document.sheet);
	assert_int_equal(gaps.len, 3);
	check_gap(&p, &gaps.v[0], "k", 1, 1);
	check_gap(&p, &gaps.v[1], "m", 1, 1);
	gap_list_wipe(&gaps);
	people_close(&p);
}

static void
test_wins(void **state)
{
	struct win_list wins;
	struct people p;
	struct err e = { 0 };

	(void)state;
	open_three(&p);
	assert_int_equal(gap_wins(&p.pile.layout,
	    &p.pile.v[0].document.sheet, &p.pile.v[0].score, &wins, &e),
	    ERR_OK);
	assert_int_equal(wins.len, 2);
	assert_int_equal(wins.v[0].area, 1);
	assert_int_equal(wins.v[0].level, 1);
	assert_int_equal(wins.v[0].lacks, 1);
	assert_int_equal(wins.v[1].area, 0);
	assert_int_equal(wins.v[1].lacks, 2);
	win_list_wipe(&wins);
	assert_int_equal(gap_wins(&p.pile.layout,
	    &p.pile.v[2].document.sheet, &p.pile.v[2].score, &wins, &e),
	    ERR_OK);
	assert_int_equal(wins.len, 0);
	win_list_wipe(&wins);
	people_close(&p);
}

/* --- whatever the definition ---------------------------------------------- */

struct climber {
	struct instrument random;
	struct questionnaire *q;
	struct sheet_layout l;
	struct sheet s;
	struct score score;
};

static struct score
score_of(const struct climber *c, const struct sheet *s)
{
	struct err e = { 0 };
	struct score out;

	assert_int_equal(score_sheet(&c->l, s, &out, &e), ERR_OK);
	return out;
}

static void
climber_open(struct climber *c, unsigned seed)
{
	struct err e = { 0 };
	size_t question, option;

	c->random = instrument_seed(seed);
	c->q = instrument_make(&c->random);
	assert_int_equal(sheet_layout_make(c->q, &c->l, &e), ERR_OK);
	assert_int_equal(sheet_make(&c->l, &c->s, &e), ERR_OK);
	instrument_choose(&c->random, c->q, &c->l, &c->s);
	for (size_t n = instrument_below(&c->random, c->q->n_options + 1);
	    n > 0 && instrument_next_box(&c->random, c->q, &c->l, &c->s,
	    &question, &option); n--)
		sheet_set(&c->l, &c->s, question, option, true);
	c->score = score_of(c, &c->s);
}

static void
climber_close(struct climber *c)
{
	score_wipe(&c->score);
	sheet_wipe(&c->s);
	sheet_layout_wipe(&c->l);
	questionnaire_free(c->q);
}

static struct gap_list
missing(const struct climber *c, const struct sheet *s, int64_t level,
    size_t area)
{
	struct gap_list out;
	struct err e = { 0 };

	assert_int_equal(gap_to_level(&c->l, s, &c->score, level, area, NULL,
	    &out, &e), ERR_OK);
	return out;
}

/* Ticks n boxes, of those that are left; or chooses what gives n points
 * more. */
static void
do_one(const struct climber *c, struct sheet *s, const struct gap *g,
    int64_t n)
{
	const struct question *q = &c->q->questions[g->question];
	const int64_t wanted = score_question(&c->l, s, g->question) + n;

	assert_true(g->points == (q->type != QUESTION_MULTIPLE));
	for (size_t i = q->n_options; i-- > 0 && n > 0;) {
		if (!g->points && !sheet_has(&c->l, s, g->question, i)) {
			sheet_set(&c->l, s, g->question, i, true);
			n--;
		}
		if (g->points && q->options[i].value <= wanted) {
			sheet_set(&c->l, s, g->question, i, true);
			break;
		}
	}
}

static int64_t
level_of(const struct climber *c, const struct sheet *s, size_t area)
{
	struct score score = score_of(c, s);
	int64_t level = area == SIZE_MAX ? score.level :
	    score.areas[area].level;

	score_wipe(&score);
	return level;
}

/* Everything is done, but of gap number but (SIZE_MAX: none) one less. */
static int64_t
done(const struct climber *c, const struct gap_list *gaps, size_t but,
    size_t area, struct sheet *s)
{
	struct err e = { 0 };

	assert_int_equal(sheet_copy(&c->l, &c->s, s, &e), ERR_OK);
	for (size_t i = 0; i < gaps->len; i++)
		do_one(c, s, &gaps->v[i], gaps->v[i].lacks - (i == but));
	return level_of(c, s, area);
}

/* Values of choices have steps: the least that is enough may be more than what
 * is lacking.  Then it is reached from above. */
static void
do_choices(const struct climber *c, const struct gap_list *gaps,
    struct sheet *s)
{
	const struct question *q;
	int64_t wanted;
	size_t option;

	for (size_t i = 0; i < gaps->len; i++) {
		if (!gaps->v[i].points)
			continue;
		q = &c->q->questions[gaps->v[i].question];
		wanted = score_question(&c->l, &c->s, gaps->v[i].question) +
		    gaps->v[i].lacks;
		for (option = 0; q->options[option].value < wanted; option++)
			assert_true(option + 1 < q->n_options);
		sheet_set(&c->l, s, gaps->v[i].question, option, true);
	}
}

static void
check_way(const struct climber *c, int64_t level, size_t area)
{
	struct gap_list gaps = missing(c, &c->s, level, area), more;
	struct sheet s = { 0 };
	int64_t now;

	for (size_t i = 0; i < gaps.len; i++) {
		assert_true(gaps.v[i].lacks > 0);
		assert_true(gaps.v[i].level > level_of(c, &c->s, area));
		assert_true(gaps.v[i].level <= level);
		if (i > 0)
			assert_true(gaps.v[i].level >= gaps.v[i - 1].level);
		/* All are needed, whole. */
		assert_true(done(c, &gaps, i, area, &s) < level);
		sheet_wipe(&s);
	}
	(void)done(c, &gaps, SIZE_MAX, area, &s);
	do_choices(c, &gaps, &s);
	now = level_of(c, &s, area);
	assert_true(now >= level);
	/* No further than that, unless the next one demands no more. */
	more = missing(c, &s, level + 1, area);
	assert_true(now == level || more.len == 0);
	gap_list_wipe(&more);
	sheet_wipe(&s);
	gap_list_wipe(&gaps);
}

static void
test_ways(void **state)
{
	struct climber c;

	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		climber_open(&c, seed);
		for (size_t i = 0; i < c.q->n_levels; i++) {
			const int64_t level = c.q->levels[i].level;

			if (level > c.score.level)
				check_way(&c, level, SIZE_MAX);
			for (size_t a = 0; a < c.q->n_areas; a++)
				if (level > c.score.areas[a].level)
					check_way(&c, level, a);
		}
		climber_close(&c);
	}
}

/* Every area below the highest level is there, with the sum of its gaps. */
static void
test_all_wins(void **state)
{
	struct win_list wins;
	struct gap_list gaps;
	struct climber c;
	struct err e = { 0 };
	int64_t next, lacks;
	size_t below;

	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		climber_open(&c, seed);
		assert_int_equal(gap_wins(&c.l, &c.s, &c.score, &wins, &e),
		    ERR_OK);
		below = 0;
		for (size_t i = 0; i < c.q->n_areas; i++)
			below += gap_next_level(c.q, c.score.areas[i].level,
			    &next);
		assert_int_equal(wins.len, below);
		for (size_t i = 0; i < wins.len; i++) {
			assert_true(gap_next_level(c.q,
			    c.score.areas[wins.v[i].area].level, &next));
			assert_int_equal(wins.v[i].level, next);
			assert_true(i == 0 ||
			    wins.v[i].lacks >= wins.v[i - 1].lacks);
			gaps = missing(&c, &c.s, next, wins.v[i].area);
			lacks = 0;
			for (size_t j = 0; j < gaps.len; j++)
				lacks += gaps.v[j].lacks;
			assert_true(lacks > 0);
			assert_int_equal(wins.v[i].lacks, lacks);
			gap_list_wipe(&gaps);
		}
		win_list_wipe(&wins);
		climber_close(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_liked),
		cmocka_unit_test(test_wins),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_all_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
