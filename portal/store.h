/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The portal's files:
 *
 *	SPOOL/DIGEST.sigill		a sealed file, whole and durable
 *	SPOOL/.portal/partial/ID	what has arrived of an upload; another
 *					name of the same file until there is
 *					a receipt
 *	SPOOL/.portal/ledger.db		portal/ledger.h; or it is elsewhere
 *	SPOOL/.portal/lock		held while a portal runs
 *
 * All on one file system, so that a finished upload gets its name in one step.
 */
#ifndef SIGILL_PORTAL_STORE_H
#define SIGILL_PORTAL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

struct store;			/* opaque */

/* Makes the layout inside an existing folder and locks it.  ERR_CONFIG when
 * another portal has it. */
enum err_code store_open(const char *spool, struct store **out,
    struct err *e);
void store_close(struct store *s);	/* NULL-safe */
const char *store_ledger_path(const struct store *s);

/*
 * An empty partial file whose name is durable, with room for length bytes
 * reserved where the file system can: ERR_NO_SPACE comes before the bytes.
 * lazy: they are few and come at once, so neither is worth its time; if they do
 * not, store_settle is to be called.
 */
enum err_code store_begin(struct store *s, const char *id, uint64_t length,
    bool lazy, struct err *e);
/* The names of all partial files are durable afterwards. */
enum err_code store_settle(struct store *s, struct err *e);
/* Opens a partial file for reading and writing; the caller closes *fd.
 * ERR_HTTP_NOT_FOUND when there is none. */
enum err_code store_open_partial(struct store *s, const char *id, int *fd,
    uint64_t *size, struct err *e);
void store_remove(struct store *s, const char *id);
/* Removes a partial file that has no other name, for its room.  False when it
 * has, or cannot be removed. */
bool store_give_up(struct store *s, const char *id);

/* All of it at offset.  ERR_NO_SPACE, ERR_IO; part of it may be there. */
enum err_code store_write(int fd, uint64_t offset, const void *data,
    size_t len, struct err *e);
/* What is in the partial file that fd is open on is on the disk afterwards.
 * After a failure the file is gone: nobody can tell which bytes are lost. */
enum err_code store_sync(struct store *s, const char *id, int fd,
    struct err *e);

/*
 * Gives a synced partial file its digest's name too, durably: it keeps both
 * until store_remove.  A file of that name has the same bytes and is replaced.
 * After a failure the name may be there or not; a second try is not good
 * before store_withdraw, unless a file of that name was durable before.
 */
enum err_code store_publish(struct store *s, const char *id,
    const uint8_t digest[static DIGEST_LEN], struct err *e);
/* Takes a published file away, durably; it may be gone already. */
enum err_code store_withdraw(struct store *s,
    const uint8_t digest[static DIGEST_LEN], struct err *e);

/* Calls each with the name of every partial file. */
enum err_code store_each_partial(struct store *s,
    void (*each)(void *arg, const char *id), void *arg, struct err *e);

#endif
