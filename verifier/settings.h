/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What sigill-verify works with: its configuration file and everything that
 * it names, read and checked once at start, so that nothing is judged by half
 * a configuration.
 */
#ifndef SIGILL_VERIFIER_SETTINGS_H
#define SIGILL_VERIFIER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/config.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/enveloped.h"
#include "crypto/key.h"
#include "crypto/trust.h"
#include "format/questionnaire.h"
#include "format/submission.h"
#include "verifier/verify.h"

#define SETTINGS_DEFAULT_PATH	"/etc/sigill/verify.conf"

/* Everything is owned; { 0 } is an empty one. */
struct settings {
	struct config *config;		/* owns the rounds' names */
	char *authority;		/* its name, in normal form */
	enum environment environment;
	struct trust *senders;
	struct recipient_key *keys;	/* borrow from the next two */
	struct key **recipient_keys;
	struct cert_list recipients;	/* one certificate for each key */
	size_t n_keys;
	struct questionnaire **questionnaires;
	size_t n_questionnaires;
	struct round_window *rounds;
	size_t n_rounds;
	/* Only when receipts are asked for: */
	struct key *receipt_key;
	struct cert_list receipt_cert;	/* exactly one */
	struct cert_list receipt_chain;
};

/*
 * Reads path.  passphrase_fd: -1, or where the passphrase of every encrypted
 * key comes from that has no passphrase_file.  receipts: [receipts] is needed
 * and its key is loaded.  now: at which the receipts' signer must be valid.
 *
 * ERR_CONFIG_MISSING, ERR_CONFIG (also for a file that the configuration
 * names and that cannot be used), ERR_KEY*, ERR_PASSPHRASE*,
 * ERR_TEST_CERTIFICATE for a test certificate in production.  On failure
 * *out is to be wiped all the same.
 */
enum err_code settings_load(const char *path, int passphrase_fd,
    bool receipts, int64_t now, struct settings *out, struct err *e);
void settings_wipe(struct settings *s);

#endif
