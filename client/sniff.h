/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What kind of file did the person name?  Only for a helpful word when it is
 * another kind than the command takes; the strict readers decide.
 */
#ifndef SIGILL_CLIENT_SNIFF_H
#define SIGILL_CLIENT_SNIFF_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum sniff_kind {
	SNIFF_OTHER, SNIFF_EMPTY, SNIFF_JSON, SNIFF_SEALED, SNIFF_RECEIPT,
	SNIFF_PEM, SNIFF_ZIP, SNIFF_MANDATE, SNIFF_PROOF,
	SNIFF_BENCHMARK, SNIFF_SIGNED_BENCHMARK, SNIFF_FEEDBACK,
};

enum sniff_kind sniff(const uint8_t *data, size_t len);

/* ERR_OK when the file is of the expected kind or of none that we know, else
 * code, and what the file is and which command takes it. */
enum err_code sniff_expect(enum sniff_kind expected, const uint8_t *data,
    size_t len, enum err_code code, const char *path, struct err *e);

#endif
