/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who was asked, from a register's file (format/register.h), and how that fits
 * those who answered.
 */
#ifndef SIGILL_SCORING_REPORT_ASKED_H
#define SIGILL_SCORING_REPORT_ASKED_H

#include <stdint.h>

#include "base/err.h"
#include "base/report.h"
#include "format/roll.h"
#include "scoring/pile.h"

/* Reads it; mistakes in it go to the report. */
enum err_code asked_read(const char *path, struct roll *out,
    struct report *r);

/* How many of each kind it has; -1, not known, of kinds that it has none of and
 * that the questionnaire is not for. */
void asked_count(const struct roll *roll, const struct questionnaire *q,
    int64_t asked[static KIND_ANNAN + 1]);

/* Tells, as notes to who runs it and the member "register", who answered and is
 * not in it, or as another kind: no errors, but they do not count in rates. */
void asked_tell(const struct roll *roll, const struct pile *p,
    struct report *r);

#endif
