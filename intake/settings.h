/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intake.conf: read once at start.  Staff commands read it too, and none of
 * the keys that it names.
 */
#ifndef SIGILL_INTAKE_SETTINGS_H
#define SIGILL_INTAKE_SETTINGS_H

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

#define INTAKE_DEFAULT_PATH	"/etc/sigill/intake.conf"

/* Where sealed files come from. */
struct place {
	const char *name;	/* NAME of [spool NAME] or [folder NAME] */
	const char *directory;
	bool spool;		/* a portal's: every file in it is whole */
};

/* What is loaded: each process reads only what it needs. */
enum intake_part {
	INTAKE_LEDGER = 0,		/* always: authority, ledger, places,
					 * rounds' names and times */
	INTAKE_JUDGE = 1 << 0,		/* senders' trust, questionnaires,
					 * recipients' certificates */
	INTAKE_UNWRAP = 1 << 1,		/* recipients' certificates and keys */
	INTAKE_SIGN = 1 << 2,		/* receipts' certificate and key */
	INTAKE_SIGNERS = 1 << 3,	/* receipts' certificates, also those of
					 * earlier keys */
};

/* Everything is owned; { 0 } is an empty one. */
struct intake_settings {
	struct config *config;		/* owns all strings but authority */
	char *authority;		/* in normal form */
	enum environment environment;
	const char *database;		/* ledger/sql.h */
	struct place *places;
	size_t n_places;
	struct round_window *rounds;
	size_t n_rounds;
	const char *archive;		/* folder */
	const char *verdicts;		/* folder, or NULL */
	const char *handoff_dir, *handoff_command;	/* or NULL */
	unsigned handoff_timeout;	/* seconds */
	const char *scored;		/* folder where scoring leaves feedback,
					 * or NULL */
	unsigned workers;		/* processes; the machine's cores */
	unsigned worker_seconds;	/* for one file */
	unsigned worker_memory;		/* MiB for one worker */
	/* INTAKE_JUDGE */
	struct trust *senders;
	struct questionnaire **questionnaires;
	size_t n_questionnaires;
	/* INTAKE_JUDGE, INTAKE_UNWRAP: one certificate for each key */
	struct cert_list recipients;
	struct key **recipient_keys;	/* INTAKE_UNWRAP */
	/* INTAKE_SIGN */
	struct key *receipt_key;
	struct cert_list receipt_cert;	/* exactly one */
	struct cert_list receipt_chain;
	/* INTAKE_SIGN, INTAKE_SIGNERS */
	struct cert_list receipt_signers;
};

/* parts: enum intake_part, or-ed.  Errors as verifier/settings.h's. */
enum err_code intake_settings_load(const char *path, int passphrase_fd,
    unsigned parts, int64_t now, struct intake_settings *out,
    struct err *e);
void intake_settings_wipe(struct intake_settings *s);

#endif
