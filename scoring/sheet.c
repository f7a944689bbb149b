/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

/* Cells behind the first one. */
static size_t
more_cells(const struct question *question)
{
	switch (question->type) {
	case QUESTION_MULTIPLE:
		return question->n_options;
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
		return 1;
	case QUESTION_NUMBER:
	case QUESTION_TEXT:
		break;
	}
	return 0;
}

enum err_code
sheet_layout_make(const struct questionnaire *q, struct sheet_layout *out,
    struct err *e)
{
	memset(out, 0, sizeof(*out));
	out->q = q;
	out->cell = calloc(q->n_questions + 1, sizeof(*out->cell));
	out->number = calloc(q->n_questions + 1, sizeof(*out->number));
	if (out->cell == NULL || out->number == NULL) {
		sheet_layout_wipe(out);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	for (size_t i = 0; i < q->n_questions; i++) {
		out->cell[i] = out->n_cells;
		out->n_cells += 1 + more_cells(&q->questions[i]);
		out->number[i] = q->questions[i].type == QUESTION_NUMBER ?
		    out->n_numbers++ : SIZE_MAX;
	}
	return ERR_OK;
}

void
sheet_layout_wipe(struct sheet_layout *l)
{
	free(l->cell);
	free(l->number);
	memset(l, 0, sizeof(*l));
}

enum err_code
sheet_make(const struct sheet_layout *l, struct sheet *out, struct err *e)
{
	const size_t n = l->n_numbers * sizeof(*out->numbers);

	memset(out, 0, sizeof(*out));
	/* One byte more, so that an empty one is not NULL. */
	if ((out->cells = wipe_malloc(l->n_cells + 1)) == NULL ||
	    (n != 0 && (out->numbers = wipe_malloc(n)) == NULL)) {
		sheet_wipe(out);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	memset(out->cells, 0, l->n_cells + 1);
	if (n != 0)
		memset(out->numbers, 0, n);
	return ERR_OK;
}

enum err_code
sheet_copy(const struct sheet_layout *l, const struct sheet *from,
    struct sheet *out, struct err *e)
{
	enum err_code code;

	if ((code = sheet_make(l, out, e)) != ERR_OK)
		return code;
	memcpy(out->cells, from->cells, l->n_cells);
	if (l->n_numbers != 0)
		memcpy(out->numbers, from->numbers,
		    l->n_numbers * sizeof(*out->numbers));
	return ERR_OK;
}

void
sheet_wipe(struct sheet *s)
{
	wipe_free(s->cells);
	wipe_free(s->numbers);
	memset(s, 0, sizeof(*s));
}

/* --- what is on it -------------------------------------------------------- */

static bool
has_choice(const struct question *question)
{
	return question->type == QUESTION_SINGLE ||
	    question->type == QUESTION_SCALE;
}

bool
sheet_answered(const struct sheet_layout *l, const struct sheet *s,
    size_t question)
{
	return s->cells[l->cell[question]] != 0;
}

bool
sheet_has(const struct sheet_layout *l, const struct sheet *s,
    size_t question, size_t option)
{
	const struct question *asked = &l->q->questions[question];
	const uint8_t *cell = s->cells + l->cell[question];

	if (cell[0] == 0)
		return false;
	if (has_choice(asked))
		return cell[1] == option;
	return asked->type == QUESTION_MULTIPLE && cell[1 + option] != 0;
}

size_t
sheet_chosen(const struct sheet_layout *l, const struct sheet *s,
    size_t question)
{
	const uint8_t *cell = s->cells + l->cell[question];

	if (cell[0] == 0 || !has_choice(&l->q->questions[question]))
		return SIZE_MAX;
	return cell[1];
}

size_t
sheet_ticked(const struct sheet_layout *l, const struct sheet *s,
    size_t question)
{
	const struct question *asked = &l->q->questions[question];
	const uint8_t *cell = s->cells + l->cell[question];
	size_t n = 0;

	if (asked->type != QUESTION_MULTIPLE || cell[0] == 0)
		return 0;
	for (size_t i = 0; i < asked->n_options; i++)
		n += cell[1 + i];
	return n;
}

bool
sheet_asks(const struct sheet_layout *l, const struct sheet *s,
    size_t question)
{
	const struct question *asked = &l->q->questions[question];
	const struct question *before;
	const struct question_option *option;

	if (asked->follows == SIZE_MAX)
		return true;
	before = &l->q->questions[asked->follows];
	for (size_t i = 0; i < asked->n_follows_any; i++) {
		option = question_find_option(before, asked->follows_any[i]);
		if (option != NULL && sheet_has(l, s, asked->follows,
		    (size_t)(option - before->options)))
			return true;
	}
	return false;
}

size_t
sheet_unasked(const struct sheet_layout *l, const struct sheet *s)
{
	for (size_t i = 0; i < l->q->n_questions; i++)
		if (l->q->questions[i].follows != SIZE_MAX &&
		    sheet_answered(l, s, i) && !sheet_asks(l, s, i))
			return i;
	return SIZE_MAX;
}

void
sheet_set(const struct sheet_layout *l, struct sheet *s, size_t question,
    size_t option, bool on)
{
	const struct question *asked = &l->q->questions[question];
	uint8_t *cell = s->cells + l->cell[question];

	if (has_choice(asked)) {
		cell[0] = on;
		cell[1] = on ? (uint8_t)option : 0;
	} else if (asked->type == QUESTION_MULTIPLE) {
		cell[0] = 1;
		cell[1 + option] = on;
	}
}
