/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/complete.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/wipe.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"
#include "crypto/receipt_sig.h"
#include "format/receipt.h"
#include "portal/turns.h"

#define RECENT	32

struct completer {
	const struct settings *settings;
	struct store *store;
	struct ledger *ledger;
	struct peers *peers;
	int64_t (*clock)(void);
	/* By digest: who gives a file its final name keeps the turn until
	 * there is a receipt, so that nobody takes it away in between. */
	struct turns *names;
	/* Certificates of signers who were found good: an organisation hands
	 * in more than one file, and a public key takes long to decode. */
	pthread_mutex_t mutex;		/* of the rest */
	struct cert *recent[RECENT];	/* owned references, or NULL */
	size_t next;			/* which is the oldest */
};

void
completer_close(struct completer *c)
{
	if (c == NULL)
		return;
	turns_free(c->names);
	for (size_t i = 0; i < RECENT; i++)
		cert_free(c->recent[i]);
	(void)pthread_mutex_destroy(&c->mutex);
	free(c);
}

static void
recall(struct completer *c, struct cert_list *out)
{
	pthread_mutex_lock(&c->mutex);
	for (size_t i = 0; i < RECENT; i++)
		/* Without memory for one it is decoded. */
		if (c->recent[i] != NULL)
			(void)cert_list_add(out, c->recent[i]);
	pthread_mutex_unlock(&c->mutex);
}

static void
remember(struct completer *c, struct cert *cert)
{
	bool known = false;

	pthread_mutex_lock(&c->mutex);
	for (size_t i = 0; i < RECENT && !known; i++)
		known = c->recent[i] != NULL && cert_equal(c->recent[i], cert);
	if (!known) {
		cert_free(c->recent[c->next]);
		c->recent[c->next] = cert_ref(cert);
		c->next = (c->next + 1) % RECENT;
	}
	pthread_mutex_unlock(&c->mutex);
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

/* Everything about the bytes that can be told without a key.  signer gets
 * the outer signer's organisation, "" if its certificate names none: what
 * that means is for intake to judge. */
static enum err_code
check_bytes(struct completer *c, int fd, const struct upload_row *row,
    int64_t now, char signer[static 11], struct err *e)
{
	struct signed_data outer = { 0 };
	struct cert_list known = { 0 };
	uint8_t digest[DIGEST_LEN];
	struct err found = { 0 };
	enum err_code code;

	(void)wipe_ran_out();
	recall(c, &known);
	code = envelope_check_outer(fd, row->length, &known, digest, &outer,
	    &found);
	if ((code == ERR_OK || complete_is_final(code)) &&
	    memcmp(digest, row->digest, DIGEST_LEN) != 0) {
		code = err_set(e, ERR_HTTP_DIGEST_MISMATCH, NULL, 0, NULL);
		goto out;
	}
	if (code != ERR_OK) {
		*e = found;
		goto out;
	}
	code = peers_check_signer(c->peers, outer.cert, &outer.chain, now, e);
	if (code == ERR_OK && cert_organisation(outer.cert, signer,
	    &(struct err){ 0 }) != ERR_OK)
		signer[0] = '\0';
	if (code == ERR_OK)
		remember(c, outer.cert);
	for (size_t i = 0; code == ERR_OK && i < outer.chain.len; i++)
		remember(c, outer.chain.v[i]);
out:
	/* What looks like the file's fault may be ours, and is not final. */
	if (code != ERR_OK && wipe_ran_out()) {
		err_clear(e);
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	cert_list_wipe(&known);
	signed_wipe(&outer);
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

/* A receipt for nobody: a key that cannot sign shows at the start, and what
 * OpenSSL sets up at its first signature is set up while there is memory: it
 * would stay broken. */
static enum err_code
try_receipt(struct completer *c, struct err *e)
{
	const struct upload_row row = { .length = LIMIT_SEALED_MIN };
	struct buf receipt = { 0 };
	enum err_code code;

	code = make_receipt(c, &row, c->clock(), &receipt, e);
	buf_wipe(&receipt);
	return code;
}

enum err_code
completer_open(const struct settings *settings, struct store *store,
    struct ledger *ledger, struct peers *peers, int64_t (*clock)(void),
    struct completer **out, struct err *e)
{
	struct completer *c = calloc(1, sizeof(*c));
	enum err_code code;

	if (c == NULL || (c->names = turns_new()) == NULL) {
		free(c);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	c->settings = settings;
	c->store = store;
	c->ledger = ledger;
	c->peers = peers;
	c->clock = clock;
	(void)pthread_mutex_init(&c->mutex, NULL);
	code = try_receipt(c, e);
	if (code == ERR_OK)
		*out = c;
	else
		completer_close(c);
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

/* A turn at a file's name; turn_end ends it. */
static enum err_code
take_name(struct completer *c, const char *hex, struct turn *turn,
    struct err *e)
{
	enum err_code code;

	*turn = (struct turn){ .id = hex, .socket = -1 };
	if ((code = turn_take(c->names, turn, e)) != ERR_OK)
		return code;
	if (turn_secure(c->names, turn))
		return ERR_OK;
	turn_end(c->names, turn);
	return err_set(e, ERR_HTTP_BUSY, NULL, 0, NULL);
}

/* With the name's turn. */
static enum err_code
withdraw(struct completer *c, const struct upload_row *row, struct err *e)
{
	enum err_code code;
	bool receipted;

	code = ledger_has_stored(c->ledger, row->digest, &receipted, e);
	if (code == ERR_OK && !receipted)
		code = store_withdraw(c->store, row->digest, e);
	return code;
}

/* The steps after the check.  When the receipt cannot be kept, the name stays:
 * the disk may have the receipt, whatever the ledger was told. */
static enum err_code
publish(struct completer *c, const struct upload_row *row, const char *signer,
    int64_t now, struct buf *receipt, struct err *e)
{
	char hex[DIGEST_HEX_LEN];
	bool unnamed = false;
	enum err_code code;
	struct turn turn;

	digest_hex(row->digest, hex);
	if ((code = take_name(c, hex, &turn, e)) != ERR_OK)
		return code;
	/* The disk may keep a name as soon as it is made: a row must be there
	 * for it, or nobody would know what it is after a power cut. */
	code = ledger_settle(c->ledger, row->id, e);
	if (code == ERR_OK) {
		code = store_publish(c->store, row->id, row->digest, e);
		unnamed = code != ERR_OK;
	}
	if (code == ERR_OK)
		code = record(c, row, signer, now, receipt, e);
	/* Where the upload is another portal's now, an earlier try may have
	 * come as far as the name. */
	if (unnamed || code == ERR_HTTP_NOT_FOUND)
		(void)withdraw(c, row, &(struct err){ 0 });
	turn_end(c->names, &turn);
	if (code == ERR_OK)
		log_event(LOG_INFORM, "stored", "digest", hex, "upload",
		    row->id, "sender", row->sender, "signer",
		    signer[0] != '\0' ? signer : "unknown", (char *)NULL);
	return code;
}

enum err_code
complete_upload(struct completer *c, const struct upload_row *row, int fd,
    struct buf *receipt, struct err *e)
{
	enum err_code code;
	char signer[11];
	struct stat st;
	int64_t now;

	if (fstat(fd, &st) == -1)
		return err_errno(e, ERR_IO, "partial file", errno);
	if ((uint64_t)st.st_size != row->length)
		return err_set(e, ERR_HTTP_DIGEST_MISMATCH, NULL, 0, NULL);
	if ((code = store_sync(c->store, row->id, fd, e)) != ERR_OK) {
		/* An earlier try may have come as far as the name. */
		(void)complete_retract(c, row, &(struct err){ 0 });
		return code;
	}
	now = c->clock();
	if ((code = check_bytes(c, fd, row, now, signer, e)) != ERR_OK ||
	    (code = publish(c, row, signer, now, receipt, e)) != ERR_OK)
		return code;
	store_remove(c->store, row->id);
	return ERR_OK;
}

enum err_code
complete_retract(struct completer *c, const struct upload_row *row,
    struct err *e)
{
	char hex[DIGEST_HEX_LEN];
	enum err_code code;
	struct turn turn;

	digest_hex(row->digest, hex);
	if ((code = take_name(c, hex, &turn, e)) != ERR_OK)
		return code;
	code = withdraw(c, row, e);
	turn_end(c->names, &turn);
	return code;
}
