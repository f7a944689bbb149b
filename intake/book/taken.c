/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/taken.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "intake/book/arrivals.h"

/* A few files for each lane: looked through from end to end. */
struct taken_set {
	pthread_mutex_t mutex;
	uint8_t (*v)[DIGEST_LEN];
	size_t len, cap;
};

enum err_code
taken_init(struct taken *t, struct err *e)
{
	if ((t->set = calloc(1, sizeof(*t->set))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	(void)pthread_mutex_init(&t->set->mutex, NULL);
	return ERR_OK;
}

void
taken_wipe(struct taken *t)
{
	if (t->set != NULL) {
		(void)pthread_mutex_destroy(&t->set->mutex);
		free(t->set->v);
		free(t->set);
	}
	t->set = NULL;
}

void
taken_lock(struct taken *t)
{
	(void)pthread_mutex_lock(&t->set->mutex);
}

void
taken_unlock(struct taken *t)
{
	(void)pthread_mutex_unlock(&t->set->mutex);
}

size_t
taken_count(const struct taken *t)
{
	return t->set->len;
}

/* The place of a digest in the set; its length when it is not there. */
static size_t
find(const struct taken_set *set, const uint8_t digest[static DIGEST_LEN])
{
	size_t i = 0;

	while (i < set->len && memcmp(set->v[i], digest, DIGEST_LEN) != 0)
		i++;
	return i;
}

bool
taken_has(const struct taken *t, const uint8_t digest[static DIGEST_LEN])
{
	return find(t->set, digest) != t->set->len;
}

enum err_code
taken_add(struct taken *t, const uint8_t digest[static DIGEST_LEN],
    struct err *e)
{
	struct taken_set *set = t->set;
	size_t cap = set->cap != 0 ? set->cap * 2 : 64;
	void *v;

	if (set->len == set->cap) {
		if ((v = reallocarray(set->v, cap, DIGEST_LEN)) == NULL)
			return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		set->v = v;
		set->cap = cap;
	}
	memcpy(set->v[set->len++], digest, DIGEST_LEN);
	return ERR_OK;
}

void
taken_drop(struct taken *t, const struct arrival *v, size_t n)
{
	struct taken_set *set = t->set;
	size_t at;

	for (size_t i = 0; i < n; i++)
		if ((at = find(set, v[i].digest)) != set->len &&
		    at != --set->len)
			memcpy(set->v[at], set->v[set->len], DIGEST_LEN);
}

void
taken_end(struct taken *t, const struct arrival *v, size_t n)
{
	taken_lock(t);
	taken_drop(t, v, n);
	taken_unlock(t);
}
