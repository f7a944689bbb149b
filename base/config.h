/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Configuration files (sigill.conf(5)): INI, read by inih, checked against a
 * list of what the program knows.  An unknown section or key is an error,
 * because a misspelt security setting must not go unnoticed.
 */
#ifndef SIGILL_BASE_CONFIG_H
#define SIGILL_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum config_type {
	CONFIG_STRING,
	CONFIG_PATH,	/* relative to the configuration file's folder */
	CONFIG_PLACE,	/* the same, or a URI ("pkcs11:…"), taken as it is */
	CONFIG_NUMBER,	/* unsigned decimal */
	CONFIG_TIME,	/* RFC 3339 in UTC, or a date */
};

/* One key that may be set.  The array ends with { 0 }. */
struct config_item {
	const char *section;	/* "recipient" also matches "recipient NAME" */
	const char *key;
	enum config_type type;
	bool required;		/* in every such section that is present; a
				 * section without a NAME must be present then */
	bool named;		/* the section takes a NAME and may repeat */
};

struct config;			/* opaque; owns all strings that it returns */

/*
 * Reads path.  ERR_CONFIG_MISSING when there is no such file, ERR_NO_INPUT
 * when it cannot be read, ERR_CONFIG (where = the file, at = the line) when it
 * is wrong.  *out is owned by the
 * caller.
 */
enum err_code config_load(const char *path, const struct config_item *items,
    struct config **out, struct err *e);
void config_free(struct config *c);	/* NULL-safe */

/* The file's own path, for messages. */
const char *config_path(const struct config *c);

/* The value (paths resolved), or NULL when it is not set.  section is
 * "senders" or, for a named one, "recipient 2026". */
const char *config_get(const struct config *c, const char *section,
    const char *key);
/* The same for numbers and times: what is set, or otherwise. */
int64_t config_number(const struct config *c, const char *section,
    const char *key, int64_t otherwise);

/* The nth named section of a kind ("recipient" gives "recipient 2026"), in
 * the file's order; NULL after the last. */
const char *config_section(const struct config *c, const char *kind,
    size_t n);

#endif
