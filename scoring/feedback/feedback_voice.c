/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_voice.h"

#include "base/i18n.h"

bool
voice_knows_rules(enum feedback_voice voice)
{
	return voice == VOICE_SCORE || voice == VOICE_AUTHORITY;
}

const char *
voice_words(enum feedback_voice voice)
{
	switch (voice) {
	case VOICE_OWN:
		return _("Your own answers, counted here: it is not the "
		    "authority that says this.");
	case VOICE_SCORE:
		return _("Made by sigill-score from a submission that was "
		    "handed in; the authority's word only with its receipt.");
	case VOICE_AUTHORITY:
		return _("The authority's feedback on what was handed in; its "
		    "receipt for it was checked when this was made.");
	case VOICE_NOBODY:
		break;
	}
	return _("Nobody vouches for this: there was no receipt with it, and "
	    "anybody could have made it.");
}

const char *
voice_rules(enum feedback_voice voice)
{
	return voice_knows_rules(voice) ?
	    _("by rules of which some are not published; see the end") :
	    _("by rules of which some are assumed; see the end");
}

const char *
voice_rules_end(enum feedback_voice voice)
{
	return voice_knows_rules(voice) ?
	    _("The authority has not published these rules: they are those "
	    "that this was computed by.") :
	    _("The authority has not published these rules: its own may give "
	    "another result.");
}
