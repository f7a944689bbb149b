/* SPDX-License-Identifier: EUPL-1.2 */
/* The rules of a round, one case a line: what is known, what comes, and what
 * becomes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "intake/rules.h"

#define OURS	"2120000142"
#define OTHERS	"2120000183"

/* A submission in letters: "id fingerprint", "id fingerprint>replaced"; ids in
 * small letters, fingerprints in capitals.  Flags in front: '*' it counts,
 * '-' another organisation's, '~' another round's, '!' it
 * is late. */
struct said {
	bool counts, foreign, elsewhere, late;
	char id, fingerprint, replaces;
};

static struct said
read_said(const char *s)
{
	struct said w = { 0 };

	for (;; s++)
		if (*s == '*')
			w.counts = true;
		else if (*s == '-')
			w.foreign = true;
		else if (*s == '~')
			w.elsewhere = true;
		else if (*s == '!')
			w.late = true;
		else
			break;
	w.id = s[0];
	w.fingerprint = s[2];
	if (s[3] == '>')
		w.replaces = s[4];
	return w;
}

static struct facts
facts_said(const char *s)
{
	struct said w = read_said(s);
	struct facts f = { .kind = VERDICT_ACCEPTED };

	memset(f.submission, w.id, sizeof(f.submission));
	memset(f.fingerprint, w.fingerprint, sizeof(f.fingerprint));
	(void)strcpy(f.organisation, w.foreign ? OTHERS : OURS);
	f.late = w.late;
	f.has_supersedes = w.replaces != '\0';
	memset(f.supersedes, w.replaces, sizeof(f.supersedes));
	return f;
}

static struct earlier
earlier_said(const char *s)
{
	struct said w = read_said(s);
	struct facts f = facts_said(s);
	struct earlier x = { .same_round = !w.foreign && !w.elsewhere,
	    .counts = w.counts, .late = w.late, .has_supersedes = f.has_supersedes };

	memcpy(x.submission, f.submission, sizeof(x.submission));
	memcpy(x.fingerprint, f.fingerprint, sizeof(x.fingerprint));
	memcpy(x.supersedes, f.supersedes, sizeof(x.supersedes));
	memcpy(x.organisation, f.organisation, sizeof(x.organisation));
	return x;
}

/* "known, known" of at most four. */
static void
history_said(const char *known, struct earlier v[static 4],
    struct history *h)
{
	memset(h, 0, sizeof(*h));
	h->v = v;
	while (*known != '\0') {
		v[h->len++] = earlier_said(known);
		known += strcspn(known, ",");
		known += strspn(known, ", ");
	}
}

enum flags {
	REGISTER = 1,		/* there is one */
	LISTED = 2,		/* and the organisation is in it */
	MANDATE = 4,
	REVOKED = 8,
	STAFF = 16,
};

enum outcome { COUNTS, TAKEN, SAME, DUPLICATE, REJECTED, HELD };

static const struct rule_case {
	const char *known, *new;
	unsigned flags;
	enum outcome outcome;
	enum err_code code;
} cases[] = {
	/* nothing is known */
	{ "", "a A", 0, COUNTS, ERR_OK },
	{ "", "b B>A", 0, COUNTS, ERR_OK },
	{ "", "a A", REGISTER | LISTED, COUNTS, ERR_OK },
	{ "", "a A", REGISTER, HELD, ERR_NOT_REGISTERED },
	{ "", "a A", REGISTER | STAFF, COUNTS, ERR_OK },
	{ "", "a A", MANDATE, COUNTS, ERR_OK },
	{ "", "a A", MANDATE | REVOKED, REJECTED, ERR_MANDATE_REVOKED },
	{ "", "a A", MANDATE | REVOKED | STAFF, REJECTED,
	    ERR_MANDATE_REVOKED },
	/* revoked is what is not enclosed here */
	{ "", "a A", REVOKED, COUNTS, ERR_OK },
	{ "", "a A", REGISTER | MANDATE | REVOKED, REJECTED,
	    ERR_MANDATE_REVOKED },

	/* the same submission in another sealed file */
	{ "*a A", "a A", 0, DUPLICATE, ERR_OK },
	{ "a A, *b B>A", "a A", 0, DUPLICATE, ERR_OK },
	{ "*a A", "a A", REGISTER, DUPLICATE, ERR_OK },
	{ "*a A", "a A", MANDATE | REVOKED, DUPLICATE, ERR_OK },
	{ "*a A", "a A", STAFF, DUPLICATE, ERR_OK },
	{ "~*a A", "a A", 0, DUPLICATE, ERR_OK },

	/* another content under a known id */
	{ "*a A", "a B", 0, REJECTED, ERR_DUPLICATE },
	{ "*a A", "a B>A", 0, REJECTED, ERR_DUPLICATE },
	{ "*a A", "a B", STAFF, REJECTED, ERR_DUPLICATE },
	{ "~*a A", "a B", 0, REJECTED, ERR_DUPLICATE },
	{ "-*a A", "a B", 0, REJECTED, ERR_DUPLICATE },
	{ "-*a A", "a A", 0, REJECTED, ERR_DUPLICATE },

	/* replacing */
	{ "", "a A>A", 0, REJECTED, ERR_DUPLICATE },
	{ "*b A", "a A>A", STAFF, REJECTED, ERR_DUPLICATE },
	{ "-*a A", "b B>A", 0, REJECTED, ERR_ORGANISATION_MISMATCH },
	{ "-*a A", "b B>A", STAFF, REJECTED, ERR_ORGANISATION_MISMATCH },
	{ "-*a A", "b B>A", REGISTER, REJECTED, ERR_ORGANISATION_MISMATCH },
	{ "-*a A, ~*c A", "b B>A", 0, COUNTS, ERR_OK },
	{ "*a A", "b B>A", 0, COUNTS, ERR_OK },
	{ "*a A", "b B>A", REGISTER, HELD, ERR_NOT_REGISTERED },
	{ "a A, *b B>A", "c C>B", 0, COUNTS, ERR_OK },
	/* what is not known does not make it fit */
	{ "*a A", "c C>B", 0, HELD, ERR_CONFLICT },
	{ "*a A", "c C>B", STAFF, COUNTS, ERR_OK },
	/* another round's is no answer in this one */
	{ "~*a A", "b B>A", 0, COUNTS, ERR_OK },
	{ "~*a A", "b B", 0, COUNTS, ERR_OK },
	{ "~*a A, *b B", "c C>A", 0, HELD, ERR_CONFLICT },
	/* two corrections of the same */
	{ "a A, *b B>A", "c C>A", 0, HELD, ERR_CONFLICT },
	{ "a A, *b B>A", "c C>A", STAFF, COUNTS, ERR_OK },

	/* after its correction */
	{ "*b B>A", "a A", 0, TAKEN, ERR_OK },
	{ "*b B>A", "a A", STAFF, TAKEN, ERR_OK },
	{ "*b B>A", "a A", REGISTER, HELD, ERR_NOT_REGISTERED },
	{ "*c C>B", "b B>A", 0, TAKEN, ERR_OK },
	{ "*c C>B", "a A", 0, HELD, ERR_CONFLICT },
	{ "b B>A, *c C>B", "a A", 0, TAKEN, ERR_OK },

	/* the same answers, sealed twice */
	{ "*a A", "b A", 0, SAME, ERR_OK },
	{ "*a A", "b A", STAFF, SAME, ERR_OK },
	{ "*a A", "b A", REGISTER, HELD, ERR_NOT_REGISTERED },
	{ "a A, *b B>A", "c A", 0, SAME, ERR_OK },
	{ "a A, *b B>A", "c B>A", 0, SAME, ERR_OK },
	/* back to the first answers */
	{ "a A, *b B>A", "c A>B", 0, COUNTS, ERR_OK },
	{ "a A, b B>A, *c A>B", "d B>A", 0, COUNTS, ERR_OK },

	{ "a A, *b B>A", "c A>B", REGISTER, HELD, ERR_NOT_REGISTERED },
	/* before what they replace: nobody can tell yet */
	{ "*a A", "c A>B", 0, HELD, ERR_CONFLICT },
	{ "*a A", "c A>B", STAFF, COUNTS, ERR_OK },
	{ "*c C, a A, b B>A", "d A>B", 0, HELD, ERR_CONFLICT },
	{ "*c A>B, a A", "d A>B", 0, SAME, ERR_OK },
	{ "*c A>B", "a A", 0, SAME, ERR_OK },
	/* two that replace each other */
	{ "*c A>B", "b B>A", 0, HELD, ERR_CONFLICT },
	{ "*c A>B", "b B>A", STAFF, COUNTS, ERR_OK },
	{ "*c A>B, a A", "b B>A", 0, TAKEN, ERR_OK },
	{ "*c A>B, a A", "b B>A", STAFF, TAKEN, ERR_OK },
	{ "*c A>B, a B", "b B>A", 0, COUNTS, ERR_OK },

	/* late */
	{ "", "!a A", 0, COUNTS, ERR_OK },
	{ "", "!b B>A", 0, COUNTS, ERR_OK },
	{ "*a A", "!b B>A", 0, HELD, ERR_LATE },
	{ "*a A", "!b B>A", STAFF, COUNTS, ERR_OK },
	{ "*a A", "!b B>A", REGISTER, HELD, ERR_NOT_REGISTERED },
	{ "*!a A", "!b B>A", 0, COUNTS, ERR_OK },
	{ "*!a A", "b B>A", 0, COUNTS, ERR_OK },
	{ "a A, *!b B>A", "!c C>B", 0, COUNTS, ERR_OK },
	{ "*a A", "!b A", 0, SAME, ERR_OK },
	{ "*a A", "!b B", 0, HELD, ERR_CONFLICT },
	{ "*b B>A", "!a A", 0, TAKEN, ERR_OK },

	/* other answers */
	{ "*a A", "b B", 0, HELD, ERR_CONFLICT },
	{ "*a A", "b B", STAFF, COUNTS, ERR_OK },
	{ "*a A", "b B", REGISTER | LISTED, HELD, ERR_CONFLICT },
	{ "*a A", "b B", REGISTER, HELD, ERR_NOT_REGISTERED },
};

static void
check_case(const struct rule_case *c)
{
	struct earlier v[4];
	struct history h;
	struct ruling r, want = { .code = c->code,
	    .duplicate = c->outcome == DUPLICATE,
	    .same_answers = c->outcome == SAME,
	    .counts = c->outcome == COUNTS,
	    .state = c->outcome == REJECTED ? RULE_REJECT :
	    c->outcome == HELD ? RULE_HOLD : RULE_ACCEPT };
	struct facts f = facts_said(c->new);

	history_said(c->known, v, &h);
	h.register_in_use = (c->flags & REGISTER) != 0;
	h.registered = (c->flags & LISTED) != 0;
	h.mandate_revoked = (c->flags & REVOKED) != 0;
	f.has_mandate = (c->flags & MANDATE) != 0;
	rules_decide(&f, &h, (c->flags & STAFF) != 0, &r);
	if (r.state != want.state || r.code != want.code ||
	    r.duplicate != want.duplicate || r.counts != want.counts ||
	    r.same_answers != want.same_answers)
		fail_msg("[%s] then %s, flags %u: state %d, %s%s%s",
		    c->known, c->new, c->flags, (int)r.state,
		    err_name(r.code), r.duplicate ? ", a duplicate" : "",
		    r.counts ? ", counts" : "");
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(&cases[i]);
}

/* What verification has said stands, whatever staff and others say. */
static void
test_verdicts(void **state)
{
	struct facts f = { .kind = VERDICT_REJECTED };
	struct history h = { .register_in_use = true };
	struct ruling r;

	(void)state;
	f.err.code = ERR_ROUND;
	for (int staff = 0; staff < 2; staff++) {
		rules_decide(&f, &h, staff != 0, &r);
		assert_int_equal(r.state, RULE_REJECT);
		assert_int_equal(r.code, ERR_ROUND);
		assert_false(r.counts || r.duplicate);
	}
	f.kind = VERDICT_UNDECIDED;
	f.err.code = ERR_SIGNER_CRL;
	rules_decide(&f, &h, true, &r);
	assert_int_equal(r.state, RULE_HOLD);
	assert_int_equal(r.code, ERR_SIGNER_CRL);
}

static void
test_wipe(void **state)
{
	struct history h = { .v = calloc(3, sizeof(struct earlier)),
	    .len = 3, .registered = true };

	(void)state;
	history_wipe(&h);
	assert_null(h.v);
	assert_int_equal(h.len, 0);
	assert_false(h.registered);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
