/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/notes.h"

#include <stdlib.h>
#include <string.h>

#include "intake/book/arrivals.h"
#include "intake/book/scores.h"
#include "intake/book/verdicts.h"

void
notes_add(struct notes *n, enum note_kind kind,
    const uint8_t digest[static DIGEST_LEN], enum receipt_stage stage)
{
	size_t cap = n->cap != 0 ? n->cap * 2 : 64;
	struct note *v;

	if (n->len == n->cap) {
		if ((v = reallocarray(n->v, cap, sizeof(*v))) == NULL)
			return;
		n->v = v;
		n->cap = cap;
	}
	n->v[n->len] = (struct note){ .kind = kind, .stage = stage };
	memcpy(n->v[n->len++].digest, digest, DIGEST_LEN);
}

enum err_code
notes_write(const struct notes *n, struct sql *db, int64_t now,
    struct err *e)
{
	struct verdict_row row = { 0 };
	enum err_code code = ERR_OK;

	for (size_t i = 0; code == ERR_OK && i < n->len; i++) {
		const struct note *note = &n->v[i];

		switch (note->kind) {
		case NOTE_PUBLISHED:
			memcpy(row.digest, note->digest, sizeof(row.digest));
			row.stage = note->stage;
			code = verdicts_published(db, &row, 1, e);
			break;
		case NOTE_SCORED:
			code = scores_published(db, note->digest, e);
			break;
		case NOTE_HANDED:
			code = arrivals_handed(db, note->digest, now, e);
			break;
		case NOTE_FILED:
			code = arrivals_filed(db, note->digest, now, e);
			break;
		}
	}
	return code;
}

void
notes_wipe(struct notes *n)
{
	free(n->v);
	memset(n, 0, sizeof(*n));
}
