/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/mandate_find.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/wipe.h"
#include "crypto/mandate_sig.h"
#include "format/mandate.h"

#define PREFIX_MIN	4	/* digits that name one */

/* Of texts too; *out must be { 0 }. */
static enum err_code
copy_row(const struct mandate_row *m, struct mandate_row *out, struct err *e)
{
	*out = *m;
	out->questionnaire = wipe_strdup(m->questionnaire);
	out->round = wipe_strdup(m->round);
	out->who = wipe_strdup(m->who);
	out->reason = wipe_strdup(m->reason);
	if (out->questionnaire != NULL && out->round != NULL &&
	    out->who != NULL && out->reason != NULL)
		return ERR_OK;
	mandate_row_wipe(out);
	return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
}

struct loading {
	struct mandate_list *list;
	size_t cap;
	struct err *e;
};

static enum err_code
load_one(void *arg, const struct mandate_row *m)
{
	struct loading *l = arg;
	struct mandate_row *v;
	enum err_code code;

	if (l->list->len == l->cap) {
		l->cap = l->cap != 0 ? 2 * l->cap : 64;
		v = reallocarray(l->list->v, l->cap, sizeof(*v));
		if (v == NULL)
			return err_set(l->e, ERR_NO_MEMORY, NULL, 0, NULL);
		l->list->v = v;
	}
	code = copy_row(m, &l->list->v[l->list->len], l->e);
	if (code == ERR_OK)
		l->list->len++;
	return code;
}

enum err_code
mandate_list_load(struct sql *db, struct mandate_list *out, struct err *e)
{
	struct loading l = { .list = out, .e = e };

	return mandates_each(db, load_one, &l, e);
}

void
mandate_list_wipe(struct mandate_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		mandate_row_wipe(&l->v[i]);
	free(l->v);
	memset(l, 0, sizeof(*l));
}

/* --- what a file says ---------------------------------------------------- */

static enum err_code
read_content(const struct signed_data *opened, const char *signer,
    struct mandate_row *out, struct err *e)
{
	struct mandate m = { 0 };
	struct err found = { 0 };
	enum err_code code;

	code = mandate_parse(opened->content, opened->len, &m, &found);
	if (code == ERR_NO_MEMORY)
		return err_set(e, code, NULL, 0, NULL);
	if (code != ERR_OK)
		return err_set(e, ERR_MANDATE, found.where, 0,
		    "it does not have the content of a mandate");
	if (strcmp(signer, m.organisation) != 0)
		code = err_set(e, ERR_MANDATE, "mandate.signer", 0,
		    "the organisation has not signed it itself");
	memcpy(out->organisation, m.organisation, sizeof(m.organisation));
	memcpy(out->submitter, m.submitter, sizeof(m.submitter));
	out->expires = m.expires;
	out->questionnaire = m.questionnaire;
	out->round = m.round;
	m.questionnaire = m.round = NULL;
	mandate_wipe(&m);
	return code;
}

static enum err_code
read_mandate(const char *path, struct mandate_row *out, struct err *e)
{
	struct signed_data opened = { 0 };
	struct buf der = { 0 };
	struct err found = { 0 };
	char signer[ORGNR_LEN];
	enum err_code code;

	if ((code = file_read(path, LIMIT_MANDATE, &der, e)) != ERR_OK)
		return code;
	if ((code = mandate_sig_open(der.data, der.len, &opened, out->digest,
	    signer, &found)) == ERR_OK)
		code = read_content(&opened, signer, out, &found);
	signed_wipe(&opened);
	buf_wipe(&der);
	return report_place(e, &found, path);
}

/* --- which one ------------------------------------------------------------ */

static const struct mandate_row *
by_digest(const struct mandate_list *l, const uint8_t digest[DIGEST_LEN])
{
	for (size_t i = 0; i < l->len; i++)
		if (memcmp(l->v[i].digest, digest, DIGEST_LEN) == 0)
			return &l->v[i];
	return NULL;
}

/* Are these digits of a digest, all of them or the first?  In small letters. */
static bool
is_hex(const char *what, char out[static DIGEST_HEX_LEN])
{
	const size_t len = strlen(what);

	if (len < PREFIX_MIN || len >= DIGEST_HEX_LEN ||
	    strspn(what, "0123456789abcdefABCDEF") != len)
		return false;
	for (size_t i = 0; i <= len; i++)
		out[i] = (char)tolower((unsigned char)what[i]);
	return true;
}

/* The one that begins so; *several when there are more. */
static const struct mandate_row *
by_prefix(const struct mandate_list *l, const char *digits, bool *several)
{
	const struct mandate_row *found = NULL;
	char hex[DIGEST_HEX_LEN];

	for (size_t i = 0; i < l->len; i++) {
		digest_hex(l->v[i].digest, hex);
		if (strncmp(hex, digits, strlen(digits)) != 0)
			continue;
		*several = found != NULL;
		found = &l->v[i];
	}
	return found;
}

/* By digits; a whole digest may be of one that nobody has used. */
static enum err_code
find_row(const struct mandate_list *l, const char *what,
    struct mandate_row *read, const struct mandate_row **row, struct err *e)
{
	char digits[DIGEST_HEX_LEN];
	bool several = false;

	if (!is_hex(what, digits))
		return err_set(e, ERR_NO_INPUT, what, 0, "it is no file, and "
		    "not at least %d digits of a mandate's digest",
		    PREFIX_MIN);
	if (digest_from_hex(digits, read->digest))
		return ERR_OK;
	*row = by_prefix(l, digits, &several);
	if (several)
		return err_set(e, ERR_USAGE, what, 0,
		    "several mandates begin so; give more digits");
	return *row != NULL ? ERR_OK : err_set(e, ERR_NO_SUBMISSION, what, 0,
	    "no mandate that has been used or revoked begins so");
}

/* What nothing is known of has empty texts. */
static enum err_code
fill(struct mandate_row *out, struct err *e)
{
	char **const texts[] = { &out->questionnaire, &out->round, &out->who,
	    &out->reason };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (*texts[i] == NULL &&
		    (*texts[i] = wipe_strdup("")) == NULL)
			return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	return ERR_OK;
}

enum err_code
mandate_find(const struct mandate_list *l, const char *what,
    struct mandate_row *out, bool *known, struct err *e)
{
	const struct mandate_row *row = NULL;
	struct mandate_row read = { 0 };
	enum err_code code;

	memset(out, 0, sizeof(*out));
	code = access(what, F_OK) == 0 ? read_mandate(what, &read, e) :
	    find_row(l, what, &read, &row, e);
	if (code == ERR_OK && row == NULL)
		row = by_digest(l, read.digest);
	*known = row != NULL;
	/* Revoked by its digest alone, before anybody here had seen it. */
	if (code == ERR_OK && row != NULL && (row->organisation[0] != '\0' ||
	    read.organisation[0] == '\0'))
		code = copy_row(row, out, e);
	else if (code == ERR_OK) {
		*out = read;
		memset(&read, 0, sizeof(read));
		if (row != NULL) {
			out->seen = row->seen;
			out->revoked = row->revoked;
			out->who = wipe_strdup(row->who);
			out->reason = wipe_strdup(row->reason);
		}
		code = fill(out, e);
	}
	mandate_row_wipe(&read);
	return code;
}
