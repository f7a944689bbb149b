/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Content keys: from what a RecipientInfo holds to the 32 bytes of AES-256,
 * with a private key that may be in this process, in a token, or in another
 * process that does nothing else (key_distant).
 */
#ifndef SIGILL_CRYPTO_UNWRAP_H
#define SIGILL_CRYPTO_UNWRAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

#define CONTENT_KEY_LEN	32
/* Octets of an encrypted content key (RSA of up to 16384 bits), and of an
 * ephemeral point. */
#define WRAPPED_MAX	2048
#define POINT_MAX	133

/* What a private key is needed for, and all that its holder gets to see. */
struct wrapped_key {
	uint8_t recipient[DIGEST_LEN];	/* SHA-256 of its certificate */
	/* The name of a row of crypto/algorithms.h that receives; static. */
	const char *algorithm;
	uint8_t point[POINT_MAX];	/* ephemeral; RFC 5753 §3.1.1 */
	size_t point_len;		/* 0 for RSA */
	uint8_t wrapped[WRAPPED_MAX];
	size_t wrapped_len;
};

struct key;

/*
 * ERR_DECRYPTION, with no detail, for every cause that lies in *w; others
 * (ERR_KEY_SERVICE, ERR_NO_MEMORY) are no fault of the file.  out is wiped by
 * the caller.
 */
enum err_code unwrap_key(const struct key *key, const struct wrapped_key *w,
    uint8_t out[static CONTENT_KEY_LEN], struct err *e);

/* Who holds the key asks somebody else.  Same errors. */
typedef enum err_code unwrap_fn(void *arg, const struct wrapped_key *w,
    uint8_t out[static CONTENT_KEY_LEN], struct err *e);
/* A key that is elsewhere: it can be in a struct recipient_key, and nothing
 * else.  *out is the caller's. */
enum err_code key_distant(unwrap_fn *ask, void *arg, struct key **out,
    struct err *e);

/* As bytes for a channel, fixed order and lengths; parse is strict:
 * ERR_PROTOCOL. */
struct buf;
enum err_code wrapped_key_encode(const struct wrapped_key *w,
    struct buf *out, struct err *e);
enum err_code wrapped_key_parse(const uint8_t *data, size_t len,
    struct wrapped_key *out, struct err *e);

#endif
