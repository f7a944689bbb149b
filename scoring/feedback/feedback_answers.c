/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_answers.h"

#include <stdlib.h>

/* A list of {"id", "label"}, a number, true of a text. */
static json_t *
answer_of(struct feedback_maker *m, const struct sheet_layout *l,
    const struct sheet *s, size_t question)
{
	const struct question *q = &l->q->questions[question];
	json_t *list;

	if (q->type == QUESTION_TEXT)
		return json_true();
	if (q->type == QUESTION_NUMBER)
		return json_integer(
		    (json_int_t)s->numbers[l->number[question]]);
	list = json_array();
	for (size_t i = 0; i < q->n_options; i++)
		if (sheet_has(l, s, question, i))
			feedback_add(m, list, feedback_option(&q->options[i]));
	return list;
}

static void
put_answer(struct feedback_maker *m, json_t *o, const char *key,
    const struct sheet_layout *l, const struct sheet *s, size_t question)
{
	if (sheet_answered(l, s, question))
		feedback_put(m, o, key, answer_of(m, l, s, question));
}

/* The question of the last round that asked the same; SIZE_MAX: none. */
static size_t
then(const struct feedback_maker *m, size_t question)
{
	const struct comparable *c;

	for (size_t i = 0; m->last && i < m->compared.len; i++) {
		c = &m->compared.v[i];
		if (c->now == question)
			return c->why == COMPARE_SAME ? c->then : SIZE_MAX;
	}
	return SIZE_MAX;
}

static const char *
type_name(enum question_type type)
{
	static const char *const names[] = {
		[QUESTION_MULTIPLE] = "multiple",
		[QUESTION_SINGLE] = "single", [QUESTION_SCALE] = "scale",
		[QUESTION_NUMBER] = "number", [QUESTION_TEXT] = "text",
	};

	return names[type];
}

void
feedback_questions(struct feedback_maker *m, json_t *doc)
{
	const struct feedback_input *in = m->in;
	const struct question *q;
	json_t *list = json_array(), *o;

	for (size_t i = 0; i < m->q->n_questions; i++) {
		q = &m->q->questions[i];
		o = json_pack("{s:s, s:s, s:s, s:s, s:b}", "id", q->id,
		    "label", q->label, "area", m->q->areas[q->area].id,
		    "type", type_name(q->type), "asked",
		    (int)sheet_asks(in->layout, in->sheet, i));
		put_answer(m, o, "answer", in->layout, in->sheet, i);
		if (m->group != NULL)
			put_answer(m, o, "benchmark", in->layout,
			    &m->group->sheet, i);
		if (then(m, i) != SIZE_MAX)
			put_answer(m, o, "last", in->last_layout,
			    in->last_sheet, then(m, i));
		feedback_add(m, list, o);
	}
	feedback_put(m, doc, "questions", list);
}

/* One that has a value below the greatest. */
struct weak {
	size_t question;
	int64_t value;
	int64_t behind;		/* the benchmark; 0 without one */
};

/* The option that is chosen and has a value; NULL: none. */
static const struct question_option *
valued(const struct sheet_layout *l, const struct sheet *s, size_t question)
{
	const struct question *q = &l->q->questions[question];
	size_t chosen = sheet_chosen(l, s, question);

	if (chosen == SIZE_MAX || !q->options[chosen].has_value)
		return NULL;
	return &q->options[chosen];
}

static int
by_weakness(const void *a, const void *b)
{
	const struct weak *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	if (x->behind != y->behind)
		return x->behind > y->behind ? -1 : 1;
	return x->question < y->question ? -1 : 1;
}

/* The least and the greatest value of any option; false: there is none. */
static bool
find_scale(const struct questionnaire *q, int64_t *least, int64_t *greatest)
{
	const struct question_option *o;
	bool any = false;

	for (size_t i = 0; i < q->n_questions; i++)
		for (size_t j = 0; j < q->questions[i].n_options; j++) {
			o = &q->questions[i].options[j];
			if (!o->has_value)
				continue;
			*least = any && *least < o->value ? *least : o->value;
			*greatest = any && *greatest > o->value ? *greatest :
			    o->value;
			any = true;
		}
	return any;
}

static json_t *
weak_json(struct feedback_maker *m, const struct weak *w)
{
	const struct feedback_input *in = m->in;
	const struct question *q = &m->q->questions[w->question];
	const struct question_option *theirs = NULL;
	json_t *o = json_pack("{s:s, s:s, s:s, s:I, s:o}", "question", q->id,
	    "label", q->label, "area", m->q->areas[q->area].id,
	    "value", (json_int_t)w->value, "answer", feedback_option(
	    valued(in->layout, in->sheet, w->question)));

	if (m->group != NULL)
		theirs = valued(in->layout, &m->group->sheet, w->question);
	if (theirs != NULL)
		feedback_put_whole(m, o, "benchmark", theirs->value);
	return o;
}

enum err_code
feedback_weakest(struct feedback_maker *m, json_t *doc, struct err *e)
{
	const struct feedback_input *in = m->in;
	const struct question_option *own, *theirs;
	struct weak *v = calloc(m->q->n_questions, sizeof(*v));
	int64_t least = 0, greatest = 0;
	json_t *list = json_array();
	size_t n = 0;

	if (v == NULL) {
		json_decref(list);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	if (find_scale(m->q, &least, &greatest))
		feedback_put(m, doc, "scale", json_pack("{s:I, s:I}", "least",
		    (json_int_t)least, "greatest", (json_int_t)greatest));
	for (size_t i = 0; i < m->q->n_questions; i++) {
		own = valued(in->layout, in->sheet, i);
		if (own == NULL || own->value >= greatest)
			continue;
		theirs = m->group == NULL ? NULL :
		    valued(in->layout, &m->group->sheet, i);
		v[n++] = (struct weak){ .question = i, .value = own->value,
		    .behind = theirs == NULL ? 0 : theirs->value - own->value };
	}
	if (n != 0)
		qsort(v, n, sizeof(*v), by_weakness);
	for (size_t i = 0; i < n; i++)
		feedback_add(m, list, weak_json(m, &v[i]));
	feedback_put(m, doc, "weakest", list);
	free(v);
	return ERR_OK;
}
