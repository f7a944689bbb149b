/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Private keys: PKCS#8 (RFC 5958; plain or encrypted, PEM or DER) and
 * PKCS#12 (RFC 7292) files.  Only P-256, P-384 and RSA of 3072 bits or more.
 */
#ifndef SIGILL_CRYPTO_KEY_H
#define SIGILL_CRYPTO_KEY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/passphrase.h"

struct key;			/* opaque; the key in memory is wiped on free */
struct cert;

enum key_type { KEY_P256, KEY_P384, KEY_RSA3072 };

/* -1 for an unknown name; names are "p256", "p384", "rsa3072". */
int key_type_parse(const char *name);

enum err_code key_generate(enum key_type type, struct key **out,
    struct err *e);

/*
 * ERR_NO_INPUT, ERR_KEY_MODE (readable by group or others), ERR_KEY,
 * ERR_PASSPHRASE, ERR_PASSPHRASE_NEEDED.  The source is only used when the
 * key is encrypted; source->prompt may be NULL.
 */
enum err_code key_load(const char *path,
    const struct passphrase_source *source, struct key **out, struct err *e);

/* Appends PKCS#8 PEM, encrypted with AES-256 under a key from PBKDF2 (SHA-256,
 * 600,000 rounds) when passphrase is not NULL. */
enum err_code key_pem(const struct key *key, const struct buf *passphrase,
    struct buf *out, struct err *e);
/* The same as a new file with mode 0600. */
enum err_code key_write(const struct key *key, const char *path,
    const struct buf *passphrase, struct err *e);

/* ERR_KEY_MISMATCH. */
enum err_code key_matches(const struct key *key, const struct cert *cert,
    struct err *e);

void key_free(struct key *key);	/* NULL-safe */

#endif
