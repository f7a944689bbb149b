/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Faults of mandates.  exempelregionen seals answers of exempelkoping, whose
 * mandate encodes as
 *
 *	a9                               map of 9
 *	65 726f756e64 64 32303237        "round": "2027"
 *	66 666f726d6174 6e …             "format": "sigill-mandate"
 *	67 63726561746564 1a 6b488080    "created"
 *	67 65787069726573 1a 6b4b2380    "expires"
 *	67 76657273696f6e 01             "version": 1
 *	69 7375626d6974746572 6a …       "submitter"
 *	6b 656e7669726f6e6d656e74 64 …   "environment": "test"
 *	6c 6f7267616e69736174696f6e 6a … "organisation"
 *	6d 7175657374696f6e6e61697265 …  "questionnaire": "vectors-1"
 */
#include "tests/vectors/recipe.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define NOW	INT64_C(1800000000)	/* make-vectors.c's */

#define ROUND	"65726f756e64 6432303237"
#define FORMAT	"66666f726d6174 6e736967696c6c2d6d616e64617465"
#define EXPIRES	"6765787069726573"
#define VERSION	"6776657273696f6e"
#define SUBMITTER "697375626d6974746572"
#define QUESTIONNAIRE "6d7175657374696f6e6e61697265"

/* One recipe a line: who seals is always the same. */
#define BAD(n, ...) \
	{ .name = "mandate-" n, .code = ERR_MANDATE, \
	  .signer = "exempelregionen", \
	  .mandate = &(const struct mandate_recipe){ \
	      .kind = SIGNED_MANDATE, __VA_ARGS__ } }
#define GOOD(n, ...) \
	{ .name = "good-mandate" n, .code = ERR_OK, \
	  .signer = "exempelregionen", \
	  .mandate = &(const struct mandate_recipe){ \
	      .kind = SIGNED_MANDATE, __VA_ARGS__ } }
#define E(op, ...)	.edits = { { EDIT_##op, __VA_ARGS__ } }
#define NO_HEX		NULL

static void
set(char **s, const char *value)
{
	free(*s);
	if ((*s = strdup(value)) == NULL)
		abort();
}

static void
as_it_is(struct mandate *m)
{
	(void)m;
}

static void
from_the_agency(struct mandate *m)
{
	strcpy(m->organisation, "2199990033");
}

static void
from_the_association(struct mandate *m)
{
	strcpy(m->organisation, "2199990041");
}

static void
answers_of_the_agency(struct submission *s)
{
	strcpy(s->statement.number, "2199990033");
}

static void
answers_of_the_association(struct submission *s)
{
	strcpy(s->statement.number, "2199990041");
}

static void
for_the_agency(struct mandate *m)
{
	strcpy(m->submitter, "2199990033");
}

static void
another_questionnaire(struct mandate *m)
{
	set(&m->questionnaire, "vectors-2");
}

static void
another_round(struct mandate *m)
{
	set(&m->round, "2028");
}

static void
for_production(struct mandate *m)
{
	m->environment = ENVIRONMENT_PRODUCTION;
}

static void
last_second(struct mandate *m)
{
	m->expires = NOW;
}

static void
a_second_ago(struct mandate *m)
{
	m->expires = NOW - 1;
}

static void
made_a_day_ahead(struct mandate *m)
{
	m->created = NOW + LIMIT_MANDATE_AHEAD;
	m->expires = m->created;
}

static void
made_later_still(struct mandate *m)
{
	m->created = NOW + LIMIT_MANDATE_AHEAD + 1;
	m->expires = m->created;
}

const struct recipe recipes_mandate[] = {
	GOOD("", .change = as_it_is),
	GOOD("-last-second", .change = last_second),
	GOOD("-clock-ahead", .change = made_a_day_ahead),
	{ .name = "good-mandate-rsa", .code = ERR_OK,
	  .signer = "exempelregionen", .change = answers_of_the_agency,
	  .mandate = &(const struct mandate_recipe){ .kind = SIGNED_MANDATE,
	      .by = "exempelmyndigheten", .change = from_the_agency } },
	{ .name = "good-mandate-intermediate", .code = ERR_OK,
	  .signer = "exempelregionen", .change = answers_of_the_association,
	  .mandate = &(const struct mandate_recipe){ .kind = SIGNED_MANDATE,
	      .by = "issued", .change = from_the_association } },

	/* --- who has signed it ---------------------------------------------- */
	BAD("by-the-submitter", .by = "exempelregionen"),
	BAD("by-a-third", .by = "exempelmyndigheten"),
	BAD("signer-expired", .by = "expired"),
	BAD("signer-revoked", .by = "revoked"),
	BAD("signer-usage", .by = "wrong-usage"),
	BAD("signer-extended-usage", .by = "wrong-eku"),
	BAD("signer-untrusted", .by = "other-ca-org"),
	/* No fault of the file: another try may do better. */
	{ .name = "mandate-signer-crl", .code = ERR_SIGNER_CRL,
	  .verifier = VERIFIER_NO_INTERMEDIATE_CRL,
	  .signer = "exempelregionen", .change = answers_of_the_association,
	  .mandate = &(const struct mandate_recipe){ .kind = SIGNED_MANDATE,
	      .by = "issued", .change = from_the_association } },

	/* --- what it says ----------------------------------------------------- */
	BAD("of-another", .by = "exempelmyndigheten",
	    .change = from_the_agency),
	BAD("submitter", .change = for_the_agency),
	BAD("questionnaire", .change = another_questionnaire),
	BAD("round", .change = another_round),
	BAD("environment", .change = for_production),
	BAD("expired", .change = a_second_ago),
	BAD("not-yet", .change = made_later_still),
	/* expires in 2030, more than three years after it was made */
	BAD("too-long", .find = EXPIRES "1a6b4b2380",
	    .put = EXPIRES "1a71000000"),
	BAD("backwards", .find = EXPIRES "1a6b4b2380",
	    .put = EXPIRES "1a6b000000"),
	BAD("for-itself", .find = SUBMITTER "6a32313939393930303235",
	    .put = SUBMITTER "6a32313939393930303137"),
	{ .name = "mandate-needless", .code = ERR_MANDATE,
	  .mandate = &(const struct mandate_recipe){
	      .kind = SIGNED_MANDATE } },

	/* --- its content -------------------------------------------------------- */
	BAD("other-format", .find = FORMAT,
	    .put = "66666f726d6174 6e736967696c6c2d6d616e64617466"),
	BAD("version-2", .find = VERSION "01", .put = VERSION "02"),
	BAD("field-missing", .find = "a9" ROUND, .put = "a8"),
	BAD("field-more", .find = "a9" ROUND,
	    .put = "aa 62787801" ROUND),
	BAD("submitter-luhn", .find = SUBMITTER "6a32313939393930303235",
	    .put = SUBMITTER "6a32313939393930303236"),
	BAD("not-sorted", .find = ROUND FORMAT, .put = FORMAT ROUND),
	BAD("long-head", .find = VERSION "01", .put = VERSION "1801"),
	BAD("content-trailing-byte", .append = "00"),

	/* --- its signature -------------------------------------------------------- */
	BAD("signature", E(FLIP, "1.0.4.0.5", NO_HEX)),
	BAD("content-changed", E(FLIP, "1.0.2.1.0", NO_HEX)),
	BAD("content-absent", E(DELETE, "1.0.2.1", NO_HEX)),
	BAD("trailing-byte", E(APPEND, "", "00")),
	BAD("indefinite", E(INDEFINITE, "1", NO_HEX)),
	BAD("two-signatures", E(TWICE, "1.0.4.0", NO_HEX)),
	BAD("no-certificate", E(DELETE, "1.0.3", NO_HEX)),
	BAD("needless-certificate", .extra_cert = "issuing-ca"),
	/* Signed all the same, but as an inner layer: not as a mandate. */
	{ .name = "mandate-other-type", .code = ERR_MANDATE,
	  .signer = "exempelregionen",
	  .mandate = &(const struct mandate_recipe){ .kind = SIGNED_INNER } },

	{ .name = NULL },
};
