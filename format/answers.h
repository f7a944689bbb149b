/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Answers as a person or a program writes them, in JSON (sigill-format(5)),
 * on the way to a statement.  All mistakes are told at once, each with its
 * line and field.
 */
#ifndef SIGILL_FORMAT_ANSWERS_H
#define SIGILL_FORMAT_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/questionnaire.h"
#include "format/statement.h"

struct answers;			/* opaque */

/* Reads the JSON; ERR_JSON with the line when it is not correct JSON (also
 * for duplicate members and a missing object).  name is for messages and
 * the folder that attachments' file names are relative to. */
enum err_code answers_parse(const uint8_t *json, size_t len, const char *name,
    struct answers **out, struct err *e);
void answers_free(struct answers *a);	/* NULL-safe, wipes */

/* The questionnaire's id that the file names.  Owned by a.  NULL when the
 * member is missing or not a text (answers_statement tells that too). */
const char *answers_questionnaire(const struct answers *a);

/*
 * Makes the statement: texts to NFC, organisation number to ten digits,
 * options sorted, attachments read.
 *
 * Every mistake, also those that statement_check finds, goes to *mistakes,
 * in the order of the file: where = the field's path as it is written there
 * ("answers.17[2]", "organisation.number"), at = its line.  The file's name
 * is not in them: a person is shown "FILE:LINE: " in front, a program gets
 * the path alone.  A file for another survey gives one mistake, not forty.
 *
 * ERR_OK when there was none; else the first one's code, and *out is empty.
 */
enum err_code answers_statement(const struct answers *a,
    const struct questionnaire *q, struct statement *out,
    struct err_list *mistakes);

#endif
