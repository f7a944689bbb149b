/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Feedback documents: what is made is what can be read, whatever the
 * definition; and what can be read can be shown, whoever has made it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/report.h"
#include "scoring/feedback/feedback.h"
#include "scoring/feedback/feedback_page.h"
#include "scoring/feedback/feedback_text.h"
#include "tests/unit/instrument.h"
#include "tests/unit/people.h"

#define SEEDS	200

static json_t *
read_again(const json_t *doc)
{
	struct buf text = { 0 }, second = { 0 };
	struct err e = { 0 };
	json_t *again;

	assert_int_equal(feedback_write(doc, &text, &e), ERR_OK);
	assert_int_equal(text.data[text.len - 1], '\n');
	if (feedback_parse(text.data, text.len, "f", &again, &e) != ERR_OK)
		fail_msg("%s\n%s", e.msg, buf_str(&text));
	assert_true(json_equal(doc, again));
	assert_int_equal(feedback_write(again, &second, &e), ERR_OK);
	assert_true(buf_equal(&second, text.data, text.len));
	buf_wipe(&text);
	buf_wipe(&second);
	return again;
}

static void
show(const json_t *doc)
{
	struct report r = { 0 };
	struct buf page = { 0 };
	struct err e = { 0 };

	feedback_report(doc, VOICE_NOBODY, &r);
	assert_false(r.failed);
	assert_true(json_equal(json_object_get(r.json, "feedback"), doc));
	assert_int_equal(feedback_page(doc, VOICE_NOBODY, &page, &e), ERR_OK);
	report_wipe(&r);
	buf_wipe(&page);
}

/* --- whatever the definition ---------------------------------------------- */

struct made {
	struct sheet_layout l;
	struct sheet s;
	struct score score;
};

static void
made_open(struct made *m, const struct questionnaire *q,
    struct instrument *random)
{
	struct err e = { 0 };
	size_t question, option;

	assert_int_equal(sheet_layout_make(q, &m->l, &e), ERR_OK);
	assert_int_equal(sheet_make(&m->l, &m->s, &e), ERR_OK);
	instrument_choose(random, q, &m->l, &m->s);
	for (size_t n = instrument_below(random, q->n_options + 1); n > 0 &&
	    instrument_next_box(random, q, &m->l, &m->s, &question, &option);
	    n--)
		sheet_set(&m->l, &m->s, question, option, true);
	assert_int_equal(score_sheet(&m->l, &m->s, &m->score, &e), ERR_OK);
}

static void
made_close(struct made *m)
{
	score_wipe(&m->score);
	sheet_wipe(&m->s);
	sheet_layout_wipe(&m->l);
}

static json_t *
make(struct made *now, struct made *then, struct made *group)
{
	struct benchmark_group one = { .kind = -1, .len = 12,
	    .sheet = group->s, .score = group->score };
	struct benchmark benchmark = { .round = (char *)"2025",
	    .groups = &one, .n_groups = 1 };
	const struct feedback_input in = {
		.layout = &now->l, .sheet = &now->s, .score = &now->score,
		.round = "2027", .number = "2120000142", .name = "X",
		.kind = KIND_KOMMUN, .last_layout = &then->l,
		.last_sheet = &then->s, .last_score = &then->score,
		.last_round = "2025", .benchmark = &benchmark,
	};
	struct err e = { 0 };
	json_t *doc;

	assert_int_equal(feedback_make(&in, &doc, &e), ERR_OK);
	return doc;
}

/* With another definition's last round, too. */
static void
test_any_definition(void **state)
{
	struct questionnaire *q, *other;
	struct made now, then, group;
	struct instrument random;
	json_t *doc, *again;

	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		random = instrument_seed(seed);
		q = instrument_make(&random);
		other = instrument_make(&random);
		made_open(&now, q, &random);
		made_open(&then, seed % 2 == 0 ? q : other, &random);
		made_open(&group, q, &random);
		doc = make(&now, &then, &group);
		again = read_again(doc);
		show(again);
		json_decref(again);
		/* The same again gives the same. */
		again = make(&now, &then, &group);
		assert_true(json_equal(doc, again));
		json_decref(again);
		json_decref(doc);
		made_close(&now);
		made_close(&then);
		made_close(&group);
		questionnaire_free(q);
		questionnaire_free(other);
	}
}

/* --- whoever has made it -------------------------------------------------- */

/* One of each kind of value, and those at the edge of what is allowed. */
static json_t *
other_value(size_t which)
{
	switch (which) {
	case 0:
		return json_null();
	case 1:
		return json_string("x");
	case 2:
		return json_integer(-1);
	case 3:
		return json_integer(1000000000);
	case 4:
		return json_real(0.5);
	case 5:
		return json_real(1e300);
	case 6:
		return json_true();
	case 7:
		return json_array();
	default:
		return json_object();
	}
}
#define OTHERS	9

/* Tries the whole document, as it is now. */
static size_t
try_it(const json_t *root)
{
	char *text = json_dumps(root, JSON_COMPACT);
	struct err e = { 0 };
	json_t *doc;
	bool good;

	assert_non_null(text);
	good = feedback_parse((const uint8_t *)text, strlen(text), "f", &doc,
	    &e) == ERR_OK;
	if (good) {
		show(doc);
		json_decref(doc);
	} else {
		assert_int_equal(e.code, ERR_FEEDBACK);
		assert_string_equal(e.where, "f");
	}
	free(text);
	return good;
}

static size_t try_members(json_t *root, json_t *o);

/* Puts other things in one member's place, and takes it out. */
static size_t
try_member(json_t *root, json_t *o, const char *key)
{
	json_t *was = json_incref(json_object_get(o, key));
	size_t good = 0;

	for (size_t i = 0; i < OTHERS; i++) {
		assert_int_equal(json_object_set_new(o, key, other_value(i)),
		    0);
		good += try_it(root);
	}
	assert_int_equal(json_object_del(o, key), 0);
	good += try_it(root);
	assert_int_equal(json_object_set_new(o, key, was), 0);
	return good + try_members(root, was);
}

static size_t
try_members(json_t *root, json_t *o)
{
	char *keys[64];
	size_t n = 0, good = 0;
	const char *key;
	json_t *v;

	/* Members that are taken out and put back change their place. */
	json_object_foreach(o, key, v) {
		assert_true(n < sizeof(keys) / sizeof(keys[0]));
		assert_non_null(keys[n++] = strdup(key));
	}
	for (size_t i = 0; i < n; i++) {
		good += try_member(root, o, keys[i]);
		free(keys[i]);
	}
	/* The first of a list stands for all. */
	if (json_array_size(o) != 0)
		good += try_members(root, json_array_get(o, 0));
	return good;
}

static const char counts[] =
    "'totals': {'questions': 6, 'options': 7, 'points': 5}, 'levels': [],"
    "'areas': [{'id': 'a', 'label': 'A', 'basis': 'assumed'},"
    "  {'id': 'b', 'label': 'B', 'basis': 'assumed'}],"
    "'sections': [{'id': '1', 'label': '1', 'basis': 'assumed'},"
    "  {'id': '2', 'label': '2', 'basis': 'assumed'}],"
    "'scoring': {'result': 'counts', 'groups': ['kommun'],"
    "  'basis': 'assumed'},";

/* A small document of levels, or of counts. */
static json_t *
small(const char *rest)
{
	struct people p;
	struct made a, b;
	json_t *doc;

	people_open(&p, NULL, rest);
	people_add(&p, KIND_KOMMUN, 1, "{'m':['3'],'s':'yes','n':7,'k':[]}");
	people_add(&p, KIND_KOMMUN, 2,
	    "{'m':['1','3'],'f':['x'],'k':['p'],'t':'text'}");
	a = (struct made){ p.pile.layout, p.pile.v[0].document.sheet,
	    p.pile.v[0].score };
	b = (struct made){ p.pile.layout, p.pile.v[1].document.sheet,
	    p.pile.v[1].score };
	doc = make(&a, &b, &b);
	people_close(&p);
	return doc;
}

static void
test_strangers(void **state)
{
	const char *const rests[] = { NULL, counts };
	json_t *doc;
	size_t good;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		doc = small(rests[i]);
		assert_true(try_it(doc));
		good = try_members(doc, doc);
		/* Some are let through, as other labels and numbers are. */
		assert_true(good > 20);
		assert_true(try_it(doc));
		json_decref(doc);
	}
}

/* A chart needs a scale that has two ends. */
static void
test_scales(void **state)
{
	json_t *doc = small(NULL), *level = json_object_get(doc, "level"),
	    *was = json_deep_copy(level), *scale;

	(void)state;
	assert_non_null(was);
	assert_int_equal(json_object_set_new(level, "level",
	    json_integer(0)), 0);
	assert_true(try_it(doc));
	assert_int_equal(json_object_set_new(level, "of", json_integer(0)),
	    0);
	assert_false(try_it(doc));
	assert_int_equal(json_object_set_new(level, "of", json_integer(2)),
	    0);
	assert_int_equal(json_object_set_new(level, "level",
	    json_integer(3)), 0);
	assert_false(try_it(doc));
	assert_int_equal(json_object_set_new(doc, "level", was), 0);
	assert_true(try_it(doc));
	assert_non_null(scale = json_pack("{s:i, s:i}", "least", 1,
	    "greatest", 2));
	assert_int_equal(json_object_set_new(doc, "scale", scale), 0);
	assert_true(try_it(doc));
	assert_int_equal(json_object_set_new(scale, "greatest",
	    json_integer(1)), 0);
	assert_false(try_it(doc));
	json_decref(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_definition),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_scales),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
