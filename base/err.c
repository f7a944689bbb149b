/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/tame.h"

static const struct {
	const char *name;
	int status;
	const char *sentence;
	const char *hint;
} table[ERR_COUNT] = {
	[ERR_OK] = { "ok", 0, "", "" },
#define X(id, name, status, sentence, hint) \
	[id] = { name, status, sentence, hint },
#include "base/errors.def"
#undef X
};

enum err_code
err_set(struct err *e, enum err_code code, const char *where, size_t at,
    const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return code;
	if (e->code != ERR_OK)
		return e->code;
	e->code = code;
	e->at = at;
	(void)snprintf(e->where, sizeof(e->where), "%s",
	    where != NULL ? where : "");
	e->msg[0] = '\0';
	if (fmt != NULL) {
		va_start(ap, fmt);
		(void)vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
		va_end(ap);
	}
	tame(e->where);
	tame(e->msg);
	return code;
}

enum err_code
err_errno(struct err *e, enum err_code code, const char *where,
    int errno_value)
{
	switch (errno_value) {
	case ENOSPC:
	case EDQUOT:
		code = ERR_NO_SPACE;
		break;
	case EEXIST:
		code = ERR_OUTPUT_EXISTS;
		break;
	case ENOMEM:
		code = ERR_NO_MEMORY;
		break;
	default:
		break;
	}
	return err_set(e, code, where, 0, "%s", strerror(errno_value));
}

void
err_clear(struct err *e)
{
	memset(e, 0, sizeof(*e));
}

const char *
err_name(enum err_code code)
{
	return (unsigned)code < ERR_COUNT ? table[code].name : "internal";
}

enum err_code
err_by_name(const char *name)
{
	for (unsigned i = 1; i < ERR_COUNT; i++)
		if (strcmp(table[i].name, name) == 0)
			return (enum err_code)i;
	return ERR_OK;
}

int
err_status(enum err_code code)
{
	return (unsigned)code < ERR_COUNT ? table[code].status : 70;
}

const char *
err_sentence(enum err_code code)
{
	return (unsigned)code < ERR_COUNT ? table[code].sentence : "";
}

const char *
err_hint(enum err_code code)
{
	return (unsigned)code < ERR_COUNT ? table[code].hint : "";
}

void
err_list_add(struct err_list *list, struct err *e)
{
	if (list->v == NULL)
		list->v = calloc(LIMIT_MISTAKES, sizeof(*list->v));
	if (list->v == NULL || list->len == LIMIT_MISTAKES)
		list->over++;
	else
		list->v[list->len++] = *e;
	err_clear(e);
}

void
err_list_wipe(struct err_list *list)
{
	free(list->v);
	memset(list, 0, sizeof(*list));
}
