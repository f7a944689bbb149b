/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "intake/staff/arrival_tell.h"

/* One more of that name. */
static enum err_code
add(struct figures *f, const char *name, struct err *e)
{
	struct figure *v = f->v;
	size_t i = 0;

	while (i < f->len && strcmp(v[i].name, name) < 0)
		i++;
	if (i < f->len && strcmp(v[i].name, name) == 0) {
		v[i].n++;
		return ERR_OK;
	}
	v = reallocarray(v, f->len + 1, sizeof(*v));
	if (v == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	f->v = v;
	memmove(&v[i + 1], &v[i], (f->len++ - i) * sizeof(*v));
	(void)snprintf(v[i].name, sizeof(v[i].name), "%s", name);
	v[i].n = 1;
	return ERR_OK;
}

static enum err_code
add_day(struct figures *f, int64_t t, struct err *e)
{
	const time_t when = (time_t)t;
	char day[FIGURE_NAME_LEN] = "?";
	struct tm tm;

	if (localtime_r(&when, &tm) != NULL)
		(void)strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	return add(f, day, e);
}

static enum err_code
count_one(const struct arrival *a, const struct beside *beside,
    struct figures_all *out, struct err *e)
{
	const bool accepted = a->state == ARRIVAL_ACCEPTED;
	const char *kind = arrival_kind(a, &beside->roll);
	enum err_code code;

	out->total++;
	out->late += a->late;
	out->held += a->state == ARRIVAL_HELD;
	out->duplicate += a->duplicate;
	out->same_answers += a->same_answers && !a->counts;
	out->replaced += accepted && !a->duplicate && !a->same_answers &&
	    !a->counts;
	out->unhanded += arrival_is_unhanded(a);
	out->scored += digests_have(&beside->scored, a->digest);
	code = add(&out->states, arrival_state_name(a->state), e);
	if (code == ERR_OK && a->state == ARRIVAL_REJECTED)
		code = add(&out->rejected, err_name(a->code), e);
	if (code == ERR_OK && a->state == ARRIVAL_HELD)
		code = add(&out->waiting, err_name(a->code), e);
	if (code == ERR_OK)
		code = add(&out->kinds, *kind != '\0' ? kind : "unknown", e);
	return code == ERR_OK ? add_day(&out->days, a->arrived, e) : code;
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The mean of the middle two, when there are two. */
static struct duration
duration(int64_t *v, size_t n)
{
	if (n == 0)
		return (struct duration){ 0 };
	qsort(v, n, sizeof(*v), compare);
	return (struct duration){ .n = n, .longest = v[n - 1],
	    .median = (v[(n - 1) / 2] + v[n / 2]) / 2 };
}

static enum err_code
count_durations(const struct pile *pile, const struct digests *decided,
    struct figures_all *out, struct err *e)
{
	int64_t *v[2] = { 0 };
	size_t n[2] = { 0 };
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < 2; i++)
		if ((v[i] = calloc(pile->len + 1, sizeof(int64_t))) == NULL)
			code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; code == ERR_OK && i < pile->len; i++) {
		const struct arrival *a = &pile->v[i];
		const bool by_staff = digests_have(decided, a->digest);

		if (a->verified == 0 || a->state == ARRIVAL_HELD ||
		    a->state == ARRIVAL_QUEUED)
			continue;
		/* A spool's clock may be ahead of ours. */
		v[by_staff][n[by_staff]++] = a->verified > a->arrived ?
		    a->verified - a->arrived : 0;
	}
	if (code == ERR_OK) {
		out->service = duration(v[0], n[0]);
		out->staff = duration(v[1], n[1]);
	}
	free(v[0]);
	free(v[1]);
	return code;
}

enum err_code
figures_count(const struct pile *pile, const struct beside *beside,
    const struct digests *decided, struct figures_all *out, struct err *e)
{
	enum err_code code = ERR_OK;

	for (size_t i = 0; code == ERR_OK && i < pile->len; i++)
		code = count_one(&pile->v[i], beside, out, e);
	return code == ERR_OK ? count_durations(pile, decided, out, e) : code;
}

void
figures_wipe(struct figures_all *f)
{
	free(f->states.v);
	free(f->rejected.v);
	free(f->waiting.v);
	free(f->kinds.v);
	free(f->days.v);
	memset(f, 0, sizeof(*f));
}
