/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "format/answers.h"
#include "format/json.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

#define GROUP	"[{\"id\": \"g\", \"label\": \"G\", \"basis\": \"assumed\"}]"
#define IN_GROUP "\"label\": \"?\", \"area\": \"g\", \"section\": \"g\", " \
		 "\"basis\": \"assumed\""
#define OPTION(id) "{\"id\": \"" id "\", \"label\": \"x\", " \
		 "\"basis\": \"assumed\"}"

static const char definition[] =
    "{\"format\": \"sigill-questionnaire\", \"format_version\": 1,"
    "\"id\": \"prov-2026\", \"version\": \"1\", \"title\": \"Prov\","
    "\"language\": \"sv\", \"totals\": {\"questions\": 7, \"options\": 3, "
    "\"points\": 0}, \"areas\": " GROUP ", \"sections\": " GROUP ","
    "\"questions\": ["
    "{\"id\": \"1\", \"type\": \"multiple\", " IN_GROUP ", \"options\": ["
    OPTION("policy") "," OPTION("ansvar") "," OPTION("uppfoljning") "]},"
    "{\"id\": \"2\", \"type\": \"single\", " IN_GROUP ", \"options\": ["
    OPTION("ja") "," OPTION("nej") "," OPTION("vet-inte") "]},"
    "{\"id\": \"3\", \"type\": \"number\", " IN_GROUP ", \"min\": 0, "
    "\"max\": 290},"
    "{\"id\": \"4\", \"type\": \"text\", " IN_GROUP ", \"max\": 40, "
    "\"required\": false},"
    "{\"id\": \"5\", \"type\": \"single\", " IN_GROUP ", \"options\": ["
    OPTION("ja") "," OPTION("nej") "], \"follows\": {\"question\": \"2\", "
    "\"any_of\": [\"ja\"]}},"
    "{\"id\": \"incidenter\", \"type\": \"number\", " IN_GROUP ", \"min\": "
    "0, \"max\": 9},"
    "{\"id\": \"1.2\", \"type\": \"text\", " IN_GROUP ", \"required\": "
    "false}"
    "]}";

/* Complete and right. */
static const char good[] =
    "{\n"
    "  \"questionnaire\": \"prov-2026\",\n"			/* 2 */
    "  \"round\": \"2026\",\n"
    "  \"organisation\": {\n"					/* 4 */
    "    \"number\": \"212000-0142\",\n"
    "    \"name\": \"\xc3\x85storps kommun\",\n"		/* 6 */
    "    \"kind\": \"kommun\"\n"
    "  },\n"							/* 8 */
    "  \"answers\": {\n"
    "    \"1\": [\"uppfoljning\", \"policy\"],\n"		/* 10 */
    "    \"2\": \"ja\",\n"
    "    \"3\": 17,\n"						/* 12 */
    "    \"4\": \"Tv\xc3\xa5 \xc3\xa5r\",\n"
    "    \"5\": \"nej\",\n"					/* 14 */
    "    \"incidenter\": 0\n"
    "  }\n"							/* 16 */
    "}\n";

static struct questionnaire *
questionnaire(void)
{
	static const uint8_t digest[32] = { 7 };
	struct questionnaire *q = NULL;
	struct err e = { 0 };

	if (questionnaire_parse((const uint8_t *)definition,
	    sizeof(definition) - 1, "q", digest, &q, &e) != ERR_OK)
		fail_msg("%s", e.msg);
	return q;
}

static enum err_code
run_as(const char *name, const char *text, size_t len, struct statement *s,
    struct err_list *mistakes)
{
	struct questionnaire *q = questionnaire();
	struct answers *a = NULL;
	struct err e = { 0 };
	enum err_code rc;

	rc = answers_parse((const uint8_t *)text, len, name, &a, &e);
	if (rc == ERR_OK)
		rc = answers_statement(a, q, s, mistakes);
	answers_free(a);
	questionnaire_free(q);
	return rc;
}

static enum err_code
run(const char *text, struct statement *s, struct err_list *mistakes)
{
	return run_as("answers.json", text, strlen(text), s, mistakes);
}

/* text with the first "find" replaced; the caller frees it. */
static char *
changed(const char *text, const char *find, const char *with)
{
	const char *at = strstr(text, find);
	size_t head;
	char *s = malloc(strlen(text) + strlen(with) + 1);

	assert_non_null(s);
	if (at == NULL)
		fail_msg("not in the answers: %s", find);
	head = (size_t)(at - text);
	memcpy(s, text, head);
	strcpy(s + head, with);
	strcat(s, at + strlen(find));
	return s;
}

static void
test_good(void **state)
{
	struct err_list mistakes = { 0 };
	struct statement s = { 0 };
	const struct answer *a;

	(void)state;
	assert_int_equal(run(good, &s, &mistakes), ERR_OK);
	assert_int_equal(mistakes.len, 0);
	assert_string_equal(s.questionnaire, "prov-2026");
	assert_string_equal(s.version, "1");
	assert_int_equal(s.definition[0], 7);
	assert_string_equal(s.round, "2026");
	assert_string_equal(s.number, "2120000142");
	assert_string_equal(s.name, "\xc3\x85storps kommun");
	assert_int_equal(s.kind, KIND_KOMMUN);
	assert_int_equal(s.n_answers, 6);
	assert_non_null(a = statement_answer(&s, "1"));
	assert_int_equal(a->n_options, 2);
	assert_string_equal(a->options[0], "policy");
	assert_string_equal(a->options[1], "uppfoljning");
	assert_int_equal(statement_answer(&s, "3")->number, 17);
	statement_wipe(&s);
}

/* Other spellings of the same: order, white space, NFD, escapes. */
static const char same[] =
    "{\"answers\":{\"incidenter\":0,\"5 \":\"nej\",\"3\":17,"
    "\"4\":\"  Tva\xcc\x8a a\xcc\x8ar\\n\",\"2\":\" ja\","
    "\"\\u0031\":[\"policy\",\"uppfoljning\"],\"1.2\":\"\"},"
    "\"organisation\":{\"kind\":\"kommun\","
    "\"name\":\"A\xcc\x8astorps  kommun\",\"number\":\"162120000142\"},"
    "\"round\":\"2026\",\"questionnaire\":\"prov-2026\"}";

static void
test_one_meaning(void **state)
{
	struct err_list mistakes = { 0 };
	struct statement s = { 0 };
	struct buf one = { 0 }, two = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(run(good, &s, &mistakes), ERR_OK);
	assert_int_equal(statement_encode(&s, &one, &e), ERR_OK);
	statement_wipe(&s);
	assert_int_equal(run(same, &s, &mistakes), ERR_OK);
	assert_int_equal(statement_encode(&s, &two, &e), ERR_OK);
	assert_true(buf_equal(&one, two.data, two.len));
	statement_wipe(&s);
	buf_wipe(&one);
	buf_wipe(&two);
}

/* One change to good, and the one mistake that must come of it. */
static const struct {
	const char *find, *with;
	enum err_code code;
	const char *where;
	size_t line;
	const char *says;
} slips[] = {
	{ "\"round\"", "\"rond\"", ERR_FIELD_MISSING, "round", 1, "" },
	{ "\"2026\"", "\"the autumn\"", ERR_FIELD_VALUE, "round", 3, "" },
	{ "0142", "0143", ERR_ORGANISATION_NUMBER, "organisation.number", 5,
	    "212000-0143" },
	{ "\"212000-0142\"", "2120000142", ERR_FIELD_TYPE,
	    "organisation.number", 5, "in quotation marks" },
	{ "\"kommun\"", "\"Kommunn\"", ERR_FIELD_VALUE, "organisation.kind",
	    7, "did you mean \"kommun\"" },
	{ "storps kommun", "\\u202estorps", ERR_TEXT, "organisation.name", 6,
	    "U+202E" },
	{ "\"uppfoljning\"", "\"upfoljning\"", ERR_OPTION_UNKNOWN,
	    "answers.1[0]", 10, "did you mean \"uppfoljning\"" },
	{ "\"policy\"]", "\n\"policy\",\n\"policy\"]", ERR_ANSWER_TWICE,
	    "answers.1[2]", 12, "already" },
	{ "\"policy\"]", "1]", ERR_ANSWER_TYPE, "answers.1[1]", 10, "" },
	{ "[\"uppfoljning\", \"policy\"]", "\"policy\"", ERR_ANSWER_TYPE,
	    "answers.1", 10, "a list of options" },
	{ "[\"uppfoljning\", \"policy\"]", "null", ERR_ANSWER_TYPE,
	    "answers.1", 10, "null" },
	{ "\"ja\"", "\"jaa\"", ERR_OPTION_UNKNOWN, "answers.2", 11, "" },
	{ "\"ja\"", "[\"ja\"]", ERR_ANSWER_TYPE, "answers.2", 11,
	    "one option" },
	{ "\"2\": \"ja\"", "\"2\": \"vetinte\"", ERR_OPTION_UNKNOWN,
	    "answers.2", 11, "did you mean \"vet-inte\"" },
	{ "17", "\"17\"", ERR_ANSWER_TYPE, "answers.3", 12,
	    "without quotation marks" },
	{ "17", "17.0", ERR_ANSWER_TYPE, "answers.3", 12, "decimal point" },
	{ "17", "291", ERR_ANSWER_VALUE, "answers.3", 12, "290" },
	{ "    \"3\": 17,\n", "", ERR_ANSWER_MISSING, "answers.3", 9, "3" },
	{ "Tv\xc3\xa5", "0123456789012345678901234567890123456789",
	    ERR_ANSWER_VALUE, "answers.4", 13, "40" },
	{ "\"ja\"", "\"nej\"", ERR_ANSWER_UNASKED, "answers.5", 14, "2" },
	{ "    \"5\": \"nej\",\n", "", ERR_ANSWER_MISSING, "answers.5", 9,
	    "5" },
	{ "\"5\"", "\"99\": 1,\n\"5\"", ERR_QUESTION_UNKNOWN, "answers.99",
	    14, "99" },
	{ "\"5\"", "\"1.2\": 1,\n\"5\"", ERR_ANSWER_TYPE, "answers.1.2", 14,
	    "a text" },
	{ "\"5\"", "\"3 \": 1,\n\"5\"", ERR_ANSWER_TWICE, "answers.3", 0,
	    "white space" },
	{ "prov-2026", "prov-2025", ERR_QUESTIONNAIRE_UNKNOWN,
	    "questionnaire", 2, "did you mean \"prov-2026\"" },
	{ "{\n  \"q", "{\n\"note\": \"x\",\n  \"q", ERR_FIELD_UNKNOWN, "note",
	    2, "note" },
};

static const struct err *
find(const struct err_list *mistakes, const char *where, enum err_code code)
{
	for (size_t i = 0; i < mistakes->len; i++)
		if (mistakes->v[i].code == code &&
		    strncmp(mistakes->v[i].where, where, strlen(where)) == 0)
			return &mistakes->v[i];
	return NULL;
}

static void
test_slips(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(slips); i++) {
		char *text = changed(good, slips[i].find, slips[i].with);
		struct err_list mistakes = { 0 };
		struct statement s = { 0 };
		const struct err *m;

		assert_int_not_equal(run(text, &s, &mistakes), ERR_OK);
		assert_null(s.questionnaire);
		assert_null(s.answers);
		m = find(&mistakes, slips[i].where, slips[i].code);
		if (m == NULL || (slips[i].line != 0 &&
		    m->at != slips[i].line) ||
		    strstr(m->msg, slips[i].says) == NULL)
			fail_msg("%s: %s:%zu %s %s", slips[i].with,
			    mistakes.v[0].where, mistakes.v[0].at,
			    err_name(mistakes.v[0].code), mistakes.v[0].msg);
		/* A misspelt member is missing, too. */
		if (slips[i].code != ERR_FIELD_MISSING)
			assert_int_equal(mistakes.len, 1);
		err_list_wipe(&mistakes);
		free(text);
	}
}

static const char many[] =
    "{\n"
    "\"questionnaire\": \"prov-2026\",\n"
    "\"organisation\": {\"number\": \"212000-0124\", \"name\": \" \",\n"
    "  \"kind\": \"kommun\", \"phone\": \"08\"},\n"		/* 4 */
    "\"answers\": {\n"
    "  \"incidneter\": 2,\n"					/* 6 */
    "  \"4\": \"ok\",\n"
    "  \"1\": [\"policy\",\n"					/* 8 */
    "    \"anvsar\",\n"
    "    \"policy\"],\n"					/* 10 */
    "  \"3\": -1,\n"
    "  \"2\": \"kanske\",\n"					/* 12 */
    "  \"5\": \"ja\"\n"
    "}}\n";

/* Several at once, in the order of the lines; nothing about question 5,
 * since nobody can know whether it is asked. */
static void
test_many(void **state)
{
	static const struct {
		size_t line; enum err_code code; const char *where;
	} expected[] = {
		{ 1, ERR_FIELD_MISSING, "round" },
		{ 3, ERR_ORGANISATION_NUMBER, "organisation.number" },
		{ 3, ERR_FIELD_VALUE, "organisation.name" },
		{ 4, ERR_FIELD_UNKNOWN, "organisation.phone" },
		{ 5, ERR_ANSWER_MISSING, "answers.incidenter" },
		{ 6, ERR_QUESTION_UNKNOWN, "answers.incidneter" },
		{ 9, ERR_OPTION_UNKNOWN, "answers.1[1]" },
		{ 10, ERR_ANSWER_TWICE, "answers.1[2]" },
		{ 11, ERR_ANSWER_VALUE, "answers.3" },
		{ 12, ERR_OPTION_UNKNOWN, "answers.2" },
	};
	struct err_list mistakes = { 0 };
	struct statement s = { 0 };

	(void)state;
	assert_int_equal(run(many, &s, &mistakes), ERR_FIELD_MISSING);
	for (size_t i = 0; i < mistakes.len; i++) {
		const struct err *m = &mistakes.v[i];
		bool there = false;

		for (size_t j = 0; j < N(expected); j++)
			there = there || (expected[j].code == m->code &&
			    expected[j].line == m->at &&
			    strcmp(expected[j].where, m->where) == 0);
		if (!there)
			fail_msg("%s:%zu %s %s", m->where, m->at,
			    err_name(m->code), m->msg);
		if (i != 0)
			assert_true(m[-1].at <= m->at);
	}
	assert_int_equal(mistakes.len, N(expected));
	err_list_wipe(&mistakes);
}

/* The questionnaire's name is right, but the answers are another's. */
static void
test_foreign(void **state)
{
	struct err_list mistakes = { 0 };
	struct statement s = { 0 };
	char text[4096];
	int n;

	(void)state;
	n = snprintf(text, sizeof(text), "{\"questionnaire\": \"prov-2026\",\n"
	    "\"round\": \"2026\", \"organisation\": {\"number\": "
	    "\"212000-0142\", \"name\": \"X\", \"kind\": \"kommun\"},\n"
	    "\"answers\": {\"q0\": 1");
	for (int i = 1; i <= 40; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
		    ",\n\"%d\": \"s3\"", i);
	(void)snprintf(text + n, sizeof(text) - (size_t)n, "}}");
	assert_int_equal(run(text, &s, &mistakes), ERR_QUESTION_UNKNOWN);
	assert_int_equal(mistakes.len, 1);
	assert_string_equal(mistakes.v[0].where, "answers");
	assert_int_equal(mistakes.v[0].at, 3);
	assert_non_null(strstr(mistakes.v[0].msg, "of 41"));
	err_list_wipe(&mistakes);
}

static void
test_too_many(void **state)
{
	struct err_list mistakes = { 0 };
	struct statement s = { 0 };
	struct buf b = { 0 };
	char item[32];

	(void)state;
	buf_add_str(&b, "{\"questionnaire\": \"prov-2026\", \"answers\": {"
	    "\"1\": [");
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(item, sizeof(item), "%s\"o%d\"",
		    i != 0 ? "," : "", i);
		buf_add_str(&b, item);
	}
	buf_add_str(&b, "], \"2\": \"ja\", \"3\": 1}");
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(item, sizeof(item), ",\"m%d\":%d", i, i);
		buf_add_str(&b, item);
	}
	buf_add_str(&b, "}");
	assert_int_not_equal(run(buf_str(&b), &s, &mistakes), ERR_OK);
	assert_int_equal(mistakes.len, LIMIT_MISTAKES);
	assert_true(mistakes.over > 800);
	err_list_wipe(&mistakes);
	buf_wipe(&b);
}

static void
test_not_answers(void **state)
{
	char *twice = changed(good, "\"3\": 17", "\"2\": \"nej\"");
	struct err_list mistakes = { 0 };
	struct statement s = { 0 };
	struct answers *a = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(answers_parse((const uint8_t *)twice, strlen(twice),
	    "a.json", &a, &e), ERR_JSON);
	assert_string_equal(e.where, "a.json");
	assert_int_equal(e.at, 12);
	assert_non_null(strstr(e.msg, "\"2\" stands there twice"));
	free(twice);
	assert_int_equal(run("{}", &s, &mistakes), ERR_FIELD_MISSING);
	assert_int_equal(mistakes.len, 4);
	err_list_wipe(&mistakes);

	err_clear(&e);
	assert_int_equal(answers_parse((const uint8_t *)"{\"questionnaire\": "
	    "7}", 20, "a", &a, &e), ERR_OK);
	assert_null(answers_questionnaire(a));
	answers_free(a);
	assert_int_equal(answers_parse((const uint8_t *)good,
	    sizeof(good) - 1, "a", &a, &e), ERR_OK);
	assert_string_equal(answers_questionnaire(a), "prov-2026");
	answers_free(a);
}

/* The examples in the documentation are right. */
static void
test_documentation(void **state)
{
	static const uint8_t digest[32] = { 1 };
	struct err_list mistakes = { 0 };
	struct questionnaire *q = NULL;
	struct answers *a = NULL;
	struct statement s = { 0 };
	struct buf text = { 0 };
	struct err e = { 0 };
	const char *from, *to;

	(void)state;
	assert_int_equal(file_read("docs/QUESTIONNAIRES.md", 1 << 20, &text,
	    &e), ERR_OK);
	assert_non_null(from = strstr(buf_str(&text), "```json\n{"));
	from += strlen("```json\n");
	assert_non_null(to = strstr(from, "```"));
	if (questionnaire_parse((const uint8_t *)from, (size_t)(to - from),
	    "docs", digest, &q, &e) != ERR_OK)
		fail_msg("%zu: %s", e.at, e.msg);
	assert_non_null(from = strstr(to + 3, "```json\n{"));
	from += strlen("```json\n");
	assert_non_null(to = strstr(from, "```"));
	assert_int_equal(answers_parse((const uint8_t *)from,
	    (size_t)(to - from), "docs", &a, &e), ERR_OK);
	assert_int_equal(answers_statement(a, q, &s, &mistakes), ERR_OK);
	assert_int_equal(s.n_answers, 2);
	statement_wipe(&s);
	answers_free(a);
	questionnaire_free(q);
	buf_wipe(&text);
}

/* --- attachments --- */

static char folder[] = "/tmp/sigill-answers-XXXXXX";

static char *
in_folder(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int
set_up(void **state)
{
	struct err e = { 0 };

	(void)state;
	if (mkdtemp(folder) == NULL ||
	    file_write_new(in_folder("policy.pdf"), "%PDF", 4, 0600, &e) !=
	    ERR_OK || mkfifo(in_folder("pipe"), 0600) == -1 ||
	    truncate(in_folder("policy.pdf"), 4) == -1 ||
	    file_write_new(in_folder("large"), "x", 1, 0600, &e) != ERR_OK ||
	    truncate(in_folder("large"), LIMIT_STATEMENT) == -1)
		return -1;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(in_folder("policy.pdf"));
	(void)unlink(in_folder("pipe"));
	(void)unlink(in_folder("large"));
	return rmdir(folder);
}

static enum err_code
attach(const char *list, struct statement *s, struct err_list *mistakes)
{
	char name[128], with[1024], *text;
	enum err_code rc;

	(void)snprintf(with, sizeof(with), "\n  },\n\"attachments\": %s\n}",
	    list);
	text = changed(good, "\n  }\n}", with);
	(void)snprintf(name, sizeof(name), "%s", in_folder("answers.json"));
	rc = run_as(name, text, strlen(text), s, mistakes);
	free(text);
	return rc;
}

static void
test_attachments(void **state)
{
	struct err_list mistakes = { 0 };
	struct statement s = { 0 };

	(void)state;
	assert_int_equal(attach("[{\"name\": \"P.pdf\", \"media_type\": "
	    "\"Application/PDF\", \"file\": \"policy.pdf\"}, {\"name\": "
	    "\"A.pdf\", \"media_type\": \"application/pdf\", \"file\": "
	    "\"./policy.pdf\"}]", &s, &mistakes), ERR_OK);
	assert_int_equal(s.n_attachments, 2);
	assert_string_equal(s.attachments[0].name, "A.pdf");
	assert_string_equal(s.attachments[1].media_type, "application/pdf");
	assert_true(buf_equal(&s.attachments[1].data, "%PDF", 4));
	statement_wipe(&s);
}

#define ATTACHMENT(name, type, file) "{\"name\": \"" name "\", " \
	"\"media_type\": \"" type "\", \"file\": \"" file "\"}"

static void
test_attachment_mistakes(void **state)
{
	static const struct {
		const char *list; enum err_code code; const char *where;
	} cases[] = {
		{ "[" ATTACHMENT("a", "a/b", "nothing") "]", ERR_NO_INPUT,
		    "attachments[0].file" },
		{ "[" ATTACHMENT("a", "a/b", "pipe") "]", ERR_NO_INPUT,
		    "attachments[0].file" },
		{ "[" ATTACHMENT("a", "a/b", ".") "]", ERR_NO_INPUT,
		    "attachments[0].file" },
		{ "[" ATTACHMENT("a", "a/b", "-") "]", ERR_FIELD_VALUE,
		    "attachments[0].file" },
		{ "[" ATTACHMENT("a", "a/b", "large") "]", ERR_TOO_LARGE,
		    "attachments[0].file" },
		{ "[" ATTACHMENT("a/b", "a/b", "policy.pdf") "]",
		    ERR_FIELD_VALUE, "attachments[0].name" },
		{ "[" ATTACHMENT("a", "pdf", "policy.pdf") "]",
		    ERR_FIELD_VALUE, "attachments[0].media_type" },
		{ "[" ATTACHMENT("a", "a/b", "policy.pdf") ","
		    ATTACHMENT(" a ", "a/b", "policy.pdf") "]",
		    ERR_FIELD_VALUE, "attachments[1].name" },
		{ "[{\"name\": \"a\", \"media_type\": \"a/b\"}]",
		    ERR_FIELD_MISSING, "attachments[0].file" },
		{ "[7]", ERR_FIELD_TYPE, "attachments[0]" },
		{ "7", ERR_FIELD_TYPE, "attachments" },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		struct err_list mistakes = { 0 };
		struct statement s = { 0 };

		assert_int_equal(attach(cases[i].list, &s, &mistakes),
		    cases[i].code);
		assert_int_equal(mistakes.len, 1);
		assert_string_equal(mistakes.v[0].where, cases[i].where);
		assert_int_equal(mistakes.v[0].at, 17);
		assert_null(s.attachments);
		err_list_wipe(&mistakes);
	}
}

/* --- any bytes --- */

static void
test_mutations(void **state)
{
	size_t n = strlen(many), stated = 0;
	uint32_t x = 362436069u;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		const char *from = round & 1 ? many : good;
		struct err_list mistakes = { 0 };
		struct statement s = { 0 };
		char *text;
		size_t at;

		n = strlen(from);
		assert_non_null(text = malloc(n));
		memcpy(text, from, n);
		for (int i = 0; i <= round % 3; i++) {
			x ^= x << 13, x ^= x >> 17, x ^= x << 5;
			at = x % n;
			text[at] = x >> 24 & 1 ? (char)(x >> 16) :
			    from[(x >> 8) % n];
		}
		if (run_as("a", text, n, &s, &mistakes) == ERR_OK)
			stated++;
		else
			assert_null(s.answers);
		for (size_t i = 0; i < mistakes.len; i++)
			assert_true(mistakes.v[i].at >= 1 &&
			    mistakes.v[i].at <= 20);
		statement_wipe(&s);
		err_list_wipe(&mistakes);
		free(text);
	}
	assert_true(stated > 0 && stated < 2000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_one_meaning),
		cmocka_unit_test(test_slips),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_not_answers),
		cmocka_unit_test(test_documentation),
		cmocka_unit_test(test_attachments),
		cmocka_unit_test(test_attachment_mistakes),
		cmocka_unit_test(test_mutations),
	};

	json_init();
	return cmocka_run_group_tests_name("answers", tests, set_up,
	    tear_down);
}
