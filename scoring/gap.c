/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/gap.h"

#include <stdlib.h>
#include <string.h>

#include "format/scoring.h"

/* A gap, and what decides its place. */
struct ranked {
	struct gap gap;
	int64_t area_level;
	bool liked;		/* others like this one lack nothing here */
};

void
gap_list_wipe(struct gap_list *g)
{
	free(g->v);
	memset(g, 0, sizeof(*g));
}

void
win_list_wipe(struct win_list *w)
{
	free(w->v);
	memset(w, 0, sizeof(*w));
}

/* In boxes also where points are demanded of boxes: it is them that people
 * tick. */
static int64_t
lacks_in(const struct sheet_layout *l, const struct sheet *s,
    const struct scoring_demand *demand, size_t question)
{
	const struct question *q = &l->q->questions[question];
	int64_t lacks = score_lacks(l, s, demand, question);
	int64_t wanted;

	if (lacks == 0 || !demand->points || q->type != QUESTION_MULTIPLE)
		return lacks;
	wanted = score_question(l, s, question) + lacks;
	return (int64_t)q->points_at[wanted - 1] -
	    (int64_t)sheet_ticked(l, s, question);
}

/* False when the question lacks nothing for the level. */
static bool
look(const struct sheet_layout *l, const struct sheet *s, size_t question,
    int64_t level, struct gap *out)
{
	const struct scoring *rules = l->q->scoring;
	const struct question *q = &l->q->questions[question];
	const struct scoring_demand *d;
	int64_t lacks;

	*out = (struct gap){ .question = question,
	    .points = q->type != QUESTION_MULTIPLE };
	for (size_t i = 0; i < rules->n_demands; i++) {
		d = &rules->demands[i];
		if (d->level > level || d->section != q->section ||
		    (lacks = lacks_in(l, s, d, question)) == 0)
			continue;
		if (out->lacks == 0 || d->level < out->level)
			out->level = d->level;
		if (lacks > out->lacks)
			out->lacks = lacks;
	}
	return out->lacks != 0;
}

static int
order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
by_priority(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int c;

	if ((c = order(x->gap.level, y->gap.level)) == 0 &&
	    (c = order(x->area_level, y->area_level)) == 0 &&
	    (c = order(y->liked, x->liked)) == 0 &&
	    (c = order(x->gap.lacks, y->gap.lacks)) == 0)
		c = x->gap.question < y->gap.question ? -1 : 1;
	return c;
}

enum err_code
gap_to_level(const struct sheet_layout *l, const struct sheet *s,
    const struct score *score, int64_t level, size_t area,
    const struct sheet *like, struct gap_list *out, struct err *e)
{
	const struct questionnaire *q = l->q;
	struct ranked *found = calloc(q->n_questions, sizeof(*found));
	struct gap theirs;
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	if (found == NULL ||
	    (out->v = calloc(q->n_questions, sizeof(*out->v))) == NULL) {
		free(found);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	for (size_t i = 0; i < q->n_questions; i++) {
		if ((area != SIZE_MAX && q->questions[i].area != area) ||
		    !look(l, s, i, level, &found[n].gap))
			continue;
		found[n].area_level = score->areas[q->questions[i].area].level;
		found[n].liked = like != NULL &&
		    !look(l, like, i, level, &theirs);
		n++;
	}
	if (n != 0)
		qsort(found, n, sizeof(*found), by_priority);
	for (size_t i = 0; i < n; i++)
		out->v[i] = found[i].gap;
	out->len = n;
	free(found);
	return ERR_OK;
}

/* The level above; false when there is none. */
bool
gap_next_level(const struct questionnaire *q, int64_t level, int64_t *out)
{
	for (size_t i = 0; i < q->n_levels; i++)
		if (q->levels[i].level > level) {
			*out = q->levels[i].level;
			return true;
		}
	return false;
}

static int
by_lacks(const void *a, const void *b)
{
	const struct win *x = a, *y = b;
	int c = order(x->lacks, y->lacks);

	if (c != 0)
		return c;
	return x->area < y->area ? -1 : 1;
}

enum err_code
gap_wins(const struct sheet_layout *l, const struct sheet *s,
    const struct score *score, struct win_list *out, struct err *e)
{
	const struct questionnaire *q = l->q;
	struct gap_list gaps = { 0 };
	struct win *w;
	enum err_code code = ERR_OK;

	memset(out, 0, sizeof(*out));
	if (q->scoring->result != SCORING_LEVELS)
		return ERR_OK;
	if ((out->v = calloc(q->n_areas, sizeof(*out->v))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < q->n_areas && code == ERR_OK; i++) {
		w = &out->v[out->len];
		*w = (struct win){ .area = i };
		if (!gap_next_level(q, score->areas[i].level, &w->level) ||
		    (code = gap_to_level(l, s, score, w->level, i, NULL,
		    &gaps, e)) != ERR_OK)
			continue;
		for (size_t j = 0; j < gaps.len; j++)
			w->lacks += gaps.v[j].lacks;
		out->len++;
		gap_list_wipe(&gaps);
	}
	if (code != ERR_OK)
		win_list_wipe(out);
	else if (out->len != 0)
		qsort(out->v, out->len, sizeof(*out->v), by_lacks);
	return code;
}
