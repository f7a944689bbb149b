/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The command line of sigill-intake: what can be said on it, and reading it.
 * Every option is one row of a table in options.c (base/command.h).
 */
#ifndef SIGILL_INTAKE_OPTIONS_H
#define SIGILL_INTAKE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/command.h"
#include "base/err.h"

struct report;

/* Groups of options, beside --config, --json, --help and --version, which
 * every command takes. */
enum {
	TAKES_CSV = 1 << 1,
	TAKES_FILTER = 1 << 2,
	TAKES_ROUND = 1 << 3,		/* a round, and what of it */
	TAKES_CONTACTS = 1 << 4,
	TAKES_REASON = 1 << 5,
	TAKES_WAIT = 1 << 6,
	TAKES_REGISTER = 1 << 7,
	TAKES_PASSPHRASE = 1 << 8,
	TAKES_RUN = 1 << 9,
	TAKES_LOG = 1 << 10,
	TAKES_EXPORT = 1 << 11,
	TAKES_SIGNING = 1 << 12,
};

#define OPTIONS_HEADS	64	/* times that --head can be given */

/* All of them borrow from argv; NULL when not given. */
struct options {
	bool json, help, version;
	const char *config;		/* never NULL */
	bool csv;
	/* what is asked for */
	const char *state, *organisation, *kind, *questionnaire, *round;
	const char *code;
	bool late, duplicate, unhanded;
	int64_t since, before;		/* 0 when not given */
	int64_t limit;			/* -1 when not given */
	bool contacts;
	/* decisions */
	const char *reason;
	int64_t wait;			/* seconds; -1 when not given */
	/* the register */
	bool dry_run, force;
	int passphrase_fd;		/* -1 when not given */
	/* the service */
	bool once, json_log;
	/* the log */
	const char *output;
	int64_t from, to;		/* -1 when not given */
	const char *heads[OPTIONS_HEADS];
	size_t n_heads;
	/* the command's operands, and the first of them */
	char **operands;
	size_t n_operands;
	const char *operand;
};

/* One of the two is set. */
struct command {
	struct command_usage usage;
	/* Fills the report; the exit status is that of its first error. */
	enum err_code (*run)(const struct options *options,
	    struct report *report);
	/* For the service itself, not for people, and in no --help: the exit
	 * status. */
	int (*hidden)(const struct options *options);
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
