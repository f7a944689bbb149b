/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/find.h"

#include <string.h>
#include <strings.h>

#include "crypto/digest.h"
#include "format/fingerprint.h"
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
list_several(const struct pile *pile, struct report *r)
{
	char hex[DIGEST_HEX_LEN];
	json_t *list = json_array();

	for (size_t i = 0; i < pile->len; i++) {
		const struct arrival *a = &pile->v[i];

		digest_hex(a->digest, hex);
		report_say(r, "%.16s  %-8s  %s", hex,
		    arrival_state_name(a->state), a->name);
		if (json_array_append_new(list, arrival_json(a)) != 0)
			r->failed = true;
	}
	report_set(r, "submissions", list);
}

enum err_code
find_arrival(struct desk *desk, const char *what, struct arrival *out,
    struct report *r, struct err *e)
{
	const struct arrival_filter all = { 0 };
	struct pile pile = { 0 };
	struct err found = { 0 };
	enum err_code code;

	code = arrivals_find(desk->db, what, out, &found);
	if (code == ERR_HTTP_NOT_FOUND)
		return err_set(e, ERR_NO_SUBMISSION, what, 0, NULL);
	if (code == ERR_USAGE &&
	    pile_load(desk->db, &all, &pile, e) == ERR_OK) {
		keep_named(&pile, what);
		pile_sort(&pile);
		list_several(&pile, r);
		err_set(e, code, what, 0, "there are %zu such files; name "
		    "one by its digest", pile.len);
	}
	pile_wipe(&pile);
	return code == ERR_OK ? ERR_OK : err_set(e, code, found.where,
	    found.at, "%s", found.msg);
}
