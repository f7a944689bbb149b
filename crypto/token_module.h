/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A PKCS#11 library with its tokens.  A process may initialise one only once
 * (PKCS#11 v2.40 §5.4), so that all keys of the process share it, and lose
 * what they have of it when it is started anew.
 *
 * Every function but the first two wants the lock, for writing.
 */
#ifndef SIGILL_CRYPTO_TOKEN_MODULE_H
#define SIGILL_CRYPTO_TOKEN_MODULE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/passphrase.h"
#include "crypto/token_uri.h"

struct evp_pkey_st;

/* What somebody has of it: a private key, which is freed and set to NULL
 * when the library is started anew. */
struct token_hold {
	struct evp_pkey_st *pkey;	/* owned; of the module's lock */
	struct token_hold *next;	/* the module's */
};

struct token_module {
	pthread_rwlock_t lock;	/* read by who uses a key */
	uint64_t times;		/* that it has been opened */
	struct token_library *library;	/* the module's own */
};

/* The one with this path, which must be given back; NULL without memory. */
struct token_module *token_module_get(const char *path);
void token_module_put(struct token_module *m);

/*
 * Opens it, unless it is open; starts it anew when it has been opened as often
 * as `failed` says, which is what its user has met with a failure.  again:
 * not twice in a second.  name is for messages.  ERR_TOKEN when the library
 * cannot be loaded, ERR_KEY_SERVICE.
 */
enum err_code token_module_open(struct token_module *m, uint64_t failed,
    bool again, const char *name, struct err *e);
void token_module_close(struct token_module *m);

/* Logs in and finds the one private key; *hold, which must have none, holds
 * it then.  source may be NULL when that token's PIN is known.  Errors as
 * token_key's (crypto/token.h). */
enum err_code token_module_find(struct token_module *m,
    const struct token_uri *uri, const char *name,
    const struct passphrase_source *source, struct token_hold *hold,
    struct err *e);
/* Gives it back, if there is one. */
void token_module_drop(struct token_module *m, struct token_hold *hold);

/* Empties OpenSSL's queue of errors.  Is one of them a token's?  *text: what
 * the newest says, static; NULL. */
bool token_said(const char **text);

#endif
