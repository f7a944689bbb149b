/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/outbox/outbox_kin.h"

#include <string.h>

static bool
is_kin(const struct outbox_entry *a, const struct outbox_entry *b)
{
	return a->environment == b->environment &&
	    strcmp(a->organisation, b->organisation) == 0 &&
	    strcmp(a->questionnaire, b->questionnaire) == 0 &&
	    strcmp(a->round, b->round) == 0;
}

bool
outbox_needs_care(const struct outbox_list *l,
    const struct outbox_entry *entry)
{
	if (entry->state != OUTBOX_REJECTED)
		return false;
	for (size_t i = 0; i < l->len; i++) {
		const struct outbox_entry *one = &l->v[i];

		if (strcmp(one->id, entry->id) != 0 &&
		    one->created >= entry->created &&
		    one->state != OUTBOX_REJECTED &&
		    is_kin(one, entry))
			return false;
	}
	return true;
}

const struct outbox_entry *
outbox_other_answers(const struct outbox_list *l,
    const struct outbox_entry *like)
{
	/* They are in the order in which they were put. */
	for (size_t i = l->len; i-- > 0;)
		if (l->v[i].state != OUTBOX_REJECTED &&
		    is_kin(&l->v[i], like) &&
		    memcmp(l->v[i].fingerprint, like->fingerprint,
		    DIGEST_LEN) != 0)
			return &l->v[i];
	return NULL;
}
