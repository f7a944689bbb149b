/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For LD_PRELOAD: the allocation with the number in FAIL_AT fails, and all
 * others succeed.  With FAIL_COUNT, the number of allocations is written to
 * that file at the end.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

void *malloc(size_t size);
void *realloc(void *p, size_t size);

static unsigned long count, fail_at;

static void __attribute__((constructor))
begin(void)
{
	const char *s = getenv("FAIL_AT");

	fail_at = s != NULL ? strtoul(s, NULL, 10) : 0;
	count = 0;
}

static void __attribute__((destructor))
end(void)
{
	const char *path = getenv("FAIL_COUNT");
	unsigned long n = count;
	FILE *f;

	if (path != NULL && (f = fopen(path, "w")) != NULL) {
		(void)fprintf(f, "%lu\n", n);
		(void)fclose(f);
	}
}

void *
malloc(size_t size)
{
	static void *(*next)(size_t);

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "malloc");
	return ++count == fail_at ? NULL : next(size);
}

void *
realloc(void *p, size_t size)
{
	static void *(*next)(void *, size_t);

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "realloc");
	return ++count == fail_at ? NULL : next(p, size);
}
