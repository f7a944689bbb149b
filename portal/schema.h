/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tables of the portal's ledger.
 */
#ifndef SIGILL_PORTAL_SCHEMA_H
#define SIGILL_PORTAL_SCHEMA_H

#include "base/err.h"

struct sql;

/* An empty database gets the tables; anything else must have ours, or it is
 * ERR_CONFIG.  path is for the message. */
enum err_code schema_set_up(struct sql *db, const char *path, struct err *e);
/* Do its pages and rows hang together?  ERR_IO when they do not.  What is in
 * the rows is not seen: receipts are looked at when they are given
 * (portal/kept.h). */
enum err_code schema_check(struct sql *db, const char *path, struct err *e);

#endif
