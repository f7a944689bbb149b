/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/lost.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

bool
lost_bytes(enum err_code code)
{
	return code == ERR_NO_INPUT || code == ERR_DIGEST;
}

void
lost_add(struct lost *l, const uint8_t digest[static DIGEST_LEN],
    enum err_code code)
{
	if (l->n++ != 0)
		return;
	memcpy(l->first, digest, DIGEST_LEN);
	l->code = code;
}

void
lost_tell(struct lost *l, const char *event)
{
	char hex[DIGEST_HEX_LEN], files[24];

	if (l->n != l->told && l->n != 0) {
		digest_hex(l->first, hex);
		(void)snprintf(files, sizeof(files), "%zu", l->n);
		log_event(LOG_WARN, event, "files", files, "digest", hex,
		    "code", err_name(l->code), (char *)NULL);
	}
	l->told = l->n;
	l->n = 0;
}
