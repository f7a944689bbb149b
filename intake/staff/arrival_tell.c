/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/arrival_tell.h"

#include <stdio.h>
#include <string.h>

#include "base/report.h"
#include "crypto/digest.h"
#include "format/fingerprint.h"
#include "format/member.h"

const char *
arrival_number(const struct arrival *a)
{
	return a->facts.organisation[0] != '\0' ? a->facts.organisation :
	    a->facts.signer_number;
}

/* The register's row of it; NULL. */
static const struct organisation *
registered(const struct arrival *a, const struct roll *roll)
{
	return roll_find(roll, arrival_number(a));
}

const char *
arrival_organisation(const struct arrival *a, const struct roll *roll)
{
	const struct organisation *o = registered(a, roll);

	if (o != NULL)
		return o->name;
	return a->facts.name != NULL ? a->facts.name : "";
}

const char *
arrival_kind(const struct arrival *a, const struct roll *roll)
{
	const struct organisation *o = registered(a, roll);

	if (o != NULL)
		return organisation_kind_name(o->kind);
	return a->facts.kind == VERDICT_ACCEPTED ?
	    organisation_kind_name(a->facts.organisation_kind) : "";
}

void
arrival_label(const struct arrival *a, char out[static ARRIVAL_LABEL_LEN])
{
	char hex[DIGEST_HEX_LEN];

	if (a->facts.kind == VERDICT_ACCEPTED) {
		fingerprint_format(a->facts.fingerprint, out);
		return;
	}
	digest_hex(a->digest, hex);
	(void)snprintf(out, ARRIVAL_LABEL_LEN, "%.16s", hex);
}

void
arrival_note(const struct arrival *a, const struct beside *beside,
    char out[static ARRIVAL_NOTE_LEN])
{
	const struct organisation *o = a->facts.kind == VERDICT_ACCEPTED ?
	    registered(a, &beside->roll) : NULL;
	const bool accepted = a->state == ARRIVAL_ACCEPTED;
	const struct { bool is; const char *word; } words[] = {
		{ a->code != ERR_OK, err_name(a->code) },
		{ digests_have(&beside->decided, a->digest), "decided" },
		{ a->late, "late" },
		{ a->duplicate, "duplicate" },
		{ a->same_answers && !a->counts, "same answers" },
		{ accepted && !a->duplicate && !a->same_answers &&
		    !a->counts, "replaced" },
		{ arrival_is_unhanded(a), "unhanded" },
		{ digests_have(&beside->scored, a->digest), "scored" },
		{ o != NULL && strcmp(o->name, a->facts.name) != 0,
		    "name differs" },
		{ o != NULL && o->kind != a->facts.organisation_kind,
		    "kind differs" },
	};
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].is && n < ARRIVAL_NOTE_LEN)
			n += (size_t)snprintf(out + n, ARRIVAL_NOTE_LEN - n,
			    "%s%s", n == 0 ? "" : ", ", words[i].word);
}

/* NULL, which jansson takes as a lack of memory, only for that. */
static json_t *
time_or_null(int64_t t)
{
	return t != 0 ? member_time(t) : json_null();
}

static json_t *
registered_json(const struct organisation *o)
{
	return o == NULL ? json_null() : json_pack("{s:o, s:s}",
	    "name", report_text(o->name),
	    "kind", organisation_kind_name(o->kind));
}

json_t *
arrival_json(const struct arrival *a, const struct beside *beside)
{
	const bool verified = a->facts.size != 0;

	return json_pack("{s:o, s:I, s:s, s:o, s:o, s:o, s:s, s:s*, s:I, "
	    "s:o, s:b, s:b, s:b, s:b, s:b, s:o, s:b, s:o, s:o, s:o}",
	    "sealed_digest", member_hex(a->digest, DIGEST_LEN),
	    "sealed_size", (json_int_t)a->size, "source", a->source,
	    "place", report_text(a->place != NULL ? a->place : ""),
	    "file", report_text(a->name != NULL ? a->name : ""),
	    "arrived", member_time(a->arrived),
	    "state", arrival_state_name(a->state),
	    "code", a->code != ERR_OK ? err_name(a->code) : NULL,
	    "attempts", (json_int_t)a->attempts,
	    "verified", time_or_null(a->verified),
	    "late", (int)a->late, "duplicate", (int)a->duplicate,
	    "same_answers", (int)a->same_answers,
	    "decided", (int)digests_have(&beside->decided, a->digest),
	    "counts", (int)a->counts, "handed", time_or_null(a->handed),
	    "scored", (int)digests_have(&beside->scored, a->digest),
	    "filed", time_or_null(a->filed),
	    "registered", registered_json(registered(a, &beside->roll)),
	    "facts", verified ? facts_json(&a->facts) : json_null());
}
