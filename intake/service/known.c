/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/known.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "intake/book/arrivals_place.h"
#include "intake/service/archive.h"
#include "intake/service/lost.h"
#include "intake/service/publish.h"

/* Another intake has not seen to a file of its own for so long. */
#define OVERDUE_SECONDS	600

bool
known_elsewhere(const struct known *k)
{
	return strcmp(k->row->place, k->place->name) != 0 ||
	    strcmp(k->row->name, k->name) != 0;
}

void
known_tell(const struct known *k)
{
	char hex[DIGEST_HEX_LEN];

	digest_hex(k->row->digest, hex);
	log_event(LOG_INFORM, "arrived-before", "digest", hex, "place",
	    k->place->name, "name", k->name, "first-place", k->row->place,
	    "first-name", k->row->name, "state",
	    arrival_state_name(k->row->state), (char *)NULL);
}

/* As it would be if it had been seen here first. */
static enum err_code
as_here(const struct known *k, struct arrival *out, struct err *e)
{
	*out = (struct arrival){ .size = k->size,
	    .place = strdup(k->place->name), .name = strdup(k->name) };
	memcpy(out->digest, k->row->digest, sizeof(out->digest));
	(void)snprintf(out->source, sizeof(out->source), "%s",
	    k->place->spool ? "spool" : "folder");
	if (out->place != NULL && out->name != NULL)
		return ERR_OK;
	arrival_wipe(out);
	return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
}

/* What fails here is tried again at the next start, and by the lanes. */
enum err_code
known_put_away(const struct known *k, struct err *e)
{
	struct arrival here;
	enum err_code code;

	if ((code = as_here(k, &here, e)) != ERR_OK)
		return code;
	code = archive_file(k->settings, &here, e);
	arrival_wipe(&here);
	if (code == ERR_OK && k->row->filed == 0 &&
	    (code = sql_begin(k->db, true, e)) == ERR_OK)
		code = sql_finish(k->db, arrivals_filed(k->db,
		    k->row->digest, k->now, e), e);
	if (code == ERR_OK && !k->place->spool)
		code = publish_again(k->settings, k->db, k->row->digest, e);
	return code;
}

static bool
is_there(const struct intake_settings *s, const struct arrival *a)
{
	struct buf bytes = { 0 };
	enum err_code code = archive_read(s, a, &bytes, NULL);

	buf_wipe(&bytes);
	return !lost_bytes(code);
}

/* Must the ledger look somewhere else? */
static bool
is_lost(const struct known *k)
{
	const struct arrival *row = k->row;
	bool queued = row->state == ARRIVAL_QUEUED;

	if (archive_place(k->settings, row->place) == NULL)
		return !sql_is_shared(k->db) || (queued &&
		    k->now - row->due > OVERDUE_SECONDS &&
		    k->now - row->arrived > OVERDUE_SECONDS);
	/* A lane has found so, and would wait before its next look. */
	return (queued && lost_bytes(row->code)) ||
	    !is_there(k->settings, row);
}

enum err_code
known_move(const struct known *k, bool *here, struct err *e)
{
	struct arrival seen;
	enum err_code code;

	*here = !known_elsewhere(k);
	if (!is_lost(k))
		return ERR_OK;
	if ((code = as_here(k, &seen, e)) != ERR_OK)
		return code;
	/* Anything may have that name. */
	if (is_there(k->settings, &seen))
		code = arrivals_move(k->db, &seen, here, e);
	arrival_wipe(&seen);
	return code;
}

/* --- places that are gone ------------------------------------------------ */

struct adoption {
	const struct intake_settings *settings;
	struct sql *db;
};

static enum err_code
adopt(void *arg, const char *place, uint64_t n, struct err *e)
{
	const struct adoption *a = arg;
	const char *first = a->settings->places[0].name;
	enum err_code code;
	char files[24];

	if (archive_place(a->settings, place) != NULL)
		return ERR_OK;
	(void)snprintf(files, sizeof(files), "%" PRIu64, n);
	if ((code = arrivals_adopt(a->db, place, first, e)) == ERR_OK)
		log_event(LOG_WARN, "place-gone", "place", place, "files",
		    files, "now-of", first, (char *)NULL);
	return code;
}

enum err_code
known_adopt(const struct intake_settings *s, struct sql *db, struct err *e)
{
	struct adoption a = { .settings = s, .db = db };

	return sql_is_shared(db) ? ERR_OK :
	    arrivals_places(db, adopt, &a, e);
}
