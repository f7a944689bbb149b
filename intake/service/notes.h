/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What has been done about files after their verdicts, and is to be noted in
 * the ledger: until then a crash lets it be done again, which changes
 * nothing.
 */
#ifndef SIGILL_INTAKE_SERVICE_NOTES_H
#define SIGILL_INTAKE_SERVICE_NOTES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "format/receipt.h"
#include "ledger/sql.h"

/* NOTE_SCORED: the score is published. */
enum note_kind { NOTE_PUBLISHED, NOTE_SCORED, NOTE_HANDED, NOTE_FILED };

struct note {
	enum note_kind kind;
	uint8_t digest[DIGEST_LEN];
	enum receipt_stage stage;	/* of NOTE_PUBLISHED */
};

/* { 0 } is an empty one. */
struct notes {
	struct note *v;		/* owned */
	size_t len, cap;
};

/* What cannot be remembered is done again: no error. */
void notes_add(struct notes *n, enum note_kind kind,
    const uint8_t digest[static DIGEST_LEN], enum receipt_stage stage);
/* In a transaction. */
enum err_code notes_write(const struct notes *n, struct sql *db, int64_t now,
    struct err *e);
void notes_wipe(struct notes *n);

#endif
