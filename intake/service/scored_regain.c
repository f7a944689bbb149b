/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/scored_regain.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "crypto/receipt_sig.h"
#include "format/receipt.h"
#include "intake/book/arrivals_find.h"
#include "intake/service/publish.h"

static const char ending[] = ".scored.p7s";

/* --- one ---------------------------------------------------------------- */

static enum err_code
take_receipt(const struct intake_settings *s, const struct arrival *a,
    const struct buf *der, struct score *out, struct err *e)
{
	struct signed_data opened = { 0 };
	struct receipt r = { 0 };
	enum err_code code;

	if ((code = receipt_sig_open(der->data, der->len, &opened, e)) ==
	    ERR_OK &&
	    (code = receipt_parse(opened.content, opened.len, &r, e)) ==
	    ERR_OK)
		code = receipt_sig_known(&opened, &s->receipt_signers, r.time,
		    e);
	if (code == ERR_OK && (r.stage != STAGE_SCORED || r.size != a->size ||
	    memcmp(r.sealed, a->digest, DIGEST_LEN) != 0))
		code = err_set(e, ERR_RECEIPT_DIGEST, NULL, 0, NULL);
	if (code == ERR_OK) {
		memcpy(out->feedback, r.feedback, DIGEST_LEN);
		out->time = r.time;
	}
	receipt_wipe(&r);
	signed_wipe(&opened);
	return code;
}

static bool
is_sealed_by_us(const struct intake_settings *s, const struct buf *der,
    int64_t time)
{
	struct signed_data opened = { 0 };
	bool ours = signed_open(SIGNED_OUTER, der->data, der->len, &opened,
	    NULL) == ERR_OK && receipt_sig_known(&opened,
	    &s->receipt_signers, time, NULL) == ERR_OK;

	signed_wipe(&opened);
	return ours;
}

enum err_code
scored_regain(const struct intake_settings *s, const struct arrival *a,
    struct score *out, bool *found, struct err *e)
{
	enum err_code code;
	struct err why = { 0 };

	*found = false;
	if (s->verdicts == NULL)
		return ERR_OK;
	code = publish_read(s, a->digest, "scored.p7s", &out->receipt, &why);
	if (code == ERR_OK)
		code = take_receipt(s, a, &out->receipt, out, &why);
	*found = code == ERR_OK;
	if (code == ERR_OK && (publish_read(s, a->digest, "feedback.sigill",
	    &out->sealed, NULL) != ERR_OK ||
	    !is_sealed_by_us(s, &out->sealed, out->time)))
		buf_wipe(&out->sealed);
	if (!*found) {
		score_wipe(out);
		return code == ERR_NO_MEMORY ? err_set(e, code, NULL, 0,
		    NULL) : ERR_OK;
	}
	memcpy(out->digest, a->digest, sizeof(out->digest));
	memcpy(out->organisation, a->facts.organisation,
	    sizeof(out->organisation));
	return ERR_OK;
}

/* --- all ---------------------------------------------------------------- */

static enum err_code
add(struct sql *db, const struct score *score, size_t *n, struct err *e)
{
	bool added = false;
	enum err_code code;

	if ((code = sql_begin(db, false, e)) != ERR_OK)
		return code;
	code = sql_finish(db, scores_add(db, score, &added, e), e);
	*n += code == ERR_OK && added;
	return code;
}

/* Without its feedback scoring's next answer seals that anew. */
static bool
is_whole(const struct arrival *a, const struct score *score)
{
	return a->facts.reply.len == 0 || score->sealed.len != 0;
}

static enum err_code
regain_one(const struct intake_settings *s, struct sql *db, const char *hex,
    size_t *n, struct err *e)
{
	struct err why = { 0 };
	struct score score = { 0 };
	struct arrival a = { 0 };
	bool found = false;
	enum err_code code;

	code = arrivals_find(db, hex, &a, &why);
	if (code == ERR_OK && a.state == ARRIVAL_ACCEPTED &&
	    (code = scored_regain(s, &a, &score, &found, &why)) == ERR_OK &&
	    found && is_whole(&a, &score))
		code = add(db, &score, n, &why);
	score_wipe(&score);
	arrival_wipe(&a);
	if (code == ERR_OK || code == ERR_HTTP_NOT_FOUND)
		return ERR_OK;
	return err_set(e, code, why.where, 0, "%s", why.msg);
}

static enum err_code
look_at_name(const struct intake_settings *s, struct sql *db,
    const char *name, size_t *n, struct err *e)
{
	struct score there = { 0 };
	uint8_t digest[DIGEST_LEN];
	char hex[DIGEST_HEX_LEN];
	struct err why = { 0 };
	enum err_code code;

	if (strlen(name) != sizeof(hex) - 1 + sizeof(ending) - 1 ||
	    strcmp(name + sizeof(hex) - 1, ending) != 0)
		return ERR_OK;
	memcpy(hex, name, sizeof(hex) - 1);
	hex[sizeof(hex) - 1] = '\0';
	if (!digest_from_hex(hex, digest))
		return ERR_OK;
	code = scores_get(db, digest, &there, &why);
	score_wipe(&there);
	if (code == ERR_HTTP_NOT_FOUND)
		return regain_one(s, db, hex, n, e);
	return code == ERR_OK ? ERR_OK : err_set(e, code, why.where, 0, "%s",
	    why.msg);
}

enum err_code
scored_regain_all(const struct intake_settings *s, struct sql *db, size_t *n,
    struct err *e)
{
	const struct dirent *entry;
	enum err_code code = ERR_OK;
	DIR *d;

	*n = 0;
	if (s->verdicts == NULL)
		return ERR_OK;
	if ((d = opendir(s->verdicts)) == NULL)
		return err_errno(e, ERR_IO, s->verdicts, errno);
	while (code == ERR_OK && (errno = 0, entry = readdir(d)) != NULL)
		code = look_at_name(s, db, entry->d_name, n, e);
	if (code == ERR_OK && errno != 0)
		code = err_errno(e, ERR_IO, s->verdicts, errno);
	(void)closedir(d);
	return code;
}
