/* SPDX-License-Identifier: EUPL-1.2 */
#include "verifier/seen.h"

#include <stdlib.h>
#include <string.h>

enum err_code
seen_add(struct seen *seen, const struct accepted *a, struct err *e)
{
	size_t cap = seen->cap != 0 ? seen->cap * 2 : 64;
	struct accepted *v;

	if (seen->len == seen->cap) {
		v = reallocarray(seen->v, cap, sizeof(*v));
		if (v == NULL)
			return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		seen->v = v;
		seen->cap = cap;
	}
	seen->v[seen->len++] = *a;
	return ERR_OK;
}

void
seen_wipe(struct seen *seen)
{
	free(seen->v);
	memset(seen, 0, sizeof(*seen));
}

const struct accepted *
seen_submission(const struct seen *seen,
    const uint8_t id[static SUBMISSION_ID_LEN])
{
	for (size_t i = 0; i < seen->len; i++)
		if (memcmp(seen->v[i].submission, id, SUBMISSION_ID_LEN) == 0)
			return &seen->v[i];
	return NULL;
}

bool
seen_elsewhere(const struct seen *seen,
    const uint8_t id[static SUBMISSION_ID_LEN],
    const uint8_t sealed[static DIGEST_LEN])
{
	for (size_t i = 0; i < seen->len; i++)
		if (memcmp(seen->v[i].submission, id, SUBMISSION_ID_LEN) ==
		    0 && memcmp(seen->v[i].sealed, sealed, DIGEST_LEN) != 0)
			return true;
	return false;
}

bool
seen_may_replace(const struct seen *seen,
    const uint8_t fingerprint[static DIGEST_LEN],
    const char organisation[static ORGNR_LEN])
{
	bool others = false;

	for (size_t i = 0; i < seen->len; i++) {
		const struct accepted *a = &seen->v[i];

		if (memcmp(a->fingerprint, fingerprint, DIGEST_LEN) != 0)
			continue;
		if (strcmp(a->organisation, organisation) == 0)
			return true;
		others = true;
	}
	return !others;
}
