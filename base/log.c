/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/timestamp.h"

static struct {
	const char *program;
	bool json;
	enum log_level least;
} sink = { "sigill", false, LOG_INFORM };

static const char *const level_names[] = { "debug", "info", "warning", "error" };

void
log_open(const char *program, bool json, enum log_level least)
{
	sink.program = program;
	sink.json = json;
	sink.least = least;
}

/* A JSON string (RFC 8259 §7), also used for text values with spaces. */
static void
add_quoted(struct buf *b, const char *s)
{
	char esc[8];

	buf_add_u8(b, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\') {
			buf_add_u8(b, '\\');
			buf_add_u8(b, (uint8_t)*s);
		} else if ((unsigned char)*s < 0x20 || *s == 0x7f) {
			(void)snprintf(esc, sizeof(esc), "\\u%04x",
			    (unsigned)(unsigned char)*s);
			buf_add_str(b, esc);
		} else
			buf_add_u8(b, (uint8_t)*s);
	}
	buf_add_u8(b, '"');
}

static void
add_pair(struct buf *b, const char *name, const char *value)
{
	if (sink.json) {
		buf_add_str(b, ",");
		add_quoted(b, name);
		buf_add_str(b, ":");
		add_quoted(b, value);
		return;
	}
	buf_add_str(b, " ");
	buf_add_str(b, name);
	buf_add_str(b, "=");
	if (*value == '\0' || strpbrk(value, " \"\\\t\r\n") != NULL)
		add_quoted(b, value);
	else
		buf_add_str(b, value);
}

/* One write a line, so that lines of several threads do not mix. */
static void
emit(struct buf *b)
{
	buf_add_str(b, sink.json ? "}\n" : "\n");
	if (!b->failed && b->len != 0)
		(void)!write(STDERR_FILENO, b->data, b->len);
	buf_wipe(b);
}

static void
begin(struct buf *b, enum log_level level, const char *event)
{
	char when[TIMESTAMP_LEN];

	timestamp_format(timestamp_now(), when);
	if (sink.json) {
		buf_add_str(b, "{\"time\":");
		add_quoted(b, when);
		add_pair(b, "program", sink.program);
		add_pair(b, "level", level_names[level]);
		add_pair(b, "event", event);
		return;
	}
	buf_add_str(b, when);
	buf_add_str(b, " ");
	buf_add_str(b, sink.program);
	buf_add_str(b, ": ");
	buf_add_str(b, level_names[level]);
	buf_add_str(b, ": ");
	buf_add_str(b, event);
}

void
log_event(enum log_level level, const char *event, ...)
{
	struct buf b = { 0 };
	const char *name, *value;
	va_list ap;

	if (level < sink.least)
		return;
	begin(&b, level, event);
	va_start(ap, event);
	while ((name = va_arg(ap, const char *)) != NULL &&
	    (value = va_arg(ap, const char *)) != NULL)
		add_pair(&b, name, value);
	va_end(ap);
	emit(&b);
}

void
log_err(enum log_level level, const char *event, const struct err *e)
{
	log_event(level, event, "code", err_name(e->code), "where", e->where,
	    "message", e->msg[0] != '\0' ? e->msg : err_sentence(e->code),
	    NULL);
}
