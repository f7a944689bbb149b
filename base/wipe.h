/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Allocation functions that wipe what they free, to be given to libraries
 * that handle plaintext and keys (OpenSSL, jansson, zlib): what they leave
 * behind on the heap is then as clean as what our own buffers leave.
 */
#ifndef SIGILL_BASE_WIPE_H
#define SIGILL_BASE_WIPE_H

#include <stdbool.h>
#include <stddef.h>

void *wipe_malloc(size_t size);
void *wipe_realloc(void *p, size_t size);
void wipe_free(void *p);		/* NULL-safe */
/* A string's copy, for wipe_free; NULL without memory or of NULL. */
char *wipe_strdup(const char *s);

/*
 * Has one of these failed in this thread since the last call?  Libraries tell
 * a lack of memory as "malformed" or "wrong signature": whoever gives a
 * verdict must be able to take that back.
 */
bool wipe_ran_out(void);

/* No core dumps, no debugger: once, first thing in main.  Fails closed: ends
 * the program if the kernel refuses. */
void wipe_harden(void);

#endif
