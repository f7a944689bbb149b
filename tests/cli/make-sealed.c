/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * make-sealed SIGNER RECIPIENT SIZE OUT: seals SIZE random bytes (so they do
 * not compress) with SIGNER.key and SIGNER.pem for RECIPIENT.pem.  For tests
 * of programs that look at the outside of a sealed file only.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
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

int
main(int argc, char **argv)
{
	const struct passphrase_source none = { .fd = -1 };
	struct cert_list cert = { 0 }, recipients = { 0 };
	struct buf zlib = { 0 }, sealed = { 0 }, bytes = { 0 };
	struct key *key = NULL;
	struct signer signer;
	struct err e = { 0 };
	char path[4096];
	size_t size;

	if (argc != 5) {
		(void)fprintf(stderr,
		    "usage: make-sealed SIGNER RECIPIENT SIZE OUT\n");
		return err_status(ERR_USAGE);
	}
	size = strtoul(argv[3], NULL, 10);
	must(crypto_init(&e), &e);
	load(argv[1], &cert);
	load(argv[2], &recipients);
	(void)snprintf(path, sizeof(path), "%s.key", argv[1]);
	must(key_load(path, &none, &key, &e), &e);
	signer = (struct signer){ .key = key, .cert = cert.v[0] };
	must(crypto_random(buf_grow(&bytes, size), size, &e), &e);
	must(deflate_pack(bytes.data, bytes.len, &zlib, &e), &e);
	must(envelope_seal(zlib.data, zlib.len, &signer, &recipients,
	    timestamp_now(), &sealed, &e), &e);
	must(file_replace(argv[4], sealed.data, sealed.len, 0644, &e), &e);
	buf_wipe(&bytes);
	buf_wipe(&zlib);
	buf_wipe(&sealed);
	cert_list_wipe(&cert);
	cert_list_wipe(&recipients);
	key_free(key);
	return 0;
}
