/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What becomes of accepted answers: the authority scores them, says so in one
 * more receipt, and seals a feedback document for the key that lies beside the
 * sealed file (docs/SPEC.md, section 11).  Both are kept there, or neither;
 * where the key has got lost, the receipt alone.
 */
#ifndef SIGILL_CLIENT_SCORED_H
#define SIGILL_CLIENT_SCORED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "client/session.h"
#include "format/receipt.h"

struct report;

enum scored_state {
	SCORED_NOT_ASKED,
	SCORED_NONE,		/* no receipt, as far as anybody knows */
	SCORED_PENDING,		/* a receipt, and the feedback is not there */
	SCORED_NO_KEY,		/* a receipt, and the key is not here */
	SCORED_HERE,		/* both are, and belong together */
};

/* { 0 } is an empty one. */
struct scored {
	enum scored_state state;
	struct receipt receipt;	/* owned; from SCORED_PENDING on */
	bool news;		/* it has come with this run */
	/* Why the portal could not be asked: nothing is wrong with the
	 * submission.  NONE or PENDING then. */
	struct err unheard;
};

/* What is kept beside the sealed file.  ERR_RECEIPT_*, kept_read's errors,
 * ERR_FEEDBACK_SEALED when the document is not the receipt's. */
enum err_code scored_look(const struct session *s, const struct parcel *p,
    struct scored *out, struct err *e);

/* Is there any sense in asking for it, at this time?  made: was a key made for
 * this sealed file?  since: when the answers were accepted. */
bool scored_may_come(const struct parcel *p, bool made, int64_t since,
    int64_t now);

/*
 * Asks the portal, once, for what is not here, and keeps it; p->entry is
 * locked meanwhile.  Errors are those of something that came and is not as it
 * should be, or could not be kept: ERR_RECEIPT_*, ERR_FEEDBACK_SEALED,
 * ERR_REPLY_KEY, ERR_KEY*, ERR_NO_SPACE, ERR_IO, ERR_OUTPUT_EXISTS.
 */
enum err_code scored_ask(struct session *s, const struct parcel *p,
    struct scored *out, struct err *e);

/* What a person is told below the submission's line; id is what she names it
 * by, or NULL. */
void scored_say(const struct scored *scored, const struct parcel *p,
    const char *id, struct report *r);
/* The same as an object; NULL without memory, or when nobody asked. */
json_t *scored_json(const struct scored *scored, const struct parcel *p);

void scored_wipe(struct scored *s);

#endif
