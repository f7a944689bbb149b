/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/document.h"

#include <string.h>

bool
document_has_form(const struct buf *d)
{
	/* {"":0} and the newline */
	return d->len >= 7 && d->data[0] == '{' && d->data[1] == '"' &&
	    d->data[d->len - 2] == '}' &&
	    memchr(d->data, '\n', d->len) == d->data + d->len - 1;
}

enum err_code
document_add_position(struct buf *d, const char *position, struct err *e)
{
	if (!document_has_form(d))
		return err_set(e, ERR_INTERNAL, "document", 0, NULL);
	d->len -= 2;
	buf_add_str(d, ",\"position\":");
	buf_add_str(d, position);
	buf_add_str(d, "}\n");
	return buf_check(d, e);
}
