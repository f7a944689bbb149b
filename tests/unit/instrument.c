/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/instrument.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"

/* Steele, Lea, Flood: Fast splittable pseudorandom number generators. */
static uint64_t
next(struct instrument *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct instrument
instrument_seed(uint64_t seed)
{
	return (struct instrument){ seed };
}

size_t
instrument_below(struct instrument *r, size_t n)
{
	return (size_t)(next(r) % n);
}

static void __attribute__((format(printf, 2, 3)))
put(struct buf *b, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_add_str(b, text);
}

static const char *
comma(size_t i)
{
	return i == 0 ? "" : ",\n";
}

/* What the file says of itself at its end. */
struct totals {
	size_t options, points;
};

static void
put_options(struct buf *b, size_t n, size_t points)
{
	for (size_t i = 0; i < n; i++) {
		put(b, "%s{\"id\":\"o%zu\",\"label\":\"O\",", comma(i), i);
		/* Rising, and the last one is worth all of it. */
		if (points != 0)
			put(b, "\"value\":%zu,", points * i / (n - 1));
		put(b, "\"basis\":\"assumed\"}");
	}
}

static void
put_multiple(struct instrument *r, struct buf *b, size_t least_points,
    struct totals *t)
{
	const size_t n = 1 + instrument_below(r, 8);
	const size_t points = least_points + instrument_below(r, 7);
	size_t at = 1;

	put(b, "\"type\":\"multiple\",\"points\":%zu,", points);
	if (points != 0 && instrument_below(r, 2) == 0) {
		put(b, "\"points_at\":[");
		for (size_t i = 0; i < points; i++) {
			at += instrument_below(r, n - at + 1);
			put(b, "%s%zu", comma(i), at);
		}
		put(b, "],");
	}
	put(b, "\"options\":[");
	put_options(b, n, 0);
	put(b, "],");
	t->options += n;
	t->points += points;
}

static void
put_single(struct instrument *r, struct buf *b, struct totals *t)
{
	const size_t n = 2 + instrument_below(r, 4);
	const size_t points = instrument_below(r, 6);

	put(b, "\"type\":\"single\",\"points\":%zu,\"options\":[", points);
	put_options(b, n, points);
	put(b, "],");
	t->points += points;
}

static void
put_question(struct instrument *r, struct buf *b, size_t i, size_t areas,
    size_t sections, struct totals *t)
{
	put(b, "%s{\"id\":\"q%zu\",\"label\":\"Q\",\"area\":\"a%zu\","
	    "\"section\":\"s%zu\",", comma(i), i, i < areas ? i :
	    instrument_below(r, areas), i < sections ? i :
	    instrument_below(r, sections));
	/* Every section has something that can be demanded. */
	switch (i < sections ? 0 : instrument_below(r, 6)) {
	case 1:
		put_single(r, b, t);
		break;
	case 2:
		put(b, "\"type\":\"scale\",\"scale\":\"four\","
		    "\"points\":3,");
		t->points += 3;
		break;
	case 3:
		put(b, "\"type\":\"number\",\"min\":-5,\"max\":5,");
		break;
	case 4:
		put(b, "\"type\":\"text\",");
		break;
	default:
		put_multiple(r, b, i < sections, t);
		break;
	}
	put(b, "\"basis\":\"assumed\"}");
}

static void
put_scoring(struct instrument *r, struct buf *b, size_t levels,
    size_t sections)
{
	put(b, "\"scoring\":{\"result\":\"levels\",\"groups\":[\"kommun\"],"
	    "\"order\":[\"level\",\"area_levels\",\"points\","
	    "\"area_points\"],\"demands\":[");
	for (size_t i = 1; i < levels; i++)
		for (size_t j = 0; j < sections; j++)
			if (j == 0 || instrument_below(r, 2) == 0)
				put(b, "%s{\"level\":%zu,\"section\":\"s%zu\","
				    "\"%s\":%zu,\"basis\":\"assumed\"}",
				    comma(i + j - 1), i, j,
				    (j + levels) % 3 == 0 ? "points" :
				    "boxes", i * (1 + j % 2));
	put(b, "],\"basis\":\"assumed\"},\n");
}

static void
put_groups(struct buf *b, const char *name, char letter, size_t n)
{
	put(b, "\"%s\":[", name);
	for (size_t i = 0; i < n; i++)
		put(b, "%s{\"id\":\"%c%zu\",\"label\":\"L\","
		    "\"basis\":\"assumed\"}", comma(i), letter, i);
	put(b, "],\n");
}

static void
put_all(struct instrument *r, struct buf *b)
{
	const size_t areas = 1 + instrument_below(r, 5);
	const size_t sections = 1 + instrument_below(r, 4);
	const size_t levels = 2 + instrument_below(r, 4);
	const size_t questions = areas + sections + instrument_below(r, 12);
	struct totals totals = { 0 };

	put(b, "{\"format\":\"sigill-questionnaire\",\"format_version\":1,"
	    "\"id\":\"random\",\"version\":\"1\",\"title\":\"Random\","
	    "\"language\":\"en\",\n\"levels\":[");
	for (size_t i = 0; i < levels; i++)
		put(b, "%s{\"level\":%zu,\"label\":\"L\","
		    "\"basis\":\"assumed\"}", comma(i), i);
	put(b, "],\n");
	put_groups(b, "areas", 'a', areas);
	put_groups(b, "sections", 's', sections);
	put(b, "\"scales\":{\"four\":[");
	put_options(b, 4, 3);
	put(b, "]},\n\"questions\":[");
	for (size_t i = 0; i < questions; i++)
		put_question(r, b, i, areas, sections, &totals);
	put(b, "],\n");
	put_scoring(r, b, levels, sections);
	put(b, "\"totals\":{\"questions\":%zu,\"options\":%zu,"
	    "\"points\":%zu}}\n", questions, totals.options, totals.points);
}

struct questionnaire *
instrument_make(struct instrument *r)
{
	static const uint8_t digest[32] = { 1 };
	struct questionnaire *q = NULL;
	struct buf text = { 0 };
	struct err e = { 0 };

	put_all(r, &text);
	if (questionnaire_parse(text.data, text.len, "random.json", digest,
	    &q, &e) != ERR_OK)
		fail_msg("line %zu: %s\n%s", e.at, e.msg, buf_str(&text));
	buf_wipe(&text);
	return q;
}

void
instrument_choose(struct instrument *r, const struct questionnaire *q,
    const struct sheet_layout *l, struct sheet *s)
{
	for (size_t i = 0; i < q->n_questions; i++)
		if ((q->questions[i].type == QUESTION_SINGLE ||
		    q->questions[i].type == QUESTION_SCALE) &&
		    instrument_below(r, 2) == 0)
			sheet_set(l, s, i, instrument_below(r,
			    q->questions[i].n_options), true);
}

bool
instrument_next_box(struct instrument *r, const struct questionnaire *q,
    const struct sheet_layout *l, const struct sheet *s, size_t *question,
    size_t *option)
{
	size_t seen = 0;

	/* Each of those that are left, equally likely. */
	for (size_t i = 0; i < q->n_questions; i++)
		for (size_t j = 0; q->questions[i].type ==
		    QUESTION_MULTIPLE && j < q->questions[i].n_options; j++)
			if (!sheet_has(l, s, i, j) &&
			    instrument_below(r, ++seen) == 0) {
				*question = i;
				*option = j;
			}
	return seen != 0;
}
