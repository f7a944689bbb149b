/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/doctor/checkup.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "base/report.h"
#include "base/tame.h"
#include "base/timestamp.h"
#include "base/wipe.h"

enum result { OK, WARNING, PROBLEM, SKIPPED };

static const struct {
	const char *name;	/* in JSON */
	const char *word;	/* for people */
} results[] = {
	[OK] = { "ok", N_("ok") },
	[WARNING] = { "warning", N_("warning") },
	[PROBLEM] = { "problem", N_("problem") },
	[SKIPPED] = { "skipped", N_("skipped") },
};

#define RESULT_WIDTH	10	/* columns */
#define TITLE_WIDTH	18

void
checkup_wipe(struct checkup *c)
{
	settings_wipe(&c->settings);
	identity_wipe(&c->identity);
	proxy_wipe(&c->proxy);
	upload_answer_wipe(&c->health);
	json_decref(c->list);
	memset(c, 0, sizeof(*c));
}

/* A line, and another one with what to do. */
static void
say_line(const struct checkup *c, enum result result, enum err_code code,
    const char *detail, const char *advice)
{
	struct report *r = c->report;

	/* Without a configuration there would be little else to read. */
	if (result == SKIPPED && c->settings.config == NULL)
		return;
	report_column(r, _(results[result].word), RESULT_WIDTH);
	report_column(r, c->title, TITLE_WIDTH);
	if (code != ERR_OK)
		report_say(r, "%s [%s]", detail, err_name(code));
	else
		report_say(r, "%s", detail);
	if (advice == NULL || *advice == '\0')
		return;
	report_column(r, "", RESULT_WIDTH + TITLE_WIDTH);
	report_say(r, "%s", advice);
}

/* The same as a member of "checks". */
static void
say_json(struct checkup *c, enum result result, enum err_code code,
    const char *detail, const char *advice, json_t *facts)
{
	json_t *o = json_object();
	int bad = 0;

	if (c->list == NULL)
		c->list = json_array();
	bad |= json_object_set_new(o, "check", json_string(c->check));
	bad |= json_object_set_new(o, "result",
	    json_string(results[result].name));
	if (code != ERR_OK)
		bad |= json_object_set_new(o, "code",
		    json_string(err_name(code)));
	bad |= json_object_set_new(o, "detail", json_string(detail));
	if (advice != NULL && *advice != '\0')
		bad |= json_object_set_new(o, "advice", json_string(advice));
	if (facts != NULL)
		bad |= json_object_update_missing(o, facts);
	if (json_array_append_new(c->list, o) != 0 || bad != 0)
		c->report->failed = true;
	json_decref(facts);
}

static void
say(struct checkup *c, enum result result, enum err_code code,
    const char *advice, json_t *facts, const char *fmt, va_list ap)
{
	char *detail = NULL;

	if (vasprintf(&detail, fmt, ap) == -1) {
		c->report->failed = true;
		json_decref(facts);
		return;
	}
	tame(detail);
	say_line(c, result, code, detail, advice);
	say_json(c, result, code, detail, advice, facts);
	c->problems += result == PROBLEM;
	c->warnings += result == WARNING;
	wipe_free(detail);
}

void
checkup_ok(struct checkup *c, json_t *facts, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c, OK, ERR_OK, NULL, facts, fmt, ap);
	va_end(ap);
}

void
checkup_warning(struct checkup *c, enum err_code code, json_t *facts,
    const char *advice, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c, WARNING, code, advice, facts, fmt, ap);
	va_end(ap);
}

void
checkup_skipped(struct checkup *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c, SKIPPED, ERR_OK, NULL, NULL, fmt, ap);
	va_end(ap);
}

/* For those who have words already. */
static void
say_problem(struct checkup *c, enum err_code code, const char *advice,
    json_t *facts, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(c, PROBLEM, code, advice, facts, fmt, ap);
	va_end(ap);
}

void
checkup_problem(struct checkup *c, struct err *e, json_t *facts,
    const char *advice)
{
	struct buf words = { 0 };
	const char *s;

	message_finding(&words, e);
	s = buf_str(&words);
	if (advice == NULL && err_hint(e->code)[0] != '\0')
		advice = _(err_hint(e->code));
	say_problem(c, e->code, advice, facts, "%s", s != NULL ? s : "");
	buf_wipe(&words);
	report_err(c->report, e);
}

bool
checkup_need(struct checkup *c, const char *section, const char *key,
    const char **out)
{
	*out = NULL;
	if (c->settings.config == NULL)
		checkup_skipped(c, "%s", _("there is no configuration that "
		    "can be read"));
	else if ((*out = config_get(c->settings.config, section, key)) ==
	    NULL)
		checkup_skipped(c, _("[%s] %s is missing"), section, key);
	return *out != NULL;
}

json_t *
checkup_time(int64_t t)
{
	char text[TIMESTAMP_LEN];

	timestamp_format(t, text);
	return json_string(text);
}

const char *
checkup_day(int64_t t, char out[static 11])
{
	char text[TIMESTAMP_LEN];

	timestamp_format(t, text);
	memcpy(out, text, 10);
	out[10] = '\0';
	return out;
}

bool
checkup_ends_soon(const struct checkup *c, int64_t not_after)
{
	return not_after - c->now < CHECKUP_DAYS * CHECKUP_DAY;
}
