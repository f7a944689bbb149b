/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/find.h"

#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "crypto/digest.h"
#include "format/fingerprint.h"
#include "format/orgnr.h"
#include "intake/book/arrivals_find.h"
#include "intake/staff/arrival_tell.h"
#include "intake/staff/pile.h"

/* Is this one of those that what names? */
static bool
is_named(const struct arrival *a, const char *what)
{
	char hex[DIGEST_HEX_LEN], printed[FINGERPRINT_LEN];

	digest_hex(a->digest, hex);
	if (strncasecmp(hex, what, strlen(what)) == 0 ||
	    (a->name != NULL && strcmp(a->name, what) == 0))
		return true;
	if (a->facts.kind != VERDICT_ACCEPTED)
		return false;
	fingerprint_format(a->facts.fingerprint, printed);
	digest_hex(a->facts.fingerprint, hex);
	return strcasecmp(printed, what) == 0 || strcasecmp(hex, what) == 0;
}

static void
keep_named(struct pile *pile, const char *what)
{
	size_t n = 0;

	for (size_t i = 0; i < pile->len; i++) {
		if (is_named(&pile->v[i], what))
			pile->v[n++] = pile->v[i];
		else
			arrival_wipe(&pile->v[i]);
	}
	pile->len = n;
}

/* Each by its digest, which names it alone. */
static void
list_several(const struct pile *pile, const struct beside *beside,
    struct report *r)
{
	char hex[DIGEST_HEX_LEN];
	json_t *list = json_array();

	for (size_t i = 0; i < pile->len; i++) {
		const struct arrival *a = &pile->v[i];

		digest_hex(a->digest, hex);
		report_say(r, "%.16s  %-8s  %s", hex,
		    arrival_state_name(a->state), a->name);
		if (json_array_append_new(list, arrival_json(a,
		    beside)) != 0)
			r->failed = true;
	}
	report_set(r, "submissions", list);
}

/* The one of the pile, or all of them told. */
static enum err_code
pick(struct desk *desk, struct pile *pile, const char *what,
    struct arrival *out, struct report *r, struct err *e)
{
	struct beside beside = { 0 };
	enum err_code code;

	if (pile->len == 1) {
		*out = pile->v[0];
		memset(&pile->v[0], 0, sizeof(*out));
		return ERR_OK;
	}
	if ((code = beside_load(desk->db, &beside, e)) == ERR_OK) {
		pile_sort(pile);
		list_several(pile, &beside, r);
		code = err_set(e, ERR_USAGE, what, 0, "there are %zu such "
		    "files; name one by its digest", pile->len);
	}
	beside_wipe(&beside);
	return code;
}

static enum err_code
find_by_number(struct desk *desk, const char *number, bool held,
    struct arrival *out, struct report *r, struct err *e)
{
	const struct arrival_filter filter = { .state = held ?
	    arrival_state_name(ARRIVAL_HELD) : NULL };
	struct pile pile = { 0 };
	enum err_code code;

	code = pile_load_of(desk->db, &filter, number, &pile, e);
	if (code == ERR_OK && pile.len == 0)
		code = err_set(e, held ? ERR_NOT_HELD : ERR_NO_SUBMISSION,
		    number, 0, NULL);
	else if (code == ERR_OK)
		code = pick(desk, &pile, number, out, r, e);
	pile_wipe(&pile);
	return code;
}

/* "…/DIGEST.sigill", "DIGEST.accepted.p7s": as we name files ourselves. */
static bool
is_ours(const char *what, char hex[static DIGEST_HEX_LEN])
{
	const char *name = file_base_name(what);
	uint8_t digest[DIGEST_LEN];

	if (strlen(name) < DIGEST_HEX_LEN || name[DIGEST_HEX_LEN - 1] != '.')
		return false;
	memcpy(hex, name, DIGEST_HEX_LEN - 1);
	hex[DIGEST_HEX_LEN - 1] = '\0';
	return digest_from_hex(hex, digest);
}

enum err_code
find_arrival(struct desk *desk, const char *what, bool held,
    struct arrival *out, struct report *r, struct err *e)
{
	const struct arrival_filter all = { 0 };
	char number[ORGNR_LEN], hex[DIGEST_HEX_LEN];
	struct pile pile = { 0 };
	struct err found = { 0 };
	enum err_code code;

	if (orgnr_parse(what, number))
		return find_by_number(desk, number, held, out, r, e);
	code = arrivals_find(desk->db, what, out, &found);
	if (code == ERR_HTTP_NOT_FOUND && is_ours(what, hex)) {
		err_clear(&found);
		code = arrivals_find(desk->db, hex, out, &found);
	}
	if (code == ERR_OK)
		return ERR_OK;
	if (code == ERR_HTTP_NOT_FOUND)
		return err_set(e, ERR_NO_SUBMISSION, what, 0, NULL);
	if (code != ERR_USAGE)
		return err_set(e, code, found.where, found.at, "%s",
		    found.msg);
	if ((code = pile_load(desk->db, &all, &pile, e)) == ERR_OK) {
		keep_named(&pile, what);
		code = pick(desk, &pile, what, out, r, e);
	}
	pile_wipe(&pile);
	return code;
}
