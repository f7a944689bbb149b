/* SPDX-License-Identifier: EUPL-1.2 */
#include "verifier/receipts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/receipt_sig.h"
#include "format/receipt.h"

/* Receipts hold nothing secret, and the portal reads them as another user. */
#define RECEIPT_MODE	0644

static enum err_code
path_of(const struct receipts *r, const uint8_t sealed[static DIGEST_LEN],
    enum receipt_stage stage, char path[static PATH_MAX], struct err *e)
{
	char hex[DIGEST_HEX_LEN];
	int n;

	digest_hex(sealed, hex);
	n = snprintf(path, PATH_MAX, "%s/%s.%s.p7s", r->dir, hex,
	    receipt_stage_name(stage));
	if (n < 0 || n >= PATH_MAX)
		return err_errno(e, ERR_IO, r->dir, ENAMETOOLONG);
	return ERR_OK;
}

/* What an accepted receipt of an earlier run says. */
static enum err_code
remember(const char *path, struct seen *seen, struct err *e)
{
	struct signed_data opened = { 0 };
	struct receipt receipt = { 0 };
	struct accepted a = { 0 };
	struct buf der = { 0 };
	struct err found = { 0 };
	enum err_code code;

	if (file_read(path, LIMIT_RECEIPT, &der, &found) != ERR_OK ||
	    receipt_sig_open(der.data, der.len, &opened, &found) != ERR_OK ||
	    receipt_parse(opened.content, opened.len, &receipt, &found) !=
	    ERR_OK || receipt.stage != STAGE_ACCEPTED) {
		code = err_set(e, ERR_IO, path, 0,
		    "this receipt is damaged; bring it back from a copy");
		goto out;
	}
	memcpy(a.sealed, receipt.sealed, sizeof(a.sealed));
	memcpy(a.submission, receipt.submission, sizeof(a.submission));
	memcpy(a.fingerprint, receipt.fingerprint, sizeof(a.fingerprint));
	memcpy(a.organisation, receipt.organisation, sizeof(a.organisation));
	code = seen_add(seen, &a, e);
out:
	receipt_wipe(&receipt);
	signed_wipe(&opened);
	buf_wipe(&der);
	return code;
}

static bool
is_accepted(const char *name)
{
	static const char end[] = ".accepted.p7s";
	size_t len = strlen(name);

	return len == DIGEST_HEX_LEN - 1 + sizeof(end) - 1 &&
	    strcmp(name + DIGEST_HEX_LEN - 1, end) == 0;
}

static enum err_code
remember_all(const char *dir, struct seen *seen, struct err *e)
{
	enum err_code code = ERR_OK;
	const struct dirent *entry;
	char path[PATH_MAX];
	DIR *d;
	int n;

	if ((d = opendir(dir)) == NULL)
		return err_errno(e, ERR_IO, dir, errno);
	while (code == ERR_OK && (errno = 0, entry = readdir(d)) != NULL) {
		if (!is_accepted(entry->d_name))
			continue;
		n = snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (n < 0 || (size_t)n >= sizeof(path))
			code = err_errno(e, ERR_IO, dir, ENAMETOOLONG);
		else
			code = remember(path, seen, e);
	}
	if (code == ERR_OK && errno != 0)
		code = err_errno(e, ERR_IO, dir, errno);
	(void)closedir(d);
	return code;
}

enum err_code
receipts_open(const char *dir, const struct settings *settings,
    struct receipts *out, struct seen *seen, struct err *e)
{
	enum err_code code;

	out->dir = dir;
	out->authority = settings->authority;
	out->environment = settings->environment;
	out->signer = (struct signer){ .key = settings->receipt_key,
	    .cert = settings->receipt_cert.v[0],
	    .chain = &settings->receipt_chain };
	out->lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->lock == -1)
		return err_errno(e, ERR_IO, dir, errno);
	if (flock(out->lock, LOCK_EX | LOCK_NB) == -1)
		code = errno == EWOULDBLOCK ?
		    err_set(e, ERR_BUSY, dir, 0, NULL) :
		    err_errno(e, ERR_IO, dir, errno);
	else if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) == -1)
		code = err_errno(e, ERR_IO, dir, errno);
	else
		code = remember_all(dir, seen, e);
	if (code != ERR_OK)
		receipts_close(out);
	return code;
}

void
receipts_close(struct receipts *r)
{
	if (r->lock != -1)
		(void)close(r->lock);
	r->lock = -1;
}

static enum receipt_stage
stage_of(const struct verdict *verdict)
{
	return verdict->kind == VERDICT_ACCEPTED ? STAGE_ACCEPTED :
	    STAGE_REJECTED;
}

enum err_code
receipts_check(const struct receipts *r, const struct verdict *verdict,
    struct err *e)
{
	enum receipt_stage other = verdict->kind == VERDICT_ACCEPTED ?
	    STAGE_REJECTED : STAGE_ACCEPTED;
	char path[PATH_MAX];
	enum err_code code;

	code = path_of(r, verdict->sealed, other, path, e);
	if (code != ERR_OK)
		return code;
	if (access(path, F_OK) == 0)
		return err_set(e, ERR_DUPLICATE, path, 0,
		    "it says %s; now the verdict would be: %s",
		    receipt_stage_name(other),
		    verdict->kind == VERDICT_ACCEPTED ? "accepted" :
		    err_name(verdict->err.code));
	return errno == ENOENT ? ERR_OK : err_errno(e, ERR_IO, path, errno);
}

/* What an accepted receipt adds. */
static bool
fill_accepted(struct receipt *r, const struct verdict *verdict)
{
	const struct submission *s = &verdict->submission;

	memcpy(r->submission, s->id, sizeof(r->submission));
	memcpy(r->fingerprint, verdict->fingerprint, sizeof(r->fingerprint));
	memcpy(r->organisation, s->statement.number,
	    sizeof(r->organisation));
	r->has_supersedes = s->has_supersedes;
	memcpy(r->supersedes, s->supersedes, sizeof(r->supersedes));
	return (r->round = strdup(s->statement.round)) != NULL;
}

/* What a rejected receipt adds: the code's own words, in English, never what
 * was found. */
static bool
fill_rejected(struct receipt *r, const struct verdict *verdict)
{
	enum err_code why = verdict->err.code;
	const char *hint = err_hint(why);

	r->reason = strdup(err_name(why));
	if (asprintf(&r->advice, "%s%s%s", err_sentence(why),
	    *hint != '\0' ? "; " : "", hint) == -1)
		r->advice = NULL;
	return r->reason != NULL && r->advice != NULL;
}

/* The receipt that stands must be about this file. */
static enum err_code
check_standing(const char *path, const struct verdict *verdict,
    struct err *e)
{
	struct signed_data opened = { 0 };
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	enum err_code code = ERR_OK;

	if (file_read(path, LIMIT_RECEIPT, &der, NULL) != ERR_OK ||
	    receipt_sig_open(der.data, der.len, &opened, NULL) != ERR_OK ||
	    receipt_parse(opened.content, opened.len, &receipt, NULL) !=
	    ERR_OK || receipt.stage != stage_of(verdict) ||
	    memcmp(receipt.sealed, verdict->sealed, DIGEST_LEN) != 0)
		code = err_set(e, ERR_IO, path, 0,
		    "this receipt is damaged; bring it back from a copy");
	receipt_wipe(&receipt);
	signed_wipe(&opened);
	buf_wipe(&der);
	return code;
}

enum err_code
receipts_write(const struct receipts *r, const struct verdict *verdict,
    int64_t time, char path[static PATH_MAX], struct err *e)
{
	struct receipt receipt = { .stage = stage_of(verdict),
	    .size = verdict->size, .time = time,
	    .environment = r->environment };
	struct buf content = { 0 }, der = { 0 };
	enum err_code code;

	code = path_of(r, verdict->sealed, receipt.stage, path, e);
	if (code != ERR_OK)
		return code;
	if (access(path, F_OK) == 0)
		return check_standing(path, verdict, e);
	memcpy(receipt.sealed, verdict->sealed, sizeof(receipt.sealed));
	receipt.authority = strdup(r->authority);
	if (receipt.authority == NULL ||
	    !(verdict->kind == VERDICT_ACCEPTED ?
	    fill_accepted(&receipt, verdict) :
	    fill_rejected(&receipt, verdict))) {
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		goto out;
	}
	if ((code = receipt_encode(&receipt, &content, e)) != ERR_OK ||
	    (code = receipt_sig_make(content.data, content.len, &r->signer,
	    time, &der, e)) != ERR_OK)
		goto out;
	code = file_write_new(path, der.data, der.len, RECEIPT_MODE, e);
out:
	receipt_wipe(&receipt);
	buf_wipe(&content);
	buf_wipe(&der);
	return code;
}
