/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/vouched.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* More than there are municipalities, regions and agencies. */
#define PLACES		1024u

struct place {
	uint8_t key[DIGEST_LEN];
	char number[11];
	int64_t from, until;	/* until 0: empty */
};

struct vouched {
	pthread_mutex_t mutex;
	struct place places[PLACES];
};

struct vouched *
vouched_new(void)
{
	struct vouched *v = calloc(1, sizeof(*v));

	if (v != NULL)
		(void)pthread_mutex_init(&v->mutex, NULL);
	return v;
}

void
vouched_free(struct vouched *v)
{
	if (v == NULL)
		return;
	(void)pthread_mutex_destroy(&v->mutex);
	free(v);
}

static struct place *
place_of(struct vouched *v, const uint8_t key[static DIGEST_LEN])
{
	return &v->places[((unsigned)key[0] << 8 | key[1]) % PLACES];
}

bool
vouched_find(struct vouched *v, const uint8_t key[static DIGEST_LEN],
    int64_t now, char number[static 11])
{
	const struct place *p = place_of(v, key);
	bool found;

	pthread_mutex_lock(&v->mutex);
	/* A clock that was set back has not seen it yet. */
	found = p->from <= now && now < p->until &&
	    memcmp(p->key, key, DIGEST_LEN) == 0;
	if (found)
		memcpy(number, p->number, sizeof(p->number));
	pthread_mutex_unlock(&v->mutex);
	return found;
}

void
vouched_add(struct vouched *v, const uint8_t key[static DIGEST_LEN],
    int64_t now, int64_t until, const char number[static 11])
{
	struct place *p = place_of(v, key);

	if (until > now + VOUCHED_SECONDS)
		until = now + VOUCHED_SECONDS;
	pthread_mutex_lock(&v->mutex);
	memcpy(p->key, key, sizeof(p->key));
	memcpy(p->number, number, sizeof(p->number));
	p->from = now;
	p->until = until;
	pthread_mutex_unlock(&v->mutex);
}
