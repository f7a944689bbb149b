/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Errors: one code for each thing that can go wrong (errors.def), and a
 * struct that says where it went wrong and what was found there.
 *
 * A function that can fail returns ERR_OK (0) or the code, and fills the
 * struct err that it was given.  The first error wins: filling a struct that
 * holds one already changes nothing, so an unwinding caller cannot blur the
 * cause.  Secrets never go into an error.
 */
#ifndef SIGILL_BASE_ERR_H
#define SIGILL_BASE_ERR_H

#include <stddef.h>

enum err_code {
	ERR_OK = 0,
#define X(id, name, status, sentence, hint) id,
#include "base/errors.def"
#undef X
	ERR_COUNT
};

#define ERR_WHERE_LEN	160
#define ERR_MSG_LEN	320

struct err {
	enum err_code code;
	char where[ERR_WHERE_LEN];	/* field path or file; "" if none */
	size_t at;			/* line (text) or byte offset (binary); 0 if none */
	char msg[ERR_MSG_LEN];		/* what was found; "" if the code says it all */
};

/*
 * Fill *e unless it holds an error already, and return e->code.  where may be
 * NULL; fmt may be NULL when the code says it all.  e may be NULL: then only
 * the code is returned.  The texts are tamed (base/tame.h).
 */
enum err_code err_set(struct err *e, enum err_code code, const char *where,
    size_t at, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/*
 * As err_set, for a failed system call: picks ERR_NO_SPACE, ERR_NO_MEMORY,
 * ERR_OUTPUT_EXISTS or else code by errno_value, and adds strerror's words.
 */
enum err_code err_errno(struct err *e, enum err_code code, const char *where,
    int errno_value);

void err_clear(struct err *e);

/* The stable name, "ok" for ERR_OK.  Static. */
const char *err_name(enum err_code code);
/* The code with that stable name; ERR_OK when there is none. */
enum err_code err_by_name(const char *name);
/* Exit status of <sysexits.h>; 0 for ERR_OK. */
int err_status(enum err_code code);
/* English sentence and hint, for the caller to translate.  Static. */
const char *err_sentence(enum err_code code);
const char *err_hint(enum err_code code);

/*
 * A list of errors, for inputs where all mistakes are reported at once.
 * Holds at most LIMIT_MISTAKES; what is over is counted, not kept.
 */
struct err_list {
	struct err *v;
	size_t len;	/* kept */
	size_t over;	/* not kept */
};

/* Adds a copy of *e, and clears *e. */
void err_list_add(struct err_list *list, struct err *e);
void err_list_wipe(struct err_list *list);

#endif
