/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/complete.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/wipe.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"
#include "crypto/receipt_sig.h"
#include "format/receipt.h"

struct completer {
	const struct settings *settings;
	struct store *store;
	struct ledger *ledger;
	struct peers *peers;
	int64_t (*clock)(void);
	/* One file at a time is in memory, however many connections wait; and
	 * a file without a receipt under its final name is its owner's. */
	pthread_mutex_t turn;
};

enum err_code
completer_open(const struct settings *settings, struct store *store,
    struct ledger *ledger, struct peers *peers, int64_t (*clock)(void),
    struct completer **out, struct err *e)
{
	struct completer *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	c->settings = settings;
	c->store = store;
	c->ledger = ledger;
	c->peers = peers;
	c->clock = clock;
	(void)pthread_mutex_init(&c->turn, NULL);
	*out = c;
	return ERR_OK;
}

void
completer_close(struct completer *c)
{
	if (c == NULL)
		return;
	(void)pthread_mutex_destroy(&c->turn);
	free(c);
}

bool
complete_is_final(enum err_code code)
{
	switch (code) {
	case ERR_HTTP_DIGEST_MISMATCH:
	case ERR_SEALED_SIZE:
	case ERR_OUTER_STRUCTURE:
	case ERR_OUTER_ALGORITHM:
	case ERR_OUTER_SIGNATURE:
	case ERR_SIGNER_UNTRUSTED:
	case ERR_SIGNER_EXPIRED:
	case ERR_SIGNER_REVOKED:
	case ERR_SIGNER_USAGE:
	case ERR_TEST_CERTIFICATE:
		return true;
	default:
		return false;
	}
}

/* The signature is checked in memory: settings' max_size is the bound, and
 * `turn` makes it the bound for the whole portal. */
static enum err_code
read_whole(int fd, uint64_t length, struct buf *out, struct err *e)
{
	uint8_t *p = buf_grow(out, (size_t)length);
	size_t done = 0;
	ssize_t n;

	if (p == NULL)
		return buf_check(out, e);
	while (done < length) {
		n = pread(fd, p + done, (size_t)length - done, (off_t)done);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_errno(e, ERR_IO, "partial file", errno);
		if (n == 0)
			return err_set(e, ERR_IO, "partial file", 0,
			    "it has become shorter");
		done += (size_t)n;
	}
	return ERR_OK;
}

/* Everything about the bytes that can be told without a key.  signer gets
 * the outer signer's organisation, "" if its certificate names none: what
 * that means is for intake to judge. */
static enum err_code
check_bytes(struct completer *c, int fd, const struct upload_row *row,
    int64_t now, char signer[static 11], struct err *e)
{
	struct signed_data outer = { 0 };
	uint8_t digest[DIGEST_LEN];
	struct buf sealed = { 0 };
	enum err_code code;

	(void)wipe_ran_out();
	if ((code = read_whole(fd, row->length, &sealed, e)) != ERR_OK)
		goto out;
	code = digest_sha256(sealed.data, sealed.len, digest, e);
	if (code == ERR_OK && memcmp(digest, row->digest, DIGEST_LEN) != 0)
		code = err_set(e, ERR_HTTP_DIGEST_MISMATCH, NULL, 0, NULL);
	if (code != ERR_OK)
		goto out;
	code = envelope_open_outer(sealed.data, sealed.len, &outer, e);
	if (code != ERR_OK)
		goto out;
	code = peers_check_signer(c->peers, outer.cert, &outer.chain, now, e);
	if (code == ERR_OK && cert_organisation(outer.cert, signer,
	    &(struct err){ 0 }) != ERR_OK)
		signer[0] = '\0';
out:
	/* What looks like the file's fault may be ours, and is not final. */
	if (code != ERR_OK && wipe_ran_out()) {
		err_clear(e);
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	signed_wipe(&outer);
	buf_wipe(&sealed);
	return code;
}

static enum err_code
make_receipt(struct completer *c, const struct upload_row *row, int64_t now,
    struct buf *out, struct err *e)
{
	const struct settings *s = c->settings;
	const struct signer signer = {
		.key = s->receipt_key, .cert = s->receipt_cert.v[0],
		.chain = s->receipt_chain.len != 0 ? &s->receipt_chain : NULL,
	};
	struct receipt receipt = {
		.stage = STAGE_STORED, .size = row->length, .time = now,
		.environment = s->environment,
	};
	struct buf content = { 0 };
	enum err_code code;

	memcpy(receipt.sealed, row->digest, sizeof(receipt.sealed));
	if ((receipt.authority = strdup(s->authority)) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else
		code = receipt_encode(&receipt, &content, e);
	if (code == ERR_OK)
		code = receipt_sig_make(content.data, content.len, &signer,
		    now, out, e);
	receipt_wipe(&receipt);
	buf_wipe(&content);
	return code;
}

static enum err_code
record(struct completer *c, const struct upload_row *row, const char *signer,
    int64_t now, struct buf *receipt, struct err *e)
{
	struct receipt_row kept = {
		.digest = row->digest, .sender = row->sender,
		.stage = receipt_stage_name(STAGE_STORED), .signer = signer,
		.time = now,
	};
	struct buf der = { 0 };
	enum err_code code;

	if ((code = make_receipt(c, row, now, &der, e)) == ERR_OK) {
		kept.bytes = der.data;
		kept.len = der.len;
		code = ledger_complete(c->ledger, row->id, &kept, e);
	}
	if (code == ERR_OK) {
		buf_add(receipt, der.data, der.len);
		code = buf_check(receipt, e);
	}
	buf_wipe(&der);
	return code;
}

/* The steps after the sync, of which one upload at a time is at one. */
static enum err_code
publish(struct completer *c, const struct upload_row *row, int fd,
    bool published, char signer[static 11], struct buf *receipt,
    struct err *e)
{
	enum err_code code;
	int64_t now;

	pthread_mutex_lock(&c->turn);
	now = c->clock();
	code = check_bytes(c, fd, row, now, signer, e);
	if (code == ERR_OK)
		code = published ? store_sync_names(c->store, e) :
		    store_publish(c->store, row->id, row->digest, e);
	if (code == ERR_OK)
		code = record(c, row, signer, now, receipt, e);
	pthread_mutex_unlock(&c->turn);
	return code;
}

enum err_code
complete_upload(struct completer *c, const struct upload_row *row,
    struct buf *receipt, struct err *e)
{
	char signer[11] = "", hex[DIGEST_HEX_LEN];
	struct err absent = { 0 };
	bool published = false;
	enum err_code code;
	uint64_t size;
	int fd = -1;

	code = store_open_partial(c->store, row->id, &fd, &size, &absent);
	if (code == ERR_HTTP_NOT_FOUND) {
		published = true;
		code = store_open_sealed(c->store, row->digest, &fd, &size, e);
	} else if (code != ERR_OK)
		*e = absent;
	if (code == ERR_OK && size != row->length)
		code = err_set(e, ERR_HTTP_DIGEST_MISMATCH, NULL, 0, NULL);
	if (code == ERR_OK && !published)
		code = store_sync(c->store, row->id, fd, e);
	if (code == ERR_OK)
		code = publish(c, row, fd, published, signer, receipt, e);
	if (fd != -1)
		(void)close(fd);
	if (code == ERR_OK) {
		digest_hex(row->digest, hex);
		log_event(LOG_INFORM, "stored", "digest", hex, "upload",
		    row->id, "sender", row->sender, "signer",
		    signer[0] != '\0' ? signer : "unknown", (char *)NULL);
	}
	return code;
}

enum err_code
complete_retract(struct completer *c, const struct upload_row *row,
    struct err *e)
{
	enum err_code code;
	bool receipted;

	pthread_mutex_lock(&c->turn);
	code = ledger_has_stored(c->ledger, row->digest, &receipted, e);
	if (code == ERR_OK && !receipted)
		code = store_withdraw(c->store, row->digest, e);
	pthread_mutex_unlock(&c->turn);
	return code;
}
