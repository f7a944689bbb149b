/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/wipe.h"

#define LABEL_WIDTH	16	/* columns before a value */

void
report_wipe(struct report *r)
{
	buf_wipe(&r->text);
	buf_wipe(&r->output);
	err_list_wipe(&r->errors);
	json_decref(r->json);
	memset(r, 0, sizeof(*r));
}

/* Appends what came from outside so that it cannot drive a terminal: C0 and
 * DEL, and C1, which is two bytes in UTF-8. */
static void
add_tame(struct buf *out, const char *s)
{
	unsigned char c, next;

	for (; (c = (unsigned char)*s) != '\0'; s++) {
		next = (unsigned char)s[1];
		if (c < 0x20 || c == 0x7f)
			buf_add_u8(out, '?');
		else if (c == 0xc2 && next >= 0x80 && next <= 0x9f) {
			buf_add_u8(out, '?');
			s++;
		} else
			buf_add_u8(out, c);
	}
}

static void
add_format(struct report *r, const char *fmt, va_list ap)
{
	char *s = NULL;

	if (vasprintf(&s, fmt, ap) == -1) {
		r->failed = true;
		return;
	}
	add_tame(&r->text, s);
	buf_add_str(&r->text, "\n");
	wipe_free(s);
}

void
report_line(struct report *r, const char *label, const char *fmt, ...)
{
	size_t width = 0;
	va_list ap;

	for (const char *p = label; *p != '\0'; p++)
		width += ((unsigned char)*p & 0xc0) != 0x80;
	buf_add_str(&r->text, label);
	do
		buf_add_u8(&r->text, ' ');
	while (++width < LABEL_WIDTH);
	va_start(ap, fmt);
	add_format(r, fmt, ap);
	va_end(ap);
}

void
report_say(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_format(r, fmt, ap);
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

static bool
is_utf8(const char *text)
{
	json_t *s = json_string(text);

	json_decref(s);
	return s != NULL;
}

void
report_mend(char *text)
{
	size_t cut = strlen(text);
	char lead;

	if (is_utf8(text))
		return;
	/* Back to the first byte of the last character. */
	while (cut > 0 && ((unsigned char)text[--cut] & 0xc0) == 0x80)
		;
	lead = text[cut];
	text[cut] = '\0';
	if (is_utf8(text))
		return;
	text[cut] = lead;
	for (char *p = text; !is_utf8(text) && *p != '\0'; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
}

void
report_set_text(struct report *r, const char *key, const char *value)
{
	char *copy = wipe_strdup(value);

	if (copy != NULL)
		report_mend(copy);
	report_set(r, key, copy != NULL ? json_string(copy) : NULL);
	wipe_free(copy);
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
	return 0;
}
