/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/vectors/layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/compressed.h"
#include "crypto/enveloped.h"
#include "format/deflate.h"

static void
must(enum err_code code, const struct err *e, const char *what)
{
	if (code == ERR_OK)
		return;
	fprintf(stderr, "layers: %s: %s: %s %s\n", what, err_name(code),
	    e->where, e->msg);
	exit(1);
}

/* The first `find` in the bytes becomes `put`. */
static void
replace(struct buf *b, const char *find, const char *put, const char *name)
{
	struct buf from = { 0 }, to = { 0 }, out = { 0 };
	const uint8_t *at;

	tree_hex(find, &from);
	tree_hex(put, &to);
	at = memmem(b->data, b->len, from.data, from.len);
	if (at == NULL) {
		fprintf(stderr, "layers: %s: nothing to replace\n", name);
		exit(1);
	}
	buf_add(&out, b->data, (size_t)(at - b->data));
	buf_add(&out, to.data, to.len);
	at += from.len;
	buf_add(&out, at, (size_t)(b->data + b->len - at));
	buf_move(b, &out);
	buf_wipe(&from);
	buf_wipe(&to);
}

static void
edit(struct buf *der, const struct edit edits[static EDITS_MAX])
{
	struct buf out = { 0 };

	if (edits[0].op == EDIT_NONE)
		return;
	tree_edit(der->data, der->len, edits, &out);
	buf_move(der, &out);
}

static void
content(const struct recipe *r, struct submission *s, struct buf *cbor,
    struct buf *zlib)
{
	size_t start = cbor->len;
	struct err e = { 0 };

	if (r->change != NULL)
		r->change(s);
	must(submission_encode(s, cbor, &e), &e, r->name);
	if (r->find != NULL)
		replace(cbor, r->find, r->put, r->name);
	if (r->append != NULL)
		tree_hex(r->append, cbor);
	must(deflate_pack(cbor->data + start, cbor->len - start, zlib, &e),
	    &e, r->name);
	if (r->zlib != NULL)
		r->zlib(zlib);
}

static void
sign(const struct recipe *r, const struct sealing *with,
    enum signed_variant variant, enum signed_kind kind,
    const struct buf *in, struct buf *out)
{
	const struct signer *signer = kind == SIGNED_OUTER ? with->outer :
	    with->inner;
	struct err e = { 0 };

	if (variant == SIGNED_USUAL)
		must(signed_make(kind, in->data, in->len, signer, with->now,
		    out, &e), &e, r->name);
	else
		variant_signed(variant, kind, in, signer, &with->extra,
		    with->now, out);
}

void
layers_seal(const struct recipe *r, const struct sealing *with,
    struct submission *s, struct buf *cbor, struct buf *sealed)
{
	struct buf zlib = { 0 }, der = { 0 }, inner = { 0 }, envelope = { 0 };
	struct err e = { 0 };

	content(r, s, cbor, &zlib);
	must(compressed_wrap(zlib.data, zlib.len, &der, &e), &e, r->name);
	edit(&der, r->compressed);
	sign(r, with, r->inner_variant, SIGNED_INNER, &der, &inner);
	edit(&inner, r->inner);
	if (r->envelope_variant == ENVELOPE_USUAL)
		must(enveloped_make(inner.data, inner.len, with->recipients,
		    &envelope, &e), &e, r->name);
	else
		variant_envelope(r->envelope_variant, &inner,
		    with->recipients, &envelope);
	edit(&envelope, r->envelope);
	sign(r, with, r->outer_variant, SIGNED_OUTER, &envelope, sealed);
	edit(sealed, r->outer);
	if (r->file != NULL)
		r->file(sealed);
	buf_wipe(&zlib);
	buf_wipe(&der);
	buf_wipe(&inner);
	buf_wipe(&envelope);
}

void
layers_mandate(const struct mandate_recipe *r, const struct signer *signer,
    int64_t now, struct buf *out)
{
	struct mandate m = {
		.organisation = "2199990017", .submitter = "2199990025",
		.questionnaire = strdup("vectors-1"),
		.round = strdup("2027"), .environment = ENVIRONMENT_TEST,
		.created = now - 86400, .expires = now + 86400,
	};
	struct buf cbor = { 0 }, der = { 0 };
	struct err e = { 0 };

	if (r->change != NULL)
		r->change(&m);
	must(mandate_encode(&m, &cbor, &e), &e, "mandate");
	if (r->find != NULL)
		replace(&cbor, r->find, r->put, "mandate");
	if (r->append != NULL)
		tree_hex(r->append, &cbor);
	must(signed_make(r->kind, cbor.data, cbor.len, signer, m.created,
	    &der, &e), &e, "mandate");
	edit(&der, r->edits);
	buf_add(out, der.data, der.len);
	buf_wipe(&der);
	buf_wipe(&cbor);
	mandate_wipe(&m);
}

const struct recipe *
layers_recipe(const char *name)
{
	static const struct recipe *const all[] = { recipes_cms,
	    recipes_content };

	for (size_t i = 0; i < 2; i++)
		for (const struct recipe *r = all[i]; r->name != NULL; r++)
			if (strcmp(r->name, name) == 0)
				return r;
	fprintf(stderr, "layers: there is no recipe %s\n", name);
	exit(1);
}
