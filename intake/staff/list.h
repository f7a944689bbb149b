/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill-intake list`: what has come, and what has become of it; on top what
 * waits for a person.
 */
#ifndef SIGILL_INTAKE_STAFF_LIST_H
#define SIGILL_INTAKE_STAFF_LIST_H

#include "base/report.h"
#include "intake/options.h"
#include "intake/staff/beside.h"
#include "intake/staff/pile.h"

enum err_code list_run(const struct options *o, struct report *r);

/* The first n of a pile as a table, for whoever has found several. */
void list_table(const struct pile *pile, size_t n, const struct beside *beside,
    int64_t now, struct report *r);

#endif
