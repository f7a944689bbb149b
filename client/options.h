/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The command line: what can be said on it, and reading it.  Every option is
 * one row of a table in options.c (base/command.h).
 */
#ifndef SIGILL_CLIENT_OPTIONS_H
#define SIGILL_CLIENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/command.h"
#include "base/err.h"

struct report;

/* Groups of options, beside --json, --config, --help and --version, which
 * every command takes. */
enum {
	TAKES_PASSPHRASE = 1 << 1,
	TAKES_QUESTIONNAIRE = 1 << 2,
	TAKES_OUTPUT = 1 << 3,
	TAKES_SUPERSEDES = 1 << 4,
	TAKES_WAIT = 1 << 5,
	TAKES_SEALED = 1 << 6,
	TAKES_INIT = 1 << 7,
	TAKES_OUTBOX = 1 << 8,
	/* no option: the command never asks for a passphrase */
	NEVER_ASKS = 1 << 9,
	TAKES_MANDATE = 1 << 10,	/* to enclose */
	TAKES_TERMS = 1 << 11,		/* of a mandate to make */
	TAKES_COMPARED = 1 << 12,	/* what feedback compares with */
};

#define OPTIONS_OLDER	64	/* times that --older can be given */

/* All of them borrow from argv; NULL when not given. */
struct options {
	bool json, help, version;
	bool never_ask;			/* nobody may be there to answer */
	const char *config;
	const char *passphrase_file;
	int passphrase_fd;		/* -1 when not given */
	const char *questionnaire;
	const char *output;
	const char *supersedes;
	int64_t wait;			/* seconds; -1 when not given */
	const char *sealed;
	const char *older[OPTIONS_OLDER];	/* receipts */
	size_t n_older;
	const char *head, *proof;	/* of the authority's log */
	/* init */
	const char *dir, *organisation, *name, *key_type, *environment;
	bool no_passphrase;
	bool all, local;		/* outbox */
	/* a mandate's; its questionnaire's id is in `questionnaire` */
	const char *mandate;		/* the file */
	const char *submitter, *round, *expires;
	/* feedback */
	const char *benchmark, *previous, *previous_questionnaire, *html;
	/* the command's operands, and the first of them */
	char **operands;
	size_t n_operands;
	const char *operand;
};

struct command {
	struct command_usage usage;
	enum err_code (*run)(const struct options *options,
	    struct report *report);
};

/*
 * Reads what stands before the command into *o; *rest is argv's index of the
 * command, or argc.  ERR_USAGE.
 */
enum err_code options_parse_common(int argc, char **argv, struct options *o,
    int *rest, struct err *e);
/* Reads a command's options and operands; argv[0] is the command. */
enum err_code options_parse(const struct command *command, int argc,
    char **argv, struct options *o, struct err *e);

/* --help of a command.  Prints; false when it could not. */
bool options_help(const struct command *command);

#endif
