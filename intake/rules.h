/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The rules of a round: what becomes of a file that has been verified, given
 * what the ledger knows of others.  No input, no output, no clock.
 *
 *	the same submission (id, organisation, fingerprint) in another sealed
 *	    file				accepted, a duplicate
 *	another content under a known id	rejected: duplicate
 *	replaces another organisation's, or
 *	    itself				rejected
 *	its mandate was revoked			rejected: mandate-revoked
 *	the organisation is not in the
 *	    register (if there is one)		held: not-registered
 *	replaces the one that counts		accepted, and counts
 *	    but it is late, and that one not	held: late
 *	the same answers as one of the round
 *	    that was accepted, and replacing
 *	    nothing, or the same		accepted, does not count: "same
 *						answers", which changes nothing
 *	has been replaced already (it came
 *	    after its correction)		accepted, does not count
 *	other answers than the one that counts,
 *	    without replacing it; or replacing
 *	    what is not known yet		held: conflict
 *	otherwise				accepted, and counts
 *
 * Two may replace each other, when somebody goes back to earlier answers: the
 * one whose answers the round has seen before is the later one.  As long as
 * nobody can tell, the second that comes is held: conflict.
 *
 * What was held, a person decides: rejected with the code declined, or
 * accepted, and counts unless it has been replaced meanwhile.
 *
 * What verification has rejected is rejected for that; what it could not
 * decide, and will not be tried again, is held for that.
 */
#ifndef SIGILL_INTAKE_RULES_H
#define SIGILL_INTAKE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "intake/facts.h"

/* An accepted submission that the ledger knows, in its first sealed file. */
struct earlier {
	uint8_t sealed[DIGEST_LEN];
	uint8_t submission[SUBMISSION_ID_LEN];
	uint8_t fingerprint[DIGEST_LEN];
	char organisation[ORGNR_LEN];
	bool same_round;	/* same organisation, questionnaire, round */
	bool has_supersedes;
	uint8_t supersedes[DIGEST_LEN];
	bool counts, late;
};

/* What the ledger knows that bears on one file.  Owned. */
struct history {
	/* Those with the same submission id, or the fingerprint that is to be
	 * replaced; and of the same round what counts, has the same
	 * fingerprint, or replaces that. */
	struct earlier *v;
	size_t len;
	bool register_in_use;	/* it has at least one organisation */
	bool registered;
	bool mandate_revoked;
};

enum rule_state { RULE_ACCEPT, RULE_REJECT, RULE_HOLD };

struct ruling {
	enum rule_state state;
	enum err_code code;	/* of a rejection, or why it is held */
	bool duplicate;		/* not handed over again */
	bool same_answers;	/* accepted before under another id: changes
				 * nothing, whatever counts now */
	bool counts;		/* and those of the round that did do no more */
};

void history_wipe(struct history *h);

/* accepted_by_staff: a person has decided that it is taken, so that nothing
 * holds it; what is rejected above is rejected still. */
void rules_decide(const struct facts *facts, const struct history *history,
    bool accepted_by_staff, struct ruling *out);

#endif
