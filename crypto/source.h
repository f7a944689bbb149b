/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A signed file that is read once, from its start to its end, and digested on
 * the way: its two ends are kept, its content passes.  What the structure is
 * judged by and what is digested are the same octets, whatever the disk says
 * when it is asked again.  Only for crypto/signed.c and crypto/envelope.c.
 */
#ifndef SIGILL_CRYPTO_SOURCE_H
#define SIGILL_CRYPTO_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "crypto/digest.h"

struct source {
	int fd;				/* borrowed; read with pread */
	size_t size;			/* octets, told by the owner */
	uint8_t start[LIMIT_SIGNED_HEAD];
	size_t start_len;		/* of them; the file may be shorter */
	uint8_t *tail;			/* owned; NULL: there is none yet */
	size_t tail_at;			/* size while there is none */
	struct digest *digest;		/* owned; over all before at */
	size_t at;
	uint8_t *chunk;			/* owned */
	const uint8_t *next;		/* read for the BIO, not given yet */
	size_t next_len;
	size_t content_end;
	struct bio_st *content;		/* owned */
	struct bio_method_st *method;	/* owned */
	enum err_code code;		/* the first failure: ours, not */
	struct err why;			/* the file's */
};

/* What fails here is ERR_IO, ERR_NO_MEMORY or ERR_INTERNAL: it stays in s->code
 * and is returned by every later call.  Reads the file's start. */
enum err_code source_open(struct source *s, int fd, size_t size);
void source_close(struct source *s);

/* Reads what comes after at, and keeps it in s->tail. */
enum err_code source_keep_tail(struct source *s, size_t at);
/* s->content gives the octets from at, which is in the start, to the tail;
 * it ends early when reading fails. */
enum err_code source_content(struct source *s, size_t at);
/* Reads what has not been read, and gives the digest of all. */
enum err_code source_digest(struct source *s,
    uint8_t digest[static DIGEST_LEN]);

#endif
