/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill check: an answers file becomes a statement, with all its mistakes at
 * once and a summary of what would leave the house.
 */
#ifndef SIGILL_CLIENT_CHECK_H
#define SIGILL_CLIENT_CHECK_H

#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "format/questionnaire.h"
#include "format/statement.h"

struct options;
struct report;
struct settings;

/* Answers that have been checked.  { 0 } is an empty one. */
struct checked {
	struct questionnaire *questionnaire;
	struct statement statement;
	uint8_t fingerprint[DIGEST_LEN];
};

/* Reads, checks and fingerprints o->operand; every mistake goes to the
 * report. */
enum err_code check_answers(const struct options *o,
    const struct settings *s, struct checked *out, struct report *r);
void checked_wipe(struct checked *c);

/* Who answers what: the lines that check, seal and submit have in common. */
void check_report(const struct checked *c, struct report *r);

enum err_code check_run(const struct options *o, struct report *r);

#endif
