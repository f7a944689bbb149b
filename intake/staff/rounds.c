/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/rounds.h"

#include <stdio.h>
#include <string.h>

/* Their names, for a message. */
static void
names(const struct intake_settings *s, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < s->n_rounds && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s",
		    i == 0 ? "" : ", ", s->rounds[i].name);
}

enum err_code
rounds_pick(const struct options *o, const struct intake_settings *s,
    const char **out, struct err *e)
{
	char known[200];

	names(s, known, sizeof(known));
	*out = o->round;
	if (*out == NULL && s->n_rounds == 1)
		*out = s->rounds[0].name;
	if (*out != NULL)
		return ERR_OK;
	return err_set(e, ERR_USAGE, "--round", 0,
	    "it is missing; the configuration has %s", known);
}

const struct round_window *
rounds_window(const struct intake_settings *s, const char *round)
{
	for (size_t i = 0; i < s->n_rounds; i++)
		if (strcmp(s->rounds[i].name, round) == 0)
			return &s->rounds[i];
	return NULL;
}

enum err_code
rounds_check(const struct intake_settings *s, const char *round, bool came,
    struct err *e)
{
	char known[200];

	names(s, known, sizeof(known));
	if (came || rounds_window(s, round) != NULL)
		return ERR_OK;
	return err_set(e, ERR_USAGE, "--round", 0, "there is no round '%s'; "
	    "the configuration has %s", round, known);
}
