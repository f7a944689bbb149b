/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Verdicts and errors as JSON, for --json (sigill-verify(1), "OUTPUT").
 * Members are added, never renamed.  New references; NULL without memory.
 */
#ifndef SIGILL_VERIFIER_VERDICT_JSON_H
#define SIGILL_VERIFIER_VERDICT_JSON_H

#include <jansson.h>

#include "base/err.h"
#include "verifier/judge.h"

json_t *verdict_json(const struct outcome *out);
/* An error; its place is left out where it is just the file, which may be
 * NULL. */
json_t *verdict_error_json(const struct err *e, const char *file);

#endif
