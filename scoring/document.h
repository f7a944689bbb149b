/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One verified submission as intake hands it over (docs/HANDOFF.md): who
 * answered, and the answer sheet.  Its texts and attachments are not kept.
 */
#ifndef SIGILL_SCORING_DOCUMENT_H
#define SIGILL_SCORING_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "format/orgnr.h"
#include "format/statement.h"
#include "format/submission.h"
#include "scoring/sheet.h"

#define DOCUMENT_FORMAT		"sigill-verified"
#define DOCUMENT_VERSION	1

/* Owned. */
struct document {
	uint8_t sealed[32];	/* SHA-256 of the sealed file: its key */
	uint8_t submission[SUBMISSION_ID_LEN];
	uint8_t fingerprint[32];
	enum environment environment;
	char number[ORGNR_LEN];
	enum organisation_kind kind;
	char *name;		/* of the organisation */
	char *round;
	int64_t position;	/* in the log; -1: it has none */
	bool late;
	struct sheet sheet;
};

void document_wipe(struct document *d);

/* To which questionnaire's definition it was answered, and in which round; for
 * who has several definitions. */
struct document_head {
	char questionnaire[LIMIT_ID + 1];
	char round[LIMIT_ID + 1];
	uint8_t sha256[32];
};

/* Reads that alone.  ERR_DOCUMENT. */
enum err_code document_head_parse(const uint8_t *json, size_t len,
    const char *name, struct document_head *head, struct err *e);

/*
 * Reads one document.  Members that are unknown are left alone; those that are
 * missing or wrong, and answers that the definition does not allow, are
 * ERR_DOCUMENT with where = name, and the member's path in the message; so is
 * what is no complete JSON, with its line.  ERR_QUESTIONNAIRE_UNKNOWN when it
 * is for another questionnaire than l's, ERR_QUESTIONNAIRE_DIGEST when it is
 * for another definition of the same.  *head is filled then, too.  *out must be
 * { 0 }, and is on every error.
 */
enum err_code document_parse(const uint8_t *json, size_t len,
    const char *name, const struct sheet_layout *l, struct document *out,
    struct document_head *head, struct err *e);

#endif
