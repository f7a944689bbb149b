/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The command line of sigill-score: what can be said on it, and reading it.
 * Every option is one row of a table in options.c (base/command.h).
 */
#ifndef SIGILL_SCORING_OPTIONS_H
#define SIGILL_SCORING_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/command.h"
#include "base/err.h"
#include "scoring/benchmark.h"

struct report;

/* Groups of options, beside --questionnaire, --questionnaires, --round,
 * --json, --help and --version, which every command takes. */
enum {
	TAKES_OUTPUT = 1 << 1,		/* a folder */
	TAKES_OUTPUT_FILE = 1 << 2,	/* one file */
	TAKES_LANGUAGE = 1 << 3,
	TAKES_PREVIOUS = 1 << 4,
	TAKES_REGISTER = 1 << 5,
	TAKES_LIMITS = 1 << 6,		/* --least */
	TAKES_TYPICAL = 1 << 7,		/* --best, --typical */
	TAKES_BENCHMARK = 1 << 8,
	TAKES_HTML = 1 << 9,
	TAKES_THEN = 1 << 10,		/* no option: of two operands the last
					 * is --previous */
};

#define OPTIONS_PREVIOUS	64	/* times that --previous can be given */
#define OPTIONS_BENCHMARKS	64	/* and --benchmark */

/* All of them borrow from argv; NULL when not given. */
struct score_options {
	bool json, help, version;
	const char *questionnaire;	/* a file, or an id */
	const char *questionnaires;	/* a folder of definitions */
	const char *round;
	/* The round before: what --previous was given, as operands are. */
	char *previous[OPTIONS_PREVIOUS];
	size_t n_previous;
	const char *previous_questionnaire, *previous_round;
	const char *register_file;
	char *benchmarks[OPTIONS_BENCHMARKS];	/* files */
	size_t n_benchmarks;
	const char *html;		/* the page's file */
	const char *language;		/* "sv", "en"; NULL: the reader's */
	const char *output;		/* a folder or a file, by the command */
	struct scoring_limits limits;	/* SCORING_LIMITS where not given */
	/* the command's operands */
	char **operands;
	size_t n_operands;
};

struct score_command {
	struct command_usage usage;
	enum err_code (*run)(const struct score_options *o,
	    struct report *r);
};

/*
 * Reads what stands before the command into *o; *rest is argv's index of the
 * command, or argc.  ERR_USAGE.
 */
enum err_code options_parse_common(int argc, char **argv,
    struct score_options *o, int *rest, struct err *e);
/* Reads a command's options and operands; argv[0] is the command. */
enum err_code options_parse(const struct score_command *command, int argc,
    char **argv, struct score_options *o, struct err *e);

/* --help of a command.  Prints; false when it could not. */
bool options_help(const struct score_command *command);

#endif
