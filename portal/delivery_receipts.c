/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What has been said about files that were handed in: receipts and feedback,
 * for their senders.
 */
#include "portal/delivery.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "format/receipt.h"
#include "portal/kept.h"

#define RETRY	"60"		/* seconds */

/* Has this sender handed in the whole file?  Who only knows its digest must
 * not learn what was said about it. */
static bool
has_stored(struct delivery *d, const uint8_t digest[static DIGEST_LEN])
{
	struct buf receipt = { 0 };
	struct err e = { 0 };
	bool found = ledger_receipt(d->service->ledger, digest, d->sender,
	    receipt_stage_name(STAGE_STORED), &receipt, &e) == ERR_OK;

	buf_wipe(&receipt);
	return found;
}

/* Where intake would have put it; false where there is no such folder. */
static bool
name_file(const struct delivery *d, const uint8_t digest[static DIGEST_LEN],
    const char *kind, char out[static PATH_MAX])
{
	const char *folder = d->service->settings->verdicts;
	char hex[DIGEST_HEX_LEN];
	int n;

	if (folder == NULL)
		return false;
	digest_hex(digest, hex);
	n = snprintf(out, PATH_MAX, "%s/%s.%s", folder, hex, kind);
	return n >= 0 && n < PATH_MAX;
}

/* A regular file, and nothing that would be waited for.  ERR_NO_INPUT when
 * there is none. */
static enum err_code
read_file(const char *path, size_t cap, struct buf *out, struct err *e)
{
	enum err_code code;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd == -1)
		return errno == ENOENT ?
		    err_set(e, ERR_NO_INPUT, path, 0, NULL) :
		    err_errno(e, ERR_IO, path, errno);
	if (fstat(fd, &st) == -1)
		code = err_errno(e, ERR_IO, path, errno);
	else if (!S_ISREG(st.st_mode))
		code = err_set(e, ERR_IO, path, 0, "it is not a file");
	else
		code = file_read_fd(fd, path, cap, out, e);
	(void)close(fd);
	return code;
}

/* Into the ledger, from where it looks the same for ever. */
static enum err_code
keep(struct delivery *d, const struct receipt_row *row,
    enum receipt_stage stage, struct buf *out, struct err *e)
{
	enum err_code code = ledger_add_receipt(d->service->ledger, row, e);

	return code != ERR_OK ? code : kept_receipt(d->service->ledger,
	    row->digest, d->sender, stage, out, e);
}

/* Takes a receipt from intake's folder.  That of a score is not kept: it and
 * the feedback that it names come from one place, so that they belong together
 * whatever has become of that.  False while there is none. */
static bool
fetch_file(struct delivery *d, const uint8_t digest[static DIGEST_LEN],
    enum receipt_stage stage, struct buf *out)
{
	char path[PATH_MAX], kind[32];
	struct receipt_row row = {
		.digest = digest, .sender = d->sender,
		.stage = receipt_stage_name(stage), .signer = "",
	};
	struct buf der = { 0 };
	struct err e = { 0 };
	enum err_code code;

	(void)snprintf(kind, sizeof(kind), "%s.p7s", row.stage);
	if (!name_file(d, digest, kind, path) ||
	    read_file(path, LIMIT_RECEIPT, &der, &e) == ERR_NO_INPUT)
		return false;
	if ((code = e.code) == ERR_OK) {
		code = kept_check(&der, digest, stage, &row.time, &e);
		if (e.where[0] == '\0')
			(void)snprintf(e.where, sizeof(e.where), "%s",
			    file_base_name(path));
	}
	if (code == ERR_OK) {
		row.bytes = der.data;
		row.len = der.len;
		if (stage == STAGE_SCORED)
			buf_move(out, &der);
		else
			code = keep(d, &row, stage, out, &e);
	}
	buf_wipe(&der);
	if (code != ERR_OK)
		log_err(LOG_FAIL, "verdict-unusable", &e);
	return code == ERR_OK;
}

/* What intake has said: in the ledger, where they share it, or in a folder.
 * False while there is nothing. */
static bool
fetch_verdict(struct delivery *d, const uint8_t digest[static DIGEST_LEN],
    enum receipt_stage stage, struct buf *out)
{
	struct err e = { 0 };
	enum err_code code;

	if (stage == STAGE_STORED || !has_stored(d, digest))
		return false;
	code = kept_verdict(d->service->ledger, digest, stage, out, &e);
	if (code == ERR_HTTP_NOT_FOUND)
		return fetch_file(d, digest, stage, out);
	if (code != ERR_OK)
		log_err(LOG_FAIL, "verdict-unusable", &e);
	return code == ERR_OK;
}

/* In the portal's own keeping, of those that it keeps.  ERR_HTTP_NOT_FOUND. */
static enum err_code
find_kept(struct delivery *d, const uint8_t digest[static DIGEST_LEN],
    enum receipt_stage stage, struct buf *out, struct err *e)
{
	return stage == STAGE_SCORED ? ERR_HTTP_NOT_FOUND : kept_receipt(
	    d->service->ledger, digest, d->sender, stage, out, e);
}

enum err_code
delivery_receipt(struct delivery *d, struct reply *r, struct err *e)
{
	struct err absent = { 0 };
	uint8_t digest[DIGEST_LEN];
	char hex[DIGEST_HEX_LEN];
	struct buf receipt = { 0 };
	enum err_code code;
	int stage;

	/* target: 64 hex digits, a slash, a stage */
	(void)snprintf(hex, sizeof(hex), "%s", d->target);
	stage = receipt_stage_parse(d->target + DIGEST_HEX_LEN);
	if (stage == -1 || !digest_from_hex(hex, digest))
		return err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0, NULL);
	code = ledger_knows(d->service->ledger, digest, d->sender, e);
	if (code != ERR_OK)
		return code;
	code = find_kept(d, digest, (enum receipt_stage)stage, &receipt,
	    &absent);
	if (code != ERR_OK && code != ERR_HTTP_NOT_FOUND) {
		*e = absent;
		goto out;
	}
	if (code == ERR_OK || fetch_verdict(d, digest,
	    (enum receipt_stage)stage, &receipt)) {
		reply_set(r, 200);
		r->type = REPLY_CMS;
		buf_move(&r->body, &receipt);
	} else {
		reply_set(r, 202);
		reply_header(r, "Retry-After", RETRY);
	}
	code = ERR_OK;
out:
	buf_wipe(&receipt);
	return code;
}

/* --- feedback ----------------------------------------------------------- */

/* The portal keeps no copy, as of the receipt.  ERR_HTTP_NOT_FOUND while there is none; what else is wrong has been
 * logged. */
static enum err_code
fetch_feedback(struct delivery *d, const uint8_t digest[static DIGEST_LEN],
    struct buf *out)
{
	char path[PATH_MAX];
	struct err e = { 0 };
	enum err_code code;

	code = kept_feedback(d->service->ledger, digest, out, &e);
	if (code == ERR_HTTP_NOT_FOUND) {
		err_clear(&e);
		if (!name_file(d, digest, "feedback.sigill", path))
			return ERR_HTTP_NOT_FOUND;
		code = read_file(path, LIMIT_FEEDBACK_SEALED, out, &e);
		if (code == ERR_NO_INPUT)
			return ERR_HTTP_NOT_FOUND;
		if (code == ERR_OK)
			code = kept_check_feedback(out, &e);
		if (e.where[0] == '\0')
			(void)snprintf(e.where, sizeof(e.where), "%s",
			    file_base_name(path));
	}
	if (code != ERR_OK) {
		log_err(LOG_FAIL, "feedback-unusable", &e);
		buf_wipe(out);
	}
	return code;
}

static bool
has_receipt(struct delivery *d, const uint8_t digest[static DIGEST_LEN],
    enum receipt_stage stage)
{
	struct buf receipt = { 0 };
	struct err e = { 0 };
	bool found = find_kept(d, digest, stage, &receipt, &e) == ERR_OK ||
	    fetch_verdict(d, digest, stage, &receipt);

	buf_wipe(&receipt);
	return found;
}

/* What is rejected never gets any; nor does what was scored without: it would
 * be there before its receipt is, and is looked for once more. */
static bool
gets_none(struct delivery *d, const uint8_t digest[static DIGEST_LEN],
    struct buf *out)
{
	return has_receipt(d, digest, STAGE_REJECTED) ||
	    (has_receipt(d, digest, STAGE_SCORED) &&
	    fetch_feedback(d, digest, out) == ERR_HTTP_NOT_FOUND);
}

enum err_code
delivery_feedback(struct delivery *d, struct reply *r, struct err *e)
{
	uint8_t digest[DIGEST_LEN];
	struct buf feedback = { 0 };
	enum err_code code;

	if (!digest_from_hex(d->target, digest))
		return err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0, NULL);
	code = ledger_knows(d->service->ledger, digest, d->sender, e);
	if (code != ERR_OK)
		return code;
	if (has_stored(d, digest) && fetch_feedback(d, digest, &feedback) ==
	    ERR_HTTP_NOT_FOUND && gets_none(d, digest, &feedback))
		return err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0,
		    "there is no feedback for this file");
	if (feedback.len != 0) {
		reply_set(r, 200);
		r->type = REPLY_CMS;
		buf_move(&r->body, &feedback);
	} else {
		reply_set(r, 202);
		reply_header(r, "Retry-After", RETRY);
	}
	buf_wipe(&feedback);
	return ERR_OK;
}
