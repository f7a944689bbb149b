/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/mandate.h"

#include <stdbool.h>
#include <string.h>

#include "base/limits.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "format/cbor.h"
#include "format/cbor_reader.h"
#include "format/field.h"
#include "format/member.h"

#define MANDATE_FORMAT	"sigill-mandate"
#define MANDATE_VERSION	1

void
mandate_wipe(struct mandate *m)
{
	wipe_free(m->questionnaire);
	wipe_free(m->round);
	explicit_bzero(m, sizeof(*m));
}

/* What makes no sense, whatever it is used for: the field, or NULL. */
static const char *
find_fault(const struct mandate *m, const char **what)
{
	if (m->created < 0 || m->created > TIMESTAMP_MAX) {
		*what = "it is not a point in time";
		return "created";
	}
	if (m->expires < m->created || m->expires > TIMESTAMP_MAX ||
	    m->expires - m->created > LIMIT_MANDATE_DAYS * INT64_C(86400)) {
		*what = "it is before the mandate was made, or too long "
		    "after";
		return "expires";
	}
	if (strcmp(m->organisation, m->submitter) == 0) {
		*what = "it is the organisation itself";
		return "submitter";
	}
	return NULL;
}

/* --- encoding: keys in the order of RFC 8949 §4.2.1 ------------------- */

enum err_code
mandate_encode(const struct mandate *m, struct buf *out, struct err *e)
{
	struct field_writer w = { .out = out, .e = e };
	const char *fault, *what = NULL;
	size_t start = out->len;

	cbor_put_map(out, 9);
	field_put(&w, "round", FIELD_ID, m->round);
	cbor_put_text(out, "format");
	cbor_put_text(out, MANDATE_FORMAT);
	cbor_put_text(out, "created");
	cbor_put_uint(out, (uint64_t)m->created);
	cbor_put_text(out, "expires");
	cbor_put_uint(out, (uint64_t)m->expires);
	cbor_put_text(out, "version");
	cbor_put_uint(out, MANDATE_VERSION);
	field_put(&w, "submitter", FIELD_ORGNR, m->submitter);
	field_put(&w, "environment", FIELD_ID,
	    environment_name(m->environment));
	field_put(&w, "organisation", FIELD_ORGNR, m->organisation);
	field_put(&w, "questionnaire", FIELD_ID, m->questionnaire);
	if ((fault = find_fault(m, &what)) != NULL)
		(void)field_put_fail(&w, ERR_SCHEMA, fault, what);
	if (w.code == ERR_OK)
		w.code = buf_check(out, e);
	if (w.code != ERR_OK)
		out->len = start;
	return w.code;
}

/* --- decoding --------------------------------------------------------- */

static int64_t
get_time(struct cbor_reader *r, const char *key)
{
	cbor_expect_key(r, key);
	return (int64_t)cbor_get_uint(r, TIMESTAMP_MAX);
}

static void
get_mandate(struct cbor_reader *r, struct mandate *m)
{
	const char *fault, *what = NULL;

	(void)cbor_open_map(r, 9);
	m->round = field_get(r, "round", FIELD_ID);
	field_get_tag(r, "format", MANDATE_FORMAT);
	m->created = get_time(r, "created");
	m->expires = get_time(r, "expires");
	field_get_version(r, "version", MANDATE_VERSION);
	field_get_orgnr(r, "submitter", m->submitter);
	m->environment = (enum environment)field_get_enum(r, "environment",
	    environment_parse);
	field_get_orgnr(r, "organisation", m->organisation);
	m->questionnaire = field_get(r, "questionnaire", FIELD_ID);
	cbor_close(r);
	if (r->code == ERR_OK && (fault = find_fault(m, &what)) != NULL) {
		r->where = fault;
		(void)cbor_fail(r, ERR_SCHEMA, "%s", what);
	}
}

enum err_code
mandate_parse(const uint8_t *data, size_t len, struct mandate *out,
    struct err *e)
{
	struct mandate m = { 0 };
	struct cbor_reader r;
	enum err_code code;

	if (len > LIMIT_MANDATE)
		return err_set(e, ERR_SCHEMA, NULL, 0,
		    "%zu bytes; the limit is %u", len, LIMIT_MANDATE);
	if ((code = cbor_check(data, len, e)) != ERR_OK)
		return code;
	cbor_reader_init(&r, data, len, e);
	get_mandate(&r, &m);
	if ((code = cbor_end(&r)) == ERR_OK) {
		*out = m;
		memset(&m, 0, sizeof(m));
	}
	mandate_wipe(&m);
	return code;
}

/* --- use -------------------------------------------------------------- */

enum err_code
mandate_check(const struct mandate *m, const struct mandate_use *use,
    struct err *e)
{
	const struct { const char *where; bool holds; } all[] = {
		{ "mandate.organisation",
		    strcmp(m->organisation, use->organisation) == 0 },
		{ "mandate.submitter",
		    strcmp(m->submitter, use->submitter) == 0 },
		{ "mandate.questionnaire",
		    strcmp(m->questionnaire, use->questionnaire) == 0 },
		{ "mandate.round", strcmp(m->round, use->round) == 0 },
		{ "mandate.environment",
		    m->environment == use->environment },
		{ "mandate.created",
		    m->created - LIMIT_MANDATE_AHEAD <= use->time },
		{ "mandate.expires", use->time <= m->expires },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!all[i].holds)
			return err_set(e, ERR_MANDATE, all[i].where, 0, NULL);
	return ERR_OK;
}

/* --- JSON ------------------------------------------------------------- */

json_t *
mandate_json(const struct mandate *m)
{
	return json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:o, s:o}",
	    "format", MANDATE_FORMAT, "version", MANDATE_VERSION,
	    "organisation", m->organisation, "submitter", m->submitter,
	    "questionnaire", m->questionnaire, "round", m->round,
	    "environment", environment_name(m->environment),
	    "created", member_time(m->created),
	    "expires", member_time(m->expires));
}
