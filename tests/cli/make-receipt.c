/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signs whatever content comes on standard input as a receipt, for tests of
 * those who should not believe it: make-receipt CERT.pem KEY >RECEIPT.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/timestamp.h"
#include "crypto/crypto.h"
#include "crypto/receipt_sig.h"

int
main(int argc, char **argv)
{
	const struct passphrase_source none = { .fd = -1 };
	struct cert_list certs = { 0 };
	struct buf content = { 0 }, der = { 0 };
	struct key *key = NULL;
	struct err e = { 0 };

	if (argc == 3 && crypto_init(&e) == ERR_OK &&
	    file_read("-", LIMIT_RECEIPT, &content, &e) == ERR_OK &&
	    cert_load_list(argv[1], &certs, &e) == ERR_OK &&
	    key_load(argv[2], &none, &key, &e) == ERR_OK &&
	    receipt_sig_make(content.data, content.len, &(struct signer){
	    .key = key, .cert = certs.v[0] }, timestamp_now(), &der, &e) ==
	    ERR_OK)
		(void)file_write_fd(STDOUT_FILENO, "-", der.data, der.len, &e);
	if (argc != 3 || e.code != ERR_OK)
		fprintf(stderr, "make-receipt: %s: %s\n", err_name(e.code),
		    e.msg);
	buf_wipe(&content);
	buf_wipe(&der);
	key_free(key);
	cert_list_wipe(&certs);
	return argc != 3 || e.code != ERR_OK;
}
