/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/vectors/tree.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
	uint8_t tag;
	struct buf body;	/* of a primitive, or raw bytes */
	struct node *child, *next;
	bool raw;		/* body is already encoded */
	bool indefinite, long_length;
};

static void
fail(const char *what, const char *path)
{
	fprintf(stderr, "make-vectors: %s at '%s'\n", what, path);
	exit(1);
}

static struct node *
node_new(void)
{
	struct node *n = calloc(1, sizeof(*n));

	if (n == NULL)
		abort();
	return n;
}

static void
node_free(struct node *n)
{
	struct node *next;

	for (; n != NULL; n = next) {
		next = n->next;
		node_free(n->child);
		buf_wipe(&n->body);
		free(n);
	}
}

static struct node *
parse(const uint8_t **p, const uint8_t *end)
{
	struct node *n = node_new(), **last = &n->child;
	size_t len, octets;

	n->tag = *(*p)++;
	if ((len = *(*p)++) >= 0x80) {
		octets = len & 0x7f;
		for (len = 0; octets > 0; octets--)
			len = len << 8 | *(*p)++;
	}
	if (len > (size_t)(end - *p))
		fail("length", "");
	end = *p + len;
	if ((n->tag & 0x20) == 0)
		buf_add(&n->body, *p, len);
	else
		while (*p < end) {
			*last = parse(p, end);
			last = &(*last)->next;
		}
	*p = end;
	return n;
}

static void
put_length(struct buf *out, size_t len, bool longer)
{
	size_t octets = 0;

	for (size_t rest = len; rest > 0; rest >>= 8)
		octets++;
	if (len < 0x80 && !longer) {
		buf_add_u8(out, (uint8_t)len);
		return;
	}
	if (octets == 0)
		octets = 1;
	if (longer && len >= 0x80)
		octets++;
	buf_add_u8(out, (uint8_t)(0x80 | octets));
	while (octets-- > 0)
		buf_add_u8(out, (uint8_t)(len >> (8 * octets)));
}

static void
encode(const struct node *n, struct buf *out)
{
	struct buf inside = { 0 };

	if (n->raw) {
		buf_add(out, n->body.data, n->body.len);
		return;
	}
	buf_add(&inside, n->body.data, n->body.len);
	for (const struct node *c = n->child; c != NULL; c = c->next)
		encode(c, &inside);
	buf_add_u8(out, n->tag);
	if (n->indefinite)
		buf_add_u8(out, 0x80);
	else
		put_length(out, inside.len, n->long_length);
	buf_add(out, inside.data, inside.len);
	if (n->indefinite)
		buf_add(out, "\0", 2);
	buf_wipe(&inside);
}

/* The pointer that points at the node: edits happen through it. */
static struct node **
find(struct node **root, const char *path)
{
	struct node **at = root;
	const char *s = path;
	char *end;

	while (*s != '\0') {
		long i = strtol(s, &end, 10);

		at = &(*at)->child;
		for (; i > 0 && *at != NULL; i--)
			at = &(*at)->next;
		if (*at == NULL)
			fail("no such node", path);
		s = *end == '.' ? end + 1 : end;
	}
	return at;
}

static struct node *
raw(const char *hex)
{
	struct node *n = node_new();

	n->raw = true;
	tree_hex(hex, &n->body);
	return n;
}

static void
copy_after(struct node *n)
{
	struct node *copy = node_new();

	copy->raw = true;
	encode(n, &copy->body);
	copy->next = n->next;
	n->next = copy;
}

static void
segment(struct node *n, const char *path)
{
	size_t half = n->body.len / 2;
	struct node *a = node_new(), *b = node_new();

	if ((n->tag & 0x20) != 0 || half == 0)
		fail("not a string", path);
	a->tag = b->tag = 0x04;
	buf_add(&a->body, n->body.data, half);
	buf_add(&b->body, n->body.data + half, n->body.len - half);
	a->next = b;
	buf_wipe(&n->body);
	n->tag |= 0x20;
	n->child = a;
}

static void
apply(struct node **root, const struct edit *edit, struct buf *after)
{
	struct node **at = find(root, edit->path != NULL ? edit->path : "");
	struct node *n = *at, *other, **last;

	switch (edit->op) {
	case EDIT_DELETE:
		*at = n->next;
		n->next = NULL;
		node_free(n);
		break;
	case EDIT_REPLACE:
		*at = raw(edit->hex);
		(*at)->next = n->next;
		n->next = NULL;
		node_free(n);
		break;
	case EDIT_INSERT:
		*at = raw(edit->hex);
		(*at)->next = n;
		break;
	case EDIT_ADD:
		for (last = &n->child; *last != NULL; last = &(*last)->next)
			;
		*last = raw(edit->hex);
		break;
	case EDIT_TWICE:
		copy_after(n);
		break;
	case EDIT_SWAP:
		if ((other = n->next) == NULL)
			fail("nothing to swap with", edit->path);
		n->next = other->next;
		other->next = n;
		*at = other;
		break;
	case EDIT_INDEFINITE:
		n->indefinite = true;
		break;
	case EDIT_LONG_LENGTH:
		n->long_length = true;
		break;
	case EDIT_SEGMENT:
		segment(n, edit->path);
		break;
	case EDIT_FLIP:
	case EDIT_CUT:
		if (n->body.len == 0)
			fail("nothing in it", edit->path);
		if (edit->op == EDIT_FLIP)
			n->body.data[n->body.len - 1] ^= 1;
		else
			n->body.len--;
		break;
	case EDIT_TAG:
		n->tag = (uint8_t)strtoul(edit->hex, NULL, 16);
		break;
	case EDIT_APPEND:
		tree_hex(edit->hex, after);
		break;
	case EDIT_NONE:
		break;
	}
}

void
tree_edit(const uint8_t *der, size_t len,
    const struct edit edits[static EDITS_MAX], struct buf *out)
{
	const uint8_t *p = der;
	struct node *root = parse(&p, der + len);
	struct buf after = { 0 };

	if (p != der + len)
		fail("bytes left over", "");
	for (size_t i = 0; i < EDITS_MAX && edits[i].op != EDIT_NONE; i++)
		apply(&root, &edits[i], &after);
	encode(root, out);
	buf_add(out, after.data, after.len);
	buf_wipe(&after);
	node_free(root);
}

void
tree_get(const uint8_t *der, size_t len, const char *path, struct buf *out)
{
	const uint8_t *p = der;
	struct node *root = parse(&p, der + len);

	encode(*find(&root, path), out);
	node_free(root);
}

void
tree_hex(const char *hex, struct buf *out)
{
	unsigned octet;

	for (; *hex != '\0'; hex += 2) {
		if (*hex == ' ') {
			hex--;
			continue;
		}
		if (sscanf(hex, "%2x", &octet) != 1)
			fail("not hexadecimal", hex);
		buf_add_u8(out, (uint8_t)octet);
	}
}
