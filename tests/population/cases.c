/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/population/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/layers.h"

/* --- what a recipe of the vectors says of its own questionnaire only ------- */

static void
set(char **s, const char *value)
{
	free(*s);
	if ((*s = strdup(value)) == NULL)
		abort();
}

static struct answer *
last(struct submission *s)
{
	return &s->statement.answers[s->statement.n_answers - 1];
}

static void
question_unknown(struct submission *s)
{
	/* Longer than any other, so that the order stays. */
	set(&last(s)->question, "zzzzzzzzzzzzzzzz");
}

static void
answer_missing(struct submission *s)
{
	struct answer *a = last(s);

	free(a->question);
	for (size_t i = 0; i < a->n_options; i++)
		free(a->options[i]);
	free(a->options);
	free(a->text);
	s->statement.n_answers--;
}

/* Of the first question that has one; free text begins with a T (people.c). */
static void
option_unknown(struct submission *s)
{
	for (size_t i = 0; i < s->statement.n_answers; i++) {
		struct answer *a = &s->statement.answers[i];

		if (a->type == ANSWER_OPTIONS && a->n_options != 0) {
			set(&a->options[a->n_options - 1], "zzz");
			return;
		}
		if (a->type == ANSWER_TEXT && a->text[0] != 'T') {
			set(&a->text, "zzz");
			return;
		}
	}
	abort();
}

static const struct recipe own[] = {
	{ .name = "population-question-unknown",
	  .code = ERR_QUESTION_UNKNOWN, .change = question_unknown },
	{ .name = "population-option-unknown", .code = ERR_OPTION_UNKNOWN,
	  .change = option_unknown },
	{ .name = "population-answer-missing", .code = ERR_ANSWER_MISSING,
	  .change = answer_missing },
};

/* --- which ------------------------------------------------------------------- */

/* Recipes of the vectors that do not depend on what is answered there. */
static const char *const borrowed[] = {
	"a-few-bytes",
	"outer-half", "outer-trailing-byte", "outer-no-signing-certificate",
	"outer-sha1",
	"outer-signature-flipped", "outer-content-flipped", "outer-forged",
	"signer-of-another-ca", "signer-expired", "signer-revoked",
	"signer-wrong-key-usage", "signer-wrong-extended-usage",
	"envelope-trailing-byte", "envelope-tag-4-bytes",
	"envelope-kdf-sha1",
	"not-recipient",
	"decryption-tag-flipped", "decryption-ciphertext-flipped",
	"inner-segmented-content", "inner-sha1",
	"inner-signature-flipped", "inner-content-flipped",
	"signer-mismatch",
	"compressed-version-3",
	"inflate-checksum", "inflate-cut",
	"cbor-trailing-byte",
	"schema-other-format", "schema-environment-unknown",
	"environment-production",
	"recipients-of-others", "recipients-more",
	"organisation-mismatch", "mandate-invalid",
	"questionnaire-unknown", "questionnaire-digest",
	"round-unknown",
};

#define BORROWED	(sizeof(borrowed) / sizeof(borrowed[0]))
#define OWN		(sizeof(own) / sizeof(own[0]))

size_t
cases_faults(const struct planted **out)
{
	static const enum case_kind others[] = { CASE_SAME_ID, CASE_CONFLICT,
	    CASE_UNREGISTERED };
	static struct planted faults[BORROWED + OWN + 3];
	size_t n = 0;

	for (size_t i = 0; i < BORROWED; i++)
		faults[n++] = (struct planted){ CASE_RECIPE,
		    layers_recipe(borrowed[i]) };
	for (size_t i = 0; i < OWN; i++)
		faults[n++] = (struct planted){ CASE_RECIPE, &own[i] };
	for (size_t i = 0; i < 3; i++)
		faults[n++] = (struct planted){ others[i], cases_good() };
	*out = faults;
	return n;
}

const struct recipe *
cases_good(void)
{
	return layers_recipe("good-one-recipient");
}
