/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whose turn it is: one request at a time works on an upload.
 *
 * Another request for the same upload waits while bytes still arrive on the
 * first, and cuts it off when it has stalled: a sender who lost a connection
 * comes back before the server has noticed the loss.
 */
#ifndef SIGILL_PORTAL_TURNS_H
#define SIGILL_PORTAL_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct turns;			/* opaque; safe to use from many threads */

struct turn {
	const char *id;		/* of the upload; borrowed */
	int socket;		/* shut down to cut the request off; -1: none */
	/* The rest is turns.c's, guarded by its mutex. */
	bool cut;
	bool secure;
	int64_t touched;	/* monotonic milliseconds of the last byte */
	struct turn *next;
};

struct turns *turns_new(void);		/* NULL without memory */
void turns_free(struct turns *t);	/* NULL-safe */

/* Waits for the turn, and takes it until turn_end.  ERR_HTTP_BUSY when the
 * one who has it does not end in time. */
enum err_code turn_take(struct turns *t, struct turn *turn, struct err *e);
/* Takes it if it is free. */
bool turn_try(struct turns *t, struct turn *turn);
void turn_end(struct turns *t, struct turn *turn);

/* A byte has arrived.  False once the turn has been cut off. */
bool turn_goes_on(struct turns *t, struct turn *turn);
/* From here on it is not cut off.  False when it has been already. */
bool turn_secure(struct turns *t, struct turn *turn);

#endif
