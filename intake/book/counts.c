/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/counts.h"

#include <stdlib.h>
#include <string.h>

#include "intake/book/arrivals_row.h"

void
digests_wipe(struct digests *d)
{
	free(d->v);
	memset(d, 0, sizeof(*d));
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_LEN);
}

bool
digests_have(const struct digests *d, const uint8_t digest[static DIGEST_LEN])
{
	return d->len != 0 && bsearch(digest, d->v, d->len, DIGEST_LEN,
	    compare) != NULL;
}

static enum err_code
add(struct digests *d, const uint8_t *digest, struct err *e)
{
	void *v = d->v;

	/* Room is doubled when len is a power of two. */
	if ((d->len & (d->len - 1)) == 0)
		v = reallocarray(d->v, d->len == 0 ? 1 : 2 * d->len,
		    DIGEST_LEN);
	if (v == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	d->v = v;
	memcpy(d->v[d->len++], digest, DIGEST_LEN);
	return ERR_OK;
}

/* Ends the statement, which gives digests. */
static enum err_code
load(struct sql *db, struct sql_stmt *stmt, struct digests *out,
    struct err *e)
{
	uint8_t digest[DIGEST_LEN];
	enum err_code code;
	bool more;

	if (stmt == NULL)
		return e->code;
	while ((code = row_next(db, stmt, &more, e)) == ERR_OK && more)
		if ((code = row_digest(stmt, 0, digest, e)) != ERR_OK ||
		    (code = add(out, digest, e)) != ERR_OK)
			break;
	sql_done(stmt);
	if (out->len != 0)
		qsort(out->v, out->len, DIGEST_LEN, compare);
	return code;
}

static enum err_code
load_decided(struct sql *db, bool done, struct digests *out, struct err *e)
{
	return load(db, sql_prepare(db, e,
	    "SELECT DISTINCT digest FROM decisions WHERE done = ?", "i",
	    (int64_t)done), out, e);
}

enum err_code
counts_decided(struct sql *db, struct digests *out, struct err *e)
{
	return load_decided(db, true, out, e);
}

enum err_code
counts_open(struct sql *db, struct digests *out, struct err *e)
{
	return load_decided(db, false, out, e);
}

enum err_code
counts_scored(struct sql *db, struct digests *out, struct err *e)
{
	return load(db, sql_prepare(db, e, "SELECT digest FROM scores", ""),
	    out, e);
}
