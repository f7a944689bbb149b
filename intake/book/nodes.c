/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/nodes.h"

#include <stdlib.h>
#include <string.h>

static size_t
slot_of(const struct nodes *n, unsigned level, uint64_t position)
{
	uint64_t key = (position << 6 ^ level) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(key >> 32) & (n->n_slots - 1);

	while (n->slots[i] != 0) {
		const struct node *node = &n->v[n->slots[i] - 1];

		if (node->level == level && node->position == position)
			break;
		i = (i + 1) & (n->n_slots - 1);
	}
	return i;
}

struct node *
nodes_find(const struct nodes *n, unsigned level, uint64_t position)
{
	size_t i;

	if (n->n_slots == 0)
		return NULL;
	i = slot_of(n, level, position);
	return n->slots[i] != 0 ? &n->v[n->slots[i] - 1] : NULL;
}

static enum err_code
make_room(struct nodes *n, struct err *e)
{
	size_t cap = n->cap != 0 ? n->cap * 2 : 256;
	struct node *v;

	if (n->len < n->cap)
		return ERR_OK;
	if ((v = realloc(n->v, cap * sizeof(*v))) != NULL) {
		n->v = v;
		free(n->slots);
		n->n_slots = 0;
		if ((n->slots = calloc(cap * 2, sizeof(*n->slots))) != NULL) {
			n->cap = cap;
			n->n_slots = cap * 2;
			for (size_t i = 0; i < n->len; i++)
				n->slots[slot_of(n, v[i].level,
				    v[i].position)] = (uint32_t)(i + 1);
			return ERR_OK;
		}
	}
	return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
}

struct node *
nodes_add(struct nodes *n, unsigned level, uint64_t position, struct err *e)
{
	struct node *node = nodes_find(n, level, position);

	if (node != NULL || make_room(n, e) != ERR_OK)
		return node;
	node = &n->v[n->len++];
	*node = (struct node){ .level = level, .position = position };
	n->slots[slot_of(n, level, position)] = (uint32_t)n->len;
	return node;
}

void
nodes_clear(struct nodes *n)
{
	n->len = 0;
	if (n->slots != NULL)
		memset(n->slots, 0, n->n_slots * sizeof(*n->slots));
}

void
nodes_wipe(struct nodes *n)
{
	free(n->v);
	free(n->slots);
	memset(n, 0, sizeof(*n));
}
