/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * make-sealed SIGNER RECIPIENT SIZE OUT [COUNT]: seals SIZE random bytes (so
 * they do not compress) with SIGNER.key and SIGNER.pem for RECIPIENT.pem.  With
 * COUNT, that many different files: OUT/00000.sigill and so on.  For tests of
 * programs that look at the outside of a sealed file only, which is why SIZE
 * may be more than what can be opened again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/timestamp.h"
#include "crypto/crypto.h"
#include "crypto/envelope.h"
#include "format/deflate.h"

static void
must(enum err_code code, const struct err *e)
{
	if (code == ERR_OK)
		return;
	(void)fprintf(stderr, "make-sealed: %s: %s %s\n", err_name(code),
	    e->where, e->msg);
	exit(err_status(code));
}

static void
load(const char *name, struct cert_list *out)
{
	struct err e = { 0 };
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s.pem", name);
	must(cert_load_list(path, out, &e), &e);
}

/* Beyond what envelope_seal takes, the inside is no submission's any more:
 * random bytes take the place of the inner signature. */
static void
seal(size_t size, const struct signer *signer,
    const struct cert_list *recipients, const char *path)
{
	struct buf zlib = { 0 }, sealed = { 0 }, bytes = { 0 };
	struct err e = { 0 };

	must(crypto_random(buf_grow(&bytes, size), size, &e), &e);
	if (size <= LIMIT_STATEMENT) {
		must(deflate_pack(bytes.data, bytes.len, &zlib, &e), &e);
		must(envelope_seal(zlib.data, zlib.len, signer, recipients,
		    timestamp_now(), &sealed, &e), &e);
	} else {
		must(enveloped_make(bytes.data, bytes.len, recipients, &zlib,
		    &e), &e);
		buf_wipe(&bytes);
		must(signed_make(SIGNED_OUTER, zlib.data, zlib.len, signer,
		    timestamp_now(), &sealed, &e), &e);
	}
	must(file_replace(path, sealed.data, sealed.len, 0644, &e), &e);
	buf_wipe(&bytes);
	buf_wipe(&zlib);
	buf_wipe(&sealed);
}

int
main(int argc, char **argv)
{
	const struct passphrase_source none = { .fd = -1 };
	struct cert_list cert = { 0 }, recipients = { 0 };
	struct key *key = NULL;
	struct signer signer;
	struct err e = { 0 };
	size_t size, count;
	char path[4096];

	if (argc != 5 && argc != 6) {
		(void)fprintf(stderr, "usage: make-sealed SIGNER RECIPIENT "
		    "SIZE OUT [COUNT]\n");
		return err_status(ERR_USAGE);
	}
	size = strtoul(argv[3], NULL, 10);
	count = argc == 6 ? strtoul(argv[5], NULL, 10) : 0;
	must(crypto_init(&e), &e);
	load(argv[1], &cert);
	load(argv[2], &recipients);
	(void)snprintf(path, sizeof(path), "%s.key", argv[1]);
	must(key_load(path, &none, &key, &e), &e);
	signer = (struct signer){ .key = key, .cert = cert.v[0] };
	if (argc == 5)
		seal(size, &signer, &recipients, argv[4]);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(path, sizeof(path), "%s/%05zu.sigill", argv[4],
		    i);
		seal(size, &signer, &recipients, path);
	}
	cert_list_wipe(&cert);
	cert_list_wipe(&recipients);
	key_free(key);
	return 0;
}
