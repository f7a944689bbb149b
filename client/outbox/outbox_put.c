/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/outbox/outbox_put.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "base/tame.h"
#include "client/kept.h"
#include "client/outbox/outbox_entry.h"
#include "client/outbox/outbox_folder.h"
#include "client/seal.h"

#define ENDING		".sigill"
/* Room for the longest name beside it, as that is first called. */
#define NAME_ROOM	(NAME_MAX - (sizeof("." KEPT_FEEDBACK ".XXXXXX") - 1) - \
			    (sizeof(ENDING) - 1))
#define NUMBER_MAX	99999	/* of one fingerprint's entries */

/* Has another run put the same since the caller looked? */
static enum err_code
refuse_same(struct outbox *o, const struct outbox_entry *entry,
    struct err *e)
{
	struct err_list broken = { 0 };
	struct outbox_list list = { 0 };
	struct outbox_entry *same;
	enum err_code code;

	if ((code = outbox_read(o, &list, &broken, e)) == ERR_OK &&
	    (code = outbox_find_same(&list, entry, &same, e)) == ERR_OK &&
	    same != NULL && same->state != OUTBOX_REJECTED)
		code = err_set(e, ERR_BUSY, same->id, 0,
		    _("it has put the same answers into the outbox"));
	err_list_wipe(&broken);
	outbox_list_wipe(&list);
	return code;
}

/* What the sealed file is called: fit for JSON and a terminal, with room for
 * the receipts' names, and without a dot in front, which is what unfinished
 * files have. */
static void
sealed_name(const char *name, char out[static NAME_MAX + 1])
{
	(void)snprintf(out, NAME_ROOM + 1, "%s",
	    name[0] != '\0' ? name : "answers");
	tame(out);
	if (out[0] == '.')
		out[0] = '_';
	(void)strcat(out, ENDING);
}

/* Everything of an entry into the new folder. */
static enum err_code
fill(const char *folder, const char *name, const struct sealed *sealed,
    struct outbox_entry *entry, struct err *e)
{
	char path[PATH_MAX];
	struct buf text = { 0 };
	enum err_code code;

	(void)snprintf(path, sizeof(path), "%.3800s/%.255s", folder, name);
	if ((sealed->reply.len != 0 && (code = kept_write_reply(path,
	    &sealed->reply, e)) != ERR_OK) ||
	    (code = file_write_new(path, sealed->data.data, sealed->data.len,
	    0600, e)) != ERR_OK ||
	    (code = outbox_entry_encode(entry, name, &text, e)) != ERR_OK)
		goto out;
	(void)snprintf(path, sizeof(path), "%.3800s/%s", folder,
	    OUTBOX_ENTRY_FILE);
	if ((code = file_write_new(path, text.data, text.len, 0600, e)) !=
	    ERR_OK)
		goto out;
	entry->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (entry->fd == -1 || flock(entry->fd, LOCK_EX | LOCK_NB) == -1)
		code = err_errno(e, ERR_IO, path, errno);
out:
	buf_wipe(&text);
	return code;
}

/* Gives the folder the first name of its fingerprint that is free, which is
 * then in path: a folder with something in it is never replaced
 * (rename(2)).  After a failure the folder has its old name. */
static enum err_code
give_name(struct outbox *o, const char *folder, struct outbox_entry *entry,
    char path[static PATH_MAX], struct err *e)
{
	char printed[FINGERPRINT_LEN];
	enum err_code code;

	fingerprint_format(entry->fingerprint, printed);
	(void)snprintf(entry->id, sizeof(entry->id), "%s", printed);
	for (unsigned n = 2; n <= NUMBER_MAX; n++) {
		outbox_inside(o, entry->id, path);
		if (rename(folder, path) == 0) {
			if ((code = file_sync_dir_of(path, e)) != ERR_OK)
				(void)rename(path, folder);
			return code;
		}
		if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
			break;
		(void)snprintf(entry->id, sizeof(entry->id), "%s.%u", printed,
		    n);
	}
	return err_errno(e, ERR_IO, path, errno);
}

static enum err_code
put(struct outbox *o, const char *name, const struct sealed *sealed,
    struct outbox_entry *entry, struct err *e)
{
	char folder[PATH_MAX], path[PATH_MAX], full[NAME_MAX + 1];
	struct err found = { 0 };
	enum err_code code;

	if ((code = refuse_same(o, entry, e)) != ERR_OK)
		return code;
	outbox_inside(o, OUTBOX_NEW "XXXXXX", folder);
	if (mkdtemp(folder) == NULL)
		return err_errno(e, ERR_IO, o->path, errno);
	sealed_name(name, full);
	if ((code = fill(folder, full, sealed, entry, &found)) == ERR_OK)
		code = give_name(o, folder, entry, path, &found);
	if (code == ERR_OK) {
		(void)snprintf(entry->sealed, sizeof(entry->sealed),
		    "%.3800s/%s", path, full);
		entry->state = OUTBOX_WAITING;
		return ERR_OK;
	}
	outbox_unlock(entry);
	/* What has another name than this may be another's. */
	outbox_remove_folder(folder);
	/* The place within it is gone, and says nothing to anybody. */
	return err_set(e, code, o->path, 0, found.msg[0] != '\0' ?
	    _("nothing was handed in: %s") : _("nothing was handed in"),
	    found.msg);
}

enum err_code
outbox_put(struct outbox *o, const char *name, const struct sealed *sealed,
    struct outbox_entry *entry, struct err *e)
{
	enum err_code code;
	int lock;

	entry->fd = -1;
	entry->id[0] = '\0';
	if ((code = outbox_hold(o, true, &lock, e)) != ERR_OK)
		return code;
	code = put(o, name, sealed, entry, e);
	(void)close(lock);
	return code;
}

enum err_code
outbox_remove(struct outbox *o, struct outbox_entry *entry, struct err *e)
{
	char path[PATH_MAX], gone[PATH_MAX];
	struct err found = { 0 };
	enum err_code code;
	int lock;

	if ((code = outbox_hold(o, true, &lock, e)) != ERR_OK)
		return code;
	outbox_inside(o, entry->id, path);
	outbox_inside(o, OUTBOX_NEW "XXXXXX", gone);
	/* An empty folder may be replaced: the entry goes in one step. */
	if (mkdtemp(gone) == NULL)
		code = err_errno(e, ERR_IO, o->path, errno);
	else if (rename(path, gone) == -1) {
		code = err_errno(e, ERR_IO, path, errno);
		(void)rmdir(gone);
	} else {
		if ((code = file_sync_dir_of(path, &found)) != ERR_OK)
			(void)err_set(e, code, entry->id, 0, _("it has been "
			    "removed, but it may be there again after a "
			    "power failure: %s"), found.msg);
		outbox_remove_folder(gone);
	}
	(void)close(lock);
	outbox_unlock(entry);
	return code;
}
