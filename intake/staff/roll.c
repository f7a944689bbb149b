/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/roll.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

enum err_code
roll_add(struct roll *roll, struct organisation *o, struct err *e)
{
	struct organisation *v = roll->v;

	/* Room is doubled when len is a power of two. */
	if ((roll->len & (roll->len - 1)) == 0)
		v = reallocarray(v, roll->len == 0 ? 1 : 2 * roll->len,
		    sizeof(*v));
	if (v == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	roll->v = v;
	v[roll->len++] = *o;
	memset(o, 0, sizeof(*o));
	return ERR_OK;
}

static int
by_number(const void *a, const void *b)
{
	const struct organisation *x = a, *y = b;

	return strcmp(x->number, y->number);
}

void
roll_sort(struct roll *roll)
{
	if (roll->len != 0)
		qsort(roll->v, roll->len, sizeof(*roll->v), by_number);
}

/* What roll_load's callback works on. */
struct loading { struct roll *roll; struct err *e; };

static enum err_code
take(void *arg, const struct organisation *o)
{
	struct loading *l = arg;
	struct organisation copy = *o;
	enum err_code code;

	copy.name = wipe_strdup(o->name);
	copy.contact = wipe_strdup(o->contact);
	if (copy.name == NULL || copy.contact == NULL)
		code = err_set(l->e, ERR_NO_MEMORY, NULL, 0, NULL);
	else
		code = roll_add(l->roll, &copy, l->e);
	organisation_wipe(&copy);
	return code;
}

enum err_code
roll_load(struct sql *db, struct roll *out, struct err *e)
{
	struct loading l = { .roll = out, .e = e };
	enum err_code code = organisations_each(db, take, &l, e);

	roll_sort(out);
	return code;
}

const struct organisation *
roll_find(const struct roll *roll, const char *number)
{
	struct organisation key = { 0 };

	if (roll->len == 0 || strlen(number) >= sizeof(key.number))
		return NULL;
	(void)strcpy(key.number, number);
	return bsearch(&key, roll->v, roll->len, sizeof(*roll->v), by_number);
}

void
roll_wipe(struct roll *roll)
{
	for (size_t i = 0; i < roll->len; i++)
		organisation_wipe(&roll->v[i]);
	free(roll->v);
	memset(roll, 0, sizeof(*roll));
}
