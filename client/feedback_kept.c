/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/feedback_kept.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "client/kept.h"
#include "client/outbox/outbox.h"
#include "client/receipt.h"
#include "crypto/digest.h"
#include "scoring/feedback/feedback.h"

static enum err_code
find_entry(const struct outbox_list *list, const char *what,
    const struct outbox_entry **out, struct err *e)
{
	struct outbox_entry *entry;
	enum err_code code;

	if ((code = outbox_find(list, what, &entry, e)) == ERR_OK)
		*out = entry;
	return code;
}

enum err_code
feedback_kept_of(const char *sealed, char out[static 4096], struct err *e)
{
	enum err_code code;

	if ((code = kept_beside(sealed, KEPT_FEEDBACK, out, e)) == ERR_OK &&
	    access(out, F_OK) != 0)
		code = err_set(e, ERR_NO_FEEDBACK, sealed, 0, NULL);
	return code;
}

enum err_code
feedback_kept_find(const struct settings *s, const char *what,
    char out[static 4096], struct err *e)
{
	const struct outbox_entry *entry;
	struct outbox_list list = { 0 };
	struct err_list broken = { 0 };
	struct outbox *outbox = NULL;
	enum err_code code;

	/* No submission has such a name, however many there are. */
	if (strpbrk(what, "./") != NULL)
		return err_set(e, ERR_NO_INPUT, what, 0,
		    _("there is no such file"));
	if (outbox_look(s, &outbox, NULL) !=
	    ERR_OK || outbox_read(outbox, &list, &broken, NULL) != ERR_OK)
		code = err_set(e, ERR_NO_INPUT, what, 0, _("no file and no "
		    "submission in the outbox has that name"));
	else if ((code = find_entry(&list, what, &entry, e)) == ERR_OK &&
	    (code = feedback_kept_of(entry->sealed, out, NULL)) != ERR_OK)
		err_set(e, code, what, 0, NULL);
	err_list_wipe(&broken);
	outbox_list_wipe(&list);
	outbox_close(outbox);
	return code;
}

/* The sealed file that it lies beside; false when it has another name. */
static bool
sealed_of(const char *path, char out[static 4096])
{
	const size_t len = strlen(path), n = strlen(KEPT_FEEDBACK);

	if (len <= n || len >= 4096 || strcmp(path + len - n,
	    KEPT_FEEDBACK) != 0)
		return false;
	memcpy(out, path, len - n);
	out[len - n] = '\0';
	return true;
}

/* Is the receipt the one for these bytes? */
static enum err_code
compare(const struct receipt *receipt, const struct buf *text,
    const char *path, struct err *e)
{
	uint8_t digest[DIGEST_LEN];
	enum err_code code;

	if ((code = digest_sha256(text->data, text->len, digest, e)) !=
	    ERR_OK)
		return code;
	if (receipt->stage != STAGE_SCORED ||
	    memcmp(digest, receipt->feedback, DIGEST_LEN) != 0)
		return err_set(e, ERR_FEEDBACK_SEALED, path, 0, _("the scored "
		    "receipt beside it is for another document"));
	return ERR_OK;
}

/* And is the receipt the one for the sealed file that it lies beside?  Another
 * organisation's vouches for hers, and not for this.  Of a sealed file that has
 * been moved away the two know no more than each other. */
static enum err_code
check_sealed(const struct receipt *receipt, const char *sealed,
    const char *name, struct err *e)
{
	uint8_t digest[DIGEST_LEN];
	struct buf data = { 0 };
	enum err_code code;

	if (access(sealed, F_OK) != 0)
		return ERR_OK;
	if ((code = file_read(sealed, LIMIT_SEALED, &data, e)) == ERR_OK &&
	    (code = digest_sha256(data.data, data.len, digest, e)) == ERR_OK)
		code = receipt_check_sealed(receipt, digest, data.len, name,
		    e);
	buf_wipe(&data);
	return code;
}

static enum err_code
judge(const struct settings *s, const char *path, const struct buf *text,
    bool *vouched, struct err *e)
{
	struct receipt_signers signers = { 0 };
	struct receipt receipt = { 0 };
	char sealed[4096], name[4096];
	struct buf der = { 0 };
	bool found = false;
	enum err_code code;

	*vouched = false;
	if (!sealed_of(path, sealed))
		return ERR_OK;
	if ((code = kept_path(sealed, STAGE_SCORED, name, e)) != ERR_OK ||
	    (code = kept_read(sealed, STAGE_SCORED, &found, &der, e)) !=
	    ERR_OK || !found ||
	    (code = settings_receipt_signers(s, &signers, e)) != ERR_OK ||
	    (code = receipt_judge(&signers, &der, name, &receipt, e)) !=
	    ERR_OK ||
	    (code = check_sealed(&receipt, sealed, name, e)) != ERR_OK ||
	    (code = compare(&receipt, text, path, e)) != ERR_OK)
		goto out;
	*vouched = true;
out:
	receipt_wipe(&receipt);
	receipt_signers_wipe(&signers);
	buf_wipe(&der);
	return code;
}

enum err_code
feedback_kept_read(const struct settings *s, const char *path, json_t **doc,
    bool *vouched, struct err *e)
{
	struct buf text = { 0 };
	enum err_code code;

	if ((code = file_read(path, LIMIT_FEEDBACK, &text, e)) == ERR_OK &&
	    (code = feedback_parse(text.data, text.len, path, doc, e)) ==
	    ERR_OK && (code = judge(s, path, &text, vouched, e)) != ERR_OK) {
		json_decref(*doc);
		*doc = NULL;
	}
	buf_wipe(&text);
	return code;
}
