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
#include "format/statement.h"
#include "scoring/pile.h"

/*
 * How many of each kind the register has.  Mistakes in it go to the report; so
 * do, as lines and the member "register" and not as errors, those who answered
 * and are not in it, or as another kind: their group's rate is off by them.
 */
enum err_code asked_read(const char *path, const struct pile *p,
    int64_t asked[static KIND_ANNAN + 1], struct report *r);

#endif
