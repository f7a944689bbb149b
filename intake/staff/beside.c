/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/beside.h"

enum err_code
beside_load(struct sql *db, struct beside *out, struct err *e)
{
	enum err_code code = roll_load(db, &out->roll, e);

	if (code == ERR_OK)
		code = counts_open(db, &out->decided, e);
	return code == ERR_OK ? counts_scored(db, &out->scored, e) : code;
}

void
beside_wipe(struct beside *b)
{
	roll_wipe(&b->roll);
	digests_wipe(&b->decided);
	digests_wipe(&b->scored);
}
