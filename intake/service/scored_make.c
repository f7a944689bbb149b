/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/scored_make.h"

#include <string.h>

#include "base/buf.h"
#include "crypto/receipt_sig.h"
#include "crypto/reply.h"
#include "format/deflate.h"
#include "format/receipt.h"
#include "intake/book/arrivals_find.h"
#include "intake/service/scored_file.h"
#include "intake/service/scored_regain.h"

/* --- what is made of it ------------------------------------------------- */

static struct signer
signer_of(const struct intake_settings *s)
{
	return (struct signer){ .key = s->receipt_key,
	    .cert = s->receipt_cert.v[0],
	    .chain = s->receipt_chain.len != 0 ? &s->receipt_chain : NULL };
}

static enum err_code
sign(const struct scored_from *from, const struct arrival *a,
    struct score *score, struct err *e)
{
	const struct intake_settings *set = from->settings;
	const struct signer signer = signer_of(set);
	struct receipt r = { .stage = STAGE_SCORED, .size = a->size,
	    .time = from->now, .authority = set->authority,	/* borrowed */
	    .environment = set->environment };
	struct buf content = { 0 };
	enum err_code code;

	memcpy(r.sealed, a->digest, sizeof(r.sealed));
	memcpy(r.feedback, score->feedback, sizeof(r.feedback));
	if ((code = receipt_encode(&r, &content, e)) == ERR_OK)
		code = receipt_sig_make(content.data, content.len, &signer,
		    from->now, &score->receipt, e);
	buf_wipe(&content);
	return code;
}

static enum err_code
seal_for(const struct scored_from *from, const struct cert *reply,
    const struct buf *document, struct buf *out, struct err *e)
{
	const struct signer signer = signer_of(from->settings);
	struct buf zlib = { 0 };
	enum err_code code;

	code = deflate_pack(document->data, document->len, &zlib, e);
	if (code == ERR_OK)
		code = reply_seal(zlib.data, zlib.len, &signer, reply,
		    from->now, out, e);
	buf_wipe(&zlib);
	return code;
}

/* *how: "sealed", or why it is for nobody; that is no error. */
static enum err_code
seal(const struct scored_from *from, const struct buf *reply,
    const struct buf *document, struct buf *out, const char **how,
    struct err *e)
{
	struct cert *cert = NULL;
	struct err why = { 0 };
	enum err_code code;

	*how = "no-reply-key";
	if (reply->len == 0)
		return ERR_OK;
	code = reply_check(reply->data, reply->len, &cert, &why);
	if (code == ERR_OK)
		code = seal_for(from, cert, document, out, &why);
	cert_free(cert);
	*how = code == ERR_OK ? "sealed" : err_name(code);
	if (code == ERR_OK || code == ERR_REPLY_CERT ||
	    code == ERR_RECIPIENT_EXPIRED)
		return ERR_OK;
	return err_set(e, code, why.where, why.at, "%s", why.msg);
}

/* --- whether ------------------------------------------------------------ */

/* Has it been scored before?  *had: so. */
static enum err_code
compare(const struct scored_from *from, const struct score *score,
    bool *had, struct err *e)
{
	struct score there = { 0 };
	struct err found = { 0 };
	enum err_code code;

	code = scores_get(from->db, score->digest, &there, &found);
	*had = code == ERR_OK;
	if (code == ERR_OK &&
	    memcmp(there.feedback, score->feedback, DIGEST_LEN) != 0)
		code = err_set(e, ERR_OUTPUT_EXISTS, "feedback", 0,
		    "the receipt names another document, which stands");
	else if (code == ERR_HTTP_NOT_FOUND)
		code = ERR_OK;
	else if (code != ERR_OK)
		(void)err_set(e, code, found.where, 0, "%s", found.msg);
	score_wipe(&there);
	return code;
}

/* What the ledger knows of the file that it is about.  ERR_QUEUED: there is no
 * verdict yet, as may be when a ledger was put back. */
static enum err_code
find(const struct scored_from *from, const struct score *score,
    struct arrival *a, struct err *e)
{
	char hex[DIGEST_HEX_LEN];
	struct err found = { 0 };
	enum err_code code;

	digest_hex(score->digest, hex);
	code = arrivals_find(from->db, hex, a, &found);
	if (code == ERR_HTTP_NOT_FOUND || code == ERR_USAGE ||
	    (code == ERR_OK &&
	    memcmp(a->digest, score->digest, DIGEST_LEN) != 0))
		return err_set(e, ERR_FEEDBACK, "sealed", 0,
		    "no such file has arrived");
	if (code != ERR_OK)
		return err_set(e, code, found.where, 0, "%s", found.msg);
	if (a->state == ARRIVAL_ACCEPTED)
		return ERR_OK;
	return err_set(e, a->state == ARRIVAL_REJECTED ? ERR_FEEDBACK :
	    ERR_QUEUED, "sealed", 0, "the file is %s",
	    arrival_state_name(a->state));
}

/* The receipt that was given out before the ledger was put back stands, and so
 * does its feedback, if it is there. */
static enum err_code
take_earlier(const struct scored_from *from, const struct arrival *a,
    struct score *score, bool *found, struct err *e)
{
	struct score earlier = { 0 };
	enum err_code code;

	code = scored_regain(from->settings, a, &earlier, found, e);
	if (code != ERR_OK || !*found)
		return code;
	if (memcmp(earlier.feedback, score->feedback, DIGEST_LEN) == 0) {
		score->time = earlier.time;
		buf_move(&score->receipt, &earlier.receipt);
		buf_move(&score->sealed, &earlier.sealed);
	} else if (earlier.sealed.len != 0 || a->facts.reply.len == 0)
		code = err_set(e, ERR_OUTPUT_EXISTS, "feedback", 0, "the "
		    "receipt that was given out names another document, "
		    "which stands");
	else
		*found = false;		/* nobody can have the document */
	score_wipe(&earlier);
	return code;
}

static enum err_code
make(const struct scored_from *from, const struct buf *document,
    struct score *score, const char **how, struct err *e)
{
	struct arrival a = { 0 };
	bool earlier = false;
	enum err_code code;

	*how = "regained";
	if ((code = find(from, score, &a, e)) == ERR_OK &&
	    (code = scored_file_check(document, &a.facts, e)) == ERR_OK &&
	    (code = take_earlier(from, &a, score, &earlier, e)) == ERR_OK &&
	    !earlier)
		code = sign(from, &a, score, e);
	if (code == ERR_OK && score->sealed.len == 0)
		code = seal(from, &a.facts.reply, document, &score->sealed,
		    how, e);
	memcpy(score->organisation, a.facts.organisation,
	    sizeof(score->organisation));
	arrival_wipe(&a);
	return code;
}

enum err_code
scored_make(const struct scored_from *from, const char *name,
    struct score *score, bool *had, const char **how, struct err *e)
{
	struct buf doc = { 0 };
	enum err_code code;

	*had = false;
	score->time = from->now;
	if (!scored_file_digest(name, score->digest))
		return err_set(e, ERR_FEEDBACK, name, 0,
		    "its name has no digest");
	if ((code = scored_file_read(from->dir, name, &doc, e)) == ERR_OK &&
	    (code = digest_sha256(doc.data, doc.len, score->feedback, e)) ==
	    ERR_OK &&
	    (code = compare(from, score, had, e)) == ERR_OK && !*had)
		code = make(from, &doc, score, how, e);
	buf_wipe(&doc);
	return code;
}
