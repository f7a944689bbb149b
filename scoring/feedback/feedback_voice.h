/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who says what a feedback document says.  The document cannot tell: whoever
 * shows it must know, and text and page say so before all else.
 */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_VOICE_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_VOICE_H

#include <stdbool.h>

enum feedback_voice {
	VOICE_NOBODY,		/* a file of anybody's */
	VOICE_OWN,		/* the organisation: its answers, counted by
				 * itself */
	VOICE_SCORE,		/* scoring, of a submission that was handed
				 * over; not signed for yet */
	VOICE_AUTHORITY,	/* the authority: its receipt is for these very
				 * bytes */
};

/* Does the one who set the rules speak, or somebody who had to assume
 * them? */
bool voice_knows_rules(enum feedback_voice voice);

/* Sentences, without a line's end: who says it; beside a result, and behind
 * what is listed, when some of its rules are not published. */
const char *voice_words(enum feedback_voice voice);
const char *voice_rules(enum feedback_voice voice);
const char *voice_rules_end(enum feedback_voice voice);

#endif
