/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/pile_batch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/wipe.h"

/* Of texts: with attachments, a few documents may be large. */
#define ENOUGH	(8u * 1024 * 1024)
/* More would wait for the one that reads files. */
#define THREADS	8

enum err_code
pile_batch_add(struct pile_batch *b, const char *name, size_t line,
    const uint8_t *json, size_t len, struct err *e)
{
	struct pile_batch_item *item = &b->v[b->len];

	memset(item, 0, sizeof(*item));
	if ((item->name = wipe_strdup(name)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	b->len++;
	item->line = line;
	item->start = b->text.len;
	item->len = len;
	buf_add(&b->text, json, len);
	return buf_check(&b->text, e);
}

bool
pile_batch_is_full(const struct pile_batch *b)
{
	return b->len == PILE_BATCH || b->text.len >= ENOUGH;
}

/* What the threads share. */
struct work {
	struct pile_batch *batch;
	const struct sheet_layout *layout;
	atomic_size_t next;
};

static void *
read_some(void *arg)
{
	struct work *w = arg;
	size_t i;

	while ((i = atomic_fetch_add(&w->next, 1)) < w->batch->len) {
		struct pile_batch_item *item = &w->batch->v[i];

		(void)document_parse(item->len != 0 ?
		    w->batch->text.data + item->start : NULL, item->len,
		    item->name, w->layout, &item->document, &item->head,
		    &item->found);
		/* The thread alone knows whether that was the reason. */
		if (wipe_ran_out()) {
			document_wipe(&item->document);
			err_clear(&item->found);
			err_set(&item->found, ERR_NO_MEMORY, NULL, 0, NULL);
		}
	}
	return NULL;
}

void
pile_batch_read(struct pile_batch *b, const struct sheet_layout *l)
{
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct work work = { .batch = b, .layout = l };
	pthread_t threads[THREADS];
	size_t n = 0;

	/* Without another thread this one does it all. */
	while (b->len > 1 && n < THREADS && (long)n + 1 < cores &&
	    pthread_create(&threads[n], NULL, read_some, &work) == 0)
		n++;
	(void)read_some(&work);
	while (n != 0)
		(void)pthread_join(threads[--n], NULL);
}

void
pile_batch_clear(struct pile_batch *b)
{
	for (size_t i = 0; i < b->len; i++) {
		document_wipe(&b->v[i].document);
		wipe_free(b->v[i].name);
	}
	b->len = b->text.len = 0;
}

void
pile_batch_wipe(struct pile_batch *b)
{
	pile_batch_clear(b);
	buf_wipe(&b->text);
}
