/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/roll.h"

#include "base/wipe.h"
#include "intake/book/organisations.h"

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
