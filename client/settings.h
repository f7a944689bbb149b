/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The sender's part of sigill.conf(5), and what it names: identity,
 * recipients, who may sign receipts, questionnaires.  Each is loaded when a
 * command needs it, so that `check` and `inspect` work without any.
 */
#ifndef SIGILL_CLIENT_SETTINGS_H
#define SIGILL_CLIENT_SETTINGS_H

#include <stdbool.h>

#include "base/config.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/key.h"
#include "crypto/trust.h"
#include "format/questionnaire.h"
#include "format/submission.h"

struct options;

/* { 0 } is an empty one. */
struct settings {
	struct config *config;		/* NULL: there is none */
	enum environment environment;
	bool feedback;			/* a key for it goes along */
};

/*
 * --config, else $XDG_CONFIG_HOME/sigill/sigill.conf (~/.config), else
 * /etc/sigill/sigill.conf.  optional: none of the two standing ones is no
 * error then.  ERR_CONFIG_MISSING, ERR_CONFIG.
 */
enum err_code settings_load(const struct options *o, bool optional,
    struct settings *out, struct err *e);
void settings_wipe(struct settings *s);

/* The folder of the user's own configuration; false when it cannot be told. */
bool settings_user_dir(char out[static 4096]);

/* A value that a command cannot do without: ERR_CONFIG names it. */
enum err_code settings_need(const struct settings *s, const char *section,
    const char *key, const char **out, struct err *e);

/* When a round closes, UTC seconds; 0 when that is not configured. */
int64_t settings_closes(const struct settings *s, const char *round);
/* Is that configured of any round?  Then a round without it is an oversight
 * or a slip of the pen. */
bool settings_any_closes(const struct settings *s);

/* Who we are. */
struct identity {
	struct key *key;
	struct cert *cert;
	struct cert_list chain;		/* intermediates; may be empty */
};

/* Asks for the passphrase if it must.  Checks that key and certificate
 * belong together: ERR_KEY_*, ERR_PASSPHRASE*, ERR_CERT. */
enum err_code settings_identity(const struct settings *s,
    const struct options *o, struct identity *out, struct err *e);
void identity_wipe(struct identity *i);
/* Its parts, one at a time and not compared; each is the caller's. */
enum err_code settings_certificate(const struct settings *s,
    struct cert **out, struct err *e);
enum err_code settings_key(const struct settings *s,
    const struct options *o, struct key **out, struct err *e);

/* Whom we seal for. */
struct recipients {
	struct cert_list certs;
	struct trust *trust;
};

enum err_code settings_recipients(const struct settings *s,
    struct recipients *out, struct err *e);
void recipients_wipe(struct recipients *r);

/* Whose receipts we believe. */
struct receipt_signers {
	struct trust *trust;
	struct cert_list portal;	/* for the stored stage */
	struct cert_list intake;	/* for the others */
	const char *authority;		/* its name, NULL: any; borrowed */
	enum environment environment;
};

enum err_code settings_receipt_signers(const struct settings *s,
    struct receipt_signers *out, struct err *e);
void receipt_signers_wipe(struct receipt_signers *r);

#define SETTINGS_QUESTIONNAIRE_DIRS	2
/* The folders where definitions are looked for: the configured one (i is 0),
 * then the installed one.  False when there is none. */
bool settings_questionnaire_dir(const struct settings *s, size_t i,
    char out[static 4096]);
/*
 * The definition of a questionnaire: the file, or ID.json in the configured
 * folder, or in the installed one.  ERR_QUESTIONNAIRE_UNKNOWN, ERR_DEFINITION.
 */
enum err_code settings_questionnaire(const struct settings *s,
    const char *file, const char *id, struct questionnaire **out,
    struct err *e);

#endif
