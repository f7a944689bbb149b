/* SPDX-License-Identifier: EUPL-1.2 */
#include "verifier/verdict_json.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "base/tame.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "format/fingerprint.h"
#include "verifier/entitled.h"

/* File names may be anything. */
static json_t *
text_json(const char *s)
{
	char *copy = wipe_strdup(s);
	json_t *o = NULL;

	if (copy != NULL) {
		tame(copy);
		o = json_string(copy);
	}
	wipe_free(copy);
	return o;
}

static void
hex_of(const uint8_t *data, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", data[i]);
}

/* Without memory, members are NULL and jansson's setters fail: the document
 * is then incomplete, which *ok tells. */
static void
set(json_t *o, const char *key, json_t *value, bool *ok)
{
	if (json_object_set_new(o, key, value) == -1)
		*ok = false;
}

json_t *
verdict_error_json(const struct err *e, const char *file)
{
	struct err shown = *e;

	/* The file has its own member. */
	if (file != NULL && strcmp(shown.where, file) == 0)
		shown.where[0] = '\0';
	return message_json(&shown);
}

static void
set_signer(json_t *o, const struct cert *signer, bool *ok)
{
	char subject[512], number[ORGNR_LEN], hex[DIGEST_HEX_LEN];
	uint8_t digest[DIGEST_LEN];
	json_t *s = json_object();

	cert_subject(signer, subject, sizeof(subject));
	set(s, "subject", text_json(subject), ok);
	if (cert_organisation(signer, number, NULL) == ERR_OK)
		set(s, "organisation", json_string(number), ok);
	if (cert_digest(signer, digest, NULL) == ERR_OK) {
		digest_hex(digest, hex);
		set(s, "sha256", json_string(hex), ok);
	}
	set(o, "signer", s, ok);
}

static void
set_accepted(json_t *o, const struct verdict *v, bool *ok)
{
	const struct submission *s = &v->submission;
	char printed[FINGERPRINT_LEN], hex[DIGEST_HEX_LEN];
	char created[TIMESTAMP_LEN];

	digest_hex(v->fingerprint, hex);
	fingerprint_format(v->fingerprint, printed);
	set(o, "fingerprint", json_string(hex), ok);
	set(o, "fingerprint_printed", json_string(printed), ok);
	set(o, "late", json_boolean(v->late), ok);
	set(o, "duplicate", json_boolean(v->duplicate), ok);
	hex_of(s->id, sizeof(s->id), hex);
	set(o, "submission", json_string(hex), ok);
	timestamp_format(s->created, created);
	set(o, "created", json_string(created), ok);
	if (s->has_supersedes) {
		digest_hex(s->supersedes, hex);
		set(o, "supersedes", json_string(hex), ok);
	}
	if (v->has_mandate)
		set(o, "mandate", entitled_json(v), ok);
	set(o, "organisation", json_pack("{s:s, s:s, s:s}",
	    "number", s->statement.number, "name", s->statement.name,
	    "kind", organisation_kind_name(s->statement.kind)), ok);
	set(o, "questionnaire", json_pack("{s:s, s:s}",
	    "id", s->statement.questionnaire,
	    "version", s->statement.version), ok);
	set(o, "round", json_string(s->statement.round), ok);
}

static void
set_refused(json_t *o, const struct verdict *v, const char *file, bool *ok)
{
	json_t *list;

	set(o, "error", verdict_error_json(&v->err, file), ok);
	if (v->step != NULL)
		set(o, "step", json_string(v->step), ok);
	if (v->mistakes.len == 0)
		return;
	list = json_array();
	for (size_t i = 0; i < v->mistakes.len; i++)
		if (json_array_append_new(list,
		    verdict_error_json(&v->mistakes.v[i], NULL)) == -1)
			*ok = false;
	set(o, "mistakes", list, ok);
	if (v->mistakes.over != 0)
		set(o, "mistakes_not_listed",
		    json_integer((json_int_t)v->mistakes.over), ok);
}

json_t *
verdict_json(const struct outcome *out)
{
	const struct verdict *v = &out->verdict;
	char hex[DIGEST_HEX_LEN];
	json_t *o = json_object();
	bool ok = true;

	set(o, "file", text_json(out->file), &ok);
	set(o, "verdict", json_string(verdict_name(v->kind)), &ok);
	set(o, "status", json_integer(err_status(v->err.code)), &ok);
	if (v->has_sealed) {
		digest_hex(v->sealed, hex);
		set(o, "sealed", json_pack("{s:s, s:I}", "sha256", hex,
		    "size", (json_int_t)v->size), &ok);
	}
	if (v->signer != NULL)
		set_signer(o, v->signer, &ok);
	if (v->kind == VERDICT_ACCEPTED)
		set_accepted(o, v, &ok);
	else
		set_refused(o, v, out->file, &ok);
	if (out->receipt[0] != '\0')
		set(o, "receipt", text_json(out->receipt), &ok);
	if (!ok) {
		json_decref(o);
		return NULL;
	}
	return o;
}
