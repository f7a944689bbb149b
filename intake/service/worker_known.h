/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What facts may name: the rounds and questionnaires that a worker has loaded.
 * It tells them before it sees its first file, when it can be believed still,
 * and what it says later is held against that.
 */
#ifndef SIGILL_INTAKE_SERVICE_WORKER_KNOWN_H
#define SIGILL_INTAKE_SERVICE_WORKER_KNOWN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "intake/facts.h"
#include "verifier/verify.h"

/* A message 'C' (channel.h): a configuration's names, and then some. */
#define WORKER_KNOWN_MAX	(1u << 20)

/* Appends them. */
enum err_code worker_known_encode(const struct verifier *v, struct buf *out,
    struct err *e);

/*
 * What of these facts about a file that arrived then cannot be, in words; NULL
 * when nothing is wrong.  By the rules of verifier/verify.c, as far as they
 * need nothing of the file's content.
 */
const char *worker_known_lie(const struct buf *known, const struct facts *f,
    int64_t arrived);

#endif
