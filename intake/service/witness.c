/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/witness.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/signed.h"
#include "format/tree_head.h"
#include "intake/book/tree.h"

void
witness_init(struct witness *w, const struct intake_settings *settings)
{
	w->settings = settings;
	w->size = 0;
	(void)pthread_mutex_init(&w->lock, NULL);
}

static enum err_code
path_of(const struct witness *w, char path[static PATH_MAX], struct err *e)
{
	int n = snprintf(path, PATH_MAX, "%s/" WITNESS_NAME,
	    w->settings->archive);

	return n >= 0 && n < PATH_MAX ? ERR_OK :
	    err_errno(e, ERR_IO, w->settings->archive, ENAMETOOLONG);
}

/* --- reading ------------------------------------------------------------ */

/* Whoever has signed it, by whatever name: the root says if it is this log's. */
static enum err_code
open_head(const struct buf *der, struct tree_head *head, struct err *e)
{
	struct signed_data opened = { 0 };
	enum err_code code;

	if ((code = signed_open(SIGNED_HEAD, der->data, der->len, &opened,
	    e)) == ERR_OK)
		code = tree_head_parse(opened.content, opened.len, head, e);
	signed_wipe(&opened);
	return code;
}

static enum err_code
compare(struct witness *w, struct sql *db, const struct tree_head *head,
    struct err *e)
{
	struct tree *tree = NULL;
	enum err_code code;

	if ((code = tree_open(db, &tree, e)) == ERR_OK &&
	    (code = tree_look(tree, e)) == ERR_OK &&
	    (code = tree_had(tree, head->size, head->root, e)) == ERR_OK)
		w->size = head->size;
	tree_close(tree);
	return code;
}

enum err_code
witness_check(struct witness *w, struct sql *db, struct err *e)
{
	struct tree_head head = { 0 };
	struct err found = { 0 };
	struct buf der = { 0 };
	char path[PATH_MAX];
	enum err_code code;

	if ((code = path_of(w, path, e)) != ERR_OK)
		return code;
	if (access(path, F_OK) == -1 && errno == ENOENT)
		return ERR_OK;
	if ((code = file_read(path, LIMIT_RECEIPT, &der, &found)) == ERR_OK &&
	    (code = open_head(&der, &head, &found)) == ERR_OK)
		code = compare(w, db, &head, &found);
	buf_wipe(&der);
	tree_head_wipe(&head);
	if (code == ERR_LOG_DAMAGED)
		return err_set(e, code, path, 0, "%s; was an older copy of "
		    "the ledger put back? Nothing is signed; see 'Restore' "
		    "in OPERATIONS", found.msg);
	if (code == ERR_LOG_HEAD)
		return err_set(e, ERR_LOG_DAMAGED, path, 0, "the file that "
		    "tells what the log was is no head of it (%s)",
		    found.msg);
	return code == ERR_OK ? ERR_OK : err_set(e, code, path, 0, "%s",
	    found.msg);
}

/* --- writing ------------------------------------------------------------ */

static enum err_code
write_head(const struct witness *w, const struct tree_head *head,
    struct err *e)
{
	const struct intake_settings *s = w->settings;
	const struct signer signer = { .key = s->receipt_key,
	    .cert = s->receipt_cert.v[0] };
	struct buf content = { 0 }, der = { 0 };
	char path[PATH_MAX];
	enum err_code code;

	if ((code = path_of(w, path, e)) == ERR_OK &&
	    (code = tree_head_encode(head, &content, e)) == ERR_OK &&
	    (code = signed_make(SIGNED_HEAD, content.data, content.len,
	    &signer, head->time, &der, e)) == ERR_OK)
		code = file_replace(path, der.data, der.len, 0644, e);
	buf_wipe(&content);
	buf_wipe(&der);
	return code;
}

enum err_code
witness_keep(struct witness *w, uint64_t size,
    const uint8_t root[static DIGEST_LEN], int64_t now, struct err *e)
{
	struct tree_head head = {
		.authority = w->settings->authority,	/* borrowed */
		.environment = w->settings->environment,
		.time = now, .size = size,
	};
	enum err_code code = ERR_OK;

	memcpy(head.root, root, sizeof(head.root));
	(void)pthread_mutex_lock(&w->lock);
	/* Another lane may be ahead. */
	if (size > w->size && (code = write_head(w, &head, e)) == ERR_OK)
		w->size = size;
	(void)pthread_mutex_unlock(&w->lock);
	return code;
}

enum err_code
witness_look(struct witness *w, struct sql *db, int64_t now, struct err *e)
{
	uint8_t root[DIGEST_LEN];
	struct tree *tree = NULL;
	enum err_code code;

	if ((code = tree_open(db, &tree, e)) == ERR_OK &&
	    (code = tree_look(tree, e)) == ERR_OK && tree_size(tree) != 0 &&
	    (code = tree_root(tree, tree_size(tree), root, e)) == ERR_OK)
		code = witness_keep(w, tree_size(tree), root, now, e);
	tree_close(tree);
	return code;
}
