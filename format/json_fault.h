/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is wrong with a text that is not JSON, in words that help somebody
 * who edits such a file every second year.
 */
#ifndef SIGILL_FORMAT_JSON_FAULT_H
#define SIGILL_FORMAT_JSON_FAULT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Is the text a file of another kind (a workbook, a PDF, UTF-16 ...)?  Then
 * ERR_JSON, with where = name; otherwise ERR_OK.
 */
enum err_code json_fault_kind(const uint8_t *text, size_t len,
    const char *name, struct err *e);

/* ERR_JSON (or ERR_NO_MEMORY) with the line, for what jansson says about
 * the text. */
enum err_code json_fault(const uint8_t *text, size_t len, const char *name,
    const json_error_t *found, struct err *e);

#endif
