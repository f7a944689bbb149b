/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/typical.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- who ------------------------------------------------------------------ */

void
group_wipe(struct group *g)
{
	free(g->v);
	memset(g, 0, sizeof(*g));
}

static enum err_code
group_make(size_t room, struct group *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	if ((out->v = calloc(room + 1, sizeof(*out->v))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	return ERR_OK;
}

enum err_code
group_of_kind(const struct pile *p, int kind, struct group *out,
    struct err *e)
{
	const struct scoring *scoring = p->layout.q->scoring;
	enum err_code code;

	if ((code = group_make(p->len, out, e)) != ERR_OK)
		return code;
	for (size_t i = 0; i < p->len; i++) {
		enum organisation_kind is = p->v[i].document.kind;

		if (kind == -1 ? scoring->groups[is] : (int)is == kind)
			out->v[out->len++] = i;
	}
	return ERR_OK;
}

static int
worse_first(const void *a, const void *b, void *pile)
{
	const struct pile *p = pile;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int d = score_compare(p->layout.q, &p->v[x].score, &p->v[y].score);

	/* A pile is sorted by number. */
	return d != 0 ? d : (x > y) - (x < y);
}

enum err_code
group_ordered(const struct pile *p, const struct group *g,
    struct group *out, struct err *e)
{
	enum err_code code;

	if ((code = group_make(g->len, out, e)) != ERR_OK)
		return code;
	memcpy(out->v, g->v, g->len * sizeof(*out->v));
	out->len = g->len;
	qsort_r(out->v, out->len, sizeof(*out->v), worse_first, (void *)p);
	return ERR_OK;
}

enum err_code
group_best(const struct pile *p, const struct group *g, size_t n,
    struct group *out, struct err *e)
{
	enum err_code code;

	if ((code = group_ordered(p, g, out, e)) != ERR_OK)
		return code;
	for (size_t i = 0; i < out->len / 2; i++) {
		size_t kept = out->v[i];

		out->v[i] = out->v[out->len - 1 - i];
		out->v[out->len - 1 - i] = kept;
	}
	if (out->len > n)
		out->len = n;
	return ERR_OK;
}

/* --- what they have answered ---------------------------------------------- */

/* Of each question, how many have answered it, and of each option, how many
 * have it. */
struct tally {
	size_t *answered;	/* [n_questions] */
	size_t *first;		/* [n_questions]: of its options in count */
	size_t *count;
};

static void
tally_wipe(struct tally *t)
{
	free(t->answered);
	free(t->first);
	free(t->count);
}

static void
tally_add(struct tally *t, const struct sheet_layout *l,
    const struct sheet *s)
{
	for (size_t i = 0; i < l->q->n_questions; i++) {
		const struct question *question = &l->q->questions[i];
		const uint8_t *cell = s->cells + l->cell[i];
		size_t *count = t->count + t->first[i];

		if (cell[0] == 0)
			continue;
		t->answered[i]++;
		if (question->type == QUESTION_MULTIPLE)
			for (size_t o = 0; o < question->n_options; o++)
				count[o] += cell[1 + o];
		else if (question->n_options > 0)
			count[cell[1]]++;
	}
}

static enum err_code
tally_make(const struct pile *p, const struct group *g, struct tally *out,
    struct err *e)
{
	const struct questionnaire *q = p->layout.q;
	size_t n_options = 0;

	memset(out, 0, sizeof(*out));
	out->answered = calloc(q->n_questions + 1, sizeof(*out->answered));
	out->first = calloc(q->n_questions + 1, sizeof(*out->first));
	if (out->answered == NULL || out->first == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < q->n_questions; i++) {
		out->first[i] = n_options;
		n_options += q->questions[i].n_options;
	}
	out->count = calloc(n_options + 1, sizeof(*out->count));
	if (out->count == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < g->len; i++)
		tally_add(out, &p->layout, &p->v[g->v[i]].document.sheet);
	return ERR_OK;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static enum err_code
median_number(const struct pile *p, const struct group *g, size_t question,
    size_t n, int64_t *out, struct err *e)
{
	const struct sheet_layout *l = &p->layout;
	int64_t *v = calloc(n, sizeof(*v));
	size_t len = 0;

	if (v == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < g->len; i++) {
		const struct sheet *s = &p->v[g->v[i]].document.sheet;

		if (sheet_answered(l, s, question))
			v[len++] = s->numbers[l->number[question]];
	}
	qsort(v, len, sizeof(*v), by_value);
	*out = v[(len - 1) / 2];
	free(v);
	return ERR_OK;
}

static size_t
median_option(const size_t *count, size_t n_options, size_t n)
{
	size_t below = 0, o = 0;

	while (o + 1 < n_options && 2 * (below + count[o]) < n)
		below += count[o++];
	return o;
}

/* The typical answer to one question, which n of g have answered. */
static enum err_code
answer(const struct pile *p, const struct group *g, size_t question,
    const struct tally *t, unsigned percent, struct sheet *out,
    struct err *e)
{
	const struct sheet_layout *l = &p->layout;
	const struct question *asked = &l->q->questions[question];
	const size_t *count = t->count + t->first[question];
	size_t n = t->answered[question];
	uint8_t *cell = out->cells + l->cell[question];

	switch (asked->type) {
	case QUESTION_MULTIPLE:
		/* Also when none is ticked: that is what they have done. */
		cell[0] = 1;
		for (size_t o = 0; o < asked->n_options; o++)
			if (100 * count[o] > percent * n)
				sheet_set(l, out, question, o, true);
		break;
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
		sheet_set(l, out, question, median_option(count,
		    asked->n_options, n), true);
		break;
	case QUESTION_NUMBER:
		cell[0] = 1;
		return median_number(p, g, question, n,
		    &out->numbers[l->number[question]], e);
	case QUESTION_TEXT:
		break;
	}
	return ERR_OK;
}

enum err_code
typical_sheet(const struct pile *p, const struct group *g, unsigned percent,
    size_t least, struct sheet *out, struct err *e)
{
	const struct sheet_layout *l = &p->layout;
	struct tally t;
	enum err_code code;

	if ((code = sheet_make(l, out, e)) != ERR_OK)
		return code;
	code = tally_make(p, g, &t, e);
	/* What a question follows stands before it. */
	for (size_t i = 0; i < l->q->n_questions && code == ERR_OK; i++) {
		bool own = l->q->questions[i].type == QUESTION_NUMBER &&
		    least > 1;

		if (t.answered[i] > 0 && sheet_asks(l, out, i) &&
		    t.answered[i] >= (own ? 2 * least : least))
			code = answer(p, g, i, &t, percent, out, e);
	}
	tally_wipe(&t);
	return code;
}
