/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/arrivals_find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/fingerprint.h"
#include "intake/book/arrivals_row.h"

/* --- all that fit -------------------------------------------------------- */

#define PAGE	200

/* One page, and what the register says of each. */
struct page {
	struct arrival v[PAGE];
	bool fits[PAGE];
	size_t len;
};

static const char *
or_none(const char *s)
{
	return s != NULL ? s : "";
}

/* Those of the page, whatever their kind, after (arrived, digest). */
static struct sql_stmt *
ask(struct sql *db, const struct arrival_filter *f, int64_t arrived,
    const uint8_t *digest, struct err *e)
{
	const char *state = or_none(f->state), *round = or_none(f->round);
	const char *organisation = or_none(f->organisation);
	const char *questionnaire = or_none(f->questionnaire);
	const char *why = or_none(f->code);

	return sql_prepare(db, e, "SELECT " ARRIVAL_COLUMNS ", o.kind"
	    " FROM arrivals a"
	    " LEFT JOIN organisations o ON o.number = a.organisation"
	    " WHERE (a.arrived, a.digest) > (?, ?)"
	    " AND (? = '' OR a.state = ?)"
	    " AND (? = '' OR a.organisation = ?)"
	    " AND (? = '' OR a.questionnaire = ?)"
	    " AND (? = '' OR a.round = ?) AND (? = '' OR a.code = ?)"
	    " AND (? = 0 OR a.late = 1) AND (? = 0 OR a.duplicate = 1)"
	    " AND (? = 0 OR a.counts = 1)"
	    " AND (? = 0 OR (a.counts = 1 AND a.handed = 0))"
	    " AND a.arrived >= ? AND a.arrived < ?"
	    " ORDER BY a.arrived, a.digest LIMIT ?", "ibttttttttttiiiiiii",
	    arrived, digest, state, state, organisation, organisation,
	    questionnaire, questionnaire, round, round, why, why,
	    (int64_t)f->late, (int64_t)f->duplicate, (int64_t)f->counts,
	    (int64_t)f->unhanded, f->since != 0 ? f->since : INT64_MIN,
	    f->before != 0 ? f->before : INT64_MAX, (int64_t)PAGE);
}

/* By the register, or as stated by who is not in it. */
static bool
of_kind(const char *kind, const char *registered, const struct facts *f)
{
	if (kind == NULL)
		return true;
	if (*registered != '\0')
		return strcmp(registered, kind) == 0;
	return f->kind == VERDICT_ACCEPTED &&
	    strcmp(organisation_kind_name(f->organisation_kind), kind) == 0;
}

static enum err_code
read_page(struct sql *db, const struct arrival_filter *f, int64_t arrived,
    const uint8_t *digest, struct page *p, struct err *e)
{
	struct sql_stmt *stmt = ask(db, f, arrived, digest, e);
	enum err_code code;
	struct arrival *a;
	bool more;

	p->len = 0;
	if (stmt == NULL)
		return e->code;
	while (p->len < PAGE && (code = row_next(db, stmt, &more, e)) ==
	    ERR_OK && more) {
		a = &p->v[p->len];
		memset(a, 0, sizeof(*a));
		if ((code = arrival_read(stmt, a, e)) != ERR_OK)
			break;
		p->fits[p->len++] = of_kind(f->kind, sql_text(stmt,
		    ARRIVAL_N_COLUMNS), &a->facts);
	}
	sql_done(stmt);
	return code;
}

enum err_code
arrivals_each(struct sql *db, const struct arrival_filter *f,
    enum err_code (*each)(void *arg, struct arrival *a), void *arg,
    struct err *e)
{
	struct page *p = malloc(sizeof(*p));
	uint8_t digest[DIGEST_LEN] = { 0 };
	int64_t arrived = INT64_MIN;
	enum err_code code;

	if (p == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	do {
		code = read_page(db, f, arrived, digest, p, e);
		if (p->len != 0) {
			arrived = p->v[p->len - 1].arrived;
			memcpy(digest, p->v[p->len - 1].digest, DIGEST_LEN);
		}
		for (size_t i = 0; i < p->len; i++) {
			if (code == ERR_OK && p->fits[i])
				code = each(arg, &p->v[i]);
			arrival_wipe(&p->v[i]);
		}
	} while (code == ERR_OK && p->len == PAGE);
	free(p);
	return code;
}

enum err_code
arrivals_any(struct sql *db, const char *round, const char *questionnaire,
    bool *out, struct err *e)
{
	struct err found = { 0 };
	enum err_code code = sql_found(db, sql_prepare(db, &found,
	    "SELECT 1 FROM arrivals WHERE (? = '' OR round = ?)"
	    " AND (? = '' OR questionnaire = ?) LIMIT 1", "tttt",
	    or_none(round), or_none(round), or_none(questionnaire),
	    or_none(questionnaire)), &found);

	*out = code == ERR_OK;
	return code == ERR_OK || code == ERR_HTTP_NOT_FOUND ? ERR_OK :
	    err_set(e, code, found.where, found.at, "%s", found.msg);
}

/* --- one ----------------------------------------------------------------- */

#define PREFIX_LEAST	4	/* hexadecimal digits */

/* What was found by one way of naming. */
struct match {
	struct arrival a;
	uint8_t other[DIGEST_LEN];	/* the second one's */
	size_t n;			/* 0, 1, 2: or more */
};

/* Ends the statement, which gives two rows at most. */
static enum err_code
take(struct sql *db, struct sql_stmt *stmt, struct match *m, struct err *e)
{
	enum err_code code;
	bool more;

	if (stmt == NULL)
		return e->code;
	while ((code = row_next(db, stmt, &more, e)) == ERR_OK && more) {
		code = m->n++ == 0 ? arrival_read(stmt, &m->a, e) :
		    row_digest(stmt, 0, m->other, e);
		if (code != ERR_OK)
			break;
	}
	sql_done(stmt);
	return code;
}

/* How many hexadecimal digits, of either case, s has; 0 when anything else is
 * among them, or there are too many.  filler: the digit that follows. */
static size_t
hex_digits(const char *s, char filler, uint8_t out[static DIGEST_LEN])
{
	char hex[DIGEST_HEX_LEN];
	size_t len = strlen(s);

	if (len >= sizeof(hex) ||
	    strspn(s, "0123456789abcdefABCDEF") != len)
		return 0;
	memset(hex, filler, sizeof(hex) - 1);
	hex[sizeof(hex) - 1] = '\0';
	for (size_t i = 0; i < len; i++)
		hex[i] = (char)(s[i] >= 'A' && s[i] <= 'F' ?
		    s[i] - 'A' + 'a' : s[i]);
	return digest_from_hex(hex, out) ? len : 0;
}

static enum err_code
by_hex(struct sql *db, const char *what, struct match *m, struct err *e)
{
	uint8_t least[DIGEST_LEN], most[DIGEST_LEN];
	enum err_code code = ERR_OK;
	size_t digits = hex_digits(what, '0', least);

	if (digits < PREFIX_LEAST || hex_digits(what, 'f', most) != digits)
		return ERR_OK;
	code = take(db, sql_prepare(db, e, "SELECT " ARRIVAL_COLUMNS
	    " FROM arrivals a WHERE digest >= ? AND digest <= ? LIMIT 2",
	    "bb", least, most), m, e);
	if (code == ERR_OK && m->n == 0 && digits == 2 * SUBMISSION_ID_LEN)
		code = take(db, sql_prepare(db, e, "SELECT " ARRIVAL_COLUMNS
		    " FROM arrivals a WHERE submission = ? LIMIT 2", "r",
		    least, (size_t)SUBMISSION_ID_LEN), m, e);
	if (code == ERR_OK && m->n == 0 && digits == 2 * DIGEST_LEN)
		code = take(db, sql_prepare(db, e, "SELECT " ARRIVAL_COLUMNS
		    " FROM arrivals a WHERE fingerprint = ? LIMIT 2", "b",
		    least), m, e);
	return code;
}

static enum err_code
by_fingerprint(struct sql *db, const char *what, struct match *m,
    struct err *e)
{
	uint8_t least[DIGEST_LEN] = { 0 }, most[DIGEST_LEN];

	if (!fingerprint_parse(what, least))
		return ERR_OK;
	memset(most, 0xff, sizeof(most));
	memcpy(most, least, FINGERPRINT_BYTES);
	return take(db, sql_prepare(db, e, "SELECT " ARRIVAL_COLUMNS
	    " FROM arrivals a WHERE fingerprint >= ? AND fingerprint <= ?"
	    " LIMIT 2", "bb", least, most), m, e);
}

static enum err_code
by_name(struct sql *db, const char *what, struct match *m, struct err *e)
{
	struct buf name = { 0 };
	enum err_code code;

	code = arrival_name_encode(what, &name, e);
	if (code == ERR_OK)
		code = take(db, sql_prepare(db, e, "SELECT " ARRIVAL_COLUMNS
		    " FROM arrivals a WHERE name = ? LIMIT 2", "t",
		    (const char *)name.data), m, e);
	buf_wipe(&name);
	return code;
}

enum err_code
arrivals_find(struct sql *db, const char *what, struct arrival *out,
    struct err *e)
{
	char first[DIGEST_HEX_LEN], second[DIGEST_HEX_LEN];
	struct match m = { 0 };
	enum err_code code;

	if ((code = by_hex(db, what, &m, e)) == ERR_OK && m.n == 0 &&
	    (code = by_fingerprint(db, what, &m, e)) == ERR_OK && m.n == 0)
		code = by_name(db, what, &m, e);
	if (code == ERR_OK && m.n == 1) {
		*out = m.a;
		return ERR_OK;
	}
	digest_hex(m.a.digest, first);
	digest_hex(m.other, second);
	arrival_wipe(&m.a);
	if (code != ERR_OK)
		return code;
	if (m.n == 0)
		return err_set(e, ERR_HTTP_NOT_FOUND, what, 0, NULL);
	return err_set(e, ERR_USAGE, what, 0,
	    "there are several, %.12s and %.12s among them", first, second);
}
