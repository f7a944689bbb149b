/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/remains.h"

#include <stdint.h>

#include "intake/book/scores.h"
#include "intake/book/verdicts.h"
#include "intake/service/scored.h"

/* *n: 1 if there is one, or else 0. */
static enum err_code
find_unfiled(const struct lanes *c, struct sql *db, size_t *n, struct err *e)
{
	struct arrivals_page page = { 0 };
	struct arrival a = { 0 };
	enum err_code code;

	*n = 1;
	code = arrivals_unfiled(db, c->places, c->settings->n_places, &page,
	    &a, n, e);
	arrival_wipe(&a);
	return code;
}

static enum err_code
find_unhanded(struct lanes *c, struct sql *db, size_t *n, struct err *e)
{
	const struct intake_settings *s = c->settings;
	struct arrivals_page page = { 0 };
	struct arrival a = { 0 };
	enum err_code code;

	*n = 0;
	if (s->handoff_dir == NULL && s->handoff_command == NULL)
		return ERR_OK;
	*n = 1;
	code = arrivals_unhanded(db, &c->taken, c->places, s->n_places,
	    INT64_MAX, &page, &a, n, e);
	taken_end(&c->taken, &a, *n);
	arrival_wipe(&a);
	return code;
}

/* Another intake on the ledger may be about to publish its own: only when this
 * one could not. */
static enum err_code
find_unpublished(const struct lanes *c, struct sql *db, size_t *n,
    struct err *e)
{
	struct verdict_row row = { 0 };
	struct scores_place place = { 0 };
	enum err_code code;

	*n = 0;
	if (!atomic_load(&c->unpublished))
		return ERR_OK;
	*n = 1;
	code = verdicts_unpublished(db, 0, &row, n, e);
	if (code != ERR_OK || *n != 0)
		return code;
	*n = 1;
	return scores_unpublished(db, &(struct scores_place){ 0 }, &place, n,
	    e);
}

enum err_code
remains_check(struct lanes *common, const struct scan *scan, struct sql *db,
    struct err *e)
{
	uint64_t waiting = 0;
	enum err_code code;
	size_t n;

	code = arrivals_waiting(db, common->places,
	    common->settings->n_places, &waiting, e);
	if (code == ERR_OK && waiting != 0)
		return err_set(e, ERR_QUEUED, NULL, 0, "%llu files",
		    (unsigned long long)waiting);
	if (code == ERR_OK && scan_missed(scan))
		return err_set(e, ERR_QUEUED, NULL, 0,
		    "what could not be read where it lies; see the log");
	if (code == ERR_OK &&
	    (code = find_unfiled(common, db, &n, e)) == ERR_OK && n != 0)
		return err_set(e, ERR_QUEUED, NULL, 0,
		    "a file could not be put into the archive; see the log");
	if (code == ERR_OK &&
	    (code = find_unhanded(common, db, &n, e)) == ERR_OK && n != 0)
		return err_set(e, ERR_UNHANDED, NULL, 0, NULL);
	if (code == ERR_OK &&
	    (code = find_unpublished(common, db, &n, e)) == ERR_OK && n != 0)
		return err_set(e, ERR_UNFINISHED, NULL, 0,
		    "receipts or feedback could not be published");
	if (code == ERR_OK && scored_waits(common->settings))
		return err_set(e, ERR_UNFINISHED, NULL, 0,
		    "what scoring has left could not be taken");
	return code;
}
