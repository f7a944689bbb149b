/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_way.h"

#include "scoring/gap.h"

/* May choosing this one help?  A box that is not ticked; of a choice, one that
 * gives what is lacking. */
static bool
helps(const struct feedback_maker *m, const struct gap *gap, size_t option)
{
	const struct feedback_input *in = m->in;
	const struct question *q = &m->q->questions[gap->question];

	if (!gap->points)
		return !sheet_has(in->layout, in->sheet, gap->question,
		    option);
	return q->options[option].has_value && q->options[option].value >=
	    score_question(in->layout, in->sheet, gap->question) + gap->lacks;
}

/* Those that the group's typical organisation has first. */
static json_t *
options_of(struct feedback_maker *m, const struct gap *gap)
{
	const struct question *q = &m->q->questions[gap->question];
	json_t *list = json_array(), *option;
	bool theirs;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < q->n_options; i++) {
			theirs = m->group != NULL && sheet_has(m->in->layout,
			    &m->group->sheet, gap->question, i);
			if (theirs != (pass == 0) || !helps(m, gap, i))
				continue;
			option = feedback_option(&q->options[i]);
			if (theirs)
				feedback_put(m, option, "benchmark",
				    json_true());
			feedback_add(m, list, option);
		}
	return list;
}

/* It is not asked as long as another one is answered as it is. */
static json_t *
condition(struct feedback_maker *m, const struct question *q)
{
	const struct question *other = &m->q->questions[q->follows];
	const struct question_option *option;
	json_t *list = json_array();

	for (size_t i = 0; i < q->n_follows_any; i++) {
		option = question_find_option(other, q->follows_any[i]);
		if (option != NULL)
			feedback_add(m, list, feedback_option(option));
	}
	return json_pack("{s:s, s:s, s:o}", "question", other->id, "label",
	    other->label, "options", list);
}

static json_t *
missing(struct feedback_maker *m, const struct gap *gap)
{
	const struct question *q = &m->q->questions[gap->question];
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s}",
	    "question", q->id, "label", q->label,
	    "area", m->q->areas[q->area].id,
	    "section", m->q->sections[q->section].id,
	    "level", (json_int_t)gap->level, "lacks", (json_int_t)gap->lacks,
	    "unit", gap->points ? "points" : "boxes");

	if (q->follows != SIZE_MAX &&
	    !sheet_asks(m->in->layout, m->in->sheet, gap->question))
		feedback_put(m, o, "follows", condition(m, q));
	feedback_put(m, o, "options", options_of(m, gap));
	return o;
}

static enum err_code
put_next(struct feedback_maker *m, json_t *doc, struct err *e)
{
	const struct feedback_input *in = m->in;
	struct gap_list gaps = { 0 };
	json_t *list, *next;
	enum err_code code;
	int64_t level;

	if (!gap_next_level(m->q, in->score->level, &level))
		return ERR_OK;
	if ((code = gap_to_level(in->layout, in->sheet, in->score, level,
	    SIZE_MAX, m->group != NULL ? &m->group->sheet : NULL, &gaps,
	    e)) != ERR_OK)
		return code;
	list = json_array();
	for (size_t i = 0; i < gaps.len; i++)
		feedback_add(m, list, missing(m, &gaps.v[i]));
	next = json_pack("{s:I, s:s, s:o}", "level", (json_int_t)level,
	    "label", feedback_level_label(m->q, level), "missing", list);
	feedback_put(m, doc, "next", next);
	gap_list_wipe(&gaps);
	return ERR_OK;
}

/* The questions of one win. */
static enum err_code
win_questions(struct feedback_maker *m, const struct win *win, json_t *list,
    struct err *e)
{
	const struct feedback_input *in = m->in;
	struct gap_list gaps = { 0 };
	enum err_code code;

	code = gap_to_level(in->layout, in->sheet, in->score, win->level,
	    win->area, m->group != NULL ? &m->group->sheet : NULL, &gaps, e);
	for (size_t i = 0; i < gaps.len; i++)
		feedback_add(m, list, json_string(
		    m->q->questions[gaps.v[i].question].id));
	gap_list_wipe(&gaps);
	return code;
}

static enum err_code
put_wins(struct feedback_maker *m, json_t *doc, struct err *e)
{
	const struct feedback_input *in = m->in;
	struct win_list wins = { 0 };
	json_t *list = json_array(), *questions;
	enum err_code code;

	code = gap_wins(in->layout, in->sheet, in->score, &wins, e);
	for (size_t i = 0; i < wins.len && code == ERR_OK; i++) {
		questions = json_array();
		code = win_questions(m, &wins.v[i], questions, e);
		feedback_add(m, list, json_pack("{s:s, s:I, s:I, s:o}",
		    "area", m->q->areas[wins.v[i].area].id,
		    "level", (json_int_t)wins.v[i].level,
		    "lacks", (json_int_t)wins.v[i].lacks,
		    "questions", questions));
	}
	feedback_put(m, doc, "wins", list);
	win_list_wipe(&wins);
	return code;
}

static void
put_indications(struct feedback_maker *m, json_t *doc)
{
	const struct scoring *rules = m->q->scoring;
	const struct scoring_indication *in;
	json_t *list = json_array();

	for (size_t i = 0; i < rules->n_indications; i++) {
		in = &rules->indications[i];
		if (!in->kinds[m->in->kind])
			continue;
		feedback_add(m, list, json_pack("{s:s, s:I, s:b, s:s}",
		    "label", in->label, "level", (json_int_t)in->level,
		    "reached", m->in->score->level >= in->level,
		    "basis", basis_name(in->basis)));
	}
	feedback_put(m, doc, "indications", list);
}

enum err_code
feedback_way(struct feedback_maker *m, json_t *doc, struct err *e)
{
	enum err_code code;

	if ((code = put_next(m, doc, e)) != ERR_OK ||
	    (code = put_wins(m, doc, e)) != ERR_OK)
		return code;
	put_indications(m, doc);
	return ERR_OK;
}
