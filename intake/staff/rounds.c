/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/rounds.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "intake/book/arrivals_find.h"
#include "verifier/load.h"

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

/* Of the questionnaires that the configuration names, which not every user
 * may be able to read. */
static bool
is_configured(const struct intake_settings *s, const char *id)
{
	const struct loader l = { .config = s->config };
	struct questionnaire **v = NULL;
	struct err e = { 0 };
	bool found = false;
	size_t n = 0;

	(void)load_questionnaires(&l, &v, &n, &e);
	for (size_t i = 0; i < n; i++)
		found = found || strcmp(v[i]->id, id) == 0;
	questionnaires_free(v, n);
	return found;
}

enum err_code
rounds_check(struct desk *desk, const char *round, const char *questionnaire,
    struct err *e)
{
	const struct intake_settings *s = &desk->settings;
	enum err_code code = ERR_OK;
	bool came = true;
	char known[200];

	if (round != NULL && rounds_window(s, round) == NULL)
		code = arrivals_any(desk->db, round, NULL, &came, e);
	if (code == ERR_OK && !came) {
		names(s, known, sizeof(known));
		return err_set(e, ERR_USAGE, "--round", 0, "there is no "
		    "round '%s'; the configuration has %s", round, known);
	}
	if (code == ERR_OK && questionnaire != NULL)
		code = arrivals_any(desk->db, NULL, questionnaire, &came, e);
	if (code == ERR_OK && !came && !is_configured(s, questionnaire))
		code = err_set(e, ERR_USAGE, "--questionnaire", 0, "there is "
		    "none with the id '%s', and no answers to it have come",
		    questionnaire);
	return code;
}
