/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * OpenSSL's start: wiping allocation, no configuration file, no other
 * providers.  Once, before anything else of crypto/.
 */
#ifndef SIGILL_CRYPTO_CRYPTO_H
#define SIGILL_CRYPTO_CRYPTO_H

#include <stddef.h>

#include "base/err.h"

enum err_code crypto_init(struct err *e);

/* Fills out with random bytes. */
enum err_code crypto_random(void *out, size_t len, struct err *e);

#endif
