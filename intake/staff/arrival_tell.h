/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One sealed file that intake has seen, in words and as JSON: what list, show
 * and report say alike.
 */
#ifndef SIGILL_INTAKE_STAFF_ARRIVAL_TELL_H
#define SIGILL_INTAKE_STAFF_ARRIVAL_TELL_H

#include <jansson.h>
#include <stdint.h>

#include "intake/book/arrivals.h"
#include "intake/staff/beside.h"

/* Whose it is: the organisation that it is for, as far as that is known, or
 * else the one that signed it; "" when nobody knows. */
const char *arrival_number(const struct arrival *a);
/* Its name and kind by the register, or else as stated; "" . */
const char *arrival_organisation(const struct arrival *a,
    const struct roll *roll);
const char *arrival_kind(const struct arrival *a, const struct roll *roll);
/* What names it for people and for `show`: the printed fingerprint, or the
 * first digits of the digest. */
#define ARRIVAL_LABEL_LEN	24
void arrival_label(const struct arrival *a,
    char out[static ARRIVAL_LABEL_LEN]);
/* Why it is not accepted; or what is special about it: "late, replaced".
 * "name differs", "kind differs": the register has another one than was
 * stated. */
#define ARRIVAL_NOTE_LEN	128
void arrival_note(const struct arrival *a, const struct beside *beside,
    char out[static ARRIVAL_NOTE_LEN]);

/* All that the ledger has; a new reference, NULL without memory. */
json_t *arrival_json(const struct arrival *a, const struct beside *beside);

#endif
