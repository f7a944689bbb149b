/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A receipt's content: what the portal or the authority says about a sealed
 * file.  crypto/receipt_sig.h signs it.
 */
#ifndef SIGILL_FORMAT_RECEIPT_H
#define SIGILL_FORMAT_RECEIPT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/orgnr.h"
#include "format/receipt_log.h"
#include "format/submission.h"

enum receipt_stage {
	STAGE_STORED,		/* durable at the portal */
	STAGE_ACCEPTED,		/* verified by intake */
	STAGE_REJECTED,
	STAGE_SCORED,
};

/* Everything is owned; { 0 } is an empty one. */
struct receipt {
	enum receipt_stage stage;
	uint8_t sealed[32];	/* SHA-256 of the sealed file */
	uint64_t size;		/* of the sealed file, in bytes */
	int64_t time;		/* when it was issued, UTC seconds */
	char *authority;	/* its name */
	enum environment environment;
	/* accepted */
	uint8_t submission[SUBMISSION_ID_LEN];
	uint8_t fingerprint[32];
	char organisation[ORGNR_LEN];
	char *round;
	bool has_supersedes;
	uint8_t supersedes[32];
	/* rejected: err_name() of the reason, and what the sender should do;
	 * parsing takes any name of that form, so that old programs can show
	 * new reasons */
	char *reason;
	char *advice;
	/* accepted, rejected: by intake, but not by sigill-verify */
	bool has_log;
	struct receipt_log log;
	/* scored */
	uint8_t feedback[32];	/* SHA-256 of the feedback document */
};

void receipt_wipe(struct receipt *r);

/* One content, one byte string, as for submissions. */
enum err_code receipt_encode(const struct receipt *r, struct buf *out,
    struct err *e);
/* The same without "log": what the log has as the leaf of this receipt. */
enum err_code receipt_leaf(const struct receipt *r, struct buf *out,
    struct err *e);
/* ERR_RECEIPT_STRUCTURE when it is anything else than that. */
enum err_code receipt_parse(const uint8_t *data, size_t len,
    struct receipt *out, struct err *e);

/* A new reference; NULL without memory. */
json_t *receipt_json(const struct receipt *r);

/* "stored" | "accepted" | "rejected" | "scored"; and back: -1 when none. */
const char *receipt_stage_name(enum receipt_stage stage);
int receipt_stage_parse(const char *s);

#endif
