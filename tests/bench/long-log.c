/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * long-log CONFIG SIZE...: what a batch of 32 costs when the ledger and its
 * log have so many rows, in ascending order.  In between they grow the short
 * way: arrivals with facts, and a leaf for each (a decision, since receipts
 * are signed), all by the functions that the service uses.
 *
 * Prints for each size, of BATCHES batches, the median time, the longest, and
 * the median of CPU time, in milliseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/timestamp.h"
#include "format/tree_head.h"
#include "intake/book/arrivals.h"
#include "intake/book/tree.h"
#include "intake/service/settle.h"
#include "intake/settings.h"
#include "ledger/schema.h"

#define BATCH		32
#define BATCHES		41
#define CHUNK		5000
#define ORGANISATIONS	2000

struct making {
	struct intake_settings settings;
	struct sql *db;
	struct tree *tree;
	uint64_t next;		/* number of the next file */
	int64_t now;
	struct err e;
};

static void
need(const struct making *m, enum err_code code)
{
	if (code == ERR_OK)
		return;
	(void)fprintf(stderr, "long-log: %s: %s: %s\n", err_name(code),
	    m->e.where, m->e.msg);
	exit(1);
}

static char *
copy(const char *s)
{
	char *out = strdup(s);

	if (out == NULL)
		abort();
	return out;
}

static int64_t
micros(clockid_t clock)
{
	struct timespec ts;

	(void)clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* --- one file ----------------------------------------------------------- */

static void
mark(const char *what, uint64_t number, uint8_t out[static DIGEST_LEN])
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%s %ju", what,
	    (uintmax_t)number);

	if (digest_sha256(text, (size_t)n, out, NULL) != ERR_OK)
		abort();
}

/* Luhn's check digit makes the tenth. */
static void
organisation_of(uint64_t number, char out[static ORGNR_LEN])
{
	char text[32];

	for (unsigned digit = 0; digit < 10; digit++) {
		(void)snprintf(text, sizeof(text), "22%07ju%u",
		    (uintmax_t)(2000000 + number % ORGANISATIONS), digit);
		if (orgnr_parse(text, out))
			return;
	}
	abort();
}

static void
fill_facts(uint64_t number, const struct arrival *a, struct facts *f)
{
	uint8_t id[DIGEST_LEN];
	char round[32];

	*f = (struct facts){ .kind = VERDICT_ACCEPTED, .size = a->size,
	    .has_signer = true, .signer_subject = copy("CN=TEST ONLY"),
	    .name = copy("Exempelstads kommun"),
	    .organisation_kind = KIND_KOMMUN,
	    .questionnaire = copy("infosakkollen-2023"),
	    .version = copy("1"), .created = a->arrived };
	(void)snprintf(round, sizeof(round), "%ju",
	    (uintmax_t)(2023 + number / ORGANISATIONS));
	f->round = copy(round);
	organisation_of(number, f->organisation);
	memcpy(f->signer_number, f->organisation, ORGNR_LEN);
	memcpy(f->sealed, a->digest, DIGEST_LEN);
	mark("fingerprint", number, f->fingerprint);
	mark("submission", number, id);
	memcpy(f->submission, id, sizeof(f->submission));
}

static void
fill_arrival(const struct making *m, uint64_t number, struct arrival *a)
{
	char name[DIGEST_HEX_LEN + 8];

	*a = (struct arrival){ .size = 6000, .source = "spool",
	    .place = copy("portal"),
	    .arrived = m->now - 1000000 + (int64_t)(number % 1000000) };
	mark("sealed", number, a->digest);
	digest_hex(a->digest, name);
	(void)strcat(name, ".sigill");
	a->name = copy(name);
}

/* Nothing is to be done about it any more. */
static void
file_it(struct making *m, const struct arrival *a)
{
	need(m, arrivals_handed(m->db, a->digest, m->now, &m->e));
	need(m, arrivals_filed(m->db, a->digest, m->now, &m->e));
}

/* --- the short way ------------------------------------------------------ */

static void
append_leaf(struct making *m, const struct arrival *a)
{
	char who[] = "test";
	struct decision_entry entry = { .time = m->now, .accept = true,
	    .who = who };
	struct buf bytes = { 0 };
	uint64_t position;

	memcpy(entry.sealed, a->digest, DIGEST_LEN);
	need(m, decision_entry_encode(&entry, &bytes, &m->e));
	need(m, tree_append(m->tree, bytes.data, bytes.len, &position,
	    &m->e));
	buf_wipe(&bytes);
}

static void
grow(struct making *m, size_t n)
{
	const struct ruling ruling = { .state = RULE_ACCEPT, .counts = true };
	struct arrival *v = calloc(n, sizeof(*v));
	bool *known = calloc(n, sizeof(*known));
	struct facts facts;

	if (v == NULL || known == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		fill_arrival(m, m->next + i, &v[i]);
	need(m, arrivals_add(m->db, v, n, known, &m->e));
	need(m, sql_begin(m->db, false, &m->e));
	need(m, tree_lock(m->tree, &m->e));
	for (size_t i = 0; i < n; i++) {
		append_leaf(m, &v[i]);
		fill_facts(m->next + i, &v[i], &facts);
		need(m, arrivals_settle(m->db, &v[i], &facts, &ruling,
		    m->now, &m->e));
		file_it(m, &v[i]);
		facts_wipe(&facts);
		arrival_wipe(&v[i]);
	}
	need(m, tree_store(m->tree, &m->e));
	need(m, sql_finish(m->db, ERR_OK, &m->e));
	m->next += n;
	free(v);
	free(known);
}

/* --- a batch, as a lane settles it --------------------------------------- */

struct took {
	int64_t wall, cpu;
};

static struct took
settle_batch(struct making *m)
{
	struct matter v[BATCH] = { 0 };
	const struct notes none = { 0 };
	struct arrival arrivals[BATCH];
	struct took took;
	bool known[BATCH];

	for (size_t i = 0; i < BATCH; i++)
		fill_arrival(m, m->next + i, &arrivals[i]);
	need(m, arrivals_add(m->db, arrivals, BATCH, known, &m->e));
	for (size_t i = 0; i < BATCH; i++) {
		v[i].arrival = arrivals[i];
		fill_facts(m->next + i, &v[i].arrival, &v[i].facts);
	}
	m->next += BATCH;
	took.wall = micros(CLOCK_MONOTONIC);
	took.cpu = micros(CLOCK_PROCESS_CPUTIME_ID);
	need(m, sql_begin_taking(m->db, &m->e));
	need(m, settle(m->db, &m->settings, v, BATCH, &none, m->now, &m->e));
	took.wall = micros(CLOCK_MONOTONIC) - took.wall;
	took.cpu = micros(CLOCK_PROCESS_CPUTIME_ID) - took.cpu;
	need(m, sql_begin(m->db, false, &m->e));
	for (size_t i = 0; i < BATCH; i++) {
		if (v[i].ruling.state != RULE_ACCEPT || v[i].receipt.len == 0)
			abort();
		file_it(m, &v[i].arrival);
		matter_wipe(&v[i]);
	}
	need(m, sql_finish(m->db, ERR_OK, &m->e));
	return took;
}

static int
compare(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return (a > b) - (a < b);
}

static void
measure(struct making *m, uint64_t size)
{
	int64_t wall[BATCHES], cpu[BATCHES];

	for (size_t i = 0; i < BATCHES; i++) {
		struct took took = settle_batch(m);

		wall[i] = took.wall;
		cpu[i] = took.cpu;
	}
	qsort(wall, BATCHES, sizeof(*wall), compare);
	qsort(cpu, BATCHES, sizeof(*cpu), compare);
	(void)printf("%ju %.2f %.2f %.2f\n", (uintmax_t)size,
	    (double)wall[BATCHES / 2] / 1e3,
	    (double)wall[BATCHES - 1] / 1e3, (double)cpu[BATCHES / 2] / 1e3);
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct making m = { .now = timestamp_now() };
	uint64_t size;

	if (argc < 3) {
		(void)fprintf(stderr, "usage: long-log CONFIG SIZE...\n");
		return 64;
	}
	need(&m, intake_settings_load(argv[1], -1, INTAKE_SIGN, m.now,
	    &m.settings, &m.e));
	need(&m, sql_open(m.settings.database, &m.db, &m.e));
	need(&m, schema_set_up(m.db, m.settings.database, &m.e));
	need(&m, tree_open(m.db, &m.tree, &m.e));
	for (int i = 2; i < argc; i++) {
		size = strtoull(argv[i], NULL, 10);
		while (m.next < size)
			grow(&m, size - m.next < CHUNK ?
			    (size_t)(size - m.next) : CHUNK);
		measure(&m, size);
	}
	tree_close(m.tree);
	sql_close(m.db);
	intake_settings_wipe(&m.settings);
	return 0;
}
