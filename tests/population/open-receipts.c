/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * open-receipts ANCHORS SIGNERS FILE...: checks the signature on each receipt,
 * and that its signer may sign its stage, as a sender does; writes a line for
 * each: the file's name, a tab, its content in hexadecimal.  For tests that
 * have thousands of them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/crypto.h"
#include "crypto/receipt_sig.h"
#include "format/receipt.h"

static void
must(enum err_code code, const char *what, const struct err *e)
{
	if (code == ERR_OK)
		return;
	fprintf(stderr, "open-receipts: %s: %s: %s %s\n", what,
	    err_name(code), e->where, e->msg);
	exit(err_status(code));
}

static void
open_one(const char *path, const struct trust *trust,
    const struct cert_list *signers)
{
	struct signed_data opened = { 0 };
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	struct err e = { 0 };

	must(file_read(path, LIMIT_RECEIPT, &der, &e), path, &e);
	must(receipt_sig_open(der.data, der.len, &opened, &e), path, &e);
	must(receipt_parse(opened.content, opened.len, &receipt, &e), path,
	    &e);
	must(receipt_sig_trust(&opened, trust, signers, receipt.time, &e),
	    path, &e);
	printf("%s\t", path);
	for (size_t i = 0; i < opened.len; i++)
		printf("%02x", opened.content[i]);
	printf("\n");
	receipt_wipe(&receipt);
	signed_wipe(&opened);
	buf_wipe(&der);
}

int
main(int argc, char **argv)
{
	struct cert_list signers = { 0 };
	struct trust *trust = NULL;
	struct err e = { 0 };

	if (argc < 3) {
		fprintf(stderr,
		    "usage: open-receipts ANCHORS SIGNERS FILE...\n");
		return err_status(ERR_USAGE);
	}
	must(crypto_init(&e), "start", &e);
	must(trust_load(TRUST_RECEIPT, argv[1], NULL, true, &trust, &e),
	    argv[1], &e);
	must(cert_load_list(argv[2], &signers, &e), argv[2], &e);
	for (int i = 3; i < argc; i++)
		open_one(argv[i], trust, &signers);
	cert_list_wipe(&signers);
	trust_free(trust);
	return 0;
}
