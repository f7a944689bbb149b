/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the log has been: ARCHIVE/head.p7s, a signed head that is never older
 * than a receipt that this service has published, unless it could not be
 * written (not-witnessed in the log).  A ledger that was put back
 * from an older copy would give its next receipts the places that others have
 * had; by this file the service knows, and does not start.
 */
#ifndef SIGILL_INTAKE_SERVICE_WITNESS_H
#define SIGILL_INTAKE_SERVICE_WITNESS_H

#include <pthread.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "intake/settings.h"
#include "ledger/sql.h"

#define WITNESS_NAME	"head.p7s"

struct witness {
	const struct intake_settings *settings;	/* borrowed */
	pthread_mutex_t lock;
	uint64_t size;		/* leaves that the file tells of */
};

void witness_init(struct witness *w, const struct intake_settings *settings);

/* Is the log what the file says, and more?  ERR_LOG_DAMAGED when it is not, or
 * when the file is no head of ours. */
enum err_code witness_check(struct witness *w, struct sql *db,
    struct err *e);
/* Before receipts are published: the file tells of the log at this size. */
enum err_code witness_keep(struct witness *w, uint64_t size,
    const uint8_t root[static DIGEST_LEN], int64_t now, struct err *e);
/* The same, of the log as it is now. */
enum err_code witness_look(struct witness *w, struct sql *db, int64_t now,
    struct err *e);

#endif
