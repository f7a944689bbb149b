/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Submissions of the same organisation for the same questionnaire, round and
 * environment: of those the authority wants one, and a later one is what the
 * sender means.
 */
#ifndef SIGILL_CLIENT_OUTBOX_KIN_H
#define SIGILL_CLIENT_OUTBOX_KIN_H

#include <stdbool.h>

#include "client/outbox/outbox.h"

/* Rejected, and nothing has come after it that is not rejected too: so a
 * person has still to see to it. */
bool outbox_needs_care(const struct outbox_list *l,
    const struct outbox_entry *entry);

/* The newest kin with other answers that is not rejected, or NULL. */
const struct outbox_entry *outbox_other_answers(const struct outbox_list *l,
    const struct outbox_entry *like);

#endif
