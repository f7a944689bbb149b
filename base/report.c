/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/tame.h"
#include "base/wipe.h"

#define LABEL_WIDTH	16	/* columns before a value */

void
report_wipe(struct report *r)
{
	buf_wipe(&r->text);
	buf_wipe(&r->notes);
	buf_wipe(&r->output);
	err_list_wipe(&r->errors);
	json_decref(r->json);
	memset(r, 0, sizeof(*r));
}

static void
add_format(struct report *r, struct buf *to, const char *fmt, va_list ap)
{
	char *s = NULL;

	if (vasprintf(&s, fmt, ap) == -1) {
		r->failed = true;
		return;
	}
	tame(s);
	buf_add_str(to, s);
	buf_add_str(to, "\n");
	wipe_free(s);
}

void
report_column(struct report *r, const char *text, size_t columns)
{
	size_t width = 0;

	for (const char *p = text; *p != '\0'; p++)
		width += ((unsigned char)*p & 0xc0) != 0x80;
	buf_add_str(&r->text, text);
	do
		buf_add_u8(&r->text, ' ');
	while (++width < columns);
}

void
report_line(struct report *r, const char *label, const char *fmt, ...)
{
	va_list ap;

	report_column(r, label, LABEL_WIDTH);
	va_start(ap, fmt);
	add_format(r, &r->text, fmt, ap);
	va_end(ap);
}

void
report_say(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_format(r, &r->text, fmt, ap);
	va_end(ap);
}

void
report_note(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_format(r, &r->notes, fmt, ap);
	va_end(ap);
}

void
report_set(struct report *r, const char *key, json_t *value)
{
	if (r->json == NULL)
		r->json = json_object();
	if (json_object_set_new(r->json, key, value) != 0)
		r->failed = true;
}

json_t *
report_text(const char *value)
{
	char *copy = wipe_strdup(value);
	json_t *text;

	if (copy == NULL)
		return NULL;
	tame(copy);
	text = json_string(copy);
	wipe_free(copy);
	return text;
}

void
report_set_text(struct report *r, const char *key, const char *value)
{
	report_set(r, key, report_text(value));
}

enum err_code
report_err(struct report *r, struct err *e)
{
	enum err_code code = e->code;

	if (code != ERR_OK)
		err_list_add(&r->errors, e);
	return code;
}

enum err_code
report_place(struct err *e, const struct err *found, const char *file)
{
	char where[ERR_WHERE_LEN];

	if (found->code == ERR_OK)
		return ERR_OK;
	if (found->where[0] == '\0' || strcmp(found->where, file) == 0)
		return err_set(e, found->code, file, found->at, "%s",
		    found->msg);
	(void)snprintf(where, sizeof(where), "%.90s: %.60s", file,
	    found->where);
	return err_set(e, found->code, where, found->at, "%s", found->msg);
}

int
report_status(const struct report *r)
{
	if (r->errors.len != 0)
		return err_status(r->errors.v[0].code);
	/* Errors that there was no memory to keep. */
	if (r->errors.over != 0 || r->failed || r->text.failed)
		return err_status(ERR_NO_MEMORY);
	return err_status(r->quiet.code);
}

void
report_blame_memory(struct report *r)
{
	struct err e = { 0 };

	if (report_status(r) == 0)
		return;
	err_list_wipe(&r->errors);
	r->mistakes_in = NULL;
	err_set(&e, ERR_NO_MEMORY, NULL, 0, NULL);
	report_err(r, &e);
}
