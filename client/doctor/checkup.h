/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One run of `sigill doctor`: what its checks know of each other, and how a
 * check says what it has found.  A check says at least one thing, and goes on
 * as far as there is something left to find out.
 */
#ifndef SIGILL_CLIENT_CHECKUP_H
#define SIGILL_CLIENT_CHECKUP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "client/delivery/proxy.h"
#include "client/delivery/upload_answer.h"
#include "client/settings.h"

struct options;
struct report;

/* A certificate that ends sooner is worth a warning: time to renew it. */
#define CHECKUP_DAYS	30
#define CHECKUP_DAY	INT64_C(86400)	/* seconds */

/* { 0 } is an empty one. */
struct checkup {
	const struct options *options;
	struct report *report;
	int64_t now;			/* UTC seconds, when it began */
	/* the check that runs */
	const char *check;		/* its stable name */
	const char *title;		/* for people, translated */
	/* what has been said */
	json_t *list;
	size_t problems, warnings;
	/* what the checks before have got ready; empty where they failed */
	struct settings settings;
	struct identity identity;
	bool identity_good;		/* key and certificate match */
	char outbox[4096];		/* its folder */
	struct proxy proxy;
	bool proxy_known;		/* that there is none, too */
	bool name_known;		/* of the host that we connect to */
	struct upload_answer health;	/* to GET /v1/health */
	bool answered;			/* there is one */
	int64_t asked_at, answered_at;	/* by our clock, UTC milliseconds */
};

void checkup_wipe(struct checkup *c);

/*
 * What was found.  facts: members for a program, whose reference is taken
 * (NULL: none); advice: what to do, translated.  A problem's code and words
 * are those of *e, which is cleared; its advice is the code's own hint when
 * it is NULL.
 */
void checkup_ok(struct checkup *c, json_t *facts, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void checkup_warning(struct checkup *c, enum err_code code, json_t *facts,
    const char *advice, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void checkup_problem(struct checkup *c, struct err *e, json_t *facts,
    const char *advice);
/* What could not be tried, and why. */
void checkup_skipped(struct checkup *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A value of the configuration; without it the check is skipped, because the
 * check of the configuration has told of it. */
bool checkup_need(struct checkup *c, const char *section, const char *key,
    const char **out);

/* "2027-03-31T22:00:00Z" for a program, a new reference; the day for a
 * person. */
json_t *checkup_time(int64_t t);
const char *checkup_day(int64_t t, char out[static 11]);
bool checkup_ends_soon(const struct checkup *c, int64_t not_after);

#endif
