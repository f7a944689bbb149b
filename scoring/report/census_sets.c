/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/census_sets.h"

#include <stdlib.h>
#include <string.h>

/* The sets in the order in which they are wanted, those of a part's groups
 * together, and a group's three slices together or not at all; slices of kinds
 * before those of all, which say less. */
static void
order_sets(const struct census *c, size_t order[static CENSUS_SETS],
    bool with_last[static CENSUS_SETS])
{
	size_t n = 0;

	memset(with_last, 0, CENSUS_SETS * sizeof(*with_last));
	for (size_t part = CENSUS_WHOLE; part < CENSUS_PARTS; part++)
		for (size_t i = 0; i < GROUPS; i++) {
			size_t group = c->groups.order[part == CENSUS_LOW ?
			    (i + 1) % GROUPS : i];

			if (part == CENSUS_LOW) {
				with_last[n + 1] = with_last[n + 2] = true;
				for (size_t s = 0; s < 3; s++)
					order[n++] = CENSUS_SET(
					    CENSUS_LOW + s, group);
			} else if (part != CENSUS_MIDDLE &&
			    part != CENSUS_HIGH)
				order[n++] = CENSUS_SET(part, group);
		}
}

/* Of each organisation, which sets it is in. */
static uint64_t *
masks_of(const struct census *c)
{
	uint64_t *in = calloc(c->pile->len + 1, sizeof(*in));
	size_t order[CENSUS_SETS];
	bool with_last[CENSUS_SETS];

	order_sets(c, order, with_last);
	for (size_t n = 0; in != NULL && n < CENSUS_SETS; n++) {
		const struct group *g = &c->set[order[n]];

		for (size_t i = 0; c->verdict[order[n]] == DISCLOSURE_SHOWN &&
		    i < g->len; i++)
			in[g->v[i]] |= UINT64_C(1) << n;
	}
	return in;
}

static int
by_sets(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

enum err_code
census_alike_make(const struct census *c, struct census_alike *out,
    struct err *e)
{
	const size_t n = c->pile->len;
	uint64_t *in = masks_of(c);

	*out = (struct census_alike){ .in = calloc(n + 1, sizeof(*out->in)),
	    .of = calloc(n + 1, sizeof(*out->of)) };
	if (in == NULL || out->in == NULL || out->of == NULL) {
		free(in);
		census_alike_wipe(out);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	memcpy(out->in, in, n * sizeof(*in));
	qsort(out->in, n, sizeof(*out->in), by_sets);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || out->in[i] != out->in[out->len - 1])
			out->in[out->len++] = out->in[i];
	for (size_t i = 0; i < n; i++)
		out->of[i] = (size_t)((const uint64_t *)bsearch(&in[i],
		    out->in, out->len, sizeof(*in), by_sets) - out->in);
	free(in);
	return ERR_OK;
}

void
census_alike_wipe(struct census_alike *a)
{
	free(a->in);
	free(a->of);
	memset(a, 0, sizeof(*a));
}

enum err_code
census_decide(const struct census *c, const struct census_alike *a,
    const size_t *size, size_t n_sets, enum disclosure *verdict,
    struct err *e)
{
	const uint64_t wanted = (UINT64_C(1) << n_sets) - 1;
	uint64_t *in = malloc((a->len + 1) * sizeof(*in)), any = 0;
	enum disclosure found[CENSUS_SETS];
	size_t order[CENSUS_SETS];
	bool with_last[CENSUS_SETS];
	enum err_code code;

	if (in == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	order_sets(c, order, with_last);
	for (size_t i = 0; i < a->len; i++) {
		in[i] = a->in[i] & wanted;
		any |= size[i] != 0 ? in[i] : 0;
	}
	if ((code = disclosure_decide_alike(in, size, a->len, n_sets,
	    with_last, c->limits.least, found, e)) == ERR_OK)
		for (size_t n = 0; n < n_sets; n++)
			if (any >> n & 1)
				verdict[order[n]] = found[n];
	free(in);
	return code;
}
