/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How an error reads, to a person and to a program.  Makes text; printing it
 * is for the files that talk to people.
 */
#ifndef SIGILL_BASE_MESSAGE_H
#define SIGILL_BASE_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

/*
 * Picks the language from the environment, once, first thing in main.
 * english: messages stay English whatever the locale (services, --json).
 */
void message_init(bool english);

/*
 * Another language from now on: "sv" or "en", for documents that are written for
 * somebody else than who runs the program; NULL: back to the environment's.
 * Works without any locale installed, also in the locale C: it needs only
 * C.UTF-8, which comes with Debian's C library.  False: there is no such
 * translation, and nothing has changed.  Changes LANGUAGE and the locale, so no
 * other thread may run yet.
 */
bool message_language(const char *language);
/* The one that texts are in: "sv", "en".  Static. */
const char *message_language_name(void);

/* A program's own words for what its readers are to do, in English and
 * untranslated; hint gives NULL where the ordinary ones will do.  Once, in
 * main. */
void message_hints(const char *(*hint)(enum err_code code));

/* Appends, each line with "program: " in front:
 *	sigill: error: answers.json:17: answers.17[2]: the question has no …
 *	sigill: hint: use one of the options that the questionnaire lists
 * hint false leaves the second line out. */
void message_text(struct buf *out, const char *program, const struct err *e,
    bool hint);

/* Appends what stands between "error: " and the brackets. */
void message_finding(struct buf *out, const struct err *e);

/* {"code":…,"where":…,"at":…,"sentence":…,"message":…,"hint":…}, always
 * English; a new reference, NULL
 * without memory.  Members that are empty are left out. */
json_t *message_json(const struct err *e);

#endif
