/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/tally.h"

#include <stdlib.h>
#include <string.h>

#include "intake/staff/arrival_tell.h"

static bool
is_counted(const struct tally *c, const struct arrival *a)
{
	return a->facts.kind == VERDICT_ACCEPTED &&
	    a->state != ARRIVAL_REJECTED && (c->questionnaire == NULL ||
	    strcmp(a->facts.questionnaire, c->questionnaire) == 0);
}

static void
add_unasked(struct tally *c, const struct arrival *a)
{
	const int kind = (int)a->facts.organisation_kind;

	/* Without a register everybody may answer. */
	if (c->roll->len == 0 || a->state != ARRIVAL_ACCEPTED ||
	    (c->kind != -1 && c->kind != kind))
		return;
	for (size_t i = 0; i < c->n_unasked; i++)
		if (strcmp(c->unasked[i]->facts.organisation,
		    a->facts.organisation) == 0)
			return;
	c->unasked[c->n_unasked++] = a;
}

static int
by_number(const void *a, const void *b)
{
	const struct arrival *const *x = a, *const *y = b;

	return strcmp((*x)->facts.organisation, (*y)->facts.organisation);
}

/* Oldest first, so that the last one stays. */
static void
count_tries(struct tally *c)
{
	for (size_t i = 0; i < c->rejected->len; i++) {
		const struct arrival *a = &c->rejected->v[i];
		const struct facts *f = &a->facts;
		const struct organisation *o = roll_find(c->roll,
		    arrival_number(a));

		/* Another round's, or questionnaire's, where it is known. */
		if (o == NULL || (f->kind == VERDICT_ACCEPTED &&
		    (strcmp(f->round, c->round) != 0 ||
		    (c->questionnaire != NULL &&
		    strcmp(f->questionnaire, c->questionnaire) != 0))))
			continue;
		c->tries[o - c->roll->v] = a;
	}
}

enum err_code
tally_count(struct tally *c, struct err *e)
{
	c->responses = calloc(c->roll->len + 1, sizeof(*c->responses));
	c->tries = calloc(c->roll->len + 1, sizeof(struct arrival *));
	c->unasked = calloc(c->pile->len + 1, sizeof(struct arrival *));
	if (c->responses == NULL || c->tries == NULL || c->unasked == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < c->pile->len; i++) {
		const struct arrival *a = &c->pile->v[i];
		const struct organisation *o;
		enum response *response;

		if (!is_counted(c, a))
			continue;
		o = roll_find(c->roll, a->facts.organisation);
		if (o == NULL) {
			add_unasked(c, a);
			continue;
		}
		response = &c->responses[o - c->roll->v];
		if (a->state == ARRIVAL_ACCEPTED)
			*response = ANSWERED;
		else if (*response == MISSING)
			*response = WAITING;
	}
	count_tries(c);
	if (c->n_unasked != 0)
		qsort(c->unasked, c->n_unasked, sizeof(*c->unasked),
		    by_number);
	return ERR_OK;
}

bool
tally_asks(const struct tally *c, size_t i)
{
	return c->kind == -1 || c->kind == (int)c->roll->v[i].kind;
}

size_t
tally_number(const struct tally *c, int kind, enum response response)
{
	size_t n = 0;

	for (size_t i = 0; i < c->roll->len; i++)
		n += tally_asks(c, i) && c->responses[i] == response &&
		    (kind == -1 || kind == (int)c->roll->v[i].kind);
	return n;
}

void
tally_wipe(struct tally *c)
{
	free(c->responses);
	free(c->tries);
	free(c->unasked);
	c->tries = NULL;
	c->responses = NULL;
	c->unasked = NULL;
	c->n_unasked = 0;
}

const char *
tally_try(const struct tally *c, size_t i)
{
	return c->responses[i] == MISSING && c->tries[i] != NULL ?
	    err_name(c->tries[i]->code) : "";
}

const char *
tally_name(enum response response)
{
	static const char *const names[] = { [MISSING] = "missing",
	    [WAITING] = "waiting", [ANSWERED] = "answered" };

	return names[response];
}
