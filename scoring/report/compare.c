/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/compare.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/scoring.h"

/* The two definitions. */
struct both {
	const struct questionnaire *now, *then;
};

static size_t
index_of(const struct questionnaire *q, const char *id)
{
	const struct question *found = questionnaire_find(q, id);

	return found == NULL ? SIZE_MAX : (size_t)(found - q->questions);
}

static bool
is_choice(const struct question *q)
{
	return q->type == QUESTION_SINGLE || q->type == QUESTION_SCALE;
}

/* --- one question --------------------------------------------------------- */

static bool
in_list(char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], s) == 0)
			return true;
	return false;
}

/* Asked of the same: always, or after the same answers to a question that is
 * itself the same (c holds those before it). */
static bool
same_condition(const struct both *b, const struct question *now,
    const struct question *then, const struct comparable *c)
{
	const struct question *after;

	if (now->follows == SIZE_MAX || then->follows == SIZE_MAX)
		return now->follows == then->follows;
	after = &b->then->questions[then->follows];
	if (strcmp(b->now->questions[now->follows].id, after->id) != 0 ||
	    c[now->follows].why != COMPARE_SAME ||
	    now->n_follows_any != then->n_follows_any)
		return false;
	for (size_t i = 0; i < now->n_follows_any; i++)
		if (!in_list(then->follows_any, then->n_follows_any,
		    now->follows_any[i]))
			return false;
	return true;
}

/* Options that are in both with the same wording. */
static enum err_code
pair_options(const struct question *now, const struct question *then,
    struct comparable *c, struct err *e)
{
	c->options = calloc(now->n_options + 1, sizeof(*c->options));
	if (c->options == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < now->n_options; i++) {
		const struct question_option *o = question_find_option(then,
		    now->options[i].id);

		if (o == NULL || strcmp(o->label, now->options[i].label) != 0)
			continue;
		c->options[c->n_options][0] = i;
		c->options[c->n_options++][1] = (size_t)(o - then->options);
	}
	return ERR_OK;
}

static bool
all_paired(const struct question *now, const struct question *then,
    const struct comparable *c)
{
	return c->n_options == now->n_options &&
	    c->n_options == then->n_options;
}

static bool
same_options(const struct question *now, const struct question *then,
    const struct comparable *c)
{
	if (now->type == QUESTION_MULTIPLE)
		return c->n_options > 0;
	if (!is_choice(now))
		return true;
	for (size_t i = 0; now->type == QUESTION_SCALE && i < c->n_options;
	    i++)
		if (c->options[i][0] != c->options[i][1])
			return false;
	return all_paired(now, then, c);
}

/* The first reason, in the order of enum incomparable. */
static enum err_code
compare_question(const struct both *b, size_t which,
    struct comparable *all, struct err *e)
{
	struct comparable *c = &all[which];
	const struct question *now = &b->now->questions[which], *then;
	enum err_code code = ERR_OK;

	c->now = which;
	c->then = index_of(b->then, now->id);
	c->why = COMPARE_ADDED;
	if (c->then == SIZE_MAX)
		return ERR_OK;
	then = &b->then->questions[c->then];
	if (now->type != then->type || (now->type == QUESTION_NUMBER &&
	    (now->min != then->min || now->max != then->max)))
		c->why = COMPARE_TYPE;
	else if (strcmp(now->label, then->label) != 0)
		c->why = COMPARE_LABEL;
	else if (!same_condition(b, now, then, all))
		c->why = COMPARE_CONDITION;
	else if ((code = pair_options(now, then, c, e)) == ERR_OK)
		c->why = same_options(now, then, c) ? COMPARE_SAME :
		    COMPARE_OPTIONS;
	return code;
}

/* --- what is summed over questions ---------------------------------------- */

static bool
same_points(const struct question *now, const struct question *then)
{
	return now->points == then->points &&
	    (now->type != QUESTION_MULTIPLE || now->points == 0 ||
	    memcmp(now->points_at, then->points_at, (size_t)now->points *
	    sizeof(*now->points_at)) == 0);
}

static bool
same_values(const struct question *now, const struct question *then,
    const struct comparable *c)
{
	for (size_t i = 0; is_choice(now) && i < c->n_options; i++) {
		const struct question_option *x, *y;

		x = &now->options[c->options[i][0]];
		y = &then->options[c->options[i][1]];
		if (x->has_value != y->has_value ||
		    (x->has_value && x->value != y->value))
			return false;
	}
	return true;
}

/* The next demand on that section from *at on. */
static const struct scoring_demand *
next_demand(const struct scoring *s, size_t section, size_t *at)
{
	while (*at < s->n_demands) {
		const struct scoring_demand *d = &s->demands[(*at)++];

		if (d->section == section)
			return d;
	}
	return NULL;
}

/* Demands are in the order of levels. */
static bool
same_demands(const struct both *b, const struct question *now,
    const struct question *then)
{
	const struct scoring_demand *x, *y;
	size_t i = 0, j = 0;

	do {
		x = next_demand(b->now->scoring, now->section, &i);
		y = next_demand(b->then->scoring, then->section, &j);
		if (x == NULL || y == NULL)
			return x == y;
	} while (x->level == y->level && x->points == y->points &&
	    x->least == y->least);
	return false;
}

static bool
has_values(const struct question *q)
{
	bool any = false;

	for (size_t i = 0; is_choice(q) && i < q->n_options; i++)
		any = any || q->options[i].has_value;
	return any;
}

/* Which sums a question is a part of. */
static struct comparable_sums
part_of(const struct questionnaire *q, const struct question *question)
{
	size_t at = 0;

	return (struct comparable_sums){
		.boxes = question->type == QUESTION_MULTIPLE,
		.points = question->points > 0,
		.levels = next_demand(q->scoring, question->section, &at) !=
		    NULL && (question->type == QUESTION_MULTIPLE ||
		    question->points > 0),
		.means = has_values(question),
	};
}

/* Of which sums one question is the same part in both. */
static struct comparable_sums
same_part(const struct both *b, const struct comparable *c)
{
	const struct question *now = &b->now->questions[c->now];
	const struct question *then = &b->then->questions[c->then];
	struct comparable_sums same = { 0 };

	same.boxes = all_paired(now, then, c);
	same.means = same_values(now, then, c);
	same.points = same.boxes && same.means && same_points(now, then);
	same.levels = same.points && same_demands(b, now, then);
	return same;
}

/* What is a part and not the same one cannot be in a sum. */
static void
spoil(struct comparable_sums *sums, struct comparable_sums part,
    struct comparable_sums same)
{
	sums->boxes = sums->boxes && (!part.boxes || same.boxes);
	sums->points = sums->points && (!part.points || same.points);
	sums->levels = sums->levels && (!part.levels || same.levels);
	sums->means = sums->means && (!part.means || same.means);
}

/* Where an area of the earlier one is in the later one. */
static size_t
area_of_then(const struct both *b, const struct comparison *c, size_t then)
{
	size_t i = 0;

	while (i < b->now->n_areas && c->areas[i].then != then)
		i++;
	return i;
}

/* One question's doing, to its areas and the whole. */
static void
judge(const struct both *b, const struct comparable *v,
    struct comparison *c, struct comparable_sums *whole)
{
	static const struct comparable_sums nothing = { 0 };
	struct comparable_sums same = { 0 }, part;
	size_t now = b->now->n_areas, then = now;

	if (v->why == COMPARE_SAME)
		same = same_part(b, v);
	if (v->now != SIZE_MAX)
		now = b->now->questions[v->now].area;
	if (v->then != SIZE_MAX)
		then = area_of_then(b, c, b->then->questions[v->then].area);
	if (v->now != SIZE_MAX) {
		part = part_of(b->now, &b->now->questions[v->now]);
		spoil(whole, part, same);
		spoil(&c->areas[now].sums, part, now == then ? same :
		    nothing);
	}
	if (v->then != SIZE_MAX) {
		part = part_of(b->then, &b->then->questions[v->then]);
		spoil(whole, part, same);
		if (then < b->now->n_areas)
			spoil(&c->areas[then].sums, part, now == then ? same :
			    nothing);
	}
}

/* What the definitions' rules have in common at all. */
static struct comparable_sums
same_rules(const struct both *b)
{
	const struct scoring *now = b->now->scoring, *then = b->then->scoring;
	bool result = now->result == then->result;

	return (struct comparable_sums){
		.boxes = true,
		.points = true,
		.levels = result && now->result == SCORING_LEVELS &&
		    b->now->n_levels == b->then->n_levels,
		.means = result && now->result == SCORING_MEANS,
	};
}

static void
compare_sums(const struct both *b, struct comparison *c)
{
	struct comparable_sums whole = same_rules(b);
	bool areas = true;

	for (size_t i = 0; i < b->now->n_areas; i++) {
		c->areas[i].then = SIZE_MAX;
		for (size_t j = 0; j < b->then->n_areas; j++)
			if (strcmp(b->now->areas[i].id,
			    b->then->areas[j].id) == 0)
				c->areas[i].then = j;
		if (c->areas[i].then != SIZE_MAX)
			c->areas[i].sums = whole;
	}
	for (size_t i = 0; i < c->len; i++)
		judge(b, &c->v[i], c, &whole);
	for (size_t i = 0; i < b->now->n_areas; i++)
		areas = areas && c->areas[i].sums.means;
	c->boxes = whole.boxes;
	c->points = whole.points;
	c->levels = whole.levels;
	/* A mean of areas' means also depends on what they are made of. */
	c->means = whole.means && b->now->scoring->mean_of_areas ==
	    b->then->scoring->mean_of_areas &&
	    (areas || !b->now->scoring->mean_of_areas);
}

/* --- all of it ------------------------------------------------------------ */

void
comparison_wipe(struct comparison *c)
{
	for (size_t i = 0; i < c->len; i++)
		free(c->v[i].options);
	free(c->v);
	free(c->areas);
	memset(c, 0, sizeof(*c));
}

enum err_code
compare_definitions(const struct questionnaire *now,
    const struct questionnaire *then, struct comparison *out,
    struct err *e)
{
	const struct both b = { now, then };
	enum err_code code = ERR_OK;

	memset(out, 0, sizeof(*out));
	out->v = calloc(now->n_questions + then->n_questions + 1,
	    sizeof(*out->v));
	out->areas = calloc(now->n_areas + 1, sizeof(*out->areas));
	if (out->v == NULL || out->areas == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < now->n_questions && code == ERR_OK; i++) {
		out->len++;
		code = compare_question(&b, i, out->v, e);
	}
	for (size_t i = 0; i < then->n_questions && code == ERR_OK; i++)
		if (questionnaire_find(now, then->questions[i].id) == NULL)
			out->v[out->len++] = (struct comparable){
				.now = SIZE_MAX, .then = i,
				.why = COMPARE_REMOVED };
	if (code == ERR_OK)
		compare_sums(&b, out);
	else
		comparison_wipe(out);
	return code;
}

const char *
incomparable_name(enum incomparable why)
{
	static const char *const names[] = {
		[COMPARE_SAME] = "same", [COMPARE_ADDED] = "added",
		[COMPARE_REMOVED] = "removed", [COMPARE_TYPE] = "type",
		[COMPARE_LABEL] = "label",
		[COMPARE_CONDITION] = "condition",
		[COMPARE_OPTIONS] = "options",
	};

	return names[why];
}
