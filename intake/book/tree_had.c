/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What receipts and tree heads say of the log, against the log as it is now.
 */
#include "intake/book/tree.h"

#include <string.h>

enum err_code
tree_had(struct tree *t, uint64_t size, const uint8_t root[static DIGEST_LEN],
    struct err *e)
{
	uint8_t here[DIGEST_LEN];
	enum err_code code;

	if (size > tree_size(t))
		return err_set(e, ERR_LOG_DAMAGED, "log", 0,
		    "it has %ju leaves now, and had %ju",
		    (uintmax_t)tree_size(t), (uintmax_t)size);
	if ((code = tree_root(t, size, here, e)) != ERR_OK)
		return code;
	return memcmp(here, root, DIGEST_LEN) == 0 ? ERR_OK :
	    err_set(e, ERR_LOG_DAMAGED, "log", 0,
	    "its first %ju leaves were others", (uintmax_t)size);
}

/* Is the leaf's entry what the receipt says? */
static enum err_code
check_entry(struct tree *t, uint64_t index, const struct buf *content,
    struct err *e)
{
	struct buf entry = { 0 };
	struct err why = { 0 };
	enum err_code code = tree_entry(t, index, &entry, &why);

	if (code == ERR_HTTP_NOT_FOUND || (code == ERR_OK &&
	    !buf_equal(&entry, content->data, content->len)))
		code = err_set(e, ERR_LOG_DAMAGED, "log", 0, "position %ju: "
		    "it is not what the receipt says", (uintmax_t)index);
	else if (code != ERR_OK)
		*e = why;
	buf_wipe(&entry);
	return code;
}

enum err_code
tree_holds(struct tree *t, const struct receipt *r, struct err *e)
{
	const struct receipt_log *log = &r->log;
	uint8_t leaf[DIGEST_LEN];
	struct buf content = { 0 };
	enum err_code code;

	if ((code = receipt_leaf(r, &content, e)) == ERR_OK &&
	    (code = check_entry(t, log->index, &content, e)) == ERR_OK)
		code = merkle_leaf(content.data, content.len, leaf, e);
	buf_wipe(&content);
	if (code != ERR_OK ||
	    (code = tree_had(t, log->size, log->root, e)) != ERR_OK ||
	    (code = merkle_check_inclusion(leaf, log->index, log->size,
	    log->path.hashes, log->path.len, log->root, e)) != ERR_OK)
		return code;
	return !log->has_since ? ERR_OK : merkle_check_consistency(
	    log->since_size, log->since_root, log->size, log->root,
	    log->since_path.hashes, log->since_path.len, e);
}
