/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One sealed file of the population, with its line of the manifest
 * (make-population.c).  Ends the program when it cannot be done.
 */
#ifndef SIGILL_TESTS_POPULATION_FILING_H
#define SIGILL_TESTS_POPULATION_FILING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "format/submission.h"
#include "tests/population/issuer.h"
#include "tests/population/people.h"
#include "tests/vectors/recipe.h"

/* The last one closed before the files are sealed. */
#define FILING_ROUNDS	4

struct population {
	const char *out;		/* folder */
	uint32_t count, made;		/* files */
	struct issuer *ca, *other_ca;
	struct identity *people;	/* the register's */
	uint32_t n_people;
	uint32_t n_strangers;		/* who are not in it */
	/* By the name that a recipe gives them. */
	struct identity expired, revoked, wrong_usage, wrong_eku, other_org;
	struct identity other_recipient;
	struct cert_list recipients;
	struct questionnaire *questionnaire;
	struct chance chance;
	FILE *manifest;
	uint32_t twins;
};

/* One file to be made. */
struct filing {
	const char *what;	/* for the manifest */
	const struct recipe *recipe;
	const struct person *person;
	const struct identity *signer;
	size_t round;
	int wave;
	const char *state;
	enum err_code code;
	bool counts;
	uint32_t twin;		/* 0: none */
};

/* Random answers under a new id; *s is wiped first. */
void filing_answer(struct population *p, const struct filing *f,
    struct submission *s);
/* SHA-256 of the statement. */
void filing_fingerprint(const struct submission *s,
    uint8_t out[static DIGEST_LEN]);
/* Seals *s, which the recipe may have changed afterwards. */
void filing_seal(struct population *p, const struct filing *f,
    struct submission *s);

/* A file in p->out. */
void filing_save(const struct population *p, const char *name,
    const void *data, size_t len);
void filing_must(enum err_code code, const struct err *e);

#endif
