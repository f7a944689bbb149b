/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An answer sheet: what one organisation, or a typical one, has answered to a
 * questionnaire, in a few hundred bytes, so that a whole country's fit in
 * memory.  Free text is not in it, only that there is some.
 */
#ifndef SIGILL_SCORING_SHEET_H
#define SIGILL_SCORING_SHEET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/questionnaire.h"
#include "format/statement.h"

/* Where each question's answer is in a sheet of this questionnaire. */
struct sheet_layout {
	const struct questionnaire *q;	/* borrowed */
	size_t *cell;		/* [q->n_questions]: its first cell */
	size_t *number;		/* [q->n_questions]: its number; SIZE_MAX:
				 * it has none */
	size_t n_cells, n_numbers;
};

/*
 * Cells of a question: the first is 1 when it was answered.  Multiple: then
 * one for each option, 1 when it is ticked.  Single, scale: then one, the
 * index of the chosen option, which counts only when it was answered.
 */
struct sheet {
	uint8_t *cells;		/* owned */
	int64_t *numbers;	/* owned; NULL when there are none */
};

enum err_code sheet_layout_make(const struct questionnaire *q,
    struct sheet_layout *out, struct err *e);
void sheet_layout_wipe(struct sheet_layout *l);

/* With no answers. */
enum err_code sheet_make(const struct sheet_layout *l, struct sheet *out,
    struct err *e);
enum err_code sheet_copy(const struct sheet_layout *l,
    const struct sheet *from, struct sheet *out, struct err *e);
void sheet_wipe(struct sheet *s);

/*
 * From answers: a statement's, or the member "answers" of a document
 * (docs/HANDOFF.md) at path.  Any that the questionnaire does not allow or
 * does not ask is an error with its place, though others have checked them
 * before: ERR_FIELD_VALUE ... as statement_check's.  A question that was asked
 * and not answered is none: partial answers count.  *out must be { 0 }.
 */
enum err_code sheet_of_statement(const struct sheet_layout *l,
    const struct statement *s, struct sheet *out, struct err *e);
enum err_code sheet_of_json(const struct sheet_layout *l, const char *path,
    const json_t *answers, struct sheet *out, struct err *e);
/* And back, without texts: a new reference; NULL without memory. */
json_t *sheet_json(const struct sheet_layout *l, const struct sheet *s);

bool sheet_answered(const struct sheet_layout *l, const struct sheet *s,
    size_t question);
/* Of a multiple question: is the option ticked?  Of the others with options:
 * is it the chosen one? */
bool sheet_has(const struct sheet_layout *l, const struct sheet *s,
    size_t question, size_t option);
/* The index of the chosen option; SIZE_MAX: none. */
size_t sheet_chosen(const struct sheet_layout *l, const struct sheet *s,
    size_t question);
/* Boxes ticked in a multiple question; 0 of others. */
size_t sheet_ticked(const struct sheet_layout *l, const struct sheet *s,
    size_t question);
/* Is the question asked, as this sheet answers those that it follows? */
bool sheet_asks(const struct sheet_layout *l, const struct sheet *s,
    size_t question);
/* The first question that is answered and not asked; SIZE_MAX: none. */
size_t sheet_unasked(const struct sheet_layout *l, const struct sheet *s);
/* Sets one tick, or the chosen option. */
void sheet_set(const struct sheet_layout *l, struct sheet *s,
    size_t question, size_t option, bool on);

#endif
