/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A service that does nothing but verify what it is told on standard input,
 * with a worker and a key holder of its own:
 *
 *	isolate CONFIG SECONDS [PASSPHRASE]
 *	    < PATH			one file
 *	    < ROUNDS PATH		so often, for its speed
 *	    < @TIME PATH		as at this time, in UTC seconds
 *
 * It answers each with one line: the code of what went wrong with the worker,
 * the verdict, its code, the size of the document, files a second, and words.
 * The worker is one with plants in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "crypto/crypto.h"
#include "format/json.h"
#include "intake/service/channel.h"
#include "intake/service/worker.h"

static void
verify(struct worker *w, struct keyholder *keys, const char *path,
    int64_t now, unsigned long rounds)
{
	int64_t began, took;
	struct buf sealed = { 0 }, document = { 0 };
	struct facts facts = { 0 };
	enum err_code code;
	struct err e = { 0 };
	size_t size = 0;

	code = file_read(path, (size_t)LIMIT_SEALED + 1, &sealed, &e);
	began = channel_clock();
	for (unsigned long i = 0; code == ERR_OK && i < rounds; i++) {
		facts_wipe(&facts);
		code = worker_verify(w, keys, &sealed, now, now, &facts,
		    &document, &e);
		size = document.len;
		buf_wipe(&document);
	}
	took = channel_clock() - began;
	printf("%s %s %s %zu %.0f %s\n", err_name(code),
	    verdict_name(facts.kind), err_name(facts.err.code), size,
	    (double)rounds * 1000 / (double)(took > 0 ? took : 1), e.msg);
	fflush(stdout);
	facts_wipe(&facts);
	buf_wipe(&sealed);
}

/* What a line asks for. */
static void
obey(struct worker *w, struct keyholder *keys, const char *line)
{
	bool at = *line == '@';
	char *path;
	unsigned long n = strtoul(line + at, &path, 10);

	verify(w, keys, path + strspn(path, " "), at ? (int64_t)n :
	    timestamp_now(), at || n == 0 ? 1 : n);
}

static int
serve(const char *config, unsigned seconds, const char *passphrase)
{
	struct keyholder *keys = NULL;
	struct worker *w = NULL;
	struct buf pass = { 0 };
	char line[4096];
	struct err e = { 0 };

	if (passphrase != NULL)
		buf_add_str(&pass, passphrase);
	if (keyholder_start(NULL, config, passphrase != NULL ? &pass : NULL,
	    &keys, &e) == ERR_OK)
		(void)worker_new(NULL, config, seconds, &w, &e);
	printf("%s - - 0 0 %s %s\n", err_name(e.code), e.where, e.msg);
	fflush(stdout);
	while (w != NULL && fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		obey(w, keys, line);
	}
	worker_free(w);
	keyholder_free(keys);
	buf_wipe(&pass);
	return err_status(e.code);
}

/* sigill-intake --config CONFIG COMMAND [--passphrase-fd FD] */
static int
be_child(int argc, char **argv)
{
	if (strcmp(argv[3], "worker") == 0)
		return worker_main(argv[2]);
	return keyholder_main(argv[2], argc > 5 ? atoi(argv[5]) : -1);
}

int
main(int argc, char **argv)
{
	wipe_harden();
	json_init();
	if (argc < 3 || crypto_init(NULL) != ERR_OK)
		return 64;
	if (strcmp(argv[1], "--config") == 0)
		return be_child(argc, argv);
	return serve(argv[1], (unsigned)atoi(argv[2]),
	    argc > 3 ? argv[3] : NULL);
}
