/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/kept.h"

#include <stdbool.h>
#include <string.h>

#include "base/log.h"
#include "crypto/receipt_sig.h"

enum err_code
kept_check(const struct buf *der, const uint8_t digest[static DIGEST_LEN],
    enum receipt_stage stage, int64_t *time, struct err *e)
{
	struct signed_data opened = { 0 };
	struct receipt receipt = { 0 };
	enum err_code code;

	code = receipt_sig_open(der->data, der->len, &opened, e);
	if (code == ERR_OK)
		code = receipt_parse(opened.content, opened.len, &receipt, e);
	if (code == ERR_OK && (receipt.stage != stage ||
	    memcmp(receipt.sealed, digest, DIGEST_LEN) != 0))
		code = err_set(e, ERR_RECEIPT_DIGEST, NULL, 0, NULL);
	*time = receipt.time;
	receipt_wipe(&receipt);
	signed_wipe(&opened);
	return code;
}

/* Is this what a receipt says when it is damaged? */
static bool
is_damage(enum err_code code)
{
	return code == ERR_RECEIPT_STRUCTURE || code == ERR_RECEIPT_SIGNATURE ||
	    code == ERR_RECEIPT_DIGEST;
}

/* Appends what the ledger has given, if it is what it should be. */
static enum err_code
hand_out(const struct buf *der, const uint8_t digest[static DIGEST_LEN],
    const char *sender, enum receipt_stage stage, struct buf *out,
    struct err *e)
{
	char hex[DIGEST_HEX_LEN];
	struct err why = { 0 };
	enum err_code code;
	int64_t time;

	code = kept_check(der, digest, stage, &time, &why);
	if (is_damage(code)) {
		digest_hex(digest, hex);
		log_event(LOG_FAIL, "ledger-damaged", "digest", hex, "stage",
		    receipt_stage_name(stage), "sender", sender,
		    (char *)NULL);
		return err_set(e, ERR_IO, "ledger", 0,
		    "a receipt is damaged: %s", err_sentence(code));
	}
	if (code != ERR_OK) {
		*e = why;
		return code;
	}
	buf_add(out, der->data, der->len);
	return buf_check(out, e);
}

enum err_code
kept_receipt(struct ledger *ledger, const uint8_t digest[static DIGEST_LEN],
    const char *sender, enum receipt_stage stage, struct buf *out,
    struct err *e)
{
	struct buf der = { 0 };
	enum err_code code = ledger_receipt(ledger, digest, sender,
	    receipt_stage_name(stage), &der, e);

	if (code == ERR_OK)
		code = hand_out(&der, digest, sender, stage, out, e);
	buf_wipe(&der);
	return code;
}

enum err_code
kept_verdict(struct ledger *ledger, const uint8_t digest[static DIGEST_LEN],
    enum receipt_stage stage, struct buf *out, struct err *e)
{
	struct buf der = { 0 };
	enum err_code code = stage == STAGE_SCORED ?
	    ledger_scored(ledger, digest, &der, e) : ledger_verdict(ledger,
	    digest, receipt_stage_name(stage), &der, e);

	if (code == ERR_OK)
		code = hand_out(&der, digest, "any", stage, out, e);
	buf_wipe(&der);
	return code;
}

enum err_code
kept_check_feedback(const struct buf *der, struct err *e)
{
	struct signed_data opened = { 0 };
	enum err_code code;

	code = signed_open(SIGNED_OUTER, der->data, der->len, &opened, e);
	signed_wipe(&opened);
	return code;
}

enum err_code
kept_feedback(struct ledger *ledger, const uint8_t digest[static DIGEST_LEN],
    struct buf *out, struct err *e)
{
	enum err_code code = ledger_feedback(ledger, digest, out, e);
	char hex[DIGEST_HEX_LEN];
	struct err why = { 0 };

	if (code != ERR_OK ||
	    (code = kept_check_feedback(out, &why)) == ERR_OK)
		return code;
	buf_wipe(out);
	if (code == ERR_NO_MEMORY)
		return err_set(e, code, NULL, 0, NULL);
	digest_hex(digest, hex);
	log_event(LOG_FAIL, "ledger-damaged", "digest", hex, "stage",
	    "feedback", (char *)NULL);
	return err_set(e, ERR_IO, "ledger", 0,
	    "sealed feedback is damaged: %s", err_sentence(code));
}
