/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/names.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct names {
	void *tree;		/* tsearch(3) */
	struct name **gone;	/* while it is walked */
	size_t n_gone, cap;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->text,
	    ((const struct name *)b)->text);
}

struct names *
names_new(void)
{
	return calloc(1, sizeof(struct names));
}

void
names_free(struct names *n)
{
	if (n == NULL)
		return;
	tdestroy(n->tree, free);
	free(n->gone);
	free(n);
}

struct name *
names_see(struct names *n, const char *text)
{
	size_t len = strlen(text) + 1;
	struct name *name = calloc(1, sizeof(*name) + len);
	struct name **found;

	if (name == NULL)
		return NULL;
	memcpy(name->text, text, len);
	if ((found = tsearch(name, &n->tree, compare)) == NULL) {
		free(name);
		return NULL;
	}
	if (*found != name)
		free(name);
	(*found)->seen = true;
	return *found;
}

static void
collect(const void *node, VISIT which, void *arg)
{
	struct name *name = *(struct name *const *)node;
	size_t cap;
	struct names *n = arg;
	struct name **v;

	if (which != postorder && which != leaf)
		return;
	if (name->seen) {
		name->seen = false;
		return;
	}
	if (n->n_gone == n->cap) {
		cap = n->cap != 0 ? n->cap * 2 : 64;
		/* Without memory it is forgotten the next time. */
		if ((v = reallocarray(n->gone, cap, sizeof(struct name *))) ==
		    NULL)
			return;
		n->gone = v;
		n->cap = cap;
	}
	n->gone[n->n_gone++] = name;
}

void
names_end(struct names *n)
{
	twalk_r(n->tree, collect, n);
	for (size_t i = 0; i < n->n_gone; i++) {
		(void)tdelete(n->gone[i], &n->tree, compare);
		free(n->gone[i]);
	}
	n->n_gone = 0;
}

bool
names_sealed(const char *name, uint8_t digest[static DIGEST_LEN])
{
	char hex[DIGEST_HEX_LEN];

	if (strlen(name) != DIGEST_HEX_LEN - 1 + sizeof(".sigill") - 1 ||
	    strcmp(name + DIGEST_HEX_LEN - 1, ".sigill") != 0)
		return false;
	memcpy(hex, name, sizeof(hex) - 1);
	hex[sizeof(hex) - 1] = '\0';
	return digest_from_hex(hex, digest);
}
