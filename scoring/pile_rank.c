/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/pile_rank.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

static int
by_number(const struct document *a, const struct document *b)
{
	return memcmp(a->number, b->number, sizeof(a->number));
}

static int
by_position(const struct document *a, const struct document *b)
{
	return (a->position < b->position) - (a->position > b->position);
}

static int
by_sealed(const struct document *a, const struct document *b)
{
	return memcmp(a->sealed, b->sealed, sizeof(a->sealed));
}

/* The same file handed over again, together; the one with a position first. */
static int
by_file(const void *a, const void *b)
{
	const struct document *x = &((const struct pile_item *)a)->document;
	const struct document *y = &((const struct pile_item *)b)->document;
	int order;

	if ((order = by_number(x, y)) == 0 &&
	    (order = by_sealed(x, y)) == 0 &&
	    (order = by_position(x, y)) == 0)
		order = x->late - y->late;
	return order;
}

/* An organisation's documents together, the one that counts first. */
static int
by_rank(const void *a, const void *b)
{
	const struct document *x = &((const struct pile_item *)a)->document;
	const struct document *y = &((const struct pile_item *)b)->document;
	int order;

	if ((order = by_number(x, y)) == 0 &&
	    (order = by_position(x, y)) == 0)
		order = by_sealed(x, y);
	return order;
}

static bool
same_answers(const struct document *a, const struct document *b)
{
	return memcmp(a->fingerprint, b->fingerprint,
	    sizeof(a->fingerprint)) == 0;
}

static void
conflict(struct err_list *mistakes, const struct document *d,
    const char *msg)
{
	struct err found = { 0 };
	char number[12];

	orgnr_format(d->number, number);
	err_set(&found, ERR_DOCUMENT, number, 0, "%s", msg);
	err_list_add(mistakes, &found);
}

/* Drops each that same tells to be a copy of what is kept before it. */
static void
keep_first(struct pile *p, struct err_list *mistakes,
    bool (*same)(const struct document *kept, const struct document *d,
    struct err_list *mistakes))
{
	size_t n = 0;

	for (size_t i = 0; i < p->len; i++) {
		if (n != 0 && same(&p->v[n - 1].document, &p->v[i].document,
		    mistakes)) {
			document_wipe(&p->v[i].document);
			p->replaced++;
		} else
			p->v[n++] = p->v[i];
	}
	p->len = n;
}

static bool
same_file(const struct document *kept, const struct document *d,
    struct err_list *mistakes)
{
	if (by_number(kept, d) != 0 || by_sealed(kept, d) != 0)
		return false;
	if (!same_answers(kept, d))
		conflict(mistakes, d, _("two documents for one sealed file "
		    "have different answers"));
	return true;
}

static bool
same_organisation(const struct document *kept, const struct document *d,
    struct err_list *mistakes)
{
	if (by_number(kept, d) != 0)
		return false;
	if (d->position == -1 && !same_answers(kept, d))
		conflict(mistakes, d, _("there are several documents with "
		    "different answers, and one without a position: nothing "
		    "tells which counts"));
	else if (d->position != -1 && d->position == kept->position)
		conflict(mistakes, d, _("two documents have the same "
		    "position"));
	return true;
}

static void
sort(struct pile *p, int (*compare)(const void *a, const void *b))
{
	if (p->len != 0)
		qsort(p->v, p->len, sizeof(*p->v), compare);
}

void
pile_rank(struct pile *p, struct err_list *mistakes)
{
	sort(p, by_file);
	keep_first(p, mistakes, same_file);
	sort(p, by_rank);
	keep_first(p, mistakes, same_organisation);
}
