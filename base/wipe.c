/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Of the thread, since allocation functions have no other context. */
static _Thread_local bool ran_out;

void *
wipe_malloc(size_t size)
{
	void *p = malloc(size != 0 ? size : 1);

	if (p == NULL)
		ran_out = true;
	return p;
}

bool
wipe_ran_out(void)
{
	bool was = ran_out;

	ran_out = false;
	return was;
}

void
wipe_free(void *p)
{
	if (p == NULL)
		return;
	explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

void *
wipe_realloc(void *p, size_t size)
{
	size_t old;
	void *q;

	if (p == NULL)
		return wipe_malloc(size);
	old = malloc_usable_size(p);
	if (size != 0 && size <= old && size > old / 2)
		return p;
	if ((q = wipe_malloc(size)) == NULL)
		return NULL;
	memcpy(q, p, size < old ? size : old);
	wipe_free(p);
	return q;
}

char *
wipe_strdup(const char *s)
{
	size_t size;
	char *copy;

	if (s == NULL)
		return NULL;
	size = strlen(s) + 1;
	if ((copy = wipe_malloc(size)) != NULL)
		memcpy(copy, s, size);
	return copy;
}

void
wipe_harden(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) == -1)
		abort();
#ifndef __SANITIZE_ADDRESS__	/* its leak check attaches as a debugger */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		abort();
#endif
}
