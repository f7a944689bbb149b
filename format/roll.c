/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/roll.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

void
organisation_wipe(struct organisation *o)
{
	wipe_free(o->name);
	wipe_free(o->contact);
	explicit_bzero(o, sizeof(*o));
}

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
