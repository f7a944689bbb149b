/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files for which something can no longer be done, unless a person helps:
 * told when their number has changed, and not each time that they are met.
 */
#ifndef SIGILL_INTAKE_SERVICE_LOST_H
#define SIGILL_INTAKE_SERVICE_LOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

/* Of one list in one thread; { 0 } is an empty one. */
struct lost {
	size_t n, told;
	uint8_t first[DIGEST_LEN];
	enum err_code code;	/* why, of the first */
};

/* Are a file's bytes not there (intake/service/archive.h)? */
bool lost_bytes(enum err_code code);
void lost_add(struct lost *l, const uint8_t digest[static DIGEST_LEN],
    enum err_code code);
/* At the end of the list: logs them, and begins anew. */
void lost_tell(struct lost *l, const char *event);

#endif
