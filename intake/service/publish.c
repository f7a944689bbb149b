/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/publish.h"

#include <stdio.h>

#include "intake/book/arrivals.h"
#include "intake/book/verdicts.h"

enum err_code
publish_add(struct drop *d, const uint8_t digest[static DIGEST_LEN],
    enum receipt_stage stage, const struct buf *receipt, struct err *e)
{
	char hex[DIGEST_HEX_LEN], name[DROP_NAME];

	digest_hex(digest, hex);
	(void)snprintf(name, sizeof(name), "%s.%s.p7s", hex,
	    receipt_stage_name(stage));
	return drop_add(d, name, receipt->data, receipt->len, e);
}

/* From the ledger into an open drop. */
static enum err_code
add_kept(struct drop *d, struct sql *db,
    const uint8_t digest[static DIGEST_LEN], struct err *e)
{
	enum receipt_stage stage;
	struct buf receipt = { 0 };
	enum err_code code;

	if ((code = verdicts_get(db, digest, &stage, &receipt, e)) == ERR_OK)
		code = publish_add(d, digest, stage, &receipt, e);
	buf_wipe(&receipt);
	return code;
}

enum err_code
publish_again(const struct intake_settings *s, struct sql *db,
    const uint8_t digest[static DIGEST_LEN], struct err *e)
{
	struct err found = { 0 };
	enum err_code code;
	struct drop d;

	if (s->verdicts == NULL)
		return ERR_OK;
	if ((code = drop_begin(&d, s->verdicts, PUBLISH_MODE, e)) != ERR_OK)
		return code;
	code = add_kept(&d, db, digest, &found);
	if (code == ERR_HTTP_NOT_FOUND)		/* it is held, say */
		return drop_end(&d, ERR_OK, e);
	if (code != ERR_OK && e != NULL && e->code == ERR_OK)
		*e = found;
	return drop_end(&d, code, e);
}

enum err_code
publish_rest(const struct intake_settings *s, struct sql *db,
    struct notes *notes, size_t *n, struct err *e)
{
	struct verdict_row rows[DROP_MAX] = { 0 };
	enum err_code code;
	struct drop d;

	*n = s->verdicts != NULL ? DROP_MAX : 0;
	if (*n == 0)
		return ERR_OK;
	if ((code = verdicts_unpublished(db, rows, n, e)) != ERR_OK ||
	    *n == 0 ||
	    (code = drop_begin(&d, s->verdicts, PUBLISH_MODE, e)) != ERR_OK)
		return code;
	for (size_t i = 0; code == ERR_OK && i < *n; i++)
		code = add_kept(&d, db, rows[i].digest, e);
	code = drop_end(&d, code, e);
	for (size_t i = 0; code == ERR_OK && i < *n; i++)
		notes_add(notes, NOTE_PUBLISHED, rows[i].digest,
		    rows[i].stage);
	return code;
}
