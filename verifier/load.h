/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the authority's configurations name (sigill.conf(5)): certificates,
 * keys, anchors, questionnaires, rounds; read and checked once at start, for
 * sigill-verify and for intake.
 *
 * A file that the configuration names is part of it: when it is missing or
 * wrong, that is ERR_CONFIG, so that statuses 65 and 66 stay the ones of the
 * files to judge.  Keys keep their own codes, for their hints.
 */
#ifndef SIGILL_VERIFIER_LOAD_H
#define SIGILL_VERIFIER_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/key.h"
#include "crypto/trust.h"
#include "format/questionnaire.h"
#include "format/submission.h"
#include "verifier/verify.h"

/* { 0 } is an empty one; its config is borrowed. */
struct loader {
	const struct config *config;
	enum environment environment;	/* load_authority's */
	bool given;			/* there is a passphrase */
	struct buf passphrase;		/* of keys without a passphrase_file */
};

/* Takes the passphrase from fd, which may be -1: then there is none. */
enum err_code load_passphrase(struct loader *l, int fd, struct err *e);
void loader_wipe(struct loader *l);

/* [authority]: its name in normal form, which is the caller's, and the
 * environment, which is noted in *l: before the others. */
enum err_code load_authority(struct loader *l, char **name, struct err *e);
/* [round NAME], at least one.  Freed with free; names are the config's. */
enum err_code load_rounds(const struct loader *l, struct round_window **out,
    size_t *n, struct err *e);
/* Every *.json of [questionnaires] directory, in the order of their names. */
enum err_code load_questionnaires(const struct loader *l,
    struct questionnaire ***out, size_t *n, struct err *e);
void questionnaires_free(struct questionnaire **v, size_t n);
/* [senders] */
enum err_code load_senders(const struct loader *l, struct trust **out,
    struct err *e);

/*
 * [recipient NAME], at least one: their certificates, and unless keys is NULL
 * the key of each.  On failure *certs and *keys, which has (*certs).len of
 * them, are to be wiped all the same.
 */
enum err_code load_recipients(const struct loader *l, struct cert_list *certs,
    struct key ***keys, struct err *e);
void keys_free(struct key **v, size_t n);
/* [receipts]: exactly one certificate, valid at now, with its key. */
enum err_code load_receipts(const struct loader *l, int64_t now,
    struct cert_list *cert, struct key **key, struct cert_list *chain,
    struct err *e);
/* [receipts]: that certificate and the earlier ones, valid or not. */
enum err_code load_receipt_signers(const struct loader *l,
    struct cert_list *out, struct err *e);

#endif
