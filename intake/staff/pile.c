/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/pile.h"

#include <stdlib.h>
#include <string.h>

#include "format/orgnr.h"
#include "format/statement.h"

enum err_code
pile_add(struct pile *pile, struct arrival *a, struct err *e)
{
	struct arrival *v = pile->v;

	/* Room is doubled when len is a power of two. */
	if ((pile->len & (pile->len - 1)) == 0)
		v = reallocarray(v, pile->len == 0 ? 1 : 2 * pile->len,
		    sizeof(*v));
	if (v == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	pile->v = v;
	v[pile->len++] = *a;
	memset(a, 0, sizeof(*a));
	return ERR_OK;
}

bool
pile_is_of(const struct arrival *a, const char number[static ORGNR_LEN])
{
	return strcmp(a->facts.organisation, number) == 0 ||
	    strcmp(a->facts.signer_number, number) == 0;
}

/* What pile_load's callback works on. */
struct loading {
	struct pile *pile;
	const char *number;	/* or NULL: whosever */
	struct err *e;
};

static enum err_code
take(void *arg, struct arrival *a)
{
	struct loading *l = arg;

	if (l->number != NULL && !pile_is_of(a, l->number))
		return ERR_OK;
	return pile_add(l->pile, a, l->e);
}

enum err_code
pile_load(struct sql *db, const struct arrival_filter *filter,
    struct pile *out, struct err *e)
{
	struct loading l = { .pile = out, .e = e };

	return arrivals_each(db, filter, take, &l, e);
}

enum err_code
pile_load_of(struct sql *db, const struct arrival_filter *filter,
    const char number[static ORGNR_LEN], struct pile *out, struct err *e)
{
	struct loading l = { .pile = out, .number = number, .e = e };

	return arrivals_each(db, filter, take, &l, e);
}

static int
by_need(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;
	const bool held = x->state == ARRIVAL_HELD;
	const int age = (x->arrived > y->arrived) - (x->arrived < y->arrived);

	if (held != (y->state == ARRIVAL_HELD))
		return held ? -1 : 1;
	if (age != 0)
		return held ? age : -age;
	return memcmp(x->digest, y->digest, DIGEST_LEN);
}

void
pile_sort(struct pile *pile)
{
	if (pile->len != 0)
		qsort(pile->v, pile->len, sizeof(*pile->v), by_need);
}

void
pile_trim(struct pile *pile, size_t n)
{
	pile_sort(pile);
	while (pile->len > n)
		arrival_wipe(&pile->v[--pile->len]);
}

void
pile_wipe(struct pile *pile)
{
	for (size_t i = 0; i < pile->len; i++)
		arrival_wipe(&pile->v[i]);
	free(pile->v);
	memset(pile, 0, sizeof(*pile));
}

static bool
is_state(const char *name)
{
	for (int s = ARRIVAL_QUEUED; s <= ARRIVAL_REJECTED; s++)
		if (strcmp(arrival_state_name((enum arrival_state)s),
		    name) == 0)
			return true;
	return false;
}

enum err_code
pile_filter(const struct options *o, struct arrival_filter *out,
    struct err *e)
{
	*out = (struct arrival_filter){
		.state = o->state, .kind = o->kind,
		.questionnaire = o->questionnaire, .round = o->round,
		.code = o->code, .late = o->late, .duplicate = o->duplicate,
		.unhanded = o->unhanded, .since = o->since,
		.before = o->before,
	};
	if (o->state != NULL && !is_state(o->state))
		return err_set(e, ERR_USAGE, "--state", 0, "'%s' is none of "
		    "queued, held, accepted and rejected", o->state);
	if (o->kind != NULL && organisation_kind_parse(o->kind) == -1)
		return err_set(e, ERR_USAGE, "--kind", 0, "'%s' is none of "
		    "kommun, region, myndighet, nis and annan", o->kind);
	if (o->code != NULL && err_by_name(o->code) == ERR_OK)
		return err_set(e, ERR_USAGE, "--code", 0, "there is no code "
		    "'%s'; sigill-errors(7) lists them", o->code);
	return ERR_OK;
}
