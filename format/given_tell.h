/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From what is wrong with a statement, which is sorted and in normal form, to
 * the place in the file where somebody wrote it.
 */
#ifndef SIGILL_FORMAT_GIVEN_TELL_H
#define SIGILL_FORMAT_GIVEN_TELL_H

#include "base/err.h"
#include "format/given.h"
#include "format/json.h"
#include "format/questionnaire.h"
#include "format/statement.h"

/*
 * Adds what statement_check found to the mistakes, each at the place in the
 * file, with a suggestion where one is close; leaves out what only follows
 * from a mistake that has been told.
 */
void given_tell(const struct json_source *src, struct given_list *list,
    const struct statement *s, const struct questionnaire *q,
    const struct err_list *found);

#endif
