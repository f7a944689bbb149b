/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char people_questions[] =
    "{'id': 'm', 'label': 'M', 'type': 'multiple', 'area': 'a',"
    " 'section': '1', 'points': 3, 'required': false, 'options': ["
    "  {'id': '1', 'label': '1', 'basis': 'assumed'},"
    "  {'id': '2', 'label': '2', 'basis': 'assumed'},"
    "  {'id': '3', 'label': '3', 'basis': 'assumed'}], 'basis': 'assumed'},"
    "{'id': 's', 'label': 'S', 'type': 'single', 'area': 'a',"
    " 'section': '2', 'required': false, 'options': ["
    "  {'id': 'no', 'label': 'No', 'basis': 'assumed'},"
    "  {'id': 'some', 'label': 'Some', 'basis': 'assumed'},"
    "  {'id': 'yes', 'label': 'Yes', 'basis': 'assumed'}],"
    " 'basis': 'assumed'},"
    "{'id': 'n', 'label': 'N', 'type': 'number', 'area': 'a',"
    " 'section': '2', 'required': false, 'min': 0, 'max': 1000,"
    " 'follows': {'question': 's', 'any_of': ['yes']}, 'basis': 'assumed'},"
    "{'id': 'f', 'label': 'F', 'type': 'multiple', 'area': 'a',"
    " 'section': '2', 'required': false, 'options': ["
    "  {'id': 'x', 'label': 'X', 'basis': 'assumed'},"
    "  {'id': 'y', 'label': 'Y', 'basis': 'assumed'}],"
    " 'follows': {'question': 'm', 'any_of': ['3']}, 'basis': 'assumed'},"
    "{'id': 'k', 'label': 'K', 'type': 'multiple', 'area': 'b',"
    " 'section': '1', 'points': 2, 'required': false, 'options': ["
    "  {'id': 'p', 'label': 'P', 'basis': 'assumed'},"
    "  {'id': 'q', 'label': 'Q', 'basis': 'assumed'}], 'basis': 'assumed'},"
    "{'id': 't', 'label': 'T', 'type': 'text', 'area': 'b',"
    " 'section': '2', 'required': false, 'basis': 'assumed'}";

const char people_rest[] =
    "'totals': {'questions': 6, 'options': 7, 'points': 5},"
    "'levels': [{'level': 0, 'label': 'None', 'basis': 'assumed'},"
    "  {'level': 1, 'label': 'Some', 'basis': 'assumed'},"
    "  {'level': 2, 'label': 'More', 'basis': 'assumed'}],"
    "'areas': [{'id': 'a', 'label': 'A', 'basis': 'assumed'},"
    "  {'id': 'b', 'label': 'B', 'basis': 'assumed'}],"
    "'sections': [{'id': '1', 'label': '1', 'basis': 'assumed'},"
    "  {'id': '2', 'label': '2', 'basis': 'assumed'}],"
    "'scoring': {'result': 'levels',"
    "  'groups': ['kommun', 'region', 'myndighet'],"
    "  'order': ['level', 'area_levels', 'points'],"
    "  'demands': [{'level': 1, 'section': '1', 'boxes': 1,"
    "    'basis': 'assumed'}, {'level': 2, 'section': '1', 'boxes': 2,"
    "    'basis': 'assumed'}], 'basis': 'assumed'},";

static char *
quoted(const char *s)
{
	char *copy = strdup(s);

	assert_non_null(copy);
	for (char *c = copy; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

void
people_open(struct people *p, const char *questions, const char *rest)
{
	static const uint8_t digest[32] = { 1, 2, 3 };
	struct buf text = { 0 };
	struct err e = { 0 };
	char *json;

	memset(p, 0, sizeof(*p));
	buf_add_str(&text, "{'format': 'sigill-questionnaire',"
	    "'format_version': 1, 'id': 'prov', 'version': '1',"
	    "'title': 'Prov', 'language': 'sv',");
	buf_add_str(&text, rest != NULL ? rest : people_rest);
	buf_add_str(&text, "'questions': [");
	buf_add_str(&text, questions != NULL ? questions : people_questions);
	buf_add_str(&text, "]}");
	json = quoted(buf_str(&text));
	if (questionnaire_parse((const uint8_t *)json, strlen(json), "q.json",
	    digest, &p->q, &e) != ERR_OK)
		fail_msg("%s: %s", err_name(e.code), e.msg);
	assert_int_equal(sheet_layout_make(p->q, &p->pile.layout, &e),
	    ERR_OK);
	p->pile.round = strdup("2027");
	assert_non_null(p->pile.round);
	free(json);
	buf_wipe(&text);
}

/* Keeps the pile in the order of numbers. */
static struct pile_item *
insert(struct pile *p, const char *number)
{
	struct pile_item *v = realloc(p->v, (p->len + 1) * sizeof(*v));
	size_t at = p->len;

	assert_non_null(v);
	p->v = v;
	while (at > 0 && strcmp(v[at - 1].document.number, number) > 0)
		at--;
	memmove(v + at + 1, v + at, (p->len - at) * sizeof(*v));
	memset(&v[at], 0, sizeof(v[at]));
	p->len++;
	return &v[at];
}

void
people_add(struct people *p, enum organisation_kind kind, unsigned number,
    const char *answers)
{
	struct pile_item *item;
	struct err e = { 0 };
	char digits[ORGNR_LEN], *text = quoted(answers);
	json_t *json = json_loads(text, 0, NULL);

	assert_non_null(json);
	assert_in_range(snprintf(digits, sizeof(digits), "2%09u", number), 1,
	    ORGNR_LEN - 1);
	item = insert(&p->pile, digits);
	(void)strcpy(item->document.number, digits);
	item->document.kind = kind;
	item->document.name = strdup(digits);
	item->document.round = strdup(p->pile.round);
	item->document.position = -1;
	if (sheet_of_json(&p->pile.layout, "answers", json,
	    &item->document.sheet, &e) != ERR_OK)
		fail_msg("%s: %s %s", err_name(e.code), e.where, e.msg);
	assert_int_equal(score_sheet(&p->pile.layout, &item->document.sheet,
	    &item->score, &e), ERR_OK);
	json_decref(json);
	free(text);
}

void
people_close(struct people *p)
{
	for (size_t i = 0; i < p->pile.len; i++) {
		free(p->pile.v[i].document.name);
		free(p->pile.v[i].document.round);
		sheet_wipe(&p->pile.v[i].document.sheet);
		score_wipe(&p->pile.v[i].score);
	}
	free(p->pile.v);
	free(p->pile.round);
	sheet_layout_wipe(&p->pile.layout);
	questionnaire_free(p->q);
}
