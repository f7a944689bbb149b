/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/rounds.h"

#include <string.h>

#include "base/i18n.h"
#include "scoring/report/compare.h"

enum err_code
rounds_comparable(const struct questionnaire *now,
    const struct questionnaire *then, bool *out, struct err *e)
{
	struct comparison c;
	enum err_code code;

	*out = false;
	if ((code = compare_definitions(now, then, &c, e)) != ERR_OK)
		return code;
	for (size_t i = 0; i < c.len; i++)
		*out = *out || c.v[i].why == COMPARE_SAME;
	comparison_wipe(&c);
	return ERR_OK;
}

enum err_code
rounds_check(const struct questionnaire *now, const char *round,
    const struct questionnaire *then, const char *then_round, struct err *e)
{
	bool comparable;
	enum err_code code;

	if ((code = rounds_comparable(now, then, &comparable, e)) != ERR_OK)
		return code;
	if (!comparable)
		return err_set(e, ERR_USAGE, "--previous", 0,
		    _("it was answered to the questionnaire '%.60s', and "
		    "nothing in that can be compared with '%.60s'"), then->id,
		    now->id);
	if (strcmp(round, then_round) == 0)
		return err_set(e, ERR_USAGE, "--previous", 0,
		    _("it is of the same round, %s"), round);
	return ERR_OK;
}

static bool
begins_with_digit(const char *s)
{
	return *s >= '0' && *s <= '9';
}

bool
rounds_reversed(const char *now, const char *then)
{
	return begins_with_digit(now) && begins_with_digit(then) &&
	    strverscmp(then, now) > 0;
}
