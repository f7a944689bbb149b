/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The command line of a program with commands ("sigill check FILE"): every
 * option is one row of a table, and a command names the groups that it takes.
 */
#ifndef SIGILL_BASE_COMMAND_H
#define SIGILL_BASE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A row.  Texts are N_(), and translated here. */
struct command_option {
	unsigned takes;		/* the groups that it is in; every command
				 * takes those of COMMAND_COMMON */
	int key;		/* a letter, or from 0x100 without a short
				 * form */
	const char *name;
	const char *arg;	/* what it takes, for --help; NULL: nothing */
	const char *doc;
};
#define COMMAND_COMMON	1u

/* What the parser and --help need to know of a command. */
struct command_usage {
	const char *name;
	const char *operand;	/* its name in the usage line; NULL: none;
				 * in brackets: any number of them, or none */
	const char *summary;	/* one line */
	const char *details;	/* paragraphs for --help */
	unsigned takes;		/* groups */
};

struct command_line {
	const char *program;
	const struct command_option *options;
	size_t n_options;
	/* An option that was given; value is NULL where it takes none. */
	enum err_code (*take)(void *arg, int key, char *value,
	    struct err *e);
	void *arg;
};

/* Operands, borrowed from argv. */
struct command_operands { char **v; size_t len; };

/*
 * Reads what stands before the command; *rest is argv's index of the command,
 * or argc.  ERR_USAGE.
 */
enum err_code command_parse_common(const struct command_line *line, int argc,
    char **argv, int *rest, struct err *e);
/* Reads a command's options and operands; argv[0] is the command. */
enum err_code command_parse(const struct command_line *line,
    const struct command_usage *usage, int argc, char **argv,
    struct command_operands *operands, struct err *e);
/* May the command do without operands? */
bool command_takes_many(const struct command_usage *usage);
/* A whole number from 0 to max.  ERR_USAGE. */
enum err_code command_number(const char *option, const char *value,
    int64_t max, int64_t *out, struct err *e);

/* --help of a command.  Prints; false when it could not. */
bool command_help(const struct command_line *line,
    const struct command_usage *usage);
/* Is this word on the line, as an option?  Also on a line that is wrong. */
bool command_has(int argc, char **argv, const char *option);

#endif
